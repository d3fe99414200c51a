package plot

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"strings"
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
	img, err := j.draw(spec.Into, true)
	return img, j.layout, err
}

// draw draws the chart into a picture of its size, or a new one, with or without
// its series, and finds its layout.
func (j *chartJob) draw(into *image.RGBA, traces bool) (*image.RGBA, error) {
	var r *imageRenderer
	newRenderer := func(w, h int) (chart.Renderer, error) {
		r = newImageRenderer(into, w, h, j.spec.Style.Font)
		return r, nil
	}
	if err := j.render(newRenderer, &chart.ImageWriter{}, traces); err != nil {
		return nil, err
	}
	return r.img, nil
}

// render has go-chart draw; a second time if the first one shows that there is
// more room to leave beside the plot.
func (j *chartJob) render(with chart.RendererProvider, w io.Writer, traces bool) error {
	if j.spec.LeftRoom > 0 || j.spec.RightRoom > 0 {
		j.shift = [2]int{}
		measured := func(int, int) (chart.Renderer, error) { return newImageRenderer(nil, 1, 1, j.spec.Style.Font), nil }
		c := j.chart(false)
		if err := c.Render(measured, &chart.ImageWriter{}); err != nil {
			return j.fail(err)
		}
		left, right := j.layout.Room()
		j.shift = [2]int{max(0, j.spec.LeftRoom-left), max(0, j.spec.RightRoom-right)}
		if wide := j.layout.Plot.Dx() - j.shift[0] - j.shift[1]; wide < j.layout.Plot.Dx()/2 {
			j.shift = [2]int{} // rather out of line than too narrow to read
		}
	}
	c := j.chart(traces)
	return j.fail(c.Render(with, w))
}

// fail says which chart could not be drawn.
func (j *chartJob) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("draw chart of %d series, %d x %d pixels: %w", len(j.spec.Series), j.w, j.h, err)
}

// chartJob is one chart in the making.
type chartJob struct {
	spec     ChartSpec
	w, h     int
	k        float64 // pixels per logical unit
	text     float64 // text size in pixels
	from, to int64
	known    bool // the time axis is known
	axes     axes
	shift    [2]int        // room beside the axes, in pixels, that they do not need
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
	j.axes = assign(spec.Series)
	for _, side := range []axisSide{leftAxis, rightAxis} {
		lo, hi := spec.valueRange(side, j.axes.of, j.from, j.to)
		j.values[side] = [2]float64{lo, hi}
	}
	return j
}

func clampSide(n int) int { return max(16, min(n, 8192)) }

// pad is the air round the plot in pixels.
func (j *chartJob) pad() chart.Box {
	side := int(8 * j.k)
	top := int(j.text + 10*j.k)
	if !j.spec.Legend && j.axes.unit(leftAxis)+j.axes.unit(rightAxis) == "" {
		top = side
	}
	right := side
	if !j.axes.used[rightAxis] {
		right = int(16 * j.k)
	}
	return chart.Box{Top: top, Left: side + j.shift[0], Right: right + j.shift[1], Bottom: int(6 * j.k)}
}

// chart describes the picture to go-chart. Series are measured on its
// secondary axis, which is the one on the left.
func (j *chartJob) chart(traces bool) chart.Chart {
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
		XAxis: chart.XAxis{Style: axis, Range: newTickRange(0, float64(j.to-j.from), j.ended(xTicks)),
			GridLines: gridLines(xTicks), GridMajorStyle: grid},
		YAxisSecondary: chart.YAxis{Style: axis, Range: newTickRange(j.values[leftAxis][0], j.values[leftAxis][1], left),
			GridLines: gridLines(left), GridMajorStyle: grid},
		YAxis: chart.YAxis{Style: chart.Hidden(), Range: newTickRange(0, 1, nil)},
	}
	if j.axes.used[rightAxis] {
		lo, hi := j.values[rightAxis][0], j.values[rightAxis][1]
		c.YAxis = chart.YAxis{Style: axis, Range: newTickRange(lo, hi, valueTicks(lo, hi, rows)), GridLines: []chart.GridLine{{Value: lo}}}
		if !j.axes.used[leftAxis] {
			c.YAxis.GridLines, c.YAxis.GridMajorStyle = gridLines(valueTicks(lo, hi, rows)), grid
			c.YAxisSecondary.Range, c.YAxisSecondary.GridLines = newTickRange(0, 1, nil), []chart.GridLine{{}}
		}
	}
	c.Series = []chart.Series{marks{j}} // go-chart refuses a chart without series
	if traces {
		for i := range j.spec.Series {
			c.Series = append(c.Series, j.trace(i))
		}
	}
	c.Elements = []chart.Renderable{j.finish}
	return c
}

// ended adds a tick at each end of the time axis, whose label is as wide as the widest
// of the others and empty. go-chart moves the plot away from labels that stand beyond
// it, and without these it would do so only while one stands there: the plot would
// breathe as time passes.
func (j *chartJob) ended(ticks []tick) []tick {
	font := j.spec.Style.Font
	var wide float64
	for _, t := range ticks {
		wide = max(wide, font.Measure(t.label, j.text))
	}
	space := font.Measure(" ", j.text)
	if wide == 0 || space <= 0 {
		return ticks
	}
	blank := strings.Repeat(" ", int(math.Ceil(wide/space)))
	return append(ticks, tick{0, blank}, tick{float64(j.to - j.from), blank})
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

func (j *chartJob) trace(i int) trace { return trace{j: j, s: &j.spec.Series[i], side: j.axes.of[i]} }

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
	// dash is the length of dashes and of the gaps between them; 0 for none.
	polyline(run []xy, width, dash float64, c color.Color, clip chart.Box)
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
	dash := 0.0
	if t.s.Dash {
		dash = dashLength * t.j.k
	}
	y := func(v float64) float64 { return l.yOf(t.side, v) }
	for _, run := range t.s.runs(t.j.from, t.j.to, l.xOf, y) {
		for _, piece := range edge.clip(run) {
			if fine, ok := r.(liner); ok {
				fine.polyline(piece, width, dash, t.s.Color, cb)
			} else {
				coarse(r, piece, width, dash, t.s.Color)
			}
		}
	}
}

// dashLength is the length of a dash in logical units.
const dashLength = 4

// coarse draws on whole pixels, which is all that go-chart's SVG knows.
func coarse(r chart.Renderer, run []xy, width, dash float64, c color.Color) {
	r.SetStrokeColor(ink(c))
	r.SetStrokeWidth(width)
	r.SetStrokeDashArray(nil)
	if dash > 0 {
		r.SetStrokeDashArray([]float64{dash, dash})
	}
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
	if u := j.axes.unit(leftAxis); u != "" {
		w := r.MeasureText(u).Width()
		at := max(int(2*j.k), cb.Left-w-int(10*j.k))
		r.Text(u, at, y)
		x = max(x, at+w+int(12*j.k))
	}
	end := cb.Right
	if u := j.axes.unit(rightAxis); u != "" {
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
		more := 0 // room to say how many there are besides
		if i < len(j.spec.Series)-1 {
			more = r.MeasureText("+00").Width() + int(16*j.k)
		}
		if x+key+gap+w+more > end {
			r.SetFontColor(ink(st.Muted))
			r.Text(fmt.Sprintf("+%d", len(j.spec.Series)-i), x, y)
			return
		}
		mid := y - int(j.text*0.34)
		r.SetStrokeColor(ink(s.Color))
		r.SetStrokeWidth(2.5 * j.k)
		r.SetStrokeDashArray(nil)
		r.MoveTo(x, mid)
		if s.Dash { // two dashes
			r.LineTo(x+key*2/5, mid)
			r.Stroke()
			r.MoveTo(x+key*3/5, mid)
		}
		r.LineTo(x+key, mid)
		r.Stroke()
		r.SetFontColor(ink(st.Text))
		r.Text(name, x+key+gap, y)
		x += key + gap + w + int(16*j.k)
	}
}
