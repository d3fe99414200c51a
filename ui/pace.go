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
	attendedShare = 0.35
)

// attention is how long after an interaction the operator is taken to be at it.
const attention = 10 * time.Second

// slowest is the longest that data waits for a frame.
const slowest = time.Second

// pace tells how soon data may have another frame, from what painting one has
// cost so far. It is for any goroutine.
type pace struct {
	mu      sync.Mutex
	cost    time.Duration // of painting a frame, smoothed; 0 while not known
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

// painted notes what painting a frame took.
func (p *pace) painted(cost time.Duration) {
	if cost < unpainted {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
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
	if now.Sub(p.touched) < attention {
		share = attendedShare
	}
	least := max(every, min(time.Duration(float64(p.cost)/share), slowest))
	if least > slowest/10 && least < slowest {
		least = slowest / (slowest / least)
	}
	return least
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
