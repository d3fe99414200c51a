package plot

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"github.com/golang/freetype/truetype"
	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// imageRenderer draws what go-chart asks for with this package's brush and
// font. It is a chart.Renderer and a liner. It differs from go-chart's own in
// that grid lines are sharp, traces run between pixels and text is drawn from
// kept glyphs, at a fraction of the time. It never rotates text: no chart here
// asks for it.
type imageRenderer struct {
	img  *image.RGBA
	b    *brush
	font *Font

	stroke, fill, text drawing.Color
	width, size        float64
	pts                []point
}

var (
	_ chart.Renderer = (*imageRenderer)(nil)
	_ liner          = (*imageRenderer)(nil)
)

func newImageRenderer(into *image.RGBA, w, h int, font *Font) *imageRenderer {
	if into == nil || into.Rect != image.Rect(0, 0, w, h) {
		into = image.NewRGBA(image.Rect(0, 0, w, h))
	} else {
		draw.Draw(into, into.Rect, image.Transparent, image.Point{}, draw.Src)
	}
	return &imageRenderer{img: into, b: newBrush(into), font: font}
}

func nrgba(c drawing.Color) color.NRGBA { return color.NRGBA{c.R, c.G, c.B, c.A} }

// ResetStyle implements chart.Renderer.
func (r *imageRenderer) ResetStyle() {
	r.stroke, r.fill, r.text, r.width, r.size = drawing.Color{}, drawing.Color{}, drawing.Color{}, 0, 0
}

// GetDPI implements chart.Renderer: sizes of text are pixels.
func (r *imageRenderer) GetDPI() float64 { return 72 }

// SetDPI implements chart.Renderer.
func (r *imageRenderer) SetDPI(float64) {}

// SetClassName implements chart.Renderer; pixels have no class.
func (r *imageRenderer) SetClassName(string) {}

// SetStrokeColor implements chart.Renderer.
func (r *imageRenderer) SetStrokeColor(c drawing.Color) { r.stroke = c }

// SetFillColor implements chart.Renderer.
func (r *imageRenderer) SetFillColor(c drawing.Color) { r.fill = c }

// SetStrokeWidth implements chart.Renderer.
func (r *imageRenderer) SetStrokeWidth(w float64) { r.width = w }

// SetStrokeDashArray implements chart.Renderer; charts here have no dashes.
func (r *imageRenderer) SetStrokeDashArray([]float64) {}

// MoveTo implements chart.Renderer.
func (r *imageRenderer) MoveTo(x, y int) { r.pts = append(r.pts[:0], point{float32(x), float32(y)}) }

// LineTo implements chart.Renderer.
func (r *imageRenderer) LineTo(x, y int) { r.pts = append(r.pts, point{float32(x), float32(y)}) }

// QuadCurveTo implements chart.Renderer, as a straight line to its end.
func (r *imageRenderer) QuadCurveTo(_, _, x, y int) { r.LineTo(x, y) }

// ArcTo implements chart.Renderer; angles are in radians.
func (r *imageRenderer) ArcTo(cx, cy int, rx, ry, start, delta float64) {
	n := int(arcSteps(math.Max(rx, ry)))
	for i := 0; i <= n; i++ {
		s, c := math.Sincos(start + delta*float64(i)/float64(n))
		r.pts = append(r.pts, point{float32(float64(cx) + rx*c), float32(float64(cy) + ry*s)})
	}
}

// Close implements chart.Renderer.
func (r *imageRenderer) Close() {
	if len(r.pts) > 0 {
		r.pts = append(r.pts, r.pts[0])
	}
}

// Stroke implements chart.Renderer.
func (r *imageRenderer) Stroke() {
	if r.width > 0 && r.stroke.A > 0 {
		if len(r.pts) == 2 && (r.pts[0].X == r.pts[1].X || r.pts[0].Y == r.pts[1].Y) {
			r.sharp(r.pts[0], r.pts[1])
		} else {
			r.b.path.polyline(r.pts, float32(r.width))
		}
		r.b.fill(nrgba(r.stroke))
	}
	r.pts = r.pts[:0]
}

// sharp adds an upright or level line on whole pixels.
func (r *imageRenderer) sharp(a, b point) {
	w := float32(math.Max(1, math.Round(r.width)))
	x0, x1, y0, y1 := min(a.X, b.X), max(a.X, b.X), min(a.Y, b.Y), max(a.Y, b.Y)
	if x0 == x1 {
		x0 -= float32(math.Floor(float64(w / 2)))
		x1 = x0 + w
	} else {
		y0 -= float32(math.Floor(float64(w / 2)))
		y1 = y0 + w
	}
	r.b.path.rect(x0, y0, x1, y1)
}

// Fill implements chart.Renderer.
func (r *imageRenderer) Fill() {
	if r.fill.A > 0 && len(r.pts) > 2 {
		r.b.path.add(r.pts...)
		r.b.fill(nrgba(r.fill))
	}
	r.pts = r.pts[:0]
}

// FillStroke implements chart.Renderer.
func (r *imageRenderer) FillStroke() {
	pts := append([]point(nil), r.pts...)
	r.Fill()
	r.pts = append(r.pts, pts...)
	r.Stroke()
}

// Circle implements chart.Renderer.
func (r *imageRenderer) Circle(radius float64, x, y int) {
	r.pts = r.pts[:0]
	r.ArcTo(x, y, radius, radius, 0, 2*math.Pi)
}

// SetFont implements chart.Renderer; the renderer has its own font.
func (r *imageRenderer) SetFont(*truetype.Font) {}

// SetFontColor implements chart.Renderer.
func (r *imageRenderer) SetFontColor(c drawing.Color) { r.text = c }

// SetFontSize implements chart.Renderer.
func (r *imageRenderer) SetFontSize(size float64) { r.size = size }

// Text implements chart.Renderer.
func (r *imageRenderer) Text(body string, x, y int) {
	r.font.Draw(r.img, body, float64(x), float64(y), r.size, nrgba(r.text))
}

// capHeight is the height of figures and capitals as a share of the size.
const capHeight = 0.72

// MeasureText implements chart.Renderer.
func (r *imageRenderer) MeasureText(body string) chart.Box {
	return chart.Box{Right: int(math.Ceil(r.font.Measure(body, r.size))), Bottom: int(math.Round(r.size * capHeight))}
}

// SetTextRotation implements chart.Renderer; see imageRenderer.
func (r *imageRenderer) SetTextRotation(float64) {}

// ClearTextRotation implements chart.Renderer.
func (r *imageRenderer) ClearTextRotation() {}

// Save implements chart.Renderer.
func (r *imageRenderer) Save(w io.Writer) error {
	if c, ok := w.(chart.RGBACollector); ok {
		c.SetRGBA(r.img)
		return nil
	}
	return png.Encode(w, r.img)
}

// polyline implements liner.
func (r *imageRenderer) polyline(run []xy, width, dash float64, c color.Color, clip chart.Box) {
	r.b.clip = image.Rect(clip.Left, clip.Top-int(width), clip.Right, clip.Bottom+int(width)).Intersect(r.img.Rect)
	defer func() { r.b.clip = r.img.Rect }()
	if len(run) == 1 {
		r.b.path.circle(run[0].x, run[0].y, width)
	} else {
		pts := r.pts[:0]
		for _, p := range run {
			pts = append(pts, point{float32(p.x), float32(p.y)})
		}
		if dash > 0 {
			r.b.path.dashed(pts, float32(width), dash, dash)
		} else {
			r.b.path.polyline(pts, float32(width))
		}
		r.pts = pts[:0]
	}
	r.b.fill(c)
}
