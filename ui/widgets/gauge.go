package widgets

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/vector"
)

// Gauge is a value on a dial, with the parts of its range that are not normal.
type Gauge struct{ rangeView }

// NewGauge makes a dial without a value.
func NewGauge() *Gauge {
	g := &Gauge{rangeView{data: noMeter()}}
	g.look = g
	g.ExtendBaseWidget(g)
	return g
}

// The dial runs clockwise over 240 degrees, from the lower left.
const (
	dialStart = 150 * math.Pi / 180
	dialSweep = 240 * math.Pi / 180
)

// dial is the geometry of the dial in a size: its middle and radius.
func dial(w, h float64) (cx, cy, radius float64) {
	high := 1 + math.Sin(dialStart) // of the arc, in radii
	radius = math.Max(1, math.Min(w/2, h/high)-1)
	return w / 2, (h-radius*high)/2 + radius, radius
}

func (g *Gauge) draw(w, h int) image.Image {
	img := emptyPicture(w, h)
	k := pixelsPer(w, g)
	cx, cy, r := dial(float64(w), float64(h))
	thick := math.Max(4*k, r*0.15)
	arc := func(from, to, outer, thick float64, c color.Color) {
		fillArc(img, cx, cy, outer, outer-thick, dialStart+from*dialSweep, dialStart+to*dialSweep, c)
	}
	rim := math.Max(2*k, r*0.035)
	body := r - rim - math.Max(1.5*k, r*0.02)
	arc(0, 1, body, thick, colorOf(g, ColorBorder))
	g.bands(func(from, to float64, ink fyne.ThemeColorName) { arc(from, to, r, rim, colorOf(g, ink)) })
	at, ok := g.data.share(g.data.Value)
	if !ok {
		return img
	}
	arc(0, at, body, thick, colorOf(g, g.data.trace()))
	tip := 1.4 * k / body / dialSweep // the end is marked: an arc of no length must show too
	arc(at-tip, at+tip, body+rim*0.6, thick+rim*1.2, colorOf(g, theme.ColorNameForeground))
	return img
}

// fillArc fills a part of a ring between two radii and two angles, clockwise.
func fillArc(img *image.RGBA, cx, cy, outer, inner, from, to float64, c color.Color) {
	b := img.Bounds()
	z := vector.NewRasterizer(b.Dx(), b.Dy())
	steps := max(2, int(math.Ceil((to-from)*outer/2)))
	point := func(r, a float64) (x, y float32) { return float32(cx + r*math.Cos(a)), float32(cy + r*math.Sin(a)) }
	z.MoveTo(point(outer, from))
	for i := 1; i <= steps; i++ {
		z.LineTo(point(outer, from+(to-from)*float64(i)/float64(steps)))
	}
	for i := steps; i >= 0; i-- {
		z.LineTo(point(inner, from+(to-from)*float64(i)/float64(steps)))
	}
	z.ClosePath()
	z.DrawOp = draw.Over
	z.Draw(img, b, image.NewUniform(c), image.Point{})
}

func (g *Gauge) least() fyne.Size { return fyne.NewSize(72, 60) }

func (g *Gauge) place(r *rangeRenderer, size fyne.Size) {
	r.picture.Resize(size)
	cx, cy, radius := dial(float64(size.Width), float64(size.Height))
	x, y, in := float32(cx), float32(cy), float32(radius)
	big := fitText(g.data.Text, in*1.2, in*0.52)
	small := max(9, min(g.Theme().Size(theme.SizeNameCaptionText)*1.4, in*0.17))
	r.reading(big, small)
	centre := func(t *canvas.Text, x, y, size float32) {
		placeText(t, x-t.MinSize().Width/2, y, 0, lineHeight(size))
	}
	centre(r.value, x, y-lineHeight(big)*0.56, big)
	centre(r.unit, x, y+big*0.52, small)
	r.ends(in > 34, small)
	foot := y + in*float32(math.Sin(dialStart)) - lineHeight(small)*0.75
	across := in * float32(math.Cos(math.Pi-dialStart)) * 0.66
	centre(r.low, x-across, foot, small)
	centre(r.high, x+across, foot, small)
}
