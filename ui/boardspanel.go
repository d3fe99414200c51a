package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// panelWide is the width of the panel, in logical units.
const panelWide = 280

// boardPanel is beside a board that is being edited: what the chosen tile shows,
// or, when none is chosen, the board itself.
type boardPanel struct {
	page  *boardsPage
	form  *fyne.Container
	body  *fyne.Container
	shown panelOf // what the form was made for
}

// panelOf is what decides which fields the panel has.
type panelOf struct {
	board, tile string
	kind        workspace.Kind
	each        string // of the board
	editing     bool
	undone      int // grows when values changed behind the form
}

func newBoardPanel(p *boardsPage) *boardPanel {
	b := &boardPanel{page: p, form: container.NewVBox()}
	scroll := container.NewVScroll(container.NewPadded(b.form))
	scroll.SetMinSize(fyne.NewSize(panelWide, 100))
	b.body = container.NewStack(widgets.NewSurface(), scroll)
	return b
}

// show makes the form anew when it is for something else.
func (b *boardPanel) show() {
	p := b.page
	t, ok := p.edit.Tile(p.current, p.selected)
	of := panelOf{board: p.current, tile: p.selected, kind: t.Kind, editing: p.editing, undone: b.shown.undone}
	if w := p.edit.Board(p.current); w != nil {
		of.each = w.Each
	}
	if of == b.shown {
		return
	}
	b.shown = of
	b.form.Objects = nil
	switch {
	case !p.editing:
	case ok:
		b.tile(&t)
	default:
		b.board(of.each)
	}
	b.form.Refresh()
}

// renew has the form made anew: what it shows was changed elsewhere.
func (b *boardPanel) renew() {
	b.shown.undone++
	b.shown.board = ""
}

func (b *boardPanel) add(objects ...fyne.CanvasObject) {
	b.form.Objects = append(b.form.Objects, objects...)
}

// field adds a labelled entry; set is told of each change.
func (b *boardPanel) field(label, hint, value string, set func(string)) *widgets.Entry {
	e := widgets.NewEntry()
	e.SetPlaceHolder(hint)
	e.SetText(value)
	e.OnChanged = set
	b.add(sectionTitle(label), e)
	return e
}

// pair adds two labelled entries side by side.
func (b *boardPanel) pair(left, right string, l, r *widgets.Entry) {
	b.add(container.NewGridWithColumns(2, container.NewVBox(sectionTitle(left), l), container.NewVBox(sectionTitle(right), r)))
}

// board shows what a board is.
func (b *boardPanel) board(each string) {
	p := b.page
	b.add(boardTitle(i18n.T("Board")))
	if p.current != "" {
		name := b.field(i18n.T("Name"), "", p.current, nil)
		name.OnSubmitted = p.renameBoard
		b.add(widget.NewButton(i18n.T("Rename"), func() { p.renameBoard(name.Text) }))
		b.add(sectionTitle(i18n.T("One page for each")))
		b.add(b.kinds(each, p.templateBoard))
		b.add(container.NewGridWithColumns(2,
			widget.NewButtonWithIcon(i18n.T("Duplicate"), theme.ContentCopyIcon(), p.duplicateBoard),
			widget.NewButtonWithIcon(i18n.T("Delete"), theme.DeleteIcon(), p.deleteBoard)))
		hint := widget.NewLabel(i18n.T("Tap a tile to change it, drag it to move it, drag its lower right corner to resize it. Arrow keys move the chosen tile, with Shift they resize it."))
		hint.Wrapping, hint.SizeName = fyne.TextWrapWord, theme.SizeNameCaptionText
		b.add(hint)
	}
	b.add(widget.NewButtonWithIcon(i18n.T("New board"), theme.ContentAddIcon(), p.addBoard))
}

// noKind is the choice of no template.
func noKind() string { return "— (" + i18n.T("no template") + ")" }

// kinds is a choice among the kinds of devices there are.
func (b *boardPanel) kinds(now string, set func(string)) *widget.Select {
	rows, _, _ := b.page.deps.store.Devices(model.DeviceQuery{Order: model.ByKind, Count: 4 * maxPerKind})
	options := []string{noKind()}
	for i := range rows {
		if !slices.Contains(options, rows[i].Kind) {
			options = append(options, rows[i].Kind)
		}
	}
	if now != "" && !slices.Contains(options, now) {
		options = append(options, now)
	}
	s := widget.NewSelect(options, nil)
	s.Selected = orElse(now, noKind())
	s.OnChanged = func(kind string) {
		if kind == noKind() {
			kind = ""
		}
		set(kind)
	}
	return s
}

// change changes the chosen tile; what is typed into one field is undone together.
func (b *boardPanel) change(field string, f func(t *workspace.Tile)) {
	p := b.page
	p.did(p.edit.Change(p.current, p.selected, p.selected+":"+field, f))
}

// tile shows what a tile is.
func (b *boardPanel) tile(t *workspace.Tile) {
	b.add(boardTitle(board.Label(t.Kind)))
	kind := widget.NewSelect(kindLabels(), nil)
	kind.Selected = board.Label(t.Kind)
	kind.OnChanged = func(string) {
		k := workspace.Kinds()[kind.SelectedIndex()]
		b.change("kind", func(t *workspace.Tile) {
			t.Kind = k
			if k.Commands() && t.Send == nil {
				t.Send = &workspace.Send{}
			}
		})
	}
	b.add(kind)
	b.field(i18n.T("Title"), "", t.Title, func(s string) { b.change("title", func(t *workspace.Tile) { t.Title = s }) })
	if t.Kind == workspace.Text {
		e := widgets.NewMultiLineEntry()
		e.SetText(t.Text)
		e.SetMinRowsVisible(5)
		e.OnChanged = func(s string) { b.change("text", func(t *workspace.Tile) { t.Text = s }) }
		b.add(sectionTitle(i18n.T("Text; “# ” begins a heading")), e)
	} else {
		b.binding(t)
	}
	if t.Kind.Commands() {
		b.sends(t)
	}
	b.numbers(t)
	b.add(sectionTitle(i18n.T("One tile for each")))
	b.add(b.kinds(t.Each, func(kind string) { b.change("each", func(t *workspace.Tile) { t.Each = kind }) }))
}

func kindLabels() []string {
	var out []string
	for _, k := range workspace.Kinds() {
		out = append(out, board.Label(k))
	}
	return out
}

// offered is how many suggestions are listed below a field.
const offered = 5

// suggestions lists what could be typed into an entry, below it.
type suggestions struct {
	rows *widgets.Rows
	body *fyne.Container
}

func newSuggestions(choose func(string)) *suggestions {
	s := &suggestions{rows: widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 100, Weight: 1}})}
	s.rows.Dense = true
	s.rows.SizeName = theme.SizeNameCaptionText
	s.rows.OnSelect = choose
	s.body = container.New(&fixedHeight{offered * s.rows.RowHeight()}, s.rows)
	s.body.Hide()
	return s
}

// show lists suggestions; none hides the list.
func (s *suggestions) show(list []string) {
	rows := make([]widgets.Row, len(list))
	for i, text := range list {
		rows[i] = widgets.Row{Key: text, Cells: []widgets.Cell{{Text: text, Color: widgets.ColorMuted}}}
	}
	s.rows.SetRows(len(rows), 0, rows)
	setShown(s.body, len(rows) > 0)
}

// fixedHeight gives its only object a height.
type fixedHeight struct{ high float32 }

func (f *fixedHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
func (f *fixedHeight) MinSize([]fyne.CanvasObject) fyne.Size              { return fyne.NewSize(80, f.high) }

// binding shows which topic and field a tile shows, and offers those there are.
func (b *boardPanel) binding(t *workspace.Tile) {
	var topics, fields *suggestions
	topic := b.field(i18n.T("Topic; + and # match any level"), "solent/ferries/+/position", t.Topic, nil)
	topics = newSuggestions(func(s string) { topic.SetText(s); topics.show(nil) })
	b.add(topics.body)
	topic.OnChanged = func(s string) {
		b.change("topic", func(t *workspace.Tile) { t.Topic = s })
		topics.show(b.topicsLike(s))
		fields.show(b.fieldsOf(s, ""))
	}
	if t.Kind == workspace.Map || t.Kind == workspace.Image {
		fields = newSuggestions(nil)
		return
	}
	field := b.field(i18n.T("Field; empty is all of the payload"), "/sog", t.Field, nil)
	fields = newSuggestions(func(s string) { field.SetText(s); fields.show(nil) })
	b.add(fields.body)
	field.OnChanged = func(s string) {
		b.change("field", func(t *workspace.Tile) { t.Field = s })
		fields.show(b.fieldsOf(topic.Text, s))
	}
	fields.show(b.fieldsOf(t.Topic, t.Field))
}

// topicsLike offers topics that hold what was typed.
func (b *boardPanel) topicsLike(typed string) []string {
	words := strings.NewReplacer("+", " ", "#", " ", "/", " ", "{device}", " ").Replace(typed)
	var out []string
	for _, h := range b.page.deps.store.Search(words, 4*offered) {
		if h.Kind == model.HitTopic && h.Path != typed && len(out) < offered {
			out = append(out, h.Path)
		}
	}
	return out
}

// fieldsOf offers the numeric fields of the first topic that a filter matches.
func (b *boardPanel) fieldsOf(filter, typed string) []string {
	store := b.page.deps.store
	filter = strings.ReplaceAll(filter, "{device}", b.example())
	if model.CheckFilter(filter) != nil {
		return nil
	}
	topics, _ := store.Match(filter, 1)
	if len(topics) == 0 {
		return nil
	}
	info, _ := store.Topic(topics[0])
	var out []string
	for i := range info.Fields {
		if f := info.Fields[i].Pointer; f != "" && f != typed && strings.HasPrefix(f, typed) && len(out) < offered {
			out = append(out, f)
		}
	}
	return out
}

// example is a device that {device} may stand for.
func (b *boardPanel) example() string {
	t, _ := b.page.edit.Tile(b.page.current, b.page.selected)
	kind := orElse(t.Each, b.shown.each)
	rows, _, _ := b.page.deps.store.Devices(model.DeviceQuery{Search: kind, Count: 50})
	for i := range rows {
		if rows[i].Kind == kind {
			return rows[i].Root
		}
	}
	return "{device}"
}

// numbers shows the unit, the range and what is normal.
func (b *boardPanel) numbers(t *workspace.Tile) {
	switch t.Kind {
	case workspace.Text, workspace.Image, workspace.Log, workspace.Map, workspace.Command, workspace.Switch:
		return
	}
	unit := widgets.NewEntry()
	unit.SetText(t.Unit)
	unit.OnChanged = func(s string) { b.change("unit", func(t *workspace.Tile) { t.Unit = s }) }
	decimals := widgets.NewEntry()
	decimals.SetPlaceHolder(i18n.T("automatic"))
	if t.Decimals != nil {
		decimals.SetText(strconv.Itoa(*t.Decimals))
	}
	decimals.OnChanged = func(s string) {
		b.change("decimals", func(t *workspace.Tile) {
			t.Decimals = nil
			if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= workspace.MaxDecimals {
				t.Decimals = &n
			}
		})
	}
	b.pair(i18n.T("Unit"), i18n.T("Decimals"), unit, decimals)
	if t.Kind != workspace.Table && t.Kind != workspace.Value && t.Kind != workspace.Status {
		b.pair(i18n.T("From"), i18n.T("To"), b.number("min", t.Min, func(t *workspace.Tile, v *float64) { t.Min = v }),
			b.number("max", t.Max, func(t *workspace.Tile, v *float64) { t.Max = v }))
	}
	switch t.Kind {
	case workspace.Chart:
		e := b.field(i18n.T("Time shown, in seconds"), strconv.Itoa(chartSeconds), "", nil)
		if t.Seconds > 0 {
			e.SetText(strconv.Itoa(t.Seconds))
		}
		e.OnChanged = func(s string) {
			n, err := strconv.Atoi(s)
			if s == "" || err == nil && n > 0 && n <= workspace.MaxSeconds {
				b.change("seconds", func(t *workspace.Tile) { t.Seconds = n })
			}
		}
	case workspace.Slider:
	default:
		th := &t.Thresholds
		b.pair(i18n.T("Alarm below"), i18n.T("Warning below"), b.number("low alarm", th.LowAlarm, func(t *workspace.Tile, v *float64) { t.Thresholds.LowAlarm = v }),
			b.number("low warning", th.LowWarning, func(t *workspace.Tile, v *float64) { t.Thresholds.LowWarning = v }))
		b.pair(i18n.T("Warning above"), i18n.T("Alarm above"), b.number("high warning", th.HighWarning, func(t *workspace.Tile, v *float64) { t.Thresholds.HighWarning = v }),
			b.number("high alarm", th.HighAlarm, func(t *workspace.Tile, v *float64) { t.Thresholds.HighAlarm = v }))
		if t.Kind != workspace.Table {
			b.aggregate(t)
		}
	}
}

// aggregate asks what is made of several topics.
func (b *boardPanel) aggregate(t *workspace.Tile) {
	options := make([]string, len(workspace.Aggregates()))
	for i, a := range workspace.Aggregates() {
		options[i] = aggregateName(a)
	}
	s := widget.NewSelect(options, nil)
	s.Selected = aggregateName(t.Aggregate)
	s.OnChanged = func(string) {
		a := workspace.Aggregates()[s.SelectedIndex()]
		b.change("aggregate", func(t *workspace.Tile) { t.Aggregate = a })
	}
	b.add(sectionTitle(i18n.T("Of several topics show")), s)
}

// number is an entry of a number that may be missing.
func (b *boardPanel) number(field string, now *float64, set func(t *workspace.Tile, v *float64)) *widgets.Entry {
	e := widgets.NewEntry()
	e.SetPlaceHolder("–")
	if now != nil {
		e.SetText(strconv.FormatFloat(*now, 'g', -1, 64))
	}
	e.OnChanged = func(s string) {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		switch {
		case strings.TrimSpace(s) == "":
			b.change(field, func(t *workspace.Tile) { set(t, nil) })
		case err == nil:
			b.change(field, func(t *workspace.Tile) { set(t, &v) })
		}
	}
	return e
}
