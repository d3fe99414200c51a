package ui

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// boardsPage shows the boards that an operator has composed, and lets them be
// composed.
type boardsPage struct {
	deps pageDeps
	win  fyne.Window
	land *plot.Land

	// main goroutine
	edit     *board.Editor
	keep     *boardKeeper
	current  string // the board shown
	device   string // whom a board that is a template is shown for
	editing  bool
	kiosk    bool
	selected string // the tile being edited
	surface  *boardSurface
	bar      *boardBar
	panel    *boardPanel
	split    *fyne.Container
	empty    *widgets.EmptyState
	body     *fyne.Container
	devices  []board.Device // of the kind that the board is a template for

	kinds kindCache // presenter's goroutine
	want  box[boardWant]
	busy  atomic.Int32 // pictures being decoded

	decoding sync.WaitGroup
}

// boardWant is what the main goroutine asks of the next frame.
type boardWant struct {
	board         *workspace.Board // never written to
	device        string
	width, height float32
	top           float32 // of the view into a board that scrolls
	editing       bool
	live          map[string]*liveTile // never written to
}

func newBoardsPage(d pageDeps, win fyne.Window, o *Options) *boardsPage {
	p := &boardsPage{deps: d, win: win, land: o.Land, kiosk: o.Kiosk}
	p.keep = newBoardKeeper(o.Workspace, func(err error) {
		d.do(func() { d.toast(toastError, sentence(errorText(err))) })
	})
	p.edit = board.NewEditor(o.Boards.Clone())
	p.surface = newBoardSurface(p)
	p.bar, p.panel = newBoardBar(p), newBoardPanel(p)
	p.empty = widgets.NewEmptyState(nil, i18n.T("No boards yet"),
		i18n.T("A board is a page of your own: charts, values, gauges, maps and command buttons, where you put them."), i18n.T("New board"), p.addBoard)
	if err := p.keep.fault(); err != nil {
		p.empty = widgets.NewEmptyState(theme.WarningIcon(), i18n.T("The workspace cannot be read"), sentence(errorText(err)), "", nil)
	}
	p.split = container.NewBorder(nil, nil, nil, p.panel.body, container.NewStack(p.surface.body, p.empty))
	p.body = container.NewPadded(container.NewBorder(p.bar.body, nil, nil, nil, p.split))
	setShown(p.bar.body, !p.kiosk)
	p.panel.body.Hide()
	p.open(orElse(o.Board, o.Settings.Board))
	return p
}

func (p *boardsPage) object() fyne.CanvasObject { return p.body }
func (p *boardsPage) every() time.Duration      { return 200 * time.Millisecond }

// open shows a board; the first one when there is none of that name.
func (p *boardsPage) open(name string) {
	names := p.edit.Names()
	if !slices.Contains(names, name) {
		name = ""
		if len(names) > 0 {
			name = names[0]
		}
	}
	if name != p.current {
		p.selected, p.device = "", ""
		p.surface.scroll.ScrollToTop()
	}
	p.current = name
	p.changed()
}

// changed shows what editing has made of the board.
func (p *boardsPage) changed() {
	if p.edit.Board(p.current) == nil {
		p.current = ""
		if names := p.edit.Names(); len(names) > 0 {
			p.current = names[0]
		}
	}
	b := p.edit.Board(p.current)
	if _, ok := p.edit.Tile(p.current, p.selected); !ok {
		p.selected = ""
	}
	setShown(p.empty, b == nil)
	setShown(p.surface.body, b != nil)
	p.want.update(func(w *boardWant) { w.board, w.device, w.editing = b, p.device, p.editing })
	p.surface.mark()
	p.bar.show()
	p.panel.show()
	p.deps.poke()
}

// setEditing begins and ends editing.
func (p *boardsPage) setEditing(on bool) {
	if on && (p.kiosk || p.keep.fault() != nil) {
		return
	}
	p.editing = on
	if !on {
		p.selected = ""
	}
	setShown(p.panel.body, on)
	p.split.Refresh()
	p.changed()
}

// finish waits until what was composed is saved and no picture is decoded any
// more.
func (p *boardsPage) finish() {
	p.decoding.Wait()
	p.keep.wait()
}

// choose makes a tile the one that is edited; empty is the board itself.
func (p *boardsPage) choose(id string) {
	if p.selected != id {
		p.selected = id
		p.changed()
	}
}

// kindCache remembers for a second which devices are of a kind: listing them
// costs as much as there are devices.
type kindCache struct {
	of   *model.Store
	at   time.Time
	list map[string][]board.Device
}

// maxPerKind bounds how many devices a template is filled with.
const maxPerKind = 500

func (c *kindCache) devices(of *model.Store, now time.Time) func(kind string) []board.Device {
	if c.of != of || now.Sub(c.at).Abs() >= time.Second {
		c.of, c.at, c.list = of, now, map[string][]board.Device{}
	}
	return func(kind string) []board.Device {
		if list, ok := c.list[kind]; ok {
			return list
		}
		rows, _, _ := of.Devices(model.DeviceQuery{Search: kind, Order: model.ByName, Count: 4 * maxPerKind})
		var out []board.Device
		for i := range rows {
			if rows[i].Kind == kind && len(out) < maxPerKind {
				out = append(out, board.Device{Root: rows[i].Root, Name: rows[i].Name})
			}
		}
		c.list[kind] = out
		return out
	}
}

// frame implements source: it lays the board out and builds the tiles in view.
func (p *boardsPage) frame(now time.Time) func() {
	w := p.want.get()
	if w.board == nil || w.width <= 0 {
		return func() { p.surface.place(nil, board.Grid{}, 0) }
	}
	store := p.deps.stores.shown()
	devices := p.kinds.devices(store, now)
	page, list := pageDevice(w, devices)
	tiles, left := board.Expand(w.board, page, devices)
	grid, rows := layOut(tiles, w)
	c := tileContext{store: store, now: now, look: p.deps.looks.get(), page: p, live: !p.deps.stores.inPast() && p.deps.link.Status().State == model.LinkUp}
	shown := inView(tiles, grid, w)
	var shows []func()
	for i := range shown {
		if t := w.live[shown[i].Key]; t != nil && t.fits(&shown[i]) {
			if show := t.build(&shown[i], &c); show != nil {
				shows = append(shows, show)
			}
		}
	}
	return func() {
		p.showDevices(list, page)
		p.bar.tell(left)
		p.surface.place(shown, grid, rows)
		for _, show := range shows {
			show()
		}
	}
}

// pageDevice is whom a board that is a template is shown for, and all there are.
func pageDevice(w boardWant, devices func(string) []board.Device) (board.Device, []board.Device) {
	if w.board.Each == "" {
		return board.Device{}, nil
	}
	list := devices(w.board.Each)
	for _, d := range list {
		if d.Root == w.device {
			return d, list
		}
	}
	if len(list) > 0 {
		return list[0], list
	}
	return board.Device{}, nil
}

// layOut fits the tiles into the window.
func layOut(tiles []board.Instance, w boardWant) (board.Grid, int) {
	places := make([]workspace.Place, len(tiles))
	for i := range tiles {
		places[i] = tiles[i].Place
	}
	grid := board.Fit(w.width, w.height, board.Rows(places))
	if grid.Folded && !w.editing {
		board.Fold(places)
		for i := range tiles {
			tiles[i].Place = places[i]
		}
	}
	return grid, board.Rows(places)
}

// beyond is how far beyond the view tiles are kept, in logical units, so that a
// short scroll shows no gap.
const beyond = 200

// inView are the tiles that the view shows.
func inView(tiles []board.Instance, grid board.Grid, w boardWant) []board.Instance {
	var out []board.Instance
	for i := range tiles {
		r := grid.Rect(tiles[i].Place)
		if r.Y+r.H > w.top-beyond && r.Y < w.top+w.height+beyond {
			out = append(out, tiles[i])
		}
	}
	return out
}

// showDevices offers the devices that a template can be shown for.
func (p *boardsPage) showDevices(list []board.Device, page board.Device) {
	p.bar.offer(list, page)
	p.devices = list
}

// chooseDevice shows a template for another device.
func (p *boardsPage) chooseDevice(root string) {
	p.device = root
	p.changed()
}

// did tells of an edit that could not be made, and shows and keeps one that was.
func (p *boardsPage) did(err error) bool {
	if err != nil {
		p.deps.toast(toastWarning, sentence(errorText(err)))
		return false
	}
	p.keep.save(p.edit.Workspace())
	p.changed()
	return true
}

// boardTitle is a heading in the panel.
func boardTitle(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.TextStyle.Bold = true
	return l
}
