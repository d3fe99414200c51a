package model

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A sound with three ports: ships sail between west and east, 10 nautical
// miles apart, at 12 knots, or to the north.
var (
	west  = LatLon{Lat: 50, Lon: -2}
	east  = west.Move(90, 10*MetresPerNauticalMile)
	north = west.Move(0, 8*MetresPerNauticalMile)
	noon  = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
)

func soundPorts() []Geofence {
	return []Geofence{
		{ID: "w", Name: "West", Center: west, Radius: 200},
		{ID: "e", Name: "East", Center: east, Radius: 200},
		{ID: "n", Name: "North", Center: north, Radius: 200},
	}
}

// boat is a ship that sails straight for a test.
type boat struct {
	v   *Voyager
	at  time.Time
	pos LatLon
}

func newBoat(book *Passages, lanes []Lane) *boat {
	b := &boat{v: NewVoyager(soundPorts(), lanes, book), at: noon, pos: west}
	b.lie(5 * time.Minute)
	return b
}

func (b *boat) tell(knots, course float64) {
	b.v.Fix(Fix{At: b.at, Pos: b.pos, SOG: knots, COG: course})
}

// lie stays in place for a while.
func (b *boat) lie(d time.Duration) {
	for end := b.at.Add(d); b.at.Before(end); b.at = b.at.Add(10 * time.Second) {
		b.tell(0, 0)
	}
}

// sail goes towards a place, at most for a time, and reports whether it got there.
func (b *boat) sail(to LatLon, knots float64, most time.Duration) bool {
	for end := b.at.Add(most); b.at.Before(end); b.at = b.at.Add(10 * time.Second) {
		step := knots * KnotsToMS * 10
		if b.pos.Distance(to) <= step {
			b.pos = to
			return true
		}
		course := b.pos.Bearing(to)
		b.pos = b.pos.Move(course, step)
		b.tell(knots, course)
	}
	return false
}

func TestVoyageFromBerthToBerth(t *testing.T) {
	b := newBoat(nil, nil)
	if v := b.v.Voyage(); v.InPort != "w" || v.UnderWay() || !v.Arrived.IsZero() {
		t.Fatalf("in port: %+v", v)
	}
	left := b.at.Add(-10 * time.Second) // its last fix at the berth
	b.sail(east, 12, 20*time.Minute)
	v := b.v.Voyage()
	if !v.UnderWay() || v.From != "w" || v.To != "e" || v.ToBasis != DestinationHeading || !v.Departed.Equal(left) {
		t.Errorf("under way: %+v, departed %v", v, left)
	}
	if v.Basis != PredictionDistance || v.Remaining < 5*MetresPerNauticalMile {
		t.Errorf("prediction: %+v", v)
	}
	b.sail(east, 12, time.Hour)
	b.lie(time.Minute)
	v = b.v.Voyage()
	if v.InPort != "e" || v.Arrived.IsZero() || !v.Predicted.IsZero() || !v.Departed.IsZero() {
		t.Errorf("arrived: %+v", v)
	}
}

func TestPassingThroughAGeofenceIsNoArrival(t *testing.T) {
	b := newBoat(nil, nil)
	b.sail(north, 12, time.Hour)
	b.sail(north.Move(0, 5000), 12, time.Hour)
	if v := b.v.Voyage(); v.InPort != "" || v.From != "w" {
		t.Errorf("%+v", v)
	}
}

func TestSwingingAtTheBerthOpensNoVoyage(t *testing.T) {
	b := newBoat(nil, nil)
	for i := range 100 {
		b.pos = west.Move(float64(i*37), 215)
		b.tell(0.3, 0)
		b.at = b.at.Add(10 * time.Second)
	}
	if v := b.v.Voyage(); v.InPort != "w" {
		t.Errorf("%+v", v)
	}
}

func TestLearnedPassagesPredictBetter(t *testing.T) {
	book := NewPassages()
	first := newBoat(book, nil)
	first.sail(east, 12, 2*time.Hour)
	first.lie(time.Minute)
	if book.Known("w", "e") != 1 {
		t.Fatal("the passage was not learned")
	}
	second := newBoat(book, nil) // another vessel, which knows nothing of its own
	start := second.at
	second.sail(east, 12, 20*time.Minute)
	v := second.v.Voyage()
	want := start.Add(seconds(10 * MetresPerNauticalMile / (12 * KnotsToMS)))
	if off := v.Predicted.Sub(want).Abs(); v.Basis != PredictionLearned || off > 45*time.Second {
		t.Errorf("predicted %v, want %v: %+v", v.Predicted, want, v)
	}
	third := newBoat(book, nil) // at two thirds of the pace
	start = third.at
	third.sail(east, 8, 40*time.Minute)
	want = start.Add(seconds(10 * MetresPerNauticalMile / (8 * KnotsToMS)))
	if off := third.v.Voyage().Predicted.Sub(want).Abs(); off > 4*time.Minute {
		t.Errorf("slow vessel predicted %v off", off)
	}
}

func TestHeldVesselIsPredictedToGoOnAtItsPace(t *testing.T) {
	book := NewPassages()
	first := newBoat(book, nil)
	first.sail(east, 12, 2*time.Hour)
	first.lie(time.Minute)
	b := newBoat(book, nil)
	start := b.at
	b.sail(east, 12, 20*time.Minute)
	b.lie(15 * time.Minute)
	b.sail(east, 12, 5*time.Minute)
	want := start.Add(15*time.Minute + seconds(10*MetresPerNauticalMile/(12*KnotsToMS)))
	if off := b.v.Voyage().Predicted.Sub(want).Abs(); off > time.Minute {
		t.Errorf("predicted %v off after a hold", off)
	}
}

// Leaving port at six knots must not foretell a voyage at six knots.
func TestHarbourSpeedIsNotTakenForCruising(t *testing.T) {
	lanes := []Lane{{From: "e", To: "w", Points: []LatLon{east, west}}}
	b := newBoat(nil, lanes)
	b.sail(east, 6, 5*time.Minute)
	v := b.v.Voyage()
	if took := v.Predicted.Sub(v.Departed); v.Basis != PredictionLane || took < 45*time.Minute || took > 75*time.Minute {
		t.Errorf("predicted to take %v: %+v", took, v)
	}
}

func TestDestinationByClaimHabitAndHeading(t *testing.T) {
	b := newBoat(nil, nil)
	b.v.SetClaim(VoyageClaim{From: "west", To: "EAST", ScheduledArrival: b.at.Add(time.Hour)})
	if v := b.v.Voyage(); v.To != "e" || v.ToBasis != DestinationClaimed {
		t.Errorf("in port, by the claim: %+v", v)
	}
	b.sail(north, 12, 5*time.Minute) // not where it heads
	if v := b.v.Voyage(); v.To != "e" || v.ToBasis != DestinationClaimed {
		t.Errorf("by the claim: %+v", v)
	}
	b.sail(east, 12, 2*time.Hour)
	b.lie(time.Minute)
	b.sail(west, 12, 2*time.Hour)
	b.lie(time.Minute)
	b.v.SetClaim(VoyageClaim{From: "North", To: "East"}) // contradicts its berth
	b.sail(north, 12, 5*time.Minute)
	if v := b.v.Voyage(); v.To != "e" || v.ToBasis != DestinationHabit {
		t.Errorf("by habit: %+v", v)
	}
	stranger := NewVoyager(soundPorts(), nil, nil)
	stranger.Fix(Fix{At: noon, Pos: west.Move(45, 4000), SOG: 12, COG: 90})
	if v := stranger.Voyage(); v.To != "e" || v.From != "" || !v.Departed.IsZero() || v.Predicted.IsZero() {
		t.Errorf("first seen at sea: %+v", v)
	}
}

func TestDelayAgainstTheSchedule(t *testing.T) {
	b := newBoat(nil, []Lane{{From: "w", To: "e", Points: []LatLon{west, east}}})
	due := b.at.Add(30 * time.Minute)
	if _, ok := b.v.Delay(b.at); ok {
		t.Error("a delay without a schedule")
	}
	b.v.SetClaim(VoyageClaim{From: "w", To: "e", ScheduledArrival: b.at.Add(5 * time.Hour)})
	if d, ok := b.v.Delay(b.at); !ok || d != 0 {
		t.Errorf("in port with time to spare: %v, %v", d, ok)
	}
	b.v.SetClaim(VoyageClaim{From: "w", To: "e", ScheduledArrival: due})
	if d, ok := b.v.Delay(b.at); !ok || d < 10*time.Minute {
		t.Errorf("in port, bound to be late: %v, %v", d, ok)
	}
	b.sail(east, 12, 25*time.Minute)
	v := b.v.Voyage()
	if d, ok := b.v.Delay(b.at); !ok || d != v.Predicted.Sub(due) || d < 20*time.Minute {
		t.Errorf("under way: %v, %v", d, ok)
	}
	later := v.Predicted.Add(time.Hour) // no fix since
	if d, _ := b.v.Delay(later); d != later.Sub(due) {
		t.Errorf("overdue: %v", d)
	}
}

func TestUnbelievableFixesAreRefusedAndCounted(t *testing.T) {
	b := newBoat(nil, nil)
	b.sail(east, 12, 10*time.Minute)
	was := b.v.Voyage()
	bad := []Fix{
		{At: b.at, Pos: LatLon{Lat: 91}},
		{At: b.at, Pos: LatLon{Lat: math.NaN()}},
		{Pos: b.pos},
		{At: b.at.Add(-time.Minute), Pos: b.pos},
		{At: b.at, Pos: north},
		{At: b.at, Pos: b.pos, SOG: math.Inf(1)},
	}
	for _, f := range bad {
		b.v.Fix(f)
	}
	if b.v.Refused() != uint64(len(bad)) || b.v.Voyage() != was {
		t.Errorf("%d refused of %d; %+v, was %+v", b.v.Refused(), len(bad), b.v.Voyage(), was)
	}
	for i := range maxOutliers + 1 { // it really is there
		b.v.Fix(Fix{At: b.at.Add(time.Duration(i) * time.Second), Pos: north, SOG: 0})
	}
	if v := b.v.Voyage(); v.InPort != "n" {
		t.Errorf("after a leap that is confirmed: %+v", v)
	}
	b.at = b.at.Add(2 * longestGap)
	b.pos = west
	b.tell(0, 0)
	if v := b.v.Voyage(); v.InPort != "w" || !v.Arrived.IsZero() {
		t.Errorf("after a long silence: %+v", v)
	}
}

func TestSpeedIsWorkedOutWhenUntold(t *testing.T) {
	b := newBoat(nil, nil)
	for range 60 {
		b.pos = b.pos.Move(90, 60)
		b.tell(-1, math.NaN())
		b.at = b.at.Add(10 * time.Second)
	}
	if v := b.v.Voyage(); v.From != "w" || v.InPort != "" {
		t.Errorf("%+v", v)
	}
	for range 30 {
		b.tell(math.NaN(), math.NaN())
		b.at = b.at.Add(10 * time.Second)
	}
	b.sail(east, 12, 2*time.Hour)
	for range 3 {
		b.tell(-1, 0)
		b.at = b.at.Add(10 * time.Second)
	}
	if v := b.v.Voyage(); v.InPort != "e" {
		t.Errorf("%+v", v)
	}
}

// Whatever comes, memory stays bounded and nothing panics.
func TestVoyagerSurvivesAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	v := NewVoyager(soundPorts(), []Lane{{From: "w", To: "e", Points: []LatLon{west}}, {From: "x", To: "w"}}, nil)
	at := noon
	for i := range 20000 {
		at = at.Add(time.Duration(r.IntN(40)-5) * time.Second)
		pos := west.Move(r.Float64()*360, r.Float64()*float64(100+i))
		v.Fix(Fix{At: at, Pos: pos, SOG: r.Float64()*20 - 2, COG: r.Float64() * 400})
		if i%17 == 0 {
			v.SetClaim(VoyageClaim{From: []string{"w", "e", "?", ""}[r.IntN(4)], To: []string{"e", "n", "w", "?"}[r.IntN(4)], ScheduledArrival: at})
		}
		v.Voyage()
		v.Delay(at)
		if len(v.record.points) > profilePoints {
			t.Fatalf("%d points recorded", len(v.record.points))
		}
	}
}

func BenchmarkVoyagerFix(b *testing.B) {
	book := NewPassages()
	for range profilesPerPair {
		boat := newBoat(book, nil)
		boat.sail(east, 12, 2*time.Hour)
		boat.lie(time.Minute)
	}
	boat := newBoat(book, nil)
	boat.sail(east, 12, 20*time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		boat.at = boat.at.Add(time.Millisecond)
		boat.tell(12, 90)
	}
}
