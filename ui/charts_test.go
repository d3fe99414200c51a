package ui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
)

func key(topic, pointer string) model.SeriesKey {
	return model.SeriesKey{Topic: topic, Pointer: pointer}
}

func TestSeriesNamesTellApart(t *testing.T) {
	for _, c := range []struct {
		keys []model.SeriesKey
		want []string
	}{
		{[]model.SeriesKey{key("kitchen/thermometer", "")}, []string{"kitchen/thermometer"}},
		{[]model.SeriesKey{key("solent/ferries/red-falcon/position", "/sog")}, []string{"red-falcon/position sog"}},
		{[]model.SeriesKey{key("a/b", "/x"), key("a/b", "/y/z")}, []string{"x", "y z"}},
		{[]model.SeriesKey{key("a/b", ""), key("a/b", "/y")}, []string{"(value)", "y"}},
		{[]model.SeriesKey{key("f/one/pos", "/sog"), key("f/two/pos", "/sog")}, []string{"one", "two"}},
		{[]model.SeriesKey{key("a", ""), key("b", "")}, []string{"a", "b"}},
		{[]model.SeriesKey{key("a/b", "/x"), key("a", "/x")}, nil},
		{[]model.SeriesKey{key("x/a/b", "/v"), key("y/a/b", "/v"), key("y/c/b", "/v")}, nil},
	} {
		var got []string
		for _, k := range c.keys {
			got = append(got, seriesName(k, c.keys))
		}
		if c.want != nil && !slices.Equal(got, c.want) {
			t.Errorf("%v are named %q, want %q", c.keys, got, c.want)
		}
		sorted := slices.Sorted(slices.Values(got))
		if slices.Contains(got, "") || len(slices.Compact(sorted)) != len(c.keys) {
			t.Errorf("%v are named %q: not one name each", c.keys, got)
		}
	}
}

// charted is one chart of series.
func charted(keys ...model.SeriesKey) []Chart {
	var c Chart
	for _, k := range keys {
		c.Lines = append(c.Lines, ChartLine{Key: k})
	}
	return []Chart{c}
}

func TestChartSpecs(t *testing.T) {
	s, k := newSea(), testLook(t)
	s.fill()
	now := s.clock.now()
	charts := charted(key("solent/ferries/red-falcon/position", "/sog"), key("kitchen/thermometer", ""), key("no/such", "/x"))
	charts[0].Left = &Range{0, 20}
	low, high := 5.0, 14.0
	charts[0].Lines[0].Normal, charts[0].Lines[0].Low, charts[0].Lines[0].High = &Range{10, 12}, &low, &high
	charts[0].Lines[0].Axis = axisRight
	charts = append(charts, charted(key("solent/ferries/red-falcon/engine", "/rpm"))...)
	w := chartWant{sizes: []chartSize{{400, 200, 1}}, window: 5 * time.Minute}
	specs := chartSpecs(s.Store, &chartPast{}, charts, w, k, now)
	spec := specs[0]
	if len(specs) != 2 || len(spec.Series) != 3 || spec.Width != 400 || spec.YMax != 20 || specs[1].Width != 0 {
		t.Fatalf("the charts are %+v", specs)
	}
	if past := spec.To.Sub(now); past < 0 || past > time.Second || !specs[1].To.Equal(spec.To) || !specs[1].From.Equal(spec.From) {
		t.Errorf("the time axes are %v to %v and %v to %v, now is %v", spec.From, spec.To, specs[1].From, specs[1].To, now)
	}
	for i, n := range []int{60, 60, 0} {
		if got := len(spec.Series[i].Values); got != n {
			t.Errorf("series %d has %d samples, want %d", i, got, n)
		}
	}
	if u := spec.Series[0].Unit; u != "kn" {
		t.Errorf("the unit is %q", u)
	}
	if gap := spec.Series[0].Gap; gap < 3*time.Second || gap > 6*time.Second {
		t.Errorf("a line of samples a second apart breaks after %v", gap)
	}
	if len(spec.Bands) != 1 || spec.Bands[0].High != 12 || spec.Bands[0].Axis != plot.AxisRight {
		t.Errorf("the normal range is %+v", spec.Bands)
	}
	if l := spec.Limits; len(l) != 2 || l[0].At != 5 || l[1].At != 14 || l[1].Axis != plot.AxisRight || !strings.HasSuffix(l[1].Label, "high 14 kn") {
		t.Errorf("the thresholds are %+v", l)
	}
	w.pausedAt = noon.Add(20 * time.Second)
	if spec = chartSpecs(s.Store, &chartPast{}, charts, w, k, now)[0]; spec.To.Sub(w.pausedAt) < 0 || spec.To.Sub(w.pausedAt) > time.Second {
		t.Errorf("a paused chart ends at %v", spec.To)
	}
	w.zoomed = plot.Span{From: noon, To: noon.Add(7 * time.Second)}
	if spec = chartSpecs(s.Store, &chartPast{}, charts, w, k, now)[0]; !spec.From.Equal(noon) || !spec.To.Equal(w.zoomed.To) {
		t.Errorf("a zoomed chart shows %v to %v", spec.From, spec.To)
	}
}

// TestManyLines charts more series than there are colours: dashes tell them
// apart.
func TestManyLines(t *testing.T) {
	var keys []model.SeriesKey
	for i := range maxChartSeries {
		keys = append(keys, key("a", "/"+string(rune('a'+i))))
	}
	spec := chartSpecs(newSea().Store, &chartPast{}, charted(keys...), chartWant{window: time.Minute}, testLook(t), noon)[0]
	seen := map[string]bool{}
	for _, s := range spec.Series {
		seen[fmt.Sprint(s.Color, s.Dash)] = true
	}
	if len(seen) != maxChartSeries || maxChartSeries < 12 {
		t.Errorf("%d lines look like %d", maxChartSeries, len(seen))
	}
}

func TestChartGrowsIntoItsWindow(t *testing.T) {
	window := plot.Span{From: noon.Add(-time.Hour), To: noon}
	for ago, want := range map[time.Duration]time.Duration{
		time.Second: chartLeast, 10 * time.Minute: 10 * time.Minute, 2 * time.Hour: time.Hour,
	} {
		specs := []plot.ChartSpec{{}, {Series: []plot.Series{{Times: []int64{noon.Add(-ago).UnixNano()}, Values: []float64{1}}}}}
		if got := noon.Sub(firstSample(specs, window)); got != want {
			t.Errorf("first sample %v ago: the charts show %v, want %v", ago, got, want)
		}
	}
}

func TestLegendRows(t *testing.T) {
	k := testLook(t)
	specs := []plot.ChartSpec{{From: noon, To: noon.Add(time.Minute), Series: []plot.Series{
		{Name: "Speed", Unit: "kn", Times: []int64{noon.UnixNano(), noon.Add(time.Second).UnixNano(), noon.Add(time.Hour).UnixNano()}, Values: []float64{1, 11.25, 99}},
		{Name: "None", Dash: true},
		{Name: "Drift", Unit: "kn", Times: []int64{noon.UnixNano()}, Values: []float64{0.5}},
		{Name: "Load", Times: []int64{noon.UnixNano()}, Values: []float64{3}},
	}}}
	charts := charted(key("a", ""), key("b", ""), key("c", ""), key("d", ""))
	rows := legendRows(charts, specs, k)
	if len(rows) != 5 || texts(rows[0]) != "Chart 1|||||✕" || texts(rows[1]) != "Speed|11.25 kn|1.00|11.25|6.12|✕" ||
		texts(rows[2]) != "╌ None|–|–|–|–|✕" || texts(rows[3]) != "Drift|0.50 kn|0.50|0.50|0.50|✕" || texts(rows[4]) != "Load|3|3|3|3|✕" || rows[1].Cells[0].Color == rows[2].Cells[0].Color {
		t.Errorf("the legend is %+v", rows)
	}
	for _, r := range rows {
		if _, _, ok := parseKey(r.Key, charts); !ok {
			t.Errorf("the row %q is none of the charts", r.Key)
		}
	}
	for _, bad := range []string{"", "x", "-1", "1", "0/4", "0/-1", "0/x", "0/"} {
		if _, _, ok := parseKey(bad, charts); ok {
			t.Errorf("%q is a row", bad)
		}
	}
}

func TestNumbersOfASeriesAreWrittenAlike(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{0, 0}, "0 0"},
		{[]float64{7.92, 6, 8.586}, "7.920 6.000 8.586"},
		{[]float64{11.7, 6, 11.7}, "11.7 6.0 11.7"},
		{[]float64{3, 12}, "3 12"},
		{[]float64{-0.7, 0.011}, "-0.700 0.011"},
		{[]float64{0.0012345}, "0.001234"},
		{[]float64{12345.6, 1}, "12346 1"},
		{[]float64{1e9, 0.5}, "1000000000 0.5"},
		{[]float64{math.Inf(1), 2.5, math.NaN()}, "∞ 2.5 –"},
	} {
		if got := strings.Join(alike(c.values...), " "); got != c.want {
			t.Errorf("%v are written %q, want %q", c.values, got, c.want)
		}
	}
}
