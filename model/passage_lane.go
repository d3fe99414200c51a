package model

import "math"

// Lane is the way ships take between two ports, from berth to berth, in the
// order of From to To; ships take it in both directions.
type Lane struct {
	// From and To are IDs of geofences.
	From   string   `json:"from"`
	To     string   `json:"to"`
	Points []LatLon `json:"points"`
}

// What is assumed of a ship nothing is known of.
const (
	assumedCruise  = 12.0   // knots
	harbourKnots   = 6.5    // where harbours limit the speed
	harbourReach   = 1500.0 // metres from the berth
	berthingTime   = 60.0   // seconds to come alongside
	detourFactor   = 1.2    // a voyage's way over its great circle
	slowestAssumed = 2.0    // knots, of a ship that is going to arrive
	fastestAssumed = 45.0   // knots, of a ship that keeps its timetable
)

// serves reports whether the lane joins two ports, in either direction.
func (l Lane) serves(from, to string) bool {
	return l.From == from && l.To == to || l.From == to && l.To == from
}

// lanePosition is a place on a lane.
type lanePosition struct {
	along, length float64 // metres from Points[0], and of the whole lane
	off           float64 // metres off the lane
	course        float64 // of the lane there, towards To
}

// locate is the place on the lane that is nearest to p.
func (l Lane) locate(p LatLon) lanePosition {
	at := lanePosition{off: math.Inf(1)}
	for i := 1; i < len(l.Points); i++ {
		a, b := l.Points[i-1], l.Points[i]
		d := a.Distance(b)
		if f, off := projectOn(a, b, p); off < at.off {
			at.off, at.along, at.course = off, at.length+f*d, a.Bearing(b)
		}
		at.length += d
	}
	return at
}

// remainingOn is the way still to go to a port on the lane that leads there,
// and that already gone; it fails when there is no such lane near p.
func remainingOn(lanes []Lane, from, to string, p LatLon) (remaining, gone float64, ok bool) {
	for i := range lanes {
		if !lanes[i].serves(from, to) {
			continue
		}
		at := lanes[i].locate(p)
		if at.off > maxOffTrack {
			return 0, 0, false
		}
		if lanes[i].To == to {
			return at.length - at.along, at.along, true
		}
		return at.along, at.length - at.along, true
	}
	return 0, 0, false
}

// sailingTime is how many seconds a ship needs for the remaining metres, of
// which the last lie in a harbour, and the first too when it has not gone far.
func sailingTime(remaining, gone, cruise float64) float64 {
	slow := math.Min(remaining, harbourReach) + math.Max(0, math.Min(remaining-harbourReach, harbourReach-gone))
	cruise = math.Max(cruise, slowestAssumed)
	return slow/(math.Min(cruise, harbourKnots)*KnotsToMS) + (remaining-slow)/(cruise*KnotsToMS) + berthingTime
}

// cruiseFor is the cruising speed that makes a whole voyage of so many metres
// take so many seconds, or the nearest that a ship may have.
func cruiseFor(length, seconds float64) float64 {
	lo, hi := slowestAssumed, fastestAssumed
	for hi-lo > 0.05 {
		if mid := (lo + hi) / 2; sailingTime(length, 0, mid) > seconds {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}
