package history

import (
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// queue is what waits to be written. Payloads are copied into slabs, so that a
// message costs no allocation of its own.
type queue struct {
	messages []Message
	rest     Batch // everything but messages and samples
	others   int   // records in rest
	bytes    int
	slab     []byte
	flushed  []chan struct{} // closed once what waits is written

	// lost counts what there was no room for since from, until to.
	lost     uint64
	from, to time.Time
}

// slabBytes is the size of the slabs that payloads are copied into.
const slabBytes = 256 << 10

// push copies a message; it reports false when there is no room.
func (q *queue) push(m *model.Message, maxMessages, maxBytes int) bool {
	if len(q.messages) >= maxMessages || q.bytes+len(m.Payload) > maxBytes {
		return false
	}
	q.bytes += len(m.Payload)
	c := *m
	c.At = m.At.Round(0).Truncate(time.Microsecond)
	c.Payload = q.copy(m.Payload)
	q.messages = append(q.messages, Message{Message: c})
	return true
}

// copy copies p into the slab.
func (q *queue) copy(p []byte) []byte {
	if len(p) > slabBytes/4 {
		return append([]byte(nil), p...)
	}
	if len(q.slab)+len(p) > cap(q.slab) {
		q.slab = make([]byte, 0, slabBytes)
	}
	n := len(q.slab)
	q.slab = append(q.slab, p...)
	return q.slab[n:len(q.slab):len(q.slab)]
}

// loseLocked counts a record that there was no room for.
func (r *Recorder) loseLocked(at time.Time) {
	q := &r.queue
	if q.lost == 0 {
		q.from, q.to = at, at
	}
	q.from, q.to = earlier(q.from, at), later(q.to, at)
	q.lost++
	r.status.Lost++
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// clockWatch notices that the wall clock was set: arrivals carry a monotonic
// reading beside it.
type clockWatch struct {
	last time.Time
}

// clockStep is how far the clock has to jump against the monotonic one to be
// told.
const clockStep = time.Second

// watchClock notes a jump of the wall clock between two arrivals as a gap.
func (r *Recorder) watchClock(at time.Time) {
	last := r.clock.last
	r.clock.last = at
	if last.IsZero() {
		return
	}
	steady := at.Sub(last)
	wall := at.Round(0).Sub(last.Round(0))
	if jump := wall - steady; jump > clockStep || jump < -clockStep {
		r.queue.rest.Gaps = append(r.queue.rest.Gaps, Gap{
			From: last.Round(0), To: at.Round(0), Kind: GapClock, Why: "the clock was set by " + jump.Round(time.Millisecond).String(),
		})
		r.queue.others++
	}
}
