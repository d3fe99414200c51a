package ui

import (
	"slices"
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

func TestChartSpec(t *testing.T) {
	s, k := newSea(), testLook(t)
	s.fill()
	now := s.clock.now()
	w := chartWant{width: 400, height: 200, scale: 1, window: 5 * time.Minute, yMin: 0, yMax: 20, series: []model.SeriesKey{
		key("solent/ferries/red-falcon/position", "/sog"), key("kitchen/thermometer", ""), key("no/such", "/x"),
	}}
	spec := chartSpec(s.Store, w, k, now)
	if len(spec.Series) != 3 || spec.Width != 400 || spec.YMax != 20 || !spec.To.Equal(now) {
		t.Fatalf("the chart is %+v", spec)
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
	w.pausedAt = noon.Add(20 * time.Second)
	if spec = chartSpec(s.Store, w, k, now); !spec.To.Equal(w.pausedAt) {
		t.Errorf("a paused chart ends at %v", spec.To)
	}
}

func TestChartGrowsIntoItsWindow(t *testing.T) {
	spec := plot.ChartSpec{From: noon.Add(-time.Hour), To: noon}
	for ago, want := range map[time.Duration]time.Duration{
		time.Second: chartLeast, 10 * time.Minute: 10 * time.Minute, 2 * time.Hour: time.Hour,
	} {
		spec.Series = []plot.Series{{Times: []int64{noon.Add(-ago).UnixNano()}, Values: []float64{1}}}
		if got := noon.Sub(firstSample(spec)); got != want {
			t.Errorf("first sample %v ago: the chart shows %v, want %v", ago, got, want)
		}
	}
}

func TestLegendRows(t *testing.T) {
	k := testLook(t)
	spec := plot.ChartSpec{Series: []plot.Series{{Name: "Speed", Unit: "kn", Values: []float64{1, 11.25}}, {Name: "None"}}}
	rows := legendRows(spec, k)
	if len(rows) != 2 || texts(rows[0]) != "Speed|11.25 kn|✕" || texts(rows[1]) != "None|–|✕" || rows[0].Cells[0].Color == rows[1].Cells[0].Color {
		t.Errorf("the legend is %+v", rows)
	}
}

func TestChartSet(t *testing.T) {
	var c chartSet
	for i := range maxChartSeries {
		if !c.add(key("a", string(rune('a'+i)))) {
			t.Fatalf("series %d was refused", i)
		}
	}
	if c.add(key("b", "")) {
		t.Error("more series than colours")
	}
	if !c.add(key("a", "a")) || len(c.list()) != maxChartSeries {
		t.Error("a series twice")
	}
	c.remove(key("a", "a"))
	if c.has(key("a", "a")) || !c.add(key("b", "")) {
		t.Error("a removed series still takes room")
	}
}
