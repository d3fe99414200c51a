package widgets

import (
	"image"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// BarView is a value as the length of a bar, with the parts of its range that are
// not normal along its foot.
type BarView struct{ rangeView }

// NewBarView makes a bar without a value.
func NewBarView() *BarView {
	b := &BarView{rangeView{data: noMeter()}}
	b.look = b
	b.ExtendBaseWidget(b)
	return b
}

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
	b.bands(func(from, to float64, ink fyne.ThemeColorName) { fill(from, to, h-foot, h, ink) })
	if at, ok := b.data.share(b.data.Value); ok {
		fill(0, at, 0, h-foot-gap, b.data.trace())
		tip := 1.2 * k / float64(w)
		fill(math.Max(0, at-tip), math.Min(1, at+tip), 0, h-foot-gap, theme.ColorNameForeground)
	}
	return img
}

func (b *BarView) least() fyne.Size { return fyne.NewSize(80, 34) }

func (b *BarView) place(r *rangeRenderer, size fyne.Size) {
	small := b.Theme().Size(theme.SizeNameCaptionText)
	ends := size.Height >= 62
	foot := float32(0)
	if ends {
		foot = lineHeight(small)
	}
	big := fitText(b.data.Text, size.Width*0.7, (size.Height-foot)*0.46)
	unit := max(small, big*0.5)
	r.reading(big, unit)
	placeText(r.value, 0, 0, 0, lineHeight(big))
	placeText(r.unit, r.value.MinSize().Width+big*0.2, (big-unit)*1.08, 0, lineHeight(unit))
	top := lineHeight(big) + 2
	r.picture.Move(fyne.NewPos(0, top))
	r.picture.Resize(fyne.NewSize(size.Width, max(6, size.Height-foot-top-1)))
	r.ends(ends, small)
	placeText(r.low, 0, size.Height-foot, 0, foot)
	placeText(r.high, size.Width-r.high.MinSize().Width, size.Height-foot, 0, foot)
}
