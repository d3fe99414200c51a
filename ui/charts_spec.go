package ui

import (
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
		YMin: w.yMin, YMax: w.yMax, Style: k.chart, Legend: true,
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
	return spec
}

// seriesName is the shortest name that tells a series from the others: its
// field and as much of its topic as differs.
func seriesName(key model.SeriesKey, among []model.SeriesKey) string {
	field := strings.TrimPrefix(strings.ReplaceAll(key.Pointer, "/", " "), " ")
	levels := strings.Split(key.Topic, "/")
	common := len(levels)
	for _, other := range among {
		if other.Topic == key.Topic {
			continue
		}
		n := 0
		for _, l := range strings.Split(other.Topic, "/") {
			if n >= len(levels) || levels[n] != l {
				break
			}
			n++
		}
		common = min(common, n)
	}
	if common == len(levels) { // all of one topic
		common = max(0, len(levels)-2)
	}
	name := strings.Join(levels[common:], "/")
	if field == "" {
		return name
	}
	return name + " " + field
}
