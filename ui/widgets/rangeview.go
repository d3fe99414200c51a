package widgets

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// rangeView is what a dial and a bar have in common: a value in a range, drawn into a
// picture, with the value, its unit and the ends of the range in words.
type rangeView struct {
	widget.BaseWidget

	data      Meter
	low, high string // the ends of the range in words
	look      rangeLook
	view      *rangeRenderer
}

// rangeLook is how the range looks.
type rangeLook interface {
	fyne.Widget
	themer
	// draw draws the picture, in pixels; place puts it and the words into a size.
	draw(w, h int) image.Image
	place(r *rangeRenderer, size fyne.Size)
	// least is the least size.
	least() fyne.Size
}

// noMeter is a meter without a value.
func noMeter() Meter { return Meter{Text: "–", Value: math.NaN()} }

// SetMeter shows a value; low and high are the ends of the range as they are to
// be read.
func (v *rangeView) SetMeter(m Meter, low, high string) {
	if v.data.equal(&m) && v.low == low && v.high == high {
		return
	}
	v.data, v.low, v.high = m, low, high
	if v.view != nil {
		v.view.Refresh()
	}
}

// Meter is the value shown.
func (v *rangeView) Meter() Meter { return v.data }

// CreateRenderer implements fyne.Widget.
func (v *rangeView) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	v.view = &rangeRenderer{v: v, picture: canvas.NewRaster(v.look.draw), value: text(), unit: text(), low: text(), high: text()}
	v.view.Layout(v.look.Size())
	return v.view
}

type rangeRenderer struct {
	v                      *rangeView
	picture                *canvas.Raster
	value, unit, low, high *canvas.Text
}

func (r *rangeRenderer) Destroy() {
	if r.v.view == r {
		r.v.view = nil
	}
}

func (r *rangeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.picture, r.value, r.unit, r.low, r.high}
}

func (r *rangeRenderer) MinSize() fyne.Size { return r.v.look.least() }

func (r *rangeRenderer) Layout(size fyne.Size) { r.v.look.place(r, size) }

func (r *rangeRenderer) Refresh() {
	r.v.look.place(r, r.v.look.Size())
	r.picture.Refresh()
}

// ends writes the ends of the range, or hides them.
func (r *rangeRenderer) ends(shown bool, size float32) {
	ink := colorOf(r.v.look, ColorMuted)
	setVisible(r.low, shown)
	setVisible(r.high, shown)
	setText(r.low, r.v.low, size, ink, fyne.TextStyle{})
	setText(r.high, r.v.high, size, ink, fyne.TextStyle{})
}

// reading writes the value and its unit in their sizes.
func (r *rangeRenderer) reading(value, unit float32) {
	d, o := &r.v.data, r.v.look
	setText(r.value, d.Text, value, colorOf(o, d.ink()), fyne.TextStyle{})
	setText(r.unit, d.Unit, unit, colorOf(o, ColorMuted), fyne.TextStyle{})
}

// bands calls fill for the parts of the range that are not normal, in shares of it.
func (v *rangeView) bands(fill func(from, to float64, ink fyne.ThemeColorName)) {
	for _, b := range v.data.Bands {
		from, ok1 := v.data.share(b.From)
		to, ok2 := v.data.share(b.To)
		if ok1 && ok2 && to > from && b.Level.color() != "" {
			fill(from, to, b.Level.color())
		}
	}
}
