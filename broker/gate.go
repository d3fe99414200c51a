package broker

import (
	"sync"
	"sync/atomic"
	"time"
)

// gate holds publishers back while a receiver that is full drains.
type gate struct {
	waiting  atomic.Int32
	shutFlag atomic.Bool // nobody is held until shutUntil

	mu     sync.Mutex
	opened chan struct{}
	// shutUntil is when publishers may be held again after a receiver did not
	// drain in time.
	shutUntil time.Time
}

// shutFactor is how many times as long as publishers were held in vain they are
// not held again.
const shutFactor = 10

// wait waits until ready, at most for the time given, and reports whether it is.
func (g *gate) wait(limit time.Duration, ready func() bool) bool {
	if g.isShut() {
		return false
	}
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		opened := g.channel()
		if ready() {
			return true
		}
		select {
		case <-opened:
		case <-timer.C:
			g.shut(shutFactor * limit)
			return ready()
		}
	}
}

func (g *gate) channel() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
	return g.opened
}

func (g *gate) isShut() bool {
	if !g.shutFlag.Load() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.shutUntil)
}

func (g *gate) shut(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shutUntil = time.Now().Add(d)
	g.shutFlag.Store(true)
}

// wake lets those who wait look again.
func (g *gate) wake() {
	if g.waiting.Load() == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}

// reopenIfShut ends the time without holding: the receiver has caught up.
func (g *gate) reopenIfShut() {
	if !g.shutFlag.Load() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shutFlag.Store(false)
}
