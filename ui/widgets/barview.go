package widgets

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// BarView is a value as the length of a bar, with the parts of its range that are
// not normal along its foot.
type BarView struct {
	widget.BaseWidget

	data      Meter
	low, high string
	view      *barRenderer
}

// NewBarView makes a bar without a value.
func NewBarView() *BarView {
	b := &BarView{data: Meter{Text: "–", Value: math.NaN()}}
	b.ExtendBaseWidget(b)
	return b
}

// SetMeter shows a value; low and high are the ends of the range as they are to
// be read.
func (b *BarView) SetMeter(m Meter, low, high string) {
	if b.data.equal(&m) && b.low == low && b.high == high {
		return
	}
	b.data, b.low, b.high = m, low, high
	if b.view != nil {
		b.view.update()
		b.view.bar.Refresh()
	}
}

// Meter is the value shown.
func (b *BarView) Meter() Meter { return b.data }

func (b *BarView) draw(w, h int) image.Image {
	img := emptyPicture(w, h)
	k := pixelsPer(w, b)
	foot := int(math.Max(2*k, float64(h)*0.14))
	gap := int(math.Ceil(k))
	fill := func(from, to float64, top, bottom int, name fyne.ThemeColorName) {
		area := image.Rect(int(math.Round(from*float64(w))), top, int(math.Round(to*float64(w))), bottom)
		draw.Draw(img, area, image.NewUniform(colorOf(b, name)), image.Point{}, draw.Src)
	}
	fill(0, 1, 0, h-foot-gap, ColorBorder)
	for _, band := range b.data.Bands {
		from, ok1 := b.data.share(band.From)
		to, ok2 := b.data.share(band.To)
		if ok1 && ok2 && band.Level.color() != "" {
			fill(from, to, h-foot, h, band.Level.color())
		}
	}
	if at, ok := b.data.share(b.data.Value); ok {
		fill(0, at, 0, h-foot-gap, b.data.trace())
		tip := 1.2 * k / float64(w)
		fill(math.Max(0, at-tip), math.Min(1, at+tip), 0, h-foot-gap, theme.ColorNameForeground)
	}
	return img
}

// CreateRenderer implements fyne.Widget.
func (b *BarView) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	b.view = &barRenderer{b: b, bar: canvas.NewRaster(b.draw), value: text(), unit: text(), low: text(), high: text()}
	b.view.update()
	return b.view
}

type barRenderer struct {
	b                      *BarView
	bar                    *canvas.Raster
	value, unit, low, high *canvas.Text
}

func (r *barRenderer) Destroy() {
	if r.b.view == r {
		r.b.view = nil
	}
}

func (r *barRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.bar, r.value, r.unit, r.low, r.high}
}
func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 34) }
func (r *barRenderer) Layout(fyne.Size)   { r.update() }
func (r *barRenderer) Refresh()           { r.update(); r.bar.Refresh() }

func (r *barRenderer) update() {
	b, size := r.b, r.b.Size()
	small := b.Theme().Size(theme.SizeNameCaptionText)
	ends := size.Height >= 62
	foot := float32(0)
	if ends {
		foot = lineHeight(small)
	}
	big := fitText(b.data.Text, size.Width*0.7, (size.Height-foot)*0.46)
	unit := max(small, big*0.5)
	setText(r.value, b.data.Text, big, colorOf(b, b.data.ink()), fyne.TextStyle{})
	setText(r.unit, b.data.Unit, unit, colorOf(b, ColorMuted), fyne.TextStyle{})
	placeText(r.value, 0, 0, 0, lineHeight(big))
	placeText(r.unit, r.value.MinSize().Width+big*0.2, (big-unit)*1.08, 0, lineHeight(unit))
	top := lineHeight(big) + 2
	r.bar.Move(fyne.NewPos(0, top))
	r.bar.Resize(fyne.NewSize(size.Width, max(6, size.Height-foot-top-1)))
	for _, t := range []*canvas.Text{r.low, r.high} {
		setVisible(t, ends)
	}
	setText(r.low, b.low, small, colorOf(b, ColorMuted), fyne.TextStyle{})
	setText(r.high, b.high, small, colorOf(b, ColorMuted), fyne.TextStyle{})
	placeText(r.low, 0, size.Height-foot, 0, foot)
	placeText(r.high, size.Width-r.high.MinSize().Width, size.Height-foot, 0, foot)
}
