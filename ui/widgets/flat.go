package widgets

import (
	"image"
	"image/draw"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// Penman is what a theme may be beside a fyne.Theme: it has fonts that draw plain
// text into pictures. Widgets of many small texts then draw them into one picture
// each: what a window costs to paint goes by how many objects there are, far more
// than by their size, and every new text is a texture of its own.
type Penman interface {
	// Pen is the font of a style, nil for none. It is the same at each call.
	Pen(fyne.TextStyle) *plot.Font
}

// flat draws texts, lines and rasters, its parts, into one picture. The parts are
// sized and placed as if they were objects beside it, and know nothing of it. What it
// cannot draw is left to Fyne, in an object above the picture: texts with characters
// that have to be shaped or that its fonts lack, and all texts where the theme is no
// [Penman]. Touch tells of changes, settle shows them.
type flat struct {
	raster  *canvas.Raster
	left    *fyne.Container // parts that Fyne draws
	parts   []fyne.CanvasObject
	drawn   []fyne.CanvasObject // those that are in the picture
	pens    func(fyne.TextStyle) *plot.Font
	bases   map[textKind]baseline
	pix     *image.RGBA
	touched bool
}

// textKind is a size and style of text.
type textKind struct {
	size  float32
	style fyne.TextStyle
}

// baseline is where a kind of text has it and how high it is, both in logical units.
type baseline struct{ y, height float32 }

// pictured is a widget that a flat can draw.
type pictured interface {
	fyne.CanvasObject
	picture(w, h int) image.Image
}

func newFlat(parts ...fyne.CanvasObject) *flat {
	f := &flat{parts: parts, bases: map[textKind]baseline{}, touched: true}
	f.left = container.New(remainder{f: f})
	f.raster = canvas.NewRaster(f.draw)
	f.raster.ScaleMode = canvas.ImageScalePixels // it is as large as it is shown
	f.raster.Hide()
	return f
}

// remainder lays out nothing: the parts that Fyne draws lie where the others do.
type remainder struct {
	unmeasured
	f *flat
}

// Drawn lists the parts that are in the picture: for whoever looks for what is shown
// among objects.
func (r remainder) Drawn() []fyne.CanvasObject { return r.f.drawn }

// dress takes the fonts of a theme.
func (f *flat) dress(th fyne.Theme) {
	f.pens = nil
	if p, ok := th.(Penman); ok {
		f.pens = p.Pen
	}
	clear(f.bases)
	f.touched = true
}

// touch tells that a part has changed.
func (f *flat) touch(o fyne.CanvasObject) {
	f.touched = true
	if slices.Contains(f.left.Objects, o) {
		o.Refresh()
	}
}

// settle shows what was changed since the last time, and reports whether anything was.
func (f *flat) settle() bool {
	if !f.touched {
		return false
	}
	f.touched, f.drawn = false, f.drawn[:0]
	var left []fyne.CanvasObject
	var box area
	for _, o := range f.parts {
		switch {
		case !o.Visible():
		case f.draws(o):
			f.drawn = append(f.drawn, o)
			box.include(f.place(o))
		default:
			left = append(left, o)
		}
	}
	if !slices.Equal(left, f.left.Objects) {
		f.left.Objects = left
		f.left.Refresh()
	}
	f.spread(box)
	return true
}

// spread puts the picture where there is something to draw.
func (f *flat) spread(box area) {
	if box.empty() {
		f.raster.Hide()
		return
	}
	pos, size := box.whole()
	f.raster.Move(pos)
	if f.raster.Size() != size {
		f.raster.Resize(size) // refreshes too
	} else {
		f.raster.Refresh()
	}
	f.raster.Show()
}

// draws tells whether f can draw a part.
func (f *flat) draws(o fyne.CanvasObject) bool {
	t, ok := o.(*canvas.Text)
	if !ok {
		return true
	}
	pen := f.pen(t)
	return pen != nil && pen.Plain(t.Text)
}

func (f *flat) pen(t *canvas.Text) *plot.Font {
	if f.pens == nil || t.TextStyle.Underline || t.TextStyle.Strikethrough || t.TextStyle.Italic {
		return nil
	}
	return f.pens(t.TextStyle)
}

// place is where a part is drawn.
func (f *flat) place(o fyne.CanvasObject) area {
	switch o := o.(type) {
	case *canvas.Text:
		if o.Text == "" {
			return area{}
		}
		x, top := f.corner(o)
		b := f.base(o)
		return area{x - 1, top, x + float32(f.pen(o).Measure(o.Text, float64(o.TextSize))) + 1, top + b.height}
	case *canvas.Line:
		const air = 2 // for its width
		a, b := o.Position1, o.Position2
		return area{min(a.X, b.X) - air, min(a.Y, b.Y) - air, max(a.X, b.X) + air, max(a.Y, b.Y) + air}
	}
	pos, size := o.Position(), o.Size()
	return area{pos.X, pos.Y, pos.X + size.Width, pos.Y + size.Height}
}

// corner is the upper left corner of a text, which is in the middle of its room.
func (f *flat) corner(t *canvas.Text) (x, y float32) {
	pos, size := t.Position(), t.Size()
	if t.Alignment != fyne.TextAlignLeading {
		room := size.Width - float32(f.pen(t).Measure(t.Text, float64(t.TextSize)))
		if t.Alignment == fyne.TextAlignCenter {
			room /= 2
		}
		pos.X += room
	}
	return pos.X, pos.Y + max(0, (size.Height-f.base(t).height)/2)
}

// base asks Fyne, once for each kind of text.
func (f *flat) base(t *canvas.Text) baseline {
	key := textKind{t.TextSize, t.TextStyle}
	b, ok := f.bases[key]
	if !ok {
		size, y := fyne.CurrentApp().Driver().RenderedTextSize("x", t.TextSize, t.TextStyle, nil)
		b = baseline{y, size.Height}
		f.bases[key] = b
	}
	return b
}

// draw is the raster's generator. Fyne is through with a picture when it asks for the
// next.
func (f *flat) draw(w, h int) image.Image {
	if f.pix == nil || f.pix.Rect.Dx() != w || f.pix.Rect.Dy() != h {
		f.pix = image.NewRGBA(image.Rect(0, 0, w, h))
	} else {
		clear(f.pix.Pix)
	}
	d := drawing{f: f, scale: float32(h) / max(1, f.raster.Size().Height), origin: f.raster.Position()}
	for _, o := range f.drawn {
		d.part(o)
	}
	return f.pix
}

// drawing is one picture in the making.
type drawing struct {
	f      *flat
	scale  float32
	origin fyne.Position
}

// x and y are in pixels of the picture what they are in logical units.
func (d *drawing) x(x float32) float64 { return float64((x - d.origin.X) * d.scale) }
func (d *drawing) y(y float32) float64 { return float64((y - d.origin.Y) * d.scale) }

func (d *drawing) part(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *canvas.Text:
		x, top := d.f.corner(o)
		under := math.Round(d.y(top)) + math.Ceil(float64(d.f.base(o).y*d.scale)) // as Fyne has it
		d.f.pen(o).Draw(d.f.pix, o.Text, d.x(x), under, float64(o.TextSize*d.scale), o.Color)
	case *canvas.Line:
		plot.Stroke(d.f.pix, d.x(o.Position1.X), d.y(o.Position1.Y), d.x(o.Position2.X), d.y(o.Position2.Y), float64(o.StrokeWidth*d.scale), o.StrokeColor)
	case *canvas.Raster:
		d.lay(o, o.Generator)
	case pictured:
		d.lay(o, o.picture)
	}
}

// lay puts a picture where its object is.
func (d *drawing) lay(o fyne.CanvasObject, picture func(w, h int) image.Image) {
	pos, size := o.Position(), o.Size()
	at := image.Pt(int(math.Round(d.x(pos.X))), int(math.Round(d.y(pos.Y))))
	w, h := int(math.Round(float64(size.Width*d.scale))), int(math.Round(float64(size.Height*d.scale)))
	if w <= 0 || h <= 0 {
		return
	}
	m := picture(w, h)
	draw.Draw(d.f.pix, image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}, m, m.Bounds().Min, draw.Over)
}

// area is a rectangle in logical units.
type area struct{ x0, y0, x1, y1 float32 }

func (a *area) empty() bool { return a.x1 <= a.x0 || a.y1 <= a.y0 }

// include makes a hold b too.
func (a *area) include(b area) {
	switch {
	case b.empty():
	case a.empty():
		*a = b
	default:
		*a = area{min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1)}
	}
}

// whole is the smallest rectangle of whole units that holds a.
func (a *area) whole() (fyne.Position, fyne.Size) {
	floor := func(v float32) float32 { return float32(math.Floor(float64(v))) }
	x, y := floor(a.x0), floor(a.y0)
	return fyne.NewPos(x, y), fyne.NewSize(-floor(-a.x1)-x, -floor(-a.y1)-y)
}
