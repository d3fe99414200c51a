package model

import (
	"math"
	"time"
)

// Fix is where a vessel was, and when.
type Fix struct {
	// At is the device's own time where it sends one, else the time of arrival.
	At  time.Time
	Pos LatLon
	// SOG is the speed over ground in knots; negative or NaN when unknown.
	SOG float64
	// COG is the course over ground in degrees from true north; NaN when unknown.
	COG float64
}

// slower reports whether the vessel is known to be slower than knots.
func (f Fix) slower(knots float64) bool { return f.SOG >= 0 && f.SOG < knots }

// faster reports whether the vessel is known to be faster than knots.
func (f Fix) faster(knots float64) bool { return f.SOG > knots }

func (f Fix) valid() bool {
	return !f.At.IsZero() && f.Pos.Valid() && !math.IsInf(f.SOG, 0) && !math.IsInf(f.COG, 0)
}

// DestinationBasis says why a voyage is thought to go where it goes.
type DestinationBasis uint8

// The bases of a destination, weakest first.
const (
	DestinationUnknown DestinationBasis = iota
	DestinationHeading                  // the port it heads for
	DestinationHabit                    // where it went last time from here
	DestinationClaimed                  // the vessel says so
)

// String is the basis in plain words.
func (b DestinationBasis) String() string {
	return [...]string{"unknown", "by its heading", "by habit", "as the vessel says"}[min(b, DestinationClaimed)]
}

// PredictionBasis says what an arrival is predicted from.
type PredictionBasis uint8

// The bases of a prediction, weakest first.
const (
	PredictionNone     PredictionBasis = iota
	PredictionDistance                 // the great circle, longer by a usual detour
	PredictionLane                     // a lane on the chart
	PredictionLearned                  // earlier voyages between the same ports
)

// String is the basis in plain words.
func (b PredictionBasis) String() string {
	return [...]string{"none", "from the distance", "from the lane", "from earlier voyages"}[min(b, PredictionLearned)]
}

// Voyage is what a [Voyager] knows at the time of its last fix.
type Voyage struct {
	// InPort is the ID of the port the vessel lies in, empty under way.
	InPort string
	// From and To are IDs of geofences, empty when unknown. In port, From is
	// that port and To the next voyage's, as far as it can be foretold.
	From, To string
	// ToBasis says how To is known.
	ToBasis DestinationBasis
	// Departed is when the vessel last lay still in From; zero in port or when
	// the departure was not seen.
	Departed time.Time
	// Arrived is when the vessel came to lie in InPort; zero when not seen.
	Arrived time.Time
	// Predicted is the arrival foretold; zero in port or when To is unknown.
	Predicted time.Time
	// Margin is how far off Predicted is likely to be, either way.
	Margin time.Duration
	// Basis says what Predicted is made of.
	Basis PredictionBasis
	// Remaining is the way still to go, in metres; 0 when unknown.
	Remaining float64
}

// UnderWay reports whether the vessel is between ports.
func (v Voyage) UnderWay() bool { return v.InPort == "" && (v.From != "" || v.To != "") }

// Voyage is what is known as of the last fix.
func (v *Voyager) Voyage() Voyage {
	out := Voyage{
		From: v.portID(v.bound.from), To: v.portID(v.bound.to), ToBasis: v.bound.basis,
		InPort: v.portID(v.watch.port), Departed: v.departed, Arrived: v.arrived,
	}
	if v.watch.port == none && v.forecast.basis != PredictionNone {
		out.Predicted = v.gate.last.At.Add(v.forecast.left)
		out.Basis, out.Remaining = v.forecast.basis, v.forecast.remaining
		out.Margin = v.forecast.margin()
	}
	return out
}

// Delay is how much later than its schedule the vessel will arrive by our own
// prediction, at the device's time now; negative when early. In port it is how
// late the vessel already is bound to be if it left at once, 0 when it can
// still make it. It is unknown without a schedule for this voyage.
func (v *Voyager) Delay(now time.Time) (time.Duration, bool) {
	due := v.claim.ScheduledArrival
	if due.IsZero() || v.bound.to == none || v.claimTo != v.bound.to {
		return 0, false
	}
	if v.watch.port != none {
		left, ok := v.whole()
		return max(0, now.Add(left).Sub(due)), ok
	}
	if v.forecast.basis == PredictionNone {
		return 0, false
	}
	at := v.gate.last.At.Add(v.forecast.left)
	if at.Before(now) {
		at = now
	}
	return at.Sub(due), true
}

// whole is how long the whole voyage usually takes.
func (v *Voyager) whole() (time.Duration, bool) {
	from, to := v.watch.ports[v.bound.from], v.watch.ports[v.bound.to]
	if p, ok := progressOf(v.book.of(from.ID, to.ID), from.Center); ok {
		return seconds(p.left), true
	}
	if length, _, ok := remainingOn(v.lanes, from.ID, to.ID, from.Center); ok {
		return seconds(sailingTime(length, 0, v.cruise.speed())), true
	}
	return 0, false
}

func (v *Voyager) portID(i int) string {
	if i == none {
		return ""
	}
	return v.watch.ports[i].ID
}

// margin is how far off the forecast is likely to be: nine in ten are within.
func (f forecast) margin() time.Duration {
	switch f.basis {
	case PredictionLearned:
		return 45*time.Second + f.left/12
	case PredictionLane:
		return 2*time.Minute + f.left/4
	}
	return 3*time.Minute + f.left/2
}
