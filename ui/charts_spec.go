package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// maxChartSeries is how many series one chart shows: as many as there are
// colours that can be told apart.
const maxChartSeries = 8

// chartGap is after how many learned intervals without a sample a line breaks.
const chartGap = 5

// chartWant is what the main goroutine asks of the next chart.
type chartWant struct {
	width, height int
	scale         float64
	series        []model.SeriesKey
	window        time.Duration
	// pausedAt freezes the view there; zero is live.
	pausedAt   time.Time
	yMin, yMax float64 // fixed when yMax > yMin
}

// chartSpec gathers the samples of a chart.
func chartSpec(store *model.Store, w chartWant, k *look, now time.Time) plot.ChartSpec {
	to := now
	if !w.pausedAt.IsZero() {
		to = w.pausedAt
	}
	spec := plot.ChartSpec{
		Width: w.width, Height: w.height, Scale: w.scale, From: to.Add(-w.window), To: to,
		YMin: w.yMin, YMax: w.yMax, Style: k.chart,
	}
	for i, key := range w.series {
		at, values := store.Series(key, spec.From, nil, nil)
		s := plot.Series{
			Name: seriesName(key, w.series), Unit: model.UnitOf(key.Pointer), Color: k.traces[i%len(k.traces)],
			Times: at, Values: values,
		}
		if info, ok := store.Topic(key.Topic); ok && info.Cadence > 0 {
			s.Gap = max(chartGap*info.Cadence, 3*time.Second)
		}
		spec.Series = append(spec.Series, s)
	}
	spec.From = firstSample(spec)
	return spec
}

// chartLeast is the least time a chart shows.
const chartLeast = time.Minute

// firstSample is where a chart begins: at the window's start, or, while there is
// less than the window to see, at the first sample.
func firstSample(spec plot.ChartSpec) time.Time {
	first := spec.To.Add(-chartLeast)
	for i := range spec.Series {
		if t := spec.Series[i].Times; len(t) > 0 && t[0] < first.UnixNano() {
			first = time.Unix(0, t[0])
		}
	}
	if first.Before(spec.From) {
		return spec.From
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
			return orElse(field, "(value)")
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
