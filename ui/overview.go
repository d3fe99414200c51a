package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// overviewPage is the fleet at a glance: a tile for each device, the worst
// first, the counts by liveness, and what happened last.
type overviewPage struct {
	stores *stores

	counts *countsBar
	tiles  *widgets.TileGrid
	events *widgets.Rows
	empty  *widgets.EmptyState
	body   fyne.CanvasObject

	want box[overviewWant]
}

type overviewWant struct{ first, count int }

// overviewEvents is how many events the overview lists.
const overviewEvents = 100

func newOverviewPage(d pageDeps, above fyne.CanvasObject) *overviewPage {
	p := &overviewPage{stores: d.stores, counts: newCountsBar(), tiles: widgets.NewTileGrid()}
	p.tiles.OnRange = func(first, count int) {
		p.want.update(func(w *overviewWant) { w.first, w.count = first, count })
		d.poke()
	}
	p.tiles.OnSelect = d.openDevice
	p.events = newEventRows(d)
	p.empty = widgets.NewEmptyState(nil, i18n.T("No devices yet"), d.connectHint(), "", nil)
	recent := container.NewBorder(sectionTitle(i18n.T("Recent events")), nil, nil, nil, p.events)
	split := container.NewVSplit(p.tiles, recent)
	split.Offset = 0.72
	p.body = container.NewPadded(container.NewBorder(container.NewVBox(above, p.counts.body), nil, nil, nil, container.NewStack(split, p.empty)))
	return p
}

func (p *overviewPage) object() fyne.CanvasObject { return p.body }
func (p *overviewPage) every() time.Duration      { return 250 * time.Millisecond }

func (p *overviewPage) frame(now time.Time) func() {
	w := p.want.get()
	store := p.stores.shown()
	devices, total, counts := store.Devices(model.DeviceQuery{Order: model.WorstFirst, First: w.first, Count: w.count, Values: 2})
	tiles := make([]widgets.TileData, len(devices))
	for i := range devices {
		tiles[i] = deviceTile(&devices[i], now)
	}
	events := eventRows(store.Events(0, overviewEvents), now)
	return func() {
		setShown(p.empty, total == 0)
		p.counts.show(counts)
		p.tiles.SetTiles(total, w.first, tiles)
		p.events.SetRows(len(events), 0, events)
	}
}

// deviceTile is a device as a tile.
func deviceTile(d *model.DeviceInfo, now time.Time) widgets.TileData {
	t := widgets.TileData{
		Key: d.Root, Name: d.Name, Kind: i18n.T(d.Kind), Status: statusOf(d.Liveness),
		Dim: d.Liveness != model.Alive && d.Liveness != model.Unknown,
	}
	if !d.Evidence.LastSeen.IsZero() {
		t.Age = formatAge(now.Sub(d.Evidence.LastSeen))
	}
	for i := range min(len(d.Values), 2) {
		v := &d.Values[i]
		t.Values[i] = widgets.TileValue{Label: v.Label, Value: formatValue(v.Last, v.Decimals), Unit: v.Unit, Spark: v.Spark}
	}
	t.Note, t.NoteColor = voyageNote(d.Voyage)
	if len(d.Values) == 0 {
		t.Values, t.Note, t.NoteColor = livenessTile(d, t.Note)
	}
	return t
}

// livenessTile is what the tile of a device that reports no numbers shows: its
// rhythm, how much it has said, and while it is alive that it says so, unless there is
// more to note.
func livenessTile(d *model.DeviceInfo, note string) (values [2]widgets.TileValue, say string, ink fyne.ThemeColorName) {
	values[0] = widgets.TileValue{Label: i18n.T("Messages"), Value: formatCount(int(d.Evidence.Messages))}
	if d.Evidence.Cadence > 0 {
		values[1] = widgets.TileValue{Label: i18n.T("Cadence"), Value: formatDuration(d.Evidence.Cadence)}
		if d.Liveness == model.Alive {
			note = orElse(note, i18n.T("says that it is well"))
		}
	}
	return values, note, widgets.ColorMuted
}

// voyageNote says where a vessel goes, when it will be there, and how late.
func voyageNote(v *model.VoyageInfo) (string, fyne.ThemeColorName) {
	switch {
	case v == nil:
		return "", ""
	case v.InPort != "" && v.ToName != "":
		return i18n.Tf("in %s, next %s", v.InPortName, v.ToName), widgets.ColorMuted
	case v.InPort != "":
		return i18n.Tf("in %s", v.InPortName), widgets.ColorMuted
	case v.Predicted.IsZero():
		return i18n.T("under way"), widgets.ColorMuted
	}
	text := i18n.Tf("to %s %s", v.ToName, formatMinute(v.Predicted))
	if note := lateNote(v); note != "" {
		return note + "  " + text, widgets.ColorLate // what matters first: a tile cuts the rest
	}
	return text, widgets.ColorMuted
}

// lateNote says how late a vessel will be, when that is worth a notice and
// certain enough.
func lateNote(v *model.VoyageInfo) string {
	if !v.Late() {
		return ""
	}
	return formatDelay(v.Delay)
}

// countsBar shows how many devices are in each state.
type countsBar struct {
	body   *fyne.Container
	chips  [model.Lost + 1]*fyne.Container
	labels [model.Lost + 1]*widget.Label
	total  *widget.Label
}

// countsOrder is from well to worrying.
var countsOrder = []model.Liveness{model.Alive, model.Unknown, model.Offline, model.Late, model.Silent, model.Lost}

func newCountsBar() *countsBar {
	c := &countsBar{total: widget.NewLabel("")}
	c.total.TextStyle.Bold = true
	c.body = container.NewHBox(c.total)
	for _, l := range countsOrder {
		c.labels[l] = widget.NewLabel("")
		shape := container.NewCenter(widgets.NewStatusShape(statusOf(l), 14))
		c.chips[l] = container.NewHBox(shape, c.labels[l])
		c.chips[l].Hide()
		c.body.Add(c.chips[l])
	}
	return c
}

func (c *countsBar) show(counts model.DeviceCounts) {
	total := 0
	for l, n := range counts {
		total += n
		setShown(c.chips[l], n > 0)
		if n > 0 {
			setText(c.labels[l], formatCount(n)+" "+say(model.Liveness(l)))
		}
	}
	setText(c.total, i18n.N("%d device", "%d devices", total))
}

// sectionTitle is the heading of a part of a page.
func sectionTitle(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.TextStyle.Bold = true
	l.SizeName = theme.SizeNameCaptionText
	l.Importance = widget.LowImportance
	return l
}
