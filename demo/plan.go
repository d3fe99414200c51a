package demo

import (
	"math"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

const (
	slack   = 0.95 // of the time in the timetable is planned for
	slowest = 3.0  // knots, the slowest cruise that is tried
)

// plan is how fast a vessel may sail at each point of a track, with time to
// slow down before limits, bends and the berth, and how long it then needs.
type plan struct {
	limit []float64       // m/s at each point of the track
	left  []time.Duration // from each point to the berth
}

// newPlan makes a plan within limits in m/s at each point of the track.
func newPlan(limits []float64, h Hull, cruise float64) plan {
	n := len(limits)
	p := plan{limit: make([]float64, n), left: make([]time.Duration, n)}
	for i, limit := range limits {
		p.limit[i] = math.Min(limit, cruise)
	}
	p.limit[n-1] = 0
	for i := n - 2; i >= 0; i-- {
		p.limit[i] = math.Min(p.limit[i], math.Sqrt(p.limit[i+1]*p.limit[i+1]+2*h.Brake*trackStep))
	}
	reached := make([]float64, n)
	for i := 1; i < n; i++ {
		reached[i] = math.Min(p.limit[i], math.Sqrt(reached[i-1]*reached[i-1]+2*h.Accel*trackStep))
	}
	for i := n - 2; i >= 0; i-- {
		seconds := 2 * trackStep / (reached[i] + reached[i+1])
		p.left[i] = p.left[i+1] + time.Duration(seconds*float64(time.Second))
	}
	return p
}

// planFor makes the plan that takes a little less than the time allowed, or as
// long as the ship needs at its service speed.
func planFor(t track, c Chart, s Ship) plan {
	limits := trackLimits(t, c, s.Hull)
	allowed := time.Duration(slack * float64(s.Crossing))
	lo, hi := slowest, s.Hull.Knots
	for range 20 {
		mid := (lo + hi) / 2
		if newPlan(limits, s.Hull, mid*model.KnotsToMS).total() > allowed {
			lo = mid
		} else {
			hi = mid
		}
	}
	return newPlan(limits, s.Hull, hi*model.KnotsToMS)
}

// trackLimits is the fastest a hull may go at each point of a track, for the
// limits on the chart and for its bends. Each point answers for its
// neighbours too, so that a limit holds from its very edge.
func trackLimits(t track, c Chart, h Hull) []float64 {
	raw := make([]float64, len(t.points))
	for i, at := range t.points {
		raw[i] = c.limit(at, h.Knots) * model.KnotsToMS
		if t.turn[i] > 0 {
			raw[i] = math.Min(raw[i], h.Turn/t.turn[i])
		}
	}
	out := make([]float64, len(raw))
	for i := range raw {
		out[i] = min(raw[max(0, i-1)], raw[i], raw[min(len(raw)-1, i+1)])
	}
	return out
}

// total is how long the whole crossing takes.
func (p plan) total() time.Duration { return p.left[0] }

// at is the speed allowed s metres from the start in m/s, and the time left
// from there.
func (p plan) at(s float64) (float64, time.Duration) {
	x := math.Max(0, math.Min(s/trackStep, float64(len(p.limit)-1)))
	i := min(int(x), len(p.limit)-2)
	f := x - float64(i)
	v := p.limit[i] + f*(p.limit[i+1]-p.limit[i])
	return v, p.left[i] + time.Duration(f*float64(p.left[i+1]-p.left[i]))
}
