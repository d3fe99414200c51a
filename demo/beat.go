package demo

import (
	"math"
	"math/rand/v2"
	"time"
)

// beat is something that is done again and again, a little unevenly as real
// devices are, without drifting away.
type beat struct {
	every  time.Duration
	jitter time.Duration // standard deviation
	do     func()
	base   time.Time // when it would be due without jitter
	due    time.Time
}

// start makes the beat due first at t.
func (b *beat) start(t time.Time) { b.base, b.due = t, t }

// tick does the beat if it is due. Beats that were missed, as by a suspended
// computer, are left out.
func (b *beat) tick(now time.Time, r *rand.Rand) {
	if b.due.After(now) {
		return
	}
	b.do()
	b.base = b.base.Add(b.every)
	if late := now.Sub(b.base); late > 0 {
		b.base = b.base.Add(late.Truncate(b.every) + b.every)
	}
	off := math.Max(-3, math.Min(3, r.NormFloat64())) * float64(b.jitter)
	b.due = b.base.Add(time.Duration(off))
}

// nextDue is how long it is from now until the first of the beats is due.
func nextDue(beats []*beat, now time.Time) time.Duration {
	next := beats[0].due
	for _, b := range beats[1:] {
		if b.due.Before(next) {
			next = b.due
		}
	}
	return max(0, next.Sub(now))
}
