package ui

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// topicDetail is everything about one topic.
type topicDetail struct {
	deps   pageDeps
	remove func(path string) // the retained messages of a branch

	// main goroutine
	body     *fyne.Container
	content  fyne.CanvasObject
	empty    *widgets.EmptyState
	title    *widget.Label
	who      *widgets.Badge
	second   *widgets.Banner
	meta     *widget.Label
	mode     *widget.RadioGroup
	value    *widgets.Rows
	changes  *widgets.DiffView
	shot     *canvas.Image
	compared int // the comparison that is shown
	load     *loadPane
	fields   *widgets.Rows
	history  *widgets.Rows
	// noNumbers says what would fill the list of fields.
	noNumbers *widgets.EmptyState
	tabs      *container.AppTabs
	publish   *publishForm
	device    *widget.Button
	info      model.TopicInfo // as shown

	want box[detailWant]

	// presenter's goroutine
	layout  payloadView
	diff    topicDiff
	picture picture
}

// detailWant is what the detail pane asks of the next frame.
type detailWant struct {
	mode                    string
	columns                 int // characters that fit in a line of the payload
	valueFirst, valueCount  int
	recordFirst, recordRows int
	against                 string // the message to compare with, by its key; empty for the one before
}

func newTopicDetail(d pageDeps, remove func(path string)) *topicDetail {
	t := &topicDetail{deps: d, remove: remove, changes: widgets.NewDiffView(), shot: &canvas.Image{FillMode: canvas.ImageFillContain}}
	t.changes.Hide()
	t.shot.Hide()
	t.want.update(func(w *detailWant) { w.mode = asPretty })
	t.title = widget.NewLabel("")
	t.title.TextStyle.Bold = true
	t.title.Truncation = fyne.TextTruncateEllipsis
	t.title.Selectable = true
	t.who = widgets.NewBadge("", widgets.ColorMuted)
	t.second = newSecondBanner(d, func() string { return t.info.Path })
	t.meta = widget.NewLabel("")
	t.meta.Wrapping = fyne.TextWrapWord
	t.meta.Importance = widget.LowImportance
	t.buildValue()
	t.buildTabs()
	t.device = widget.NewButtonWithIcon(i18n.T("Device"), theme.ComputerIcon(), func() { d.openDevice(t.info.Device) })
	copyTopic := widget.NewButtonWithIcon(i18n.T("Topic"), theme.ContentCopyIcon(), func() { d.copyText(i18n.T("Copied the topic"), t.info.Path) })
	copyValue := widget.NewButtonWithIcon(i18n.T("Value"), theme.ContentCopyIcon(), func() { d.copyText(i18n.T("Copied the value"), string(t.info.Payload)) })
	acts := container.NewHBox(t.device, copyTopic, copyValue, t.buildMore())
	if d.exports != nil {
		acts.Add(t.buildExport())
	}
	head := container.NewVBox(
		container.NewBorder(nil, nil, nil, acts, t.title),
		t.second, t.who, t.meta,
	)
	split := container.NewVSplit(container.NewBorder(container.NewHScroll(t.mode), nil, nil, nil, container.NewStack(t.value, t.changes, t.shot)), t.tabs)
	split.Offset = 0.45
	t.content = container.NewBorder(head, nil, nil, nil, split)
	t.content.Hide()
	title, hint := noTopic()
	t.empty = widgets.NewEmptyState(nil, title, hint, "", nil)
	t.load = newLoadPane(d, remove)
	t.load.body.Hide()
	t.body = container.NewStack(t.content, t.load.body, t.empty)
	return t
}

// exportBefore is how much of a topic's record is exported: so long before the
// moment that is shown.
const exportBefore = 24 * time.Hour

// buildExport makes the button whose menu saves what was recorded of the topic.
func (t *topicDetail) buildExport() fyne.CanvasObject {
	var button *widgets.HintButton
	button = t.deps.iconButton(theme.DocumentSaveIcon(), i18n.T("Export what was recorded"), func() {
		items := t.deps.exports.menu(i18n.T("Messages of the last 24 h"), func() exportWhat {
			to := t.deps.stores.shown().Now()
			name := t.info.Path[strings.LastIndexByte(t.info.Path, '/')+1:]
			return exportWhat{name: orElse(name, "topic"), filter: t.info.Path, from: to.Add(-exportBefore), to: to}
		})
		popUp(items, t.deps.exports.win, button)
	})
	button.Importance = widget.MediumImportance
	return button
}

func (t *topicDetail) buildValue() {
	t.mode = widget.NewRadioGroup(payloadModes().labels(), func(label string) {
		t.want.update(func(w *detailWant) { w.mode = payloadModes().key(label) })
		t.deps.poke()
	})
	t.mode.Horizontal, t.mode.Required, t.mode.Selected = true, true, payloadModes().label(asPretty)
	t.value = widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 100, Weight: 1, Monospace: true}})
	t.value.Dense, t.value.SizeName = true, theme.SizeNameCaptionText
	t.value.OnRange = func(first, count int) {
		letter := fyne.MeasureText("0", theme.CaptionTextSize(), fyne.TextStyle{Monospace: true}).Width
		columns := int((t.value.Size().Width - 24) / letter)
		t.want.update(func(w *detailWant) { w.valueFirst, w.valueCount, w.columns = first, count, columns })
		t.deps.poke()
	}
}

func (t *topicDetail) buildTabs() {
	t.fields = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Field"), Width: 90, Weight: 2},
		{Title: i18n.T("Value"), Width: 90, Weight: 1, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Trend"), Width: 100, Weight: 1, Optional: true},
		{Title: i18n.T("Chart"), Width: 64, Holds: []string{i18n.T("+ Plot"), i18n.T("plotted")}},
	})
	t.fields.OnCell = func(pointer string, column int) {
		if column == fieldPlot {
			t.deps.plot(model.SeriesKey{Topic: t.info.Path, Pointer: fieldPointer(pointer)})
		}
	}
	t.fields.OnActivate = func(pointer string) {
		t.deps.plot(model.SeriesKey{Topic: t.info.Path, Pointer: fieldPointer(pointer)})
	}
	t.history = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Time"), Width: 124},
		{Title: i18n.T("QoS"), Width: 46},
		{Title: i18n.T("Size"), Width: 66, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Publisher"), Width: 90, Weight: 1},
		{Title: i18n.T("Payload"), Width: 120, Weight: 3},
	})
	t.history.OnSelect = func(key string) {
		t.want.update(func(w *detailWant) { w.against = key })
		t.deps.poke()
	}
	t.history.OnActivate = func(string) { t.mode.SetSelected(payloadModes().label(asDiff)) }
	t.history.OnRange = func(first, count int) {
		t.want.update(func(w *detailWant) { w.recordFirst, w.recordRows = first, count })
		t.deps.poke()
	}
	t.noNumbers = widgets.NewEmptyState(nil, i18n.T("No numbers in this payload"), i18n.T("Numbers, and the numeric fields of JSON, show here with a button that plots them."), "", nil)
	t.publish = newPublishForm(t.deps)
	t.tabs = container.NewAppTabs(
		container.NewTabItem(i18n.T("Numbers"), container.NewStack(t.fields, t.noNumbers)),
		container.NewTabItem(i18n.T("Messages"), t.history),
		container.NewTabItem(i18n.T("Publish"), t.publish.body),
	)
}

// The tabs by their index.
const (
	tabMessages = 1
	tabPublish  = 2
)

// publishing tells whether the form for a message is in sight.
func (t *topicDetail) publishing() bool {
	return t.content.Visible() && t.tabs.SelectedIndex() == tabPublish
}

// fieldPlot is the column of the plot button.
const fieldPlot = 3

// bareField stands for the empty pointer of a bare number, which a list cannot
// use as a key.
const bareField = "(value)"

func fieldKey(pointer string) string { return orElse(pointer, bareField) }

// bareName is what a bare number is called.
func bareName() string { return i18n.T("(value)") }

func fieldPointer(key string) string {
	if key == bareField {
		return ""
	}
	return key
}

// choose starts to show a topic.
func (t *topicDetail) choose(path string) {
	t.want.update(func(w *detailWant) { w.valueFirst, w.recordFirst, w.against = 0, 0, "" })
	t.history.SetSelected("")
	t.value.SetOffset(0)
	t.history.SetOffset(0)
	t.publish.topic.SetText(path)
}

// noTopic is what the pane says when no topic is chosen.
func noTopic() (title, hint string) {
	return i18n.T("No topic chosen"), i18n.T("Choose a topic on the left to see its value, its numbers and who published it.")
}

// frame builds the pane for a topic and returns how to show it; branch is what
// to say of a level that is no topic.
func (t *topicDetail) frame(now time.Time, path, branch string) func() {
	store := t.deps.stores.shown()
	info, ok := store.Topic(path)
	if !ok {
		showLoad := func() {}
		if branch != "" {
			showLoad = t.load.frame(store, path, branch, now)
		}
		return func() {
			if branch == "" {
				t.empty.Set(noTopic())
			}
			showLoad()
			setShown(t.content, false)
			setShown(t.load.body, branch != "")
			setShown(t.empty, branch == "")
		}
	}
	w := t.want.get()
	lines, total, note := t.layout.window(path, info.At, info.Payload, w)
	records, kept := store.History(path, w.recordFirst+max(w.recordRows, 1))
	records = records[min(w.recordFirst, len(records)):]
	history := make([]widgets.Row, len(records))
	for i := range records {
		history[i] = recordRow(&records[i])
	}
	fields := make([]widgets.Row, len(info.Fields))
	for i := range info.Fields {
		fields[i] = t.fieldRow(&info.Fields[i], t.deps.plotted(model.SeriesKey{Topic: path, Pointer: info.Fields[i].Pointer}))
	}
	note = t.special(store, &info, w, note)
	meta := topicMeta(&info, now)
	if note != "" {
		meta += "\n" + note
	}
	if len(info.Payload) < info.Size {
		meta += "\n" + i18n.Tf("Only the first %s are kept: memory for messages is full.", formatBytes(len(info.Payload)))
	}
	heard := t.publish.frame()
	return func() {
		heard()
		t.info = info
		setShown(t.empty, false)
		setShown(t.load.body, false)
		setShown(t.content, true)
		t.showSpecial(w.mode)
		setText(t.title, info.Path)
		setText(t.meta, meta)
		showPublisher(t.who, info.Publisher, t.deps.knowsPublishers())
		t.publish.lock(t.deps.stores.inPast())
		t.second.Set(secondBanner(info.Second))
		setShown(t.device, info.Device != "")
		t.value.SetRows(total, w.valueFirst, lines)
		t.fields.SetRows(len(fields), 0, fields)
		setShown(t.noNumbers, len(fields) == 0)
		t.history.SetRows(kept, w.recordFirst, history)
	}
}

// special prepares what the mode shows in place of text, and says what of it.
func (t *topicDetail) special(store *model.Store, info *model.TopicInfo, w detailWant, note string) string {
	switch w.mode {
	case asDiff, asHexDiff:
		t.diff.view(store, info, w.mode, w.against)
		return t.diff.note
	case asPicture:
		t.picture.view(info)
		return t.picture.note
	}
	return note
}

// showSpecial shows what the mode shows in place of text.
func (t *topicDetail) showSpecial(mode string) {
	diff := mode == asDiff || mode == asHexDiff
	setShown(t.value, !diff && mode != asPicture)
	setShown(t.changes, diff)
	setShown(t.shot, mode == asPicture && t.picture.img != nil)
	if diff && t.compared != t.diff.serial {
		t.compared = t.diff.serial
		t.changes.Set(t.diff.lines)
	}
	if mode == asPicture && t.shot.Image != t.picture.img {
		t.shot.Image = t.picture.img
		t.shot.Refresh()
	}
}

// buildMore makes the button whose menu holds what is done with a topic more
// seldom.
func (t *topicDetail) buildMore() fyne.CanvasObject {
	var button *widgets.HintButton
	button = t.deps.iconButton(theme.MoreVerticalIcon(), i18n.T("More"), func() {
		popUp([]*fyne.MenuItem{
			fyne.NewMenuItem(i18n.T("Copy payload as hex"), func() { t.deps.copyText(i18n.T("Copied the payload as hex"), hex.EncodeToString(t.info.Payload)) }),
			fyne.NewMenuItem(i18n.T("Copy payload as laid out"), func() {
				text, _, _ := payload.Pretty(t.info.Payload, payload.Limits{MaxBytes: maxShownText})
				t.deps.copyText(i18n.T("Copied the payload"), text)
			}),
			fyne.NewMenuItem(i18n.T("Save payload …"), func() { t.deps.savePayload(lastLevel(t.info.Path), t.info.Payload) }),
			fyne.NewMenuItem(i18n.T("Delete retained here and below …"), func() { t.remove(t.info.Path) }),
		}, t.deps.win, button)
	})
	button.Importance = widget.MediumImportance
	return button
}

// topicMeta is the line under a topic's name.
func topicMeta(i *model.TopicInfo, now time.Time) string {
	text := i18n.Tf("QoS %d · %s · %s", i.QoS, formatBytes(i.Size), i18n.N("%d message", "%d messages", int(i.Messages)))
	if i.Cadence > 0 {
		text += " · " + i18n.Tf("every %s", formatDuration(i.Cadence))
	}
	if i.Retained {
		text += " · " + i18n.T("retained")
	}
	return text + " · " + formatClock(i.At) + " (" + formatAge(now.Sub(i.At)) + ")"
}

func (t *topicDetail) fieldRow(f *model.FieldInfo, plotted bool) widgets.Row {
	row := widgets.Row{Key: fieldKey(f.Pointer), Cells: []widgets.Cell{
		{Text: orElse(f.Pointer, bareName())},
		{Text: formatUnit(formatValue(f.Last, -1), f.Unit)},
		{Spark: t.deps.spark(f.Spark, 110, 20)},
		{Text: i18n.T("+ Plot"), Color: widgets.ColorAccent},
	}}
	if plotted {
		row.Cells[fieldPlot] = widgets.Cell{Text: i18n.T("plotted"), Color: widgets.ColorMuted}
	}
	return row
}

func recordRow(r *model.Record) widgets.Row {
	qos := strconv.Itoa(int(r.QoS))
	if r.Retained {
		qos += " ⚑"
	}
	return widgets.Row{Key: recordKey(r), Status: publisherStatus(r.Publisher), Cells: []widgets.Cell{
		{Text: r.At.Local().Format("15:04:05.000")},
		{Text: qos, Color: widgets.ColorMuted},
		{Text: formatBytes(len(r.Payload)), Color: widgets.ColorMuted},
		{Text: publisherName(r.Publisher), Color: widgets.ColorMuted},
		{Text: payload.Summary(r.Payload, valueRunes)},
	}}
}

// setText changes a label only when its text differs.
func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
