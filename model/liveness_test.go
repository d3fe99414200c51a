package model

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func beat(c *Cadence, start time.Duration, gaps ...time.Duration) time.Duration {
	c.Observe(start)
	for _, g := range gaps {
		start += g
		c.Observe(start)
	}
	return start
}

func steady(gap time.Duration, n int) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = gap
	}
	return out
}

// A steady device is late after it has clearly missed one message, and silent
// after about three: at any cadence, without a time-out of its own.
func TestSuspicionScalesWithCadence(t *testing.T) {
	for _, gap := range []time.Duration{200 * time.Millisecond, time.Second, time.Minute, time.Hour} {
		var c Cadence
		last := beat(&c, gap, steady(gap, 20)...)
		for _, tc := range []struct {
			missed float64
			want   Liveness
		}{{0.5, Alive}, {1, Alive}, {1.5, Alive}, {2, Late}, {2.5, Late}, {3.2, Silent}, {100, Silent}} {
			now := last + time.Duration(tc.missed*float64(gap))
			if got := judge(c.Known(), c.Suspicion(now)); got != tc.want {
				t.Errorf("every %v, %v intervals after the last: %v (φ %.1f), want %v", gap, tc.missed, got, c.Suspicion(now), tc.want)
			}
		}
	}
}

// Jitter is learned: what would be a failure of a steady device is not one of an
// irregular one.
func TestSuspicionLearnsJitter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var c Cadence
	now := time.Duration(0)
	for range 200 {
		now += time.Duration(200+rng.IntN(5000)) * time.Millisecond
		c.Observe(now)
	}
	if got := judge(c.Known(), c.Suspicion(now+6*time.Second)); got != Alive {
		t.Errorf("irregular device 6 s after its last message: %v, want alive (mean %v, spread %v)", got, c.Mean(), c.Spread())
	}
	if got := judge(c.Known(), c.Suspicion(now+time.Minute)); got != Silent {
		t.Errorf("irregular device a minute after its last message: %v, want silent", got)
	}
}

// A device that says four things at once says them once.
func TestBurstsAreOneBeat(t *testing.T) {
	var c Cadence
	now := time.Duration(0)
	for range 20 {
		now += time.Second
		for i := range 4 {
			c.Observe(now + time.Duration(i)*5*time.Millisecond)
		}
	}
	if m := c.Mean(); m < 990*time.Millisecond || m > 1010*time.Millisecond {
		t.Errorf("learned a cadence of %v from bursts every second", m)
	}
}

func TestSuspicionGrowsWithoutBound(t *testing.T) {
	last := -1.0
	for z := -10.0; z < 1e6; z += max(0.5, z*0.1) {
		p := phi(z)
		if math.IsNaN(p) || math.IsInf(p, 0) || p < last {
			t.Fatalf("φ(%v) = %v after %v", z, p, last)
		}
		last = p
	}
	if near, far := phi(29.999), phi(30.001); math.Abs(near-far) > 0.05 {
		t.Errorf("the two forms of φ differ at their seam: %v and %v", near, far)
	}
}

func TestUnknownUntilLearned(t *testing.T) {
	var c Cadence
	beat(&c, time.Second, time.Second, time.Second)
	if c.Known() || c.Suspicion(time.Hour) != 0 {
		t.Errorf("judged after two intervals: φ %v", c.Suspicion(time.Hour))
	}
}
