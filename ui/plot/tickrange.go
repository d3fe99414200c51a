package plot

import (
	"fmt"
	"math"

	"github.com/wcharczuk/go-chart/v2"
)

// tickRange is a fixed range that brings its own ticks; it implements
// chart.Range and chart.TicksProvider. go-chart's own range would be stretched
// or shrunk to its ticks.
type tickRange struct {
	lo, hi float64
	domain int
	ticks  []chart.Tick
}

func newTickRange(lo, hi float64, ticks []tick) *tickRange {
	r := &tickRange{lo: lo, hi: hi, ticks: make([]chart.Tick, 0, len(ticks))}
	for _, t := range ticks {
		r.ticks = append(r.ticks, chart.Tick{Value: t.at, Label: t.label})
	}
	return r
}

func (r *tickRange) String() string    { return fmt.Sprintf("%g to %g", r.lo, r.hi) }
func (r *tickRange) IsZero() bool      { return false }
func (r *tickRange) GetMin() float64   { return r.lo }
func (r *tickRange) SetMin(v float64)  { r.lo = v }
func (r *tickRange) GetMax() float64   { return r.hi }
func (r *tickRange) SetMax(v float64)  { r.hi = v }
func (r *tickRange) GetDelta() float64 { return r.hi - r.lo }
func (r *tickRange) GetDomain() int    { return r.domain }
func (r *tickRange) SetDomain(n int)   { r.domain = n }

// IsDescending implements chart.Range.
func (r *tickRange) IsDescending() bool { return false }

// Translate implements chart.Range: how far v lies along the axis, in pixels.
func (r *tickRange) Translate(v float64) int {
	if r.hi <= r.lo {
		return 0
	}
	return int(math.Round((v/2 - r.lo/2) / (r.hi/2 - r.lo/2) * float64(r.domain)))
}

// GetTicks implements chart.TicksProvider.
func (r *tickRange) GetTicks(chart.Renderer, chart.Style, chart.ValueFormatter) []chart.Tick {
	return r.ticks
}
