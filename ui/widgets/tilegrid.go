package widgets

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

const (
	// tileGap is the air between tiles, gridBar the room left for the scroll
	// bar.
	tileGap = 10
	gridBar = 8
)

// TileGrid shows any number of tiles in as many columns as fit; only those in
// view have objects. As with Rows, OnRange asks for tiles and SetTiles gives
// them.
type TileGrid struct {
	widget.BaseWidget

	// OnRange asks for the tiles first <= i < first+count, of which there may be
	// fewer.
	OnRange func(first, count int)
	// OnSelect tells which tile was chosen.
	OnSelect func(key string)

	total, first int
	data         []TileData
	selected     string
	asked        [2]int
	scroll       *container.Scroll
	content      *gridContent
}

// NewTileGrid makes an empty grid.
func NewTileGrid() *TileGrid {
	g := &TileGrid{}
	g.content = &gridContent{g: g, probe: NewTile()}
	g.content.ExtendBaseWidget(g.content)
	g.scroll = container.NewVScroll(g.content)
	g.scroll.OnScrolled = func(fyne.Position) { g.update() }
	g.ExtendBaseWidget(g)
	return g
}

// SetTiles gives the number of tiles and the window of them that starts at
// index first. The slice is kept until the next call and never changed.
func (g *TileGrid) SetTiles(total, first int, tiles []TileData) {
	grown := total != g.total
	g.total, g.first, g.data = max(total, 0), max(first, 0), tiles
	if grown {
		g.scroll.Refresh() // the height has changed
	}
	g.update()
}

// SetSelected marks a tile without an intent.
func (g *TileGrid) SetSelected(key string) {
	if g.selected != key {
		g.selected = key
		g.update()
	}
}

// columns is how many tiles lie side by side, and their size.
func (g *TileGrid) columns() (n int, size fyne.Size) {
	least := g.content.probe.MinSize()
	w := max(g.scroll.Size().Width-gridBar, least.Width)
	n = max(1, int((w+tileGap)/(least.Width+tileGap)))
	return n, fyne.NewSize((w-float32(n-1)*tileGap)/float32(n), least.Height)
}

// update shows the tiles in view.
func (g *TileGrid) update() {
	n, size := g.columns()
	line := size.Height + tileGap
	top := int(math.Max(0, float64(g.scroll.Offset.Y/line)))
	lines := int(math.Ceil(float64(g.scroll.Size().Height/line))) + 1
	first := top * n
	count := max(0, min(g.total-first, lines*n))
	g.content.show(first, count, n, size)
	want := [2]int{first, lines * n}
	if want != g.asked {
		g.asked = want
		if g.OnRange != nil {
			g.OnRange(want[0], want[1])
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (g *TileGrid) CreateRenderer() fyne.WidgetRenderer { return &gridRenderer{g} }

type gridRenderer struct{ g *TileGrid }

func (r *gridRenderer) Destroy()                     {}
func (r *gridRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.g.scroll} }
func (r *gridRenderer) MinSize() fyne.Size           { return r.g.content.probe.MinSize() }

func (r *gridRenderer) Layout(size fyne.Size) {
	r.g.scroll.Resize(size)
	r.g.update()
}

func (r *gridRenderer) Refresh() {
	r.g.scroll.Refresh()
	r.g.content.Refresh()
	r.g.update()
}

// gridContent is what scrolls: as high as all tiles, holding those in view.
type gridContent struct {
	widget.BaseWidget
	g     *TileGrid
	probe *Tile // measures what a tile needs
	tiles []*Tile
	used  int
}

// show puts tiles into view, using those there are.
func (c *gridContent) show(first, count, columns int, size fyne.Size) {
	for len(c.tiles) < count {
		t := NewTile()
		t.OnTap = c.chosen
		c.tiles = append(c.tiles, t)
	}
	for i := range count {
		index := first + i
		// A tile keeps to its place while the view scrolls by.
		t := c.tiles[index%len(c.tiles)]
		var d TileData
		if k := index - c.g.first; k >= 0 && k < len(c.g.data) {
			d = c.g.data[k]
		}
		t.SetData(d)
		t.SetSelected(d.Key != "" && d.Key == c.g.selected)
		t.Move(fyne.NewPos(float32(index%columns)*(size.Width+tileGap), float32(index/columns)*(size.Height+tileGap)))
		t.Resize(size)
		setVisible(t, true)
	}
	for i := count; i < len(c.tiles); i++ {
		setVisible(c.tiles[(first+i)%len(c.tiles)], false)
	}
	if c.used != len(c.tiles) {
		c.used = len(c.tiles)
		c.Refresh()
	}
}

func (c *gridContent) chosen(key string) {
	if key == "" {
		return
	}
	c.g.SetSelected(key)
	emit(c.g.OnSelect, key)
}

// MinSize implements fyne.CanvasObject.
func (c *gridContent) MinSize() fyne.Size {
	n, size := c.g.columns()
	lines := (c.g.total + n - 1) / n
	return fyne.NewSize(c.probe.MinSize().Width, max(0, float32(lines)*(size.Height+tileGap)-tileGap))
}

// CreateRenderer implements fyne.Widget.
func (c *gridContent) CreateRenderer() fyne.WidgetRenderer { return &gridContentRenderer{c: c} }

type gridContentRenderer struct {
	c       *gridContent
	objects []fyne.CanvasObject
}

func (r *gridContentRenderer) Destroy()           {}
func (r *gridContentRenderer) MinSize() fyne.Size { return r.c.MinSize() }
func (r *gridContentRenderer) Layout(fyne.Size)   {}

func (r *gridContentRenderer) Refresh() {
	for _, t := range r.c.tiles {
		t.Refresh()
	}
}

func (r *gridContentRenderer) Objects() []fyne.CanvasObject {
	if len(r.objects) != len(r.c.tiles) {
		r.objects = r.objects[:0]
		for _, t := range r.c.tiles {
			r.objects = append(r.objects, t)
		}
	}
	return r.objects
}
