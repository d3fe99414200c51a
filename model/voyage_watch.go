package model

import "time"

// When a vessel lies in port and when it has left, in knots and metres.
const (
	lyingKnots  = 0.7  // slower than this it lies still
	leaveFactor = 1.15 // times the geofence's radius
	leaveMargin = 25.0 // and so many metres more
)

// Bounds on what is believed of fixes.
const (
	fastestShip  = 120.0            // knots between two fixes
	fixSlack     = 300.0            // metres that a fix may be off
	maxOutliers  = 3                // in a row, before they are believed
	longestGap   = 30 * time.Minute // between fixes of one voyage
	clockSetBack = time.Hour        // further back, the device's clock was set
)

// none stands for no port.
const none = -1

// portWatch tells from fixes when a vessel lies in a port and when it leaves.
// Passing through a geofence is no arrival: a vessel arrives when it lies still
// in one, and leaves when it is well out of it again, so that neither swinging
// at the berth nor a shaky position opens a voyage.
type portWatch struct {
	ports []Geofence
	port  int // where it lies, or none
	still Fix // the last fix when it lay still there
}

// event is what a fix means for the watch.
type portEvent uint8

const (
	portNothing portEvent = iota
	portArrived
	portLeft
)

// take tells what the fix means. After portLeft, port is none and still is the
// last fix at the berth.
func (w *portWatch) take(f Fix) portEvent {
	if w.port != none {
		g := w.ports[w.port]
		if g.Center.Distance(f.Pos) > g.Radius*leaveFactor+leaveMargin {
			w.port = none
			return portLeft
		}
		if f.slower(lyingKnots) {
			w.still = f
		}
		return portNothing
	}
	if !f.slower(lyingKnots) {
		return portNothing
	}
	w.port = nearestAround(w.ports, f.Pos)
	if w.port == none {
		return portNothing
	}
	w.still = f
	return portArrived
}

// nearestAround is the port whose geofence holds p, the nearest by its center
// when several do, or none.
func nearestAround(ports []Geofence, p LatLon) int {
	best, least := none, 0.0
	for i := range ports {
		d := ports[i].Center.Distance(p)
		if d <= ports[i].Radius && (best == none || d < least) {
			best, least = i, d
		}
	}
	return best
}

// fixGate lets believable fixes through, in the order of their times.
type fixGate struct {
	last     Fix
	outliers int
	refused  uint64
}

// verdict is what becomes of a fix.
type verdict uint8

const (
	fixRefused verdict = iota
	fixTaken
	fixFresh // taken, but nothing is known of the time before
)

// judge decides on a fix, and completes its speed from the fix before when the
// device does not tell it.
func (g *fixGate) judge(f *Fix) verdict {
	if !f.valid() {
		g.refused++
		return fixRefused
	}
	since := f.At.Sub(g.last.At)
	switch {
	case g.last.At.IsZero(), since > longestGap, since < -clockSetBack:
		g.outliers = 0
		g.last = *f
		return fixFresh
	case since <= 0:
		g.refused++
		return fixRefused
	}
	gone := g.last.Pos.Distance(f.Pos)
	if gone > fixSlack+fastestShip*KnotsToMS*since.Seconds() {
		if g.outliers++; g.outliers <= maxOutliers {
			g.refused++
			return fixRefused
		}
		g.outliers = 0
		g.last = *f
		return fixFresh
	}
	if !(f.SOG >= 0) {
		f.SOG = gone / since.Seconds() / KnotsToMS
	}
	g.outliers = 0
	g.last = *f
	return fixTaken
}
