package model

import (
	"math"
	"time"
)

// Voyager follows one vessel from its fixes alone: which port it lies in, when
// it left, where it goes, and when it will arrive. It learns from completed
// voyages, its own and those of all who share its [Passages].
//
// It has no clock: all times are those of the fixes. Memory is bounded and a
// fix costs about the same however long the voyage. It is not safe for
// concurrent use.
type Voyager struct {
	lanes []Lane
	book  *Passages
	gate  fixGate
	watch portWatch

	claim              VoyageClaim
	claimFrom, claimTo int
	habits             []int // where it went last time, by port

	bound    bound
	looked   time.Time // when the heading was last judged
	departed time.Time
	arrived  time.Time
	record   recorder
	pace     paceMeter
	cruise   cruiseMeter
	forecast forecast
}

// forecast is a prediction as of one fix.
type forecast struct {
	left      time.Duration
	remaining float64
	basis     PredictionBasis
}

// NewVoyager makes a voyager that knows the ports, and the lanes between them
// if there are any. Ports and lanes are shared and must not change; the book
// is shared with other vessels, or new when nil.
func NewVoyager(ports []Geofence, lanes []Lane, book *Passages) *Voyager {
	if book == nil {
		book = NewPassages()
	}
	v := &Voyager{lanes: lanes, book: book, claimFrom: none, claimTo: none, habits: make([]int, len(ports))}
	v.watch = portWatch{ports: ports, port: none}
	v.bound = bound{none, none, DestinationUnknown}
	for i := range v.habits {
		v.habits[i] = none
	}
	return v
}

// Fix takes in where the vessel is. A fix that is not newer than the one
// before, or that no ship could have reached, is refused and counted.
func (v *Voyager) Fix(f Fix) {
	before := v.gate.last.At
	fresh := false
	switch v.gate.judge(&f) {
	case fixRefused:
		return
	case fixFresh:
		v.forget()
		before, fresh = f.At, true
	}
	switch v.watch.take(f) {
	case portArrived:
		v.arrive(f, !fresh)
	case portLeft:
		v.leave()
	}
	v.decide(f)
	if v.watch.port == none {
		v.sail(f, f.At.Sub(before))
	}
}

// Refused is how many fixes were not believed.
func (v *Voyager) Refused() uint64 { return v.gate.refused }

// SetClaim takes in what the vessel says of its voyage. Where it goes is
// believed, when it arrives is not.
func (v *Voyager) SetClaim(c VoyageClaim) {
	v.claim = c
	v.claimFrom, v.claimTo = portNamed(v.watch.ports, c.From), portNamed(v.watch.ports, c.To)
	if !v.gate.last.At.IsZero() {
		v.decide(v.gate.last)
	}
}

// forget starts afresh after a gap; what was learned stays.
func (v *Voyager) forget() {
	v.watch.port = none
	v.bound = bound{none, none, DestinationUnknown}
	v.looked, v.departed, v.arrived = time.Time{}, time.Time{}, time.Time{}
	v.record.stop()
	v.pace, v.forecast = paceMeter{}, forecast{}
}

// arrive ends a voyage and learns from it. A vessel that is first seen in port
// has arrived at a time unknown.
func (v *Voyager) arrive(f Fix, seen bool) {
	to := v.watch.port
	if from := v.bound.from; from != none && from != to && v.record.recording() {
		v.habits[from] = to
		v.book.learn(v.watch.ports[from].ID, v.watch.ports[to].ID, v.record.finish(f))
	}
	v.record.stop()
	v.departed, v.arrived = time.Time{}, time.Time{}
	if seen {
		v.arrived = f.At
	}
	v.bound = bound{to, none, DestinationUnknown}
	v.pace, v.forecast = paceMeter{}, forecast{}
}

// leave begins a voyage.
func (v *Voyager) leave() {
	v.arrived = time.Time{}
	v.departed = v.watch.still.At
	v.bound.to, v.bound.basis = none, DestinationUnknown
	v.looked = time.Time{}
	v.record.begin(v.watch.still.At, v.watch.still.Pos)
	v.pace = paceMeter{going: true, at: v.watch.still.At}
	v.forecast = forecast{}
}

// decide settles where the voyage goes, by the best evidence there is.
func (v *Voyager) decide(f Fix) {
	from := v.bound.from
	if v.departed.IsZero() && v.watch.port == none {
		from = none // guessed before, if at all
	}
	b := v.byClaim(from)
	if b.to == none {
		b = v.byHabit(from)
	}
	if b.to == none && v.watch.port == none {
		if !v.looked.IsZero() && f.At.Sub(v.looked) < headingEvery {
			return
		}
		v.looked = f.At
		if b = v.byHeading(from, f); b.to == none && v.bound.basis == DestinationHeading {
			return // keep to what it seemed to be
		}
	}
	if b.to != v.bound.to || b.from != v.bound.from {
		v.pace.going = v.pace.going && v.bound.to == none
	}
	v.bound = b
}

// sail brings the forecast of a vessel under way up to date.
func (v *Voyager) sail(f Fix, since time.Duration) {
	v.record.add(f)
	if v.bound.to == none {
		v.forecast = forecast{}
		return
	}
	if f.slower(lyingKnots) {
		v.pace.stopped += since.Seconds()
	}
	if v.open(f.Pos) {
		v.cruise.sample(f.SOG, since.Seconds())
	}
	v.forecast = v.foretell(f)
}

// foretell predicts by the best that is known: earlier passages, the lane, or
// the mere distance.
func (v *Voyager) foretell(f Fix) forecast {
	to := v.watch.ports[v.bound.to]
	remaining, gone := f.Pos.Distance(to.Center)*detourFactor, math.Inf(1)
	basis := PredictionDistance
	if v.bound.from != none {
		from := v.watch.ports[v.bound.from]
		if p, ok := progressOf(v.book.of(from.ID, to.ID), f.Pos); ok {
			v.pace.sample(f, p.elapsed)
			return forecast{seconds(p.left / v.pace.pace()), p.remaining, PredictionLearned}
		}
		gone = from.Center.Distance(f.Pos) * detourFactor
		if r, g, ok := remainingOn(v.lanes, from.ID, to.ID, f.Pos); ok {
			remaining, gone, basis = r, g, PredictionLane
		}
	}
	v.assumeCruise(remaining + gone)
	return forecast{seconds(sailingTime(remaining, gone, v.cruise.speed())), remaining, basis}
}

// assumeCruise takes the timetable's word for the speed of a vessel that was
// not yet seen in the open: it is the one that keeps to its schedule.
func (v *Voyager) assumeCruise(length float64) {
	if v.cruise.knots > 0 || v.claimTo != v.bound.to || v.claim.ScheduledArrival.IsZero() || math.IsInf(length, 0) {
		return
	}
	departed := v.departed
	if departed.IsZero() {
		departed = v.claim.Departed
	}
	if took := v.claim.ScheduledArrival.Sub(departed); !departed.IsZero() && took > 0 {
		v.cruise.assumed = cruiseFor(length, took.Seconds())
	}
}

// open reports whether p is beyond the harbours of the voyage.
func (v *Voyager) open(p LatLon) bool {
	for _, i := range []int{v.bound.from, v.bound.to} {
		if i != none && v.watch.ports[i].Center.Distance(p) < harbourReach {
			return false
		}
	}
	return true
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
