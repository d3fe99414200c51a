package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// PaletteItem is one thing that a search found.
type PaletteItem struct {
	// Key names it in OnChoose; it must be unique among the results.
	Key string
	// Title is what it is called, Detail tells more, Category what kind of
	// thing it is: device, topic, page, action.
	Title, Detail, Category string
	Status                  Status
}

// maxPaletteRows is how many results are in view.
const maxPaletteRows = 9

// Palette searches everything: an entry with results beneath, over the page.
// It opens over a canvas and closes when something is chosen, on escape, or on
// a tap beside it.
type Palette struct {
	widget.BaseWidget

	// OnQuery tells what is searched for; answer with SetResults.
	OnQuery func(text string)
	// OnChoose tells what was chosen; the palette has closed by then.
	OnChoose func(key string)
	// OnClose tells that the palette has closed.
	OnClose func()

	entry   *paletteEntry
	rows    *Rows
	results []PaletteItem
	canvas  fyne.Canvas
	before  fyne.Focusable
}

var _ fyne.Tappable = (*Palette)(nil)

// NewPalette makes a closed palette with a place holder for its entry.
func NewPalette(placeHolder string) *Palette {
	p := &Palette{}
	p.entry = &paletteEntry{p: p}
	p.entry.ExtendBaseWidget(p.entry)
	p.entry.SetPlaceHolder(placeHolder)
	p.entry.OnChanged = func(text string) { emit(p.OnQuery, text) }
	p.rows = NewRowsWithoutHeader([]Column{{Width: 160, Weight: 2}, {Width: 120, Weight: 2}, {Width: 80, Align: fyne.TextAlignTrailing}})
	p.rows.OnActivate = p.choose
	p.rows.OnSelect = func(key string) {
		if p.entry.moving { // by keyboard: marked, not chosen
			return
		}
		p.choose(key)
	}
	p.ExtendBaseWidget(p)
	return p
}

// Open shows the palette over a canvas and asks for the results of an empty
// search.
func (p *Palette) Open(c fyne.Canvas) {
	if p.canvas != nil {
		return
	}
	p.canvas, p.before = c, c.Focused()
	p.entry.Text = ""
	p.entry.Refresh()
	c.Overlays().Add(p)
	p.Resize(c.Size())
	c.Focus(p.entry)
	emit(p.OnQuery, "")
}

// IsOpen reports whether the palette is shown.
func (p *Palette) IsOpen() bool { return p.canvas != nil }

// Close hides the palette and gives the focus back.
func (p *Palette) Close() {
	if p.canvas == nil {
		return
	}
	c := p.canvas
	p.canvas = nil
	c.Overlays().Remove(p)
	if p.before != nil {
		c.Focus(p.before)
	}
	if p.OnClose != nil {
		p.OnClose()
	}
}

// SetResults shows what was found, best first; the first is marked.
func (p *Palette) SetResults(items []PaletteItem) {
	p.results = items
	rows := make([]Row, len(items))
	for i, it := range items {
		rows[i] = Row{Key: it.Key, Status: it.Status, Cells: []Cell{{Text: it.Title}, {Text: it.Detail, Color: ColorMuted}, {Text: it.Category, Color: ColorMuted}}}
	}
	kinds := make([]string, len(items))
	for i := range items {
		kinds[i] = items[i].Category
	}
	p.rows.Widen(2, kinds)
	p.rows.SetOffset(0)
	p.rows.SetRows(len(rows), 0, rows)
	first := ""
	if len(rows) > 0 {
		first = rows[0].Key
	}
	p.rows.SetSelected(first)
	p.Refresh()
}

func (p *Palette) choose(key string) {
	if key == "" {
		return
	}
	p.Close()
	emit(p.OnChoose, key)
}

// Tapped implements fyne.Tappable: a tap beside the results closes.
func (p *Palette) Tapped(*fyne.PointEvent) { p.Close() }

// paletteEntry passes the keys that belong to the results on to them.
type paletteEntry struct {
	widget.Entry
	p      *Palette
	moving bool
}

// TypedKey implements fyne.Focusable.
func (e *paletteEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		e.p.Close()
	case fyne.KeyReturn, fyne.KeyEnter:
		e.p.choose(e.p.rows.Selected())
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
		e.moving = true
		e.p.rows.TypedKey(k)
		e.moving = false
	default:
		e.Entry.TypedKey(k)
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Palette) CreateRenderer() fyne.WidgetRenderer {
	r := &paletteRenderer{p: p, scrim: canvas.NewRectangle(color.Transparent), card: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type paletteRenderer struct {
	p           *Palette
	scrim, card *canvas.Rectangle
}

func (r *paletteRenderer) Destroy()           {}
func (r *paletteRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 120) }
func (r *paletteRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.scrim, r.card, r.p.entry, r.p.rows}
}

func (r *paletteRenderer) Layout(size fyne.Size) {
	r.scrim.Resize(size)
	w := min(640, size.Width-32)
	x, y := (size.Width-w)/2, min(72, size.Height*0.12)
	entry := r.p.entry.MinSize().Height
	list := float32(min(len(r.p.results), maxPaletteRows)) * r.p.rows.rowHeight()
	list = min(list, max(0, size.Height-y-entry-48))
	r.card.Move(fyne.NewPos(x, y))
	h := entry + 16
	if list > 0 {
		h += list + 8
	}
	r.card.Resize(fyne.NewSize(w, h))
	r.p.entry.Move(fyne.NewPos(x+8, y+8))
	r.p.entry.Resize(fyne.NewSize(w-16, entry))
	setVisible(r.p.rows, list > 0)
	r.p.rows.Move(fyne.NewPos(x+8, y+entry+16))
	r.p.rows.Resize(fyne.NewSize(w-16, list))
}

func (r *paletteRenderer) Refresh() {
	r.scrim.FillColor = color.NRGBA{A: 110}
	r.scrim.Refresh()
	c := r.card
	c.CornerRadius, c.FillColor, c.StrokeColor, c.StrokeWidth = 10, colorOf(r.p, ColorSurface), colorOf(r.p, ColorBorder), 1
	c.Shadow = canvas.Shadow{Color: color.NRGBA{A: 110}, BlurRadius: 24, Offset: fyne.NewPos(0, 8)}
	c.Refresh()
	r.Layout(r.p.Size())
}
