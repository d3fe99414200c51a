package ui

import (
	"image/color"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// chartGap is after how many learned intervals without a sample a line breaks.
const chartGap = 5

// chartWant is what the main goroutine asks of the next charts.
type chartWant struct {
	sizes  []chartSize // of each chart, as far as known
	window time.Duration
	// pausedAt freezes the view there; zero is live.
	pausedAt time.Time
	// zoomed is the time that is shown instead; zero for none.
	zoomed plot.Span
}

// chartSize is the size of a chart's picture in pixels, at pixels per logical
// unit.
type chartSize struct {
	width, height int
	scale         float64
}

// still tells whether what is shown stands still.
func (w *chartWant) still() bool { return !w.pausedAt.IsZero() || w.zoomed.Length() > 0 }

// widest is the width of the widest chart in pixels.
func (w *chartWant) widest() int {
	n := 0
	for _, s := range w.sizes {
		n = max(n, s.width)
	}
	return n
}

// chartSpecs gathers the samples of all charts, which share their time axis; what
// the store has no more comes from older.
func chartSpecs(store *model.Store, older *chartPast, charts []Chart, w chartWant, k *look, now time.Time) []plot.ChartSpec {
	to := now
	if !w.pausedAt.IsZero() {
		to = w.pausedAt
	}
	span := plot.Span{From: to.Add(-w.window), To: to}
	if w.zoomed.Length() > 0 {
		span = w.zoomed
	}
	specs := make([]plot.ChartSpec, len(charts))
	for i := range charts {
		specs[i] = chartSpec(store, &charts[i], span, k)
		if i < len(w.sizes) {
			specs[i].Width, specs[i].Height, specs[i].Scale = w.sizes[i].width, w.sizes[i].height, w.sizes[i].scale
		}
	}
	older.extend(specs, charts, span, w.widest())
	if w.zoomed.Length() == 0 {
		span.From = firstSample(specs, span)
		span = span.Snap(w.widest())
	}
	for i := range specs {
		specs[i].From, specs[i].To = span.From, span.To
	}
	return specs
}

// chartSpec gathers the samples of one chart.
func chartSpec(store *model.Store, c *Chart, span plot.Span, k *look) plot.ChartSpec {
	spec := plot.ChartSpec{From: span.From, To: span.To, Style: k.chart}
	if c.Left != nil {
		spec.YMin, spec.YMax = c.Left.Min, c.Left.Max
	}
	if c.Right != nil {
		spec.RightMin, spec.RightMax = c.Right.Min, c.Right.Max
	}
	keys := c.keys()
	for i := range c.Lines {
		l := &c.Lines[i]
		s := plot.Series{
			Name: seriesName(l.Key, keys), Unit: model.UnitOf(l.Key.Pointer), Axis: l.axis(),
			Color: k.traces[i%len(k.traces)], Dash: i >= len(k.traces), Step: l.Step,
		}
		s.Times, s.Values = store.Series(l.Key, span.From, nil, nil)
		if info, ok := store.Topic(l.Key.Topic); ok && info.Cadence > 0 && !l.Step {
			s.Gap = max(chartGap*info.Cadence, 3*time.Second)
		}
		spec.Series = append(spec.Series, s)
	}
	marks(&spec, c, k)
	return spec
}

// bandShade is how strongly a normal range is shaded.
const bandShade = 0.10

// marks adds the normal ranges and thresholds of the lines. They lie on the axis
// that their line is measured on.
func marks(spec *plot.ChartSpec, c *Chart, k *look) {
	for i := range c.Lines {
		l, s := &c.Lines[i], &spec.Series[i]
		axis := plot.AxisOf(spec.Series, i)
		if l.Normal != nil {
			spec.Bands = append(spec.Bands, plot.Band{Low: l.Normal.Min, High: l.Normal.Max, Axis: axis, Color: faded(s.Color, bandShade)})
		}
		for _, t := range []struct {
			word string
			at   *float64
		}{{i18n.T("low"), l.Low}, {i18n.T("high"), l.High}} {
			if t.at != nil {
				label := s.Name + ": " + t.word + " " + formatUnit(formatValue(*t.at, -1), s.Unit)
				spec.Limits = append(spec.Limits, plot.Limit{At: *t.at, Axis: axis, Label: label, Color: k.ink(widgets.ColorLate)})
			}
		}
	}
}

// faded is c with its opacity multiplied by k.
func faded(c color.Color, k float64) color.NRGBA {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA) // the model makes nothing else
	n.A = uint8(float64(n.A)*k + 0.5)
	return n
}

func (c *Chart) keys() []model.SeriesKey {
	keys := make([]model.SeriesKey, len(c.Lines))
	for i, l := range c.Lines {
		keys[i] = l.Key
	}
	return keys
}

// chartLeast is the least time a chart shows by itself.
const chartLeast = time.Minute

// firstSample is where charts begin: at the window's start, or, while there is
// less than the window to see, at the first sample.
func firstSample(specs []plot.ChartSpec, window plot.Span) time.Time {
	first := window.To.Add(-chartLeast)
	for i := range specs {
		for k := range specs[i].Series {
			if t := specs[i].Series[k].Times; len(t) > 0 && t[0] < first.UnixNano() {
				first = time.Unix(0, t[0])
			}
		}
	}
	if first.Before(window.From) {
		return window.From
	}
	return first
}

// seriesName is the shortest name that tells a series from the others on the
// chart: the levels of its topic between those that all begin with and those
// that all end with, and its field where that differs. Series of one topic are
// named by their field alone; a series by itself by its last levels and field.
func seriesName(key model.SeriesKey, among []model.SeriesKey) string {
	levels := strings.Split(key.Topic, "/")
	front, back, sameField := len(levels), len(levels), true
	topics := 0
	for _, other := range among {
		sameField = sameField && other.Pointer == key.Pointer
		if other.Topic == key.Topic {
			continue
		}
		topics++
		theirs := strings.Split(other.Topic, "/")
		front = min(front, shared(levels, theirs))
		slices.Reverse(theirs)
		back = min(back, shared(reversed(levels), theirs))
	}
	field := strings.TrimPrefix(strings.ReplaceAll(key.Pointer, "/", " "), " ")
	if topics == 0 {
		if len(among) > 1 {
			return orElse(field, bareName())
		}
		return strings.TrimSpace(strings.Join(levels[max(0, len(levels)-2):], "/") + " " + field)
	}
	end := len(levels)
	if sameField {
		field, end = "", max(len(levels)-back, front+1)
	}
	front = min(front, len(levels)-1)
	return strings.TrimSpace(strings.Join(levels[front:min(max(end, front+1), len(levels))], "/") + " " + field)
}

// shared is how many elements a and b begin with in common.
func shared(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reversed(a []string) []string {
	out := slices.Clone(a)
	slices.Reverse(out)
	return out
}
