package model

import (
	"math"
	"strings"
	"time"
)

// Where a vessel is thought to head.
const (
	headingKnots = 2.0  // slower, a course says nothing
	headingAngle = 50.0 // degrees off the course at most
	headingEvery = 30 * time.Second
	maxHeadingNM = 60.0 // a port further off is not guessed at
)

// bound is where a voyage goes, and why.
type bound struct {
	from, to int // indexes of ports, or none
	basis    DestinationBasis
}

// portNamed finds a port by its ID or name, letter case aside, or none.
func portNamed(ports []Geofence, name string) int {
	for i := range ports {
		if strings.EqualFold(ports[i].ID, name) || strings.EqualFold(ports[i].Name, name) {
			return i
		}
	}
	return none
}

// byClaim is the voyage that the vessel claims, unless it contradicts where
// the vessel was seen to leave from.
func (v *Voyager) byClaim(from int) bound {
	if v.claimTo == none || v.claimTo == from || from != none && v.claimFrom != none && v.claimFrom != from {
		return bound{from, none, DestinationUnknown}
	}
	if from == none {
		from = v.claimFrom
	}
	return bound{from, v.claimTo, DestinationClaimed}
}

// byHabit is the voyage that this vessel made last time from the same port.
func (v *Voyager) byHabit(from int) bound {
	if from == none || v.habits[from] == none {
		return bound{from, none, DestinationUnknown}
	}
	return bound{from, v.habits[from], DestinationHabit}
}

// byHeading is the voyage along a lane that the vessel follows, or else to the
// nearest port ahead.
func (v *Voyager) byHeading(from int, f Fix) bound {
	unknown := bound{from, none, DestinationUnknown}
	if !f.faster(headingKnots) || math.IsNaN(f.COG) {
		return unknown
	}
	if b := v.alongLane(from, f); b.to != none {
		return b
	}
	best, least := none, maxHeadingNM*MetresPerNauticalMile
	for i := range v.watch.ports {
		g := v.watch.ports[i]
		d := g.Center.Distance(f.Pos)
		if i != from && d < least && angleBetween(f.Pos.Bearing(g.Center), f.COG) <= headingAngle {
			best, least = i, d
		}
	}
	if best == none {
		return unknown
	}
	return bound{from, best, DestinationHeading}
}

// alongLane is the voyage along the nearest lane that leads where the vessel
// heads.
func (v *Voyager) alongLane(from int, f Fix) bound {
	best, least := bound{from, none, DestinationUnknown}, maxOffTrack
	for i := range v.lanes {
		l := &v.lanes[i]
		at := l.locate(f.Pos)
		a, b := portNamed(v.watch.ports, l.From), portNamed(v.watch.ports, l.To)
		if at.off >= least || a == none || b == none {
			continue
		}
		switch angle := angleBetween(at.course, f.COG); {
		case angle <= headingAngle && (from == none || from == a):
			best, least = bound{a, b, DestinationHeading}, at.off
		case angle >= 180-headingAngle && (from == none || from == b):
			best, least = bound{b, a, DestinationHeading}, at.off
		}
	}
	return best
}

// angleBetween is the angle between two courses, 0 to 180 degrees.
func angleBetween(a, b float64) float64 { return math.Abs(math.Remainder(a-b, 360)) }
