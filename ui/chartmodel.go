package ui

import (
	"math"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// Chart is one chart of the Charts page, as it is remembered.
type Chart struct {
	// Title is empty for "Chart 1" and so on.
	Title string      `json:"title,omitempty"`
	Lines []ChartLine `json:"lines,omitempty"`
	// Left and Right fix the value axes; nil leaves them to the values.
	Left  *Range `json:"left,omitempty"`
	Right *Range `json:"right,omitempty"`
}

// ChartLine is one series of a chart.
type ChartLine struct {
	Key model.SeriesKey `json:"key"`
	// Axis is "left", "right" or empty for the one that its unit is on.
	Axis string `json:"axis,omitempty"`
	// Step draws the values as states, which hold until the next.
	Step bool `json:"step,omitempty"`
	// Normal is shaded as a band.
	Normal *Range `json:"normal,omitempty"`
	// Low and High are thresholds.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// Range is from a value to a greater one.
type Range struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

func (r *Range) valid() bool { return r != nil && r.Max > r.Min && isFinite(r.Min) && isFinite(r.Max) }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// The axes of a ChartLine.
const (
	axisLeft  = "left"
	axisRight = "right"
)

func (l *ChartLine) axis() plot.Axis {
	switch l.Axis {
	case axisLeft:
		return plot.AxisLeft
	case axisRight:
		return plot.AxisRight
	}
	return plot.AxisByUnit
}

func (c *Chart) holds(key model.SeriesKey) bool {
	return slices.ContainsFunc(c.Lines, func(l ChartLine) bool { return l.Key == key })
}

// suits reports whether a series of a unit may go on the chart: there is room,
// and an axis for the unit.
func (c *Chart) suits(unit string) bool {
	units := []string{unit}
	for _, l := range c.Lines {
		if u := model.UnitOf(l.Key.Pointer); !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return len(c.Lines) < maxChartSeries && len(units) <= 2
}

// chartsOf are the charts that were remembered: those, or one with the series
// that older versions remembered.
func chartsOf(s *Settings) []Chart {
	if s.Charts != nil || len(s.Chart) == 0 {
		return s.Charts
	}
	var c Chart
	for _, key := range s.Chart {
		c.Lines = append(c.Lines, ChartLine{Key: key})
	}
	return []Chart{c}
}

// maxChartTitle bounds a chart's title, in bytes.
const maxChartTitle = 200

// bounded is charts without what cannot be drawn or is too much.
func bounded(charts []Chart) []Chart {
	charts = cloneCharts(charts[:min(len(charts), maxCharts)])
	for i := range charts {
		c := &charts[i]
		c.Title = strings.ToValidUTF8(c.Title[:min(len(c.Title), maxChartTitle)], "")
		c.Lines = c.Lines[:min(len(c.Lines), maxChartSeries)]
		for _, r := range []**Range{&c.Left, &c.Right} {
			if !(*r).valid() {
				*r = nil
			}
		}
		for k := range c.Lines {
			c.Lines[k].bound()
		}
	}
	return charts
}

func (l *ChartLine) bound() {
	if !l.Normal.valid() {
		l.Normal = nil
	}
	for _, v := range []**float64{&l.Low, &l.High} {
		if *v != nil && !isFinite(**v) {
			*v = nil
		}
	}
}

func cloneCharts(charts []Chart) []Chart {
	out := make([]Chart, len(charts))
	for i, c := range charts {
		c.Lines = slices.Clone(c.Lines)
		out[i] = c
	}
	return out
}
