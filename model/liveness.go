package model

import (
	"math"
	"time"
)

// Liveness is what is known about whether a device still works.
type Liveness uint8

// The states of liveness, from the least to the most worrying.
const (
	Unknown Liveness = iota // too little seen to judge
	Alive                   // heard from within its cadence
	Offline                 // said goodbye
	Late                    // overdue beyond what its cadence explains
	Silent                  // overdue so long that it must be presumed broken
	Lost                    // its will spoke, or its connection broke
)

// String is the state in one lower-case word.
func (l Liveness) String() string {
	names := [...]string{"unknown", "alive", "offline", "late", "silent", "lost"}
	if int(l) < len(names) {
		return names[l]
	}
	return "unknown"
}

// Suspicion levels of [Cadence.Suspicion]. At PhiLate one silence in a thousand
// would be a false alarm, at PhiSilent one in 10^16; for a steady device the two
// come to about one and three missed messages.
const (
	PhiLate   = 3
	PhiSilent = 16
)

// Cadence learns the time between the beats of a device and tells how
// suspicious its present silence is. It is the accrual failure detector of
// Hayashibara, Défago, Yared and Katayama ("The φ Accrual Failure Detector",
// SRDS 2004) with one change: mean and variance are kept over an exponential
// window of about [cadenceWindow] intervals, so that it needs no list of them.
//
// Arrivals that follow within a twentieth of the mean, and at least within
// 100 ms, belong to the same beat: a device that says four things at once says
// them once. The zero value is ready for use. Times are monotonic durations
// since any fixed start.
type Cadence struct {
	beat, last time.Duration
	mean, vari float64 // seconds, seconds squared
	n          uint16
}

const (
	cadenceWindow   = 64
	cadenceMin      = 3 // intervals before a judgement
	sameBeat        = 100 * time.Millisecond
	sameBeatShare   = 0.05
	minSpread       = 0.25 // standard deviation, as a share of the mean
	minSpreadSecond = 0.05
)

// Observe notes an arrival.
func (c *Cadence) Observe(now time.Duration) {
	first := c.last == 0 && c.beat == 0 && c.n == 0
	c.last = now
	if first {
		c.beat = now
		return
	}
	d := now - c.beat
	if d < sameBeat || d.Seconds() < sameBeatShare*c.mean {
		return
	}
	c.beat = now
	if c.n < cadenceWindow {
		c.n++
	}
	w := 1 / float64(c.n)
	diff := d.Seconds() - c.mean
	c.mean += w * diff
	c.vari = (1 - w) * (c.vari + w*diff*diff)
}

// Resume notes an arrival after a silence that is explained, such as a device
// that was switched off, so that the silence is not learned as an interval.
func (c *Cadence) Resume(now time.Duration) { c.beat, c.last = now, now }

// Known reports whether enough beats were seen to judge.
func (c *Cadence) Known() bool { return c.n >= cadenceMin }

// Mean and Spread are the learned time between beats and its standard
// deviation; zero when nothing was learned.
func (c *Cadence) Mean() time.Duration { return time.Duration(c.mean * float64(time.Second)) }

// Spread is the standard deviation of the time between beats.
func (c *Cadence) Spread() time.Duration {
	return time.Duration(math.Sqrt(c.vari) * float64(time.Second))
}

// Suspicion is φ: the negative decimal logarithm of the probability that a
// working device stays silent for as long as this one has. It is 0 when the
// cadence is not known, and grows without bound.
func (c *Cadence) Suspicion(now time.Duration) float64 {
	if !c.Known() {
		return 0
	}
	spread := max(math.Sqrt(c.vari), minSpread*c.mean, minSpreadSecond)
	return phi(((now - c.last).Seconds() - c.mean) / spread)
}

// phi is -log10 of the upper tail of the standard normal distribution at z. Far
// out, where the tail underflows, it is the leading term of its asymptotic
// expansion.
func phi(z float64) float64 {
	if z < 30 {
		return -math.Log10(0.5 * math.Erfc(z/math.Sqrt2))
	}
	return (z*z/2 + math.Log(z*math.Sqrt(2*math.Pi))) * math.Log10E
}

// judge turns a suspicion into a state.
func judge(known bool, phi float64) Liveness {
	switch {
	case !known:
		return Unknown
	case phi >= PhiSilent:
		return Silent
	case phi >= PhiLate:
		return Late
	}
	return Alive
}
