package ui

import (
	"image/color"
	"maps"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// boardSurface is where tiles lie: it has objects for those in view only. It
// belongs to the main goroutine.
type boardSurface struct {
	page   *boardsPage
	scroll *container.Scroll
	body   *fyne.Container
	inner  *fyne.Container
	ghost  *canvas.Rectangle // where a tile that is dragged will lie

	grid   board.Grid
	height float32
	tiles  map[string]*liveTile
	drag   string // key of the tile being dragged
}

// liveTile is a tile with objects.
type liveTile struct {
	frame *widgets.BoardTile
	body  tileBody
	in    board.Instance // as it was made; main goroutine
	place workspace.Place
}

func newBoardSurface(p *boardsPage) *boardSurface {
	s := &boardSurface{page: p, tiles: map[string]*liveTile{}, ghost: canvas.NewRectangle(color.Transparent)}
	s.ghost.CornerRadius, s.ghost.StrokeWidth = 8, 2
	s.ghost.Hide()
	s.inner = container.New(&surfaceLayout{s}, s.ghost)
	s.scroll = container.NewVScroll(s.inner)
	s.scroll.OnScrolled = func(at fyne.Position) {
		p.want.update(func(w *boardWant) { w.top = at.Y })
		p.deps.poke()
	}
	s.body = container.New(&viewportLayout{s}, s.scroll)
	return s
}

// surfaceLayout is as high as the board; tiles are placed by frames.
type surfaceLayout struct{ s *boardSurface }

func (*surfaceLayout) Layout([]fyne.CanvasObject, fyne.Size) {}

func (l *surfaceLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, l.s.height) }

// viewportLayout tells frames how large the view is.
type viewportLayout struct{ s *boardSurface }

func (l *viewportLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	w := l.s.page.want.get()
	if w.width != size.Width || w.height != size.Height {
		l.s.page.want.update(func(w *boardWant) { w.width, w.height = size.Width, size.Height })
		l.s.page.deps.poke()
	}
}

func (*viewportLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 100) }

// place shows the tiles in view where they belong, making and dropping objects.
func (s *boardSurface) place(shown []board.Instance, grid board.Grid, rows int) {
	s.grid = grid
	if high := grid.CellH * float32(rows); high != s.height {
		s.height = high
		s.scroll.Refresh()
	}
	changed := false
	keep := make(map[string]bool, len(shown))
	for i := range shown {
		in := &shown[i]
		keep[in.Key] = true
		t := s.tiles[in.Key]
		if t == nil || !t.fits(in) {
			t = s.make(in)
			s.tiles[in.Key] = t
			changed = true
		}
		t.in, t.place = *in, in.Place
		if s.drag != in.Key {
			r := grid.Rect(in.Place)
			t.frame.Move(fyne.NewPos(r.X, r.Y))
			t.frame.Resize(fyne.NewSize(r.W, r.H))
		}
	}
	for key := range s.tiles {
		if !keep[key] {
			delete(s.tiles, key)
			changed = true
		}
	}
	if !changed {
		return
	}
	s.mark()
	s.stack(shown)
	live := maps.Clone(s.tiles)
	s.page.want.update(func(w *boardWant) { w.live = live })
	s.page.deps.poke()
}

// stack puts the tiles on the surface in order, the ghost and what is dragged on
// top.
func (s *boardSurface) stack(shown []board.Instance) {
	s.inner.Objects = s.inner.Objects[:0]
	for i := range shown {
		s.inner.Objects = append(s.inner.Objects, s.tiles[shown[i].Key].frame)
	}
	s.inner.Objects = append(s.inner.Objects, s.ghost)
	s.inner.Refresh()
}

func (s *boardSurface) make(in *board.Instance) *liveTile {
	body := newTileBody(s.page, in)
	t := &liveTile{body: body, in: *in, place: in.Place}
	t.frame = widgets.NewBoardTile(body.object(), in.Tile.Kind == workspace.Text)
	of, key := in.Of, in.Key
	t.frame.OnChoose = func() { s.page.choose(of) }
	t.frame.OnMove = func(dx, dy float32, done bool) { s.dragged(key, dx, dy, done, false) }
	t.frame.OnResize = func(dx, dy float32, done bool) { s.dragged(key, dx, dy, done, true) }
	t.frame.OnKey = func(e *fyne.KeyEvent) { s.page.typed(of, e) }
	return t
}

// mark shows which tiles are being edited.
func (s *boardSurface) mark() {
	for _, t := range s.tiles {
		t.frame.SetEditing(s.page.editing)
		t.frame.SetSelected(s.page.editing && t.in.Of == s.page.selected)
	}
}

// dragged moves or resizes a tile under the hand, and when the hand lets go on
// the board.
func (s *boardSurface) dragged(key string, dx, dy float32, done, resize bool) {
	t := s.tiles[key]
	if t == nil {
		s.drag = ""
		return
	}
	columns, rows := s.grid.Cells(dx, dy)
	to := func(p workspace.Place) workspace.Place {
		if resize {
			p.W, p.H = max(1, min(p.W+columns, workspace.Columns-p.X)), max(1, p.H+rows)
		} else {
			p.X, p.Y = p.X+columns, p.Y+rows
		}
		return board.Bound(p)
	}
	if done {
		s.drag = ""
		s.ghost.Hide()
		if tile, ok := s.page.edit.Tile(s.page.current, t.in.Of); ok {
			s.page.did(s.page.edit.Move(s.page.current, t.in.Of, to(tile.Place)))
		}
		return
	}
	s.drag = key
	r := s.grid.Rect(t.place)
	if resize {
		t.frame.Resize(fyne.NewSize(max(24, r.W+dx), max(24, r.H+dy)))
	} else {
		t.frame.Move(fyne.NewPos(r.X+dx, r.Y+dy))
	}
	g := s.grid.Rect(to(t.place))
	s.ghost.StrokeColor = s.page.deps.looks.get().ink(widgets.ColorAccent)
	s.ghost.Move(fyne.NewPos(g.X, g.Y))
	s.ghost.Resize(fyne.NewSize(g.W, g.H))
	s.ghost.Show()
}
