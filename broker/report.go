package broker

import (
	"sync"
	"time"
)

// coalesceTime is how long repetitions are gathered, and coalesceKeys bounds how
// many different things are gathered at once; what is beyond is reported
// singly.
const (
	coalesceTime = time.Second
	coalesceKeys = 4096
)

// reporter hands events to OnEvent, one at a time, and coalesces floods.
type reporter struct {
	on     func(Event)
	emitMu sync.Mutex

	mu      sync.Mutex
	pending map[repeatKey]*repeated
	timer   *time.Timer
	closed  bool
	running sync.WaitGroup
}

// repeatKey is what makes two events repetitions of one.
type repeatKey struct {
	kind string
	who  string
	what string
}

type repeated struct {
	count uint64
	event func(n uint64) Event
}

// tell reports e now.
func (r *reporter) tell(e Event) {
	if r.on == nil || e == nil {
		return
	}
	r.emitMu.Lock()
	defer r.emitMu.Unlock()
	r.on(e)
}

// tellOften reports the first of many now and the others once a second by their
// number. The function makes an event that stands for n of them, or nil when
// there is nothing left to tell.
func (r *reporter) tellOften(key repeatKey, event func(n uint64) Event) {
	if r.on == nil {
		return
	}
	r.mu.Lock()
	if p := r.pending[key]; p != nil && !r.closed {
		p.count++
		r.mu.Unlock()
		return
	}
	if !r.closed && len(r.pending) < coalesceKeys {
		r.gatherLocked(key, event)
	}
	r.mu.Unlock()
	r.tell(event(1))
}

func (r *reporter) gatherLocked(key repeatKey, event func(n uint64) Event) {
	if r.pending == nil {
		r.pending = make(map[repeatKey]*repeated)
	}
	r.pending[key] = &repeated{event: event}
	if r.timer == nil {
		r.running.Add(1)
		r.timer = time.AfterFunc(coalesceTime, r.flush)
	}
}

// flush reports what was gathered. Keys that were busy stay for another round.
func (r *reporter) flush() {
	defer r.running.Done()
	r.mu.Lock()
	events := r.gatheredLocked()
	r.timer = nil
	if len(r.pending) > 0 && !r.closed {
		r.running.Add(1)
		r.timer = time.AfterFunc(coalesceTime, r.flush)
	}
	r.mu.Unlock()
	for _, e := range events {
		r.tell(e)
	}
}

func (r *reporter) gatheredLocked() (events []Event) {
	for key, p := range r.pending {
		if p.count == 0 {
			delete(r.pending, key)
			continue
		}
		events = append(events, p.event(p.count))
		p.count = 0
	}
	return events
}

// close reports what is gathered and ends the timer.
func (r *reporter) close() {
	r.mu.Lock()
	r.closed = true
	if r.timer != nil && r.timer.Stop() {
		r.running.Done()
	}
	r.timer = nil
	events := r.gatheredLocked()
	r.mu.Unlock()
	r.running.Wait()
	for _, e := range events {
		r.tell(e)
	}
}

// now is the stamp of an event that happens now.
func now() Stamp { return Stamp{At: time.Now()} }
