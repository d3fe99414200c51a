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
	shutAt    uint64 // the progress then
	stalled   bool   // there was none: the time does not count
}

// holding is how long a publisher is held back.
type holding struct {
	// hold is the time in which a receiver has to move.
	hold time.Duration
	// enough is the progress after which a receiver is waited for again that was
	// waited for in vain.
	enough int
	// sure is for messages that are acknowledged and have no other place to go:
	// they wait as long as the receiver moves at all.
	sure bool
}

// stillFactor is how many times as long a receiver may stand still for which a
// message waits that would be lost: on a busy machine one that is live may.
const stillFactor = 20

// A receiver that moves is waited for holdFactor times as long as one that does
// not. When it was waited for in vain, it is not waited for again for shutFactor
// times as long, or until it has moved on by enough to be trusted again; one that
// stood still not before it moves.
const (
	holdFactor = 4
	shutFactor = 20
)

// wait waits until ready and reports whether it is. It gives up when progress
// stands still for the time given, or, unless it has to be sure, does not suffice
// in four times that. After that it does not wait until there was enough
// progress, or some and a time is over.
func (g *gate) wait(h holding, ready func() bool, progress func() uint64) bool {
	if g.isShut(progress, uint64(h.enough)) {
		return false
	}
	hold := h.hold
	if h.sure {
		hold *= stillFactor
	}
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	timer := time.NewTimer(hold)
	defer timer.Stop()
	before := progress()
	for tries := 1; ; {
		opened := g.channel()
		if ready() {
			return true
		}
		select {
		case <-opened:
		case <-timer.C:
			after := progress()
			if after == before || tries == holdFactor && !h.sure {
				g.shut(shutFactor*h.hold, after, after == before)
				return ready()
			}
			before = after
			tries++
			timer.Reset(hold)
		}
	}
}

// crowded reports whether somebody waits. Who comes next has to wait too, or it
// would take what those are waiting for.
func (g *gate) crowded() bool { return g.waiting.Load() > 0 }

func (g *gate) channel() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
	return g.opened
}

func (g *gate) isShut(progress func() uint64, enough uint64) bool {
	if !g.shutFlag.Load() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	moved := progress() - g.shutAt
	if g.stalled && moved == 0 {
		return true
	}
	return time.Now().Before(g.shutUntil) && moved < enough
}

func (g *gate) shut(d time.Duration, at uint64, stalled bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shutUntil, g.shutAt, g.stalled = time.Now().Add(d), at, stalled
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
