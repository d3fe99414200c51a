package ui

import (
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/model"
)

// The bounds of what is charted: as many series on a chart as there are colours
// and dashes that can be told apart, and as many charts as a window has room for.
const (
	maxChartSeries = 16
	maxCharts      = 12
)

// chartSet is the charts of the page with their series, in order. Any goroutine
// may use it.
type chartSet struct {
	mu     sync.Mutex
	charts []Chart
	// chosen is the chart that a new series goes to, as far as there is room;
	// -1 for the one that its unit suits.
	chosen int
}

func newChartSet(charts []Chart) *chartSet {
	return &chartSet{charts: bounded(charts), chosen: -1}
}

// get is a copy of the charts.
func (c *chartSet) get() []Chart {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cloneCharts(c.charts)
}

// update changes the charts. They are made to keep within bounds.
func (c *chartSet) update(f func([]Chart) []Chart) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.charts = bounded(f(c.charts))
	if c.chosen >= len(c.charts) {
		c.chosen = -1
	}
}

// choose makes a chart the one that new series go to.
func (c *chartSet) choose(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chosen = i
}

// begin adds an empty chart, which new series go to; it reports false when there
// are as many as there may be.
func (c *chartSet) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.charts) >= maxCharts {
		return false
	}
	c.charts = append(c.charts, Chart{})
	c.chosen = len(c.charts) - 1
	return true
}

func (c *chartSet) has(key model.SeriesKey) bool {
	return slices.Contains(c.list(), key)
}

// add puts a series on a chart: the chosen one, else the first that its unit
// suits, else a new one. It reports false when there is no room.
func (c *chartSet) add(key model.SeriesKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.charts, func(ch Chart) bool { return ch.holds(key) }) {
		return true
	}
	at := c.chosen
	if at < 0 || at >= len(c.charts) || len(c.charts[at].Lines) >= maxChartSeries {
		at = slices.IndexFunc(c.charts, func(ch Chart) bool { return ch.suits(model.UnitOf(key.Pointer)) })
	}
	if at < 0 {
		if len(c.charts) >= maxCharts {
			return false
		}
		c.charts = append(c.charts, Chart{})
		at = len(c.charts) - 1
	}
	c.charts[at].Lines = append(c.charts[at].Lines, ChartLine{Key: key})
	return true
}

// remove takes a series off all charts, and with it a chart that has no other.
func (c *chartSet) remove(key model.SeriesKey) {
	c.update(func(charts []Chart) []Chart {
		return slices.DeleteFunc(charts, func(ch Chart) bool { return ch.holds(key) && len(ch.Lines) == 1 && ch.Title == "" })
	})
	c.update(func(charts []Chart) []Chart {
		for i := range charts {
			charts[i].Lines = slices.DeleteFunc(charts[i].Lines, func(l ChartLine) bool { return l.Key == key })
		}
		return charts
	})
}

// removeChart takes a chart with all its series off the page.
func (c *chartSet) removeChart(i int) {
	c.update(func(charts []Chart) []Chart {
		if i < 0 || i >= len(charts) {
			return charts
		}
		return slices.Delete(charts, i, i+1)
	})
}

// list is the series of all charts.
func (c *chartSet) list() []model.SeriesKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	var keys []model.SeriesKey
	for _, ch := range c.charts {
		for _, l := range ch.Lines {
			keys = append(keys, l.Key)
		}
	}
	return keys
}
