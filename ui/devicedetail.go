package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// deviceDetail is everything about one device.
type deviceDetail struct {
	deps pageDeps

	body      *fyne.Container
	content   fyne.CanvasObject
	empty     *widgets.EmptyState
	title     *widget.Label
	shape     *widgets.StatusShape
	kind, who *widgets.Badge
	evidence  *factList
	values    *widgets.Rows
	commands  *commandBar
	sent      *sentList
	noValues  *widgets.EmptyState // says what would fill the list
	toMap     *widget.Button
	toTopics  *widget.Button
	root      string
	keys      map[string]model.SeriesKey // of the values shown, by row
}

// Bounds of what the device page lists.
const (
	deviceValues   = 24
	deviceCommands = 20
)

func newDeviceDetail(d pageDeps) *deviceDetail {
	t := &deviceDetail{deps: d, keys: map[string]model.SeriesKey{}}
	t.title = widget.NewLabel("")
	t.title.TextStyle.Bold = true
	t.title.SizeName = theme.SizeNameSubHeadingText
	t.title.Truncation = fyne.TextTruncateEllipsis
	t.shape = widgets.NewStatusShape(widgets.StatusUnknown, 18)
	t.who = widgets.NewBadge("", widgets.ColorMuted)
	t.evidence = newFactList()
	t.buildValues()
	t.commands = newCommandBar(d)
	t.sent = newSentList(d, false, i18n.T("No command was sent to this device"), i18n.T("Each press of a command's button is listed here, with how far it got."))
	t.noValues = widgets.NewEmptyState(nil, i18n.T("This device reports no numbers"), i18n.T("All it says is that it is there."), "", nil)
	t.toMap = widget.NewButtonWithIcon(i18n.T("Map"), theme.SearchIcon(), func() { d.openMap(t.root) })
	t.toTopics = widget.NewButtonWithIcon(i18n.T("Topics"), theme.ListIcon(), func() { d.openTopic(t.root) })
	edit := widget.NewButtonWithIcon(i18n.T("Commands"), theme.SettingsIcon(), d.savedCommands)
	head := container.NewBorder(nil, nil, container.NewCenter(t.shape), container.NewHBox(t.toMap, t.toTopics, edit), t.title)
	t.kind = widgets.NewBadge("", widgets.ColorMuted)
	upper := container.NewVBox(head, container.NewHBox(t.kind, t.who), t.evidence.body, t.commands.locked, t.commands.body)
	tabs := container.NewAppTabs(
		container.NewTabItem(i18n.T("Values"), container.NewStack(t.values, t.noValues)),
		container.NewTabItem(i18n.T("Commands sent"), t.sent.body),
	)
	t.content = container.NewBorder(upper, nil, nil, nil, tabs)
	t.content.Hide()
	t.empty = widgets.NewEmptyState(nil, i18n.T("No device chosen"), i18n.T("Choose a device on the left to see how it is, what it reports, and its commands."), "", nil)
	t.body = container.NewStack(t.content, t.empty)
	return t
}

func (t *deviceDetail) buildValues() {
	t.values = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Value"), Width: 90, Weight: 2},
		{Title: i18n.T("Now"), Width: 84, Weight: 1, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Trend"), Width: 110, Weight: 1, Optional: true},
		{Title: i18n.T("Age"), Width: 52, Holds: ages(), Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Chart"), Width: 60, Holds: []string{i18n.T("+ Plot"), i18n.T("plotted")}},
	})
	plot := func(key string) {
		if k, ok := t.keys[key]; ok {
			t.deps.plot(k)
		}
	}
	t.values.OnCell = func(key string, column int) {
		if column == 4 {
			plot(key)
		}
	}
	t.values.OnActivate = plot
}

func (t *deviceDetail) choose(root string) {
	t.root = root
}

func (t *deviceDetail) frame(now time.Time, root string) func() {
	store := t.deps.stores.shown()
	d, ok := store.Device(root, deviceValues)
	if !ok {
		return func() {
			setShown(t.content, false)
			setShown(t.empty, true)
		}
	}
	evidence := evidenceRows(&d, now)
	values, keys := t.valueRows(&d, now)
	commands := store.Commands(root, deviceCommands)
	bar := t.commands.frame(root, d.Commands, commands)
	showSent := t.sent.frame(commands)
	return func() {
		setShown(t.empty, false)
		setShown(t.content, true)
		setText(t.title, d.Name)
		t.kind.Set(i18n.T(d.Kind), widgets.StatusNone, widgets.ColorMuted)
		t.shape.SetStatus(statusOf(d.Liveness))
		showPublisher(t.who, d.Publisher, t.deps.knowsPublishers())
		t.evidence.show(evidence)
		t.keys = keys
		t.values.SetRows(len(values), 0, values)
		t.commands.show(bar)
		setShown(t.noValues, len(values) == 0)
		showSent()
		setShown(t.toMap, d.HasPosition)
	}
}

// evidenceRows say how a device is, and why that is thought.
func evidenceRows(d *model.DeviceInfo, now time.Time) []fact {
	e := &d.Evidence
	out := []fact{
		{label: i18n.T("Liveness"), value: say(d.Liveness) + since(d.Since, now), ink: widgets.StatusColor(statusOf(d.Liveness))},
		{label: i18n.T("Last seen"), value: lastSeen(e, now)},
		{label: i18n.T("Cadence"), value: cadenceText(e)},
		{label: i18n.T("Session"), value: sessionText(e, now)},
	}
	if e.Status != "" {
		out = append(out, fact{label: i18n.T("Says"), value: e.Status})
	}
	if v := d.Voyage; v != nil {
		out = append(out, voyageRows(v)...)
	}
	if d.HasPosition {
		out = append(out, fact{label: i18n.T("Position"), value: formatPlace(d.Position.LatLon)})
	}
	return append(out, fact{label: i18n.T("Topic"), value: d.Root})
}

func since(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " " + i18n.Tf("for %s", formatDuration(now.Sub(at)))
}

func lastSeen(e *model.Evidence, now time.Time) string {
	if e.LastSeen.IsZero() {
		return i18n.T("not since this program started")
	}
	return formatClock(e.LastSeen) + " (" + formatAge(now.Sub(e.LastSeen)) + "), " + i18n.N("%d message", "%d messages", int(e.Messages))
}

func cadenceText(e *model.Evidence) string {
	if e.Cadence == 0 {
		return i18n.T("not learned yet")
	}
	return i18n.Tf("every %s ± %s · suspicion φ %.1f", formatDuration(e.Cadence), formatDuration(e.Spread), math.Max(0, e.Suspicion))
}

func sessionText(e *model.Evidence, now time.Time) string {
	ago := ""
	if !e.SessionSince.IsZero() {
		ago = " " + i18n.Tf("%s ago", formatDuration(now.Sub(e.SessionSince)))
	}
	switch e.Session {
	case model.SessionOpen:
		return i18n.T("connected") + since(e.SessionSince, now)
	case model.SessionGoodbye:
		return i18n.T("said goodbye") + ago
	case model.SessionBroken:
		return i18n.T("connection broken") + ago
	case model.SessionWill:
		return i18n.T("connection broken, its will spoke") + ago
	case model.SessionShort:
		return i18n.T("connects for each message")
	}
	return i18n.T("unknown to this link")
}

func voyageRows(v *model.VoyageInfo) []fact {
	note, ink := voyageNote(v)
	out := []fact{{label: i18n.T("Voyage"), value: note, ink: ink}}
	if v.InPort == "" && !v.Predicted.IsZero() {
		out = append(out, fact{label: i18n.T("Predicted"), value: fmt.Sprintf("%s ± %s, %s", formatClock(v.Predicted), formatDuration(v.Margin), say(v.Basis))})
	}
	if c := v.Claim; c != nil {
		claim := i18n.Tf("to %s", orElse(c.To, "?"))
		if !c.PredictedArrival.IsZero() {
			claim = i18n.Tf("to %s at %s", orElse(c.To, "?"), formatClock(c.PredictedArrival))
		}
		if !c.ScheduledArrival.IsZero() {
			claim += ", " + i18n.Tf("scheduled %s", formatMinute(c.ScheduledArrival))
		}
		out = append(out, fact{label: i18n.T("Vessel says"), value: claim})
	}
	return out
}

// formatPlace shows a place in degrees and decimal minutes, as charts do.
func formatPlace(p model.LatLon) string {
	half := func(v float64, pos, neg string) string {
		if v < 0 {
			pos, v = neg, -v
		}
		thousandths := math.Round(v * 60_000) // of a minute: rounded first, so that it never reads 60 minutes
		d := math.Floor(thousandths / 60_000)
		return fmt.Sprintf("%02.0f°%06.3f′ %s", d, (thousandths-d*60_000)/1000, pos)
	}
	return half(p.Lat, "N", "S") + "  " + half(p.Lon, "E", "W")
}

// valueRows are the numbers of a device, with the series behind each.
func (t *deviceDetail) valueRows(d *model.DeviceInfo, now time.Time) ([]widgets.Row, map[string]model.SeriesKey) {
	rows, keys := make([]widgets.Row, len(d.Values)), make(map[string]model.SeriesKey, len(d.Values))
	for i := range d.Values {
		v := &d.Values[i]
		key := v.Key.Topic + " " + v.Key.Pointer
		keys[key] = v.Key
		chart := widgets.Cell{Text: i18n.T("+ Plot"), Color: widgets.ColorAccent}
		if t.deps.plotted(v.Key) {
			chart = widgets.Cell{Text: i18n.T("plotted"), Color: widgets.ColorMuted}
		}
		rows[i] = widgets.Row{Key: key, Cells: []widgets.Cell{
			{Text: strings.ReplaceAll(v.Label, "/", " ")},
			{Text: formatUnit(formatValue(v.Last, v.Decimals), v.Unit)},
			{Spark: t.deps.spark(v.Spark, 110, 20)},
			{Text: formatAge(now.Sub(v.At)), Color: widgets.ColorMuted},
			chart,
		}}
	}
	return rows, keys
}
