package ui

import (
	"math"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// limitWatch tells the live store what the operator said is normal on the charts,
// so that a value outside of it is an alarm, whatever page is in front.
type limitWatch struct {
	store  *model.Store
	charts *chartSet
	told   []model.Limit // what the store knows; for the presenter alone
}

// every implements source.
func (l *limitWatch) every() time.Duration { return time.Second }

// frame implements source. There is nothing to show.
func (l *limitWatch) frame(time.Time) func() {
	if limits := chartLimits(l.charts.get()); !slices.Equal(limits, l.told) {
		l.told = limits
		l.store.SetLimits(limits)
	}
	return func() {}
}

// chartLimits are the limits of the series of charts, one for each: the narrowest
// of normal range and thresholds, on the first chart that has any. A side without
// a bound is open.
func chartLimits(charts []Chart) []model.Limit {
	var out []model.Limit
	for _, c := range charts {
		for _, line := range c.Lines {
			low, high := math.Inf(-1), math.Inf(1)
			if line.Normal.valid() {
				low, high = line.Normal.Min, line.Normal.Max
			}
			if line.Low != nil {
				low = max(low, *line.Low)
			}
			if line.High != nil {
				high = min(high, *line.High)
			}
			known := slices.ContainsFunc(out, func(l model.Limit) bool { return l.Key == line.Key })
			if !known && !(math.IsInf(low, -1) && math.IsInf(high, 1)) {
				out = append(out, model.Limit{Key: line.Key, Low: low, High: high})
			}
		}
	}
	return out
}
