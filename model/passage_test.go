package model

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// straight is a passage from west to east that took so many seconds.
func straight(took float64) *profile {
	var r recorder
	r.begin(noon, west)
	length := west.Distance(east)
	for i := 1; i < 2000; i++ {
		f := float64(i) / 2000
		r.add(Fix{At: noon.Add(seconds(f * took)), Pos: west.Move(90, f*length)})
	}
	return r.finish(Fix{At: noon.Add(seconds(took)), Pos: east})
}

func TestProfileIsThinnedAndKeepsItsTimes(t *testing.T) {
	p := straight(3000)
	if len(p.points) > profilePoints || len(p.points) < profilePoints/3 {
		t.Errorf("%d points", len(p.points))
	}
	if end := p.end(); math.Abs(end.along-west.Distance(east)) > 30 || end.elapsed != 3000 {
		t.Errorf("end: %+v", end)
	}
	along, elapsed, off := p.at(west.Move(90, 0.4*west.Distance(east)).Move(0, 200))
	if math.Abs(along/p.end().along-0.4) > 0.005 || math.Abs(elapsed-1200) > 15 || math.Abs(off-200) > 25 {
		t.Errorf("along %.0f, elapsed %.0f, off %.0f", along, elapsed, off)
	}
}

func TestHeldPassagesAreNotLearnedUnlessUsual(t *testing.T) {
	b := NewPassages()
	for range 3 {
		b.learn("w", "e", straight(3000))
	}
	b.learn("w", "e", straight(9000))
	if n := b.Known("w", "e"); n != 3 {
		t.Errorf("%d passages known after one that was held up", n)
	}
	for range 20 {
		b.learn("w", "e", straight(9000))
	}
	p, ok := progressOf(b.of("w", "e"), west)
	if !ok || math.Abs(p.left-9000) > 100 {
		t.Errorf("after the passage became slow for good: %+v, %v", p, ok)
	}
	if n := b.Known("w", "e"); n != profilesPerPair {
		t.Errorf("%d passages kept", n)
	}
}

func TestBookForgetsThePairSailedLongestAgo(t *testing.T) {
	b := NewPassages()
	p := straight(3000)
	b.learn("first", "e", p)
	b.learn("w", "e", p)
	for i := range maxPassages - 1 {
		b.learn("w", "e", p)
		b.learn("w", fmt.Sprint(i), p)
	}
	if b.Known("first", "e") != 0 || b.Known("w", "e") == 0 || len(b.pairs) != maxPassages {
		t.Errorf("%d pairs; first %d, busiest %d", len(b.pairs), b.Known("first", "e"), b.Known("w", "e"))
	}
	b.learn("w", "w", p)
	b.learn("w", "x", nil)
	if b.Known("w", "w") != 0 || b.Known("w", "x") != 0 {
		t.Error("learned what is no passage")
	}
}

func TestProgressNeedsAPassageNearby(t *testing.T) {
	if _, ok := progressOf(nil, west); ok {
		t.Error("progress without a passage")
	}
	if _, ok := progressOf([]*profile{straight(3000)}, west.Move(0, 3*maxOffTrack)); ok {
		t.Error("progress far off the track")
	}
}

func TestSailingTimeKnowsHarbours(t *testing.T) {
	const nm = MetresPerNauticalMile
	open := 10*nm - 2*harbourReach
	want := open/(12*KnotsToMS) + 2*harbourReach/(harbourKnots*KnotsToMS) + berthingTime
	if got := sailingTime(10*nm, 0, 12); math.Abs(got-want) > 1 {
		t.Errorf("whole voyage: %.0f s, want %.0f", got, want)
	}
	if got := sailingTime(500, 10*nm, 12); math.Abs(got-500/(harbourKnots*KnotsToMS)-berthingTime) > 1 {
		t.Errorf("in the harbour: %.0f s", got)
	}
	if got := cruiseFor(10*nm, want); math.Abs(got-12) > 0.1 {
		t.Errorf("cruise: %.1f knots, want 12", got)
	}
	if got := sailingTime(nm, nm, 0); math.IsInf(got, 0) || math.IsNaN(got) || got > float64(time.Hour/time.Second) {
		t.Errorf("at no speed: %g s", got)
	}
}
