package ui

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// Shares of the main goroutine's time that painting may take when nothing but
// data asks for it. Without a graphics processor a repaint of the window costs
// tens of milliseconds, with one it costs few, so the same shares mean one frame
// a second there and many here. While the operator is at it, the window is worth
// more.
const (
	calmShare     = 0.015
	attendedShare = 0.55
)

// beat is how often Fyne paints at most: the time of a display's frame.
const beat = time.Second / 60

// lead is how long before Fyne's next beat a frame is built, so that what it shows
// is as new as can be: several times what building and showing one take.
const lead = 4 * time.Millisecond

// attention is how long after an interaction the operator is taken to be at it.
const attention = 10 * time.Second

// slowest is the longest that data waits for a frame.
const slowest = time.Second

// pace tells how soon data may have another frame, from what painting one has
// cost so far. It is for any goroutine.
type pace struct {
	mu      sync.Mutex
	cost    time.Duration // of painting a frame, smoothed; 0 while not known
	began   time.Time     // when painting began last: one of Fyne's beats
	touched time.Time     // the last interaction
}

// touch notes an interaction.
func (p *pace) touch(now time.Time) {
	p.mu.Lock()
	p.touched = now
	p.mu.Unlock()
}

// unpainted is a time below which nothing was painted: nothing had changed.
const unpainted = time.Millisecond

// painted notes what painting a frame took that ended now.
func (p *pace) painted(now time.Time, cost time.Duration) {
	if cost < unpainted {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began = now.Add(-cost)
	if p.cost == 0 {
		p.cost = cost
	}
	p.cost += (cost - p.cost) / 8
}

// least is the least time between two frames of a source that wants one every so
// often. Above a tenth of a second it divides the second, so that what changes by
// the second, like ages and the clock, needs no frame of its own.
func (p *pace) least(every time.Duration, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	share := calmShare
	if p.attended(now) {
		share = attendedShare
	}
	least := max(every, min(time.Duration(float64(p.cost)/share), slowest))
	if least > slowest/10 && least < slowest {
		least = slowest / (slowest / least)
	}
	return least
}

// attended tells whether the operator is at it. p.mu is held.
func (p *pace) attended(now time.Time) bool { return now.Sub(p.touched) < attention }

// calm tells whether the operator is elsewhere.
func (p *pace) calm(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.attended(now)
}

// slack is by how much a frame may come before its time: half of what passes
// until the next one could.
func (p *pace) slack(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.attended(now) {
		return beat / 2
	}
	return tick / 2
}

// rest is how long the presenter may leave the window alone: while the operator is
// at it, until shortly before Fyne's next beat.
func (p *pace) rest(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.attended(now) {
		return tick
	}
	return beat - (now.Sub(p.began)%beat+lead)%beat
}

// onPainted calls f on the main goroutine, from which it is called, when what was
// changed until now has been painted, with the time that painting took. Fyne
// paints right after it has moved animations on, and right after painting it
// runs what was queued.
func onPainted(f func(time.Duration)) {
	fyne.NewAnimation(time.Nanosecond, func(done float32) {
		if done < 1 {
			return
		}
		began := time.Now()
		fyne.Do(func() { f(time.Since(began)) })
	}).Start()
}
