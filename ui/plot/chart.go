package plot

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"time"

	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// Chart draws spec and returns the picture and where things are in it. Empty,
// constant and wild data are drawn as well as can be; an error means that the
// font is missing or that the chart cannot be laid out at all.
func Chart(spec ChartSpec) (*image.RGBA, Layout, error) {
	if spec.Style.Font == nil {
		return nil, Layout{}, errors.New("draw chart: the style has no font")
	}
	j := newChartJob(spec)
	var r *imageRenderer
	newRenderer := func(w, h int) (chart.Renderer, error) {
		r = newImageRenderer(spec.Into, w, h, spec.Style.Font)
		return r, nil
	}
	c := j.chart()
	if err := c.Render(newRenderer, &chart.ImageWriter{}); err != nil {
		return nil, Layout{}, fmt.Errorf("draw chart of %d series, %d x %d pixels: %w", len(spec.Series), j.w, j.h, err)
	}
	return r.img, j.layout, nil
}

// chartJob is one chart in the making.
type chartJob struct {
	spec     ChartSpec
	w, h     int
	k        float64 // pixels per logical unit
	text     float64 // text size in pixels
	from, to int64
	known    bool // the time axis is known
	of       []axisSide
	units    [2]string
	right    bool
	values   [2][2]float64 // least and greatest of each axis
	loc      *time.Location
	layout   Layout
}

func newChartJob(spec ChartSpec) *chartJob {
	j := &chartJob{spec: spec, w: clampSide(spec.Width), h: clampSide(spec.Height), k: spec.Scale, loc: spec.Location}
	if j.k <= 0 || !finite(j.k) {
		j.k = 1
	}
	if j.loc == nil {
		j.loc = time.Local
	}
	j.text = spec.Style.TextSize * j.k
	if j.text <= 0 {
		j.text = 11 * j.k
	}
	j.from, j.to, j.known = spec.timeRange()
	j.of, j.units, j.right = sides(spec.Series)
	for _, side := range []axisSide{leftAxis, rightAxis} {
		lo, hi := spec.valueRange(side, j.of, j.from, j.to)
		j.values[side] = [2]float64{lo, hi}
	}
	return j
}

func clampSide(n int) int { return max(16, min(n, 8192)) }

// pad is the air round the plot in pixels.
func (j *chartJob) pad() chart.Box {
	side := int(8 * j.k)
	top := int(j.text + 10*j.k)
	if !j.spec.Legend && j.units == [2]string{} {
		top = side
	}
	right := side
	if !j.right {
		right = int(16 * j.k)
	}
	return chart.Box{Top: top, Left: side, Right: right, Bottom: int(6 * j.k)}
}

// chart describes the picture to go-chart. Series are measured on its
// secondary axis, which is the one on the left.
func (j *chartJob) chart() chart.Chart {
	st := &j.spec.Style
	axis := chart.Style{FontSize: j.text, FontColor: ink(st.Muted), StrokeColor: ink(st.Axis), StrokeWidth: math.Max(1, math.Floor(j.k))}
	grid := chart.Style{StrokeColor: ink(st.Grid), StrokeWidth: math.Max(1, math.Floor(j.k))}
	xTicks := []tick{}
	if j.known {
		xTicks = timeTicks(j.from, j.to, max(1, int(float64(j.w)/(9*j.text))), j.loc)
	}
	rows := max(1, int(float64(j.h)/(3.6*j.text)))
	left := valueTicks(j.values[leftAxis][0], j.values[leftAxis][1], rows)
	c := chart.Chart{
		Width: j.w, Height: j.h, DPI: 72,
		Font:       st.Font.truetype(),
		Background: chart.Style{FillColor: ink(st.Background), Padding: j.pad()},
		Canvas:     chart.Style{FillColor: ink(st.Plot)},
		XAxis: chart.XAxis{Style: axis, Range: newTickRange(0, float64(j.to-j.from), xTicks),
			GridLines: gridLines(xTicks), GridMajorStyle: grid},
		YAxisSecondary: chart.YAxis{Style: axis, Range: newTickRange(j.values[leftAxis][0], j.values[leftAxis][1], left),
			GridLines: gridLines(left), GridMajorStyle: grid},
		YAxis: chart.YAxis{Style: chart.Hidden(), Range: newTickRange(0, 1, nil)},
	}
	if j.right {
		lo, hi := j.values[rightAxis][0], j.values[rightAxis][1]
		c.YAxis = chart.YAxis{Style: axis, Range: newTickRange(lo, hi, valueTicks(lo, hi, rows)), GridLines: []chart.GridLine{{Value: lo}}}
	}
	for i := range j.spec.Series {
		c.Series = append(c.Series, trace{j: j, s: &j.spec.Series[i], side: j.of[i]})
	}
	if len(c.Series) == 0 { // go-chart refuses a chart without series
		c.Series = []chart.Series{trace{j: j, s: &Series{}, side: leftAxis}}
	}
	c.Elements = []chart.Renderable{j.finish}
	return c
}

// ink converts a colour; nil is transparent.
func ink(c color.Color) drawing.Color {
	if c == nil {
		return drawing.Color{}
	}
	n := plain(c)
	return drawing.Color{R: n.R, G: n.G, B: n.B, A: n.A}
}

func gridLines(ticks []tick) []chart.GridLine {
	out := make([]chart.GridLine, 0, len(ticks))
	for _, t := range ticks {
		out = append(out, chart.GridLine{Value: t.at})
	}
	return out
}

// trace draws one series; it implements chart.Series.
type trace struct {
	j    *chartJob
	s    *Series
	side axisSide
}

func (t trace) GetName() string       { return t.s.Name }
func (t trace) GetStyle() chart.Style { return chart.Style{} }
func (t trace) Validate() error       { return nil }

func (t trace) GetYAxis() chart.YAxisType {
	if t.side == rightAxis {
		return chart.YAxisPrimary
	}
	return chart.YAxisSecondary
}

// liner is a renderer that draws lines between pixels.
type liner interface {
	polyline(run []xy, width float64, c color.Color, clip chart.Box)
}

// Render implements chart.Series. It thins the points out before it draws.
func (t trace) Render(r chart.Renderer, cb chart.Box, _, _ chart.Range, _ chart.Style) {
	if t.s.Color == nil || t.s.len() == 0 || cb.Width() <= 0 || cb.Height() <= 0 {
		return
	}
	l := t.j.layoutIn(cb)
	width := t.j.spec.Style.LineWidth * t.j.k
	if width <= 0 {
		width = 1.6 * t.j.k
	}
	edge := box{float64(cb.Left), float64(cb.Top) - width, float64(cb.Right), float64(cb.Bottom) + width}
	y := func(v float64) float64 { return l.yOf(t.side, v) }
	for _, run := range t.s.runs(t.j.from, t.j.to, l.xOf, y) {
		for _, piece := range edge.clip(run) {
			if fine, ok := r.(liner); ok {
				fine.polyline(piece, width, t.s.Color, cb)
			} else {
				coarse(r, piece, width, t.s.Color)
			}
		}
	}
}

// coarse draws on whole pixels, which is all that go-chart's SVG knows.
func coarse(r chart.Renderer, run []xy, width float64, c color.Color) {
	r.SetStrokeColor(ink(c))
	r.SetStrokeWidth(width)
	r.SetStrokeDashArray(nil)
	r.SetFillColor(drawing.Color{})
	if len(run) == 1 {
		r.SetFillColor(ink(c))
		r.Circle(width, int(run[0].x), int(run[0].y))
		r.FillStroke()
		return
	}
	for i, p := range run {
		if i == 0 {
			r.MoveTo(int(math.Round(p.x)), int(math.Round(p.y)))
		} else {
			r.LineTo(int(math.Round(p.x)), int(math.Round(p.y)))
		}
	}
	r.Stroke()
}

// finish writes units and legend above the plot and notes the layout.
func (j *chartJob) finish(r chart.Renderer, cb chart.Box, _ chart.Style) {
	j.layout = j.layoutIn(cb)
	st := &j.spec.Style
	r.SetFont(st.Font.truetype())
	r.SetFontSize(j.text)
	r.SetFontColor(ink(st.Muted))
	y := cb.Top - int(7*j.k)
	x := cb.Left
	if u := j.units[leftAxis]; u != "" {
		w := r.MeasureText(u).Width()
		at := max(int(2*j.k), cb.Left-w-int(10*j.k))
		r.Text(u, at, y)
		x = max(x, at+w+int(12*j.k))
	}
	end := cb.Right
	if u := j.units[rightAxis]; u != "" {
		w := r.MeasureText(u).Width()
		end = min(cb.Right+int(10*j.k), j.w-w-int(2*j.k))
		r.Text(u, end, y)
	}
	if j.spec.Legend {
		j.legend(r, x, end-int(8*j.k), y)
	}
}

// legend names the series from x on, as far as there is room.
func (j *chartJob) legend(r chart.Renderer, x, end, y int) {
	st := &j.spec.Style
	key, gap := int(12*j.k), int(6*j.k)
	for i := range j.spec.Series {
		s := &j.spec.Series[i]
		name := st.Font.Cut(s.Name, j.text, 200*j.k)
		w := r.MeasureText(name).Width()
		if x+key+gap+w > end {
			r.SetFontColor(ink(st.Muted))
			r.Text(fmt.Sprintf("+%d", len(j.spec.Series)-i), x, y)
			return
		}
		mid := y - int(j.text*0.34)
		r.SetStrokeColor(ink(s.Color))
		r.SetStrokeWidth(2.5 * j.k)
		r.SetStrokeDashArray(nil)
		r.MoveTo(x, mid)
		r.LineTo(x+key, mid)
		r.Stroke()
		r.SetFontColor(ink(st.Text))
		r.Text(name, x+key+gap, y)
		x += key + gap + w + int(16*j.k)
	}
}
