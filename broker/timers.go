package broker

import (
	"sync"
	"time"
)

// timers run functions later, and are all stopped when the broker closes.
type timers struct {
	group  *sync.WaitGroup
	rescue func() // is deferred, to recover from panics

	mu     sync.Mutex
	closed bool
	set    map[*time.Timer]struct{}
}

// after runs f in a goroutine of its own once d has passed. It returns nil when
// the broker is closed.
func (t *timers) after(d time.Duration, f func()) *time.Timer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	if t.set == nil {
		t.set = make(map[*time.Timer]struct{})
	}
	t.group.Add(1)
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		defer t.group.Done()
		t.mu.Lock()
		delete(t.set, timer)
		t.mu.Unlock()
		defer t.rescue()
		f()
	})
	t.set[timer] = struct{}{}
	return timer
}

// stop stops a timer, nil for none. Its function may be running already.
func (t *timers) stop(timer *time.Timer) {
	if timer == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopLocked(timer)
}

func (t *timers) stopLocked(timer *time.Timer) {
	if timer.Stop() {
		delete(t.set, timer)
		t.group.Done()
	}
}

// close stops all timers for good.
func (t *timers) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for timer := range t.set {
		t.stopLocked(timer)
	}
}
