package ui

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/pilothouse/pilothouse/model"
)

func TestChartSet(t *testing.T) {
	c := newChartSet(nil)
	for i := range maxCharts * maxChartSeries {
		if !c.add(key("a", string(rune('a'+i)))) {
			t.Fatalf("series %d was refused", i)
		}
	}
	if c.add(key("b", "")) || c.begin() {
		t.Error("more than there is room for")
	}
	if !c.add(key("a", "a")) || len(c.list()) != maxCharts*maxChartSeries {
		t.Error("a series twice")
	}
	c.remove(key("a", "a"))
	if c.has(key("a", "a")) || !c.add(key("b", "")) || !c.has(key("b", "")) {
		t.Error("no room after one was taken off")
	}
	c.removeChart(99)
	c.removeChart(0)
	if n := len(c.get()); n != maxCharts-1 {
		t.Errorf("%d charts are left", n)
	}
}

// TestChartForANewSeries puts series of three units where their axes are.
func TestChartForANewSeries(t *testing.T) {
	c := newChartSet(nil)
	add := func(pointers ...string) {
		for _, p := range pointers {
			c.add(key("a", p))
		}
	}
	shape := func() (n []int) {
		for _, ch := range c.get() {
			n = append(n, len(ch.Lines))
		}
		return n
	}
	add("/sog", "/rpm", "/oil_temp_c", "/stw", "/humidity")
	if got := shape(); !reflect.DeepEqual(got, []int{3, 2}) {
		t.Errorf("the charts hold %v series", got)
	}
	c.choose(1)
	add("/battery", "/sog2")
	if got := shape(); !reflect.DeepEqual(got, []int{3, 4}) {
		t.Errorf("with the second chart chosen they hold %v", got)
	}
	if !c.begin() {
		t.Fatal("no room for a third chart")
	}
	add("/rpm2")
	if got := shape(); !reflect.DeepEqual(got, []int{3, 4, 1}) {
		t.Errorf("with a new chart they hold %v", got)
	}
	c.remove(key("a", "/rpm2"))
	if got := shape(); !reflect.DeepEqual(got, []int{3, 4}) {
		t.Errorf("without its only series the third chart is left: %v", got)
	}
}

func TestChartsAreRemembered(t *testing.T) {
	high := 14.0
	want := []Chart{
		{Title: "Speeds", Left: &Range{0, 20}, Lines: []ChartLine{{Key: key("a", "/sog"), Axis: axisRight, Step: true, Normal: &Range{1, 2}, High: &high}}},
		{},
	}
	raw, err := json.Marshal(Settings{Charts: want})
	if err != nil {
		t.Fatal(err)
	}
	var got Settings
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if c := newChartSet(chartsOf(&got)).get(); !reflect.DeepEqual(c, want) {
		t.Errorf("%s comes back as %+v", raw, c)
	}
	if raw, err = json.Marshal(Settings{Charts: []Chart{}}); err != nil {
		t.Fatal(err)
	}
	got = Settings{Chart: []model.SeriesKey{key("a", "")}}
	if err := json.Unmarshal(raw, &got); err != nil || got.Charts == nil {
		t.Errorf("that all was taken off is forgotten: %s, %v", raw, err)
	}
	old := Settings{Chart: []model.SeriesKey{key("a", ""), key("b", "")}}
	if c := chartsOf(&old); len(c) != 1 || len(c[0].Lines) != 2 {
		t.Errorf("the series of an older version are %+v", c)
	}
}

// TestChartsFromOutside bounds what a settings file can ask for.
func TestChartsFromOutside(t *testing.T) {
	nan := math.NaN()
	c := Chart{Title: "\xff", Left: &Range{2, 1}, Right: &Range{math.Inf(-1), 1}}
	for range 100 {
		c.Lines = append(c.Lines, ChartLine{Axis: "up", Normal: &Range{1, 1}, Low: &nan})
	}
	got := bounded(append(make([]Chart, 3), append(make([]Chart, 100), c)...))
	if len(got) != maxCharts {
		t.Errorf("%d charts", len(got))
	}
	one := bounded([]Chart{c})[0]
	if len(one.Lines) != maxChartSeries || one.Left != nil || one.Right != nil || one.Title != "" ||
		one.Lines[0].Normal != nil || one.Lines[0].Low != nil || one.Lines[0].axis() != 0 {
		t.Errorf("the chart is %+v", one)
	}
}
