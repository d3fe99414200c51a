package plot

import (
	"image/color"
	"math"

	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// Band is a range of values that is shaded, such as the normal range of a
// reading. An infinite end reaches to the edge of the plot.
type Band struct {
	Low, High float64
	// Axis is the axis it is measured on; AxisByUnit is the left one.
	Axis  Axis
	Color color.Color
}

// Limit is a threshold: a level line with a label.
type Limit struct {
	At float64
	// Axis is the axis it is measured on; AxisByUnit is the left one. An axis
	// that is not fixed is stretched to show its limits.
	Axis  Axis
	Label string
	Color color.Color
}

// withLimits stretches a range to the limits of an axis.
func (c *ChartSpec) withLimits(side axisSide, lo, hi float64) (float64, float64) {
	for _, l := range c.Limits {
		if l.Axis.side() == side && finite(l.At) {
			lo, hi = min(lo, tame(l.At)), max(hi, tame(l.At))
		}
	}
	return lo, hi
}

// marks draws the bands and limits; it implements chart.Series, so that
// go-chart draws them after the grid and before the series.
type marks struct{ j *chartJob }

func (m marks) GetName() string           { return "" }
func (m marks) GetStyle() chart.Style     { return chart.Style{} }
func (m marks) GetYAxis() chart.YAxisType { return chart.YAxisSecondary }
func (m marks) Validate() error           { return nil }

// Render implements chart.Series.
func (m marks) Render(r chart.Renderer, cb chart.Box, _, _ chart.Range, _ chart.Style) {
	if cb.Width() <= 0 || cb.Height() <= 0 {
		return
	}
	l := m.j.layoutIn(cb)
	for _, b := range m.j.spec.Bands {
		m.band(r, cb, &l, b)
	}
	for _, at := range m.j.spec.Limits {
		m.limit(r, cb, &l, at)
	}
}

// row is the pixel row of a value, at the plot's edge if it lies beyond.
func row(l *Layout, side axisSide, v float64) int {
	y := l.yOf(side, tame(v))
	return int(math.Round(math.Max(float64(l.Plot.Min.Y), math.Min(float64(l.Plot.Max.Y), y))))
}

func (m marks) band(r chart.Renderer, cb chart.Box, l *Layout, b Band) {
	if b.Color == nil || !(b.High > b.Low) {
		return
	}
	top, bottom := row(l, b.Axis.side(), b.High), row(l, b.Axis.side(), b.Low)
	if bottom <= top {
		return
	}
	r.SetStrokeColor(drawing.Color{})
	r.SetStrokeWidth(0)
	r.SetFillColor(ink(b.Color))
	r.MoveTo(cb.Left, top)
	r.LineTo(cb.Right, top)
	r.LineTo(cb.Right, bottom)
	r.LineTo(cb.Left, bottom)
	r.Close()
	r.Fill()
}

// limit draws a level line, with its label above it at the end of its axis, or
// below it when there is no room above.
func (m marks) limit(r chart.Renderer, cb chart.Box, l *Layout, at Limit) {
	side, k := at.Axis.side(), m.j.k
	if v := l.values[side]; at.Color == nil || !(at.At >= v[0] && at.At <= v[1]) {
		return
	}
	y := row(l, side, at.At)
	r.SetStrokeColor(ink(at.Color))
	r.SetStrokeWidth(math.Max(1, math.Floor(1.25*k)))
	r.SetStrokeDashArray(nil)
	r.MoveTo(cb.Left, y)
	r.LineTo(cb.Right, y)
	r.Stroke()
	if at.Label == "" {
		return
	}
	st := &m.j.spec.Style
	size := m.j.text * 0.92
	r.SetFont(st.Font.truetype())
	r.SetFontSize(size)
	r.SetFontColor(ink(at.Color))
	text := st.Font.Cut(at.Label, size, float64(cb.Width())/2)
	x := cb.Left + int(5*k)
	if side == rightAxis {
		x = cb.Right - r.MeasureText(text).Width() - int(5*k)
	}
	base := y - int(4*k)
	if base-int(size) < cb.Top {
		base = y + int(size) + int(3*k)
	}
	r.Text(text, x, base)
}
