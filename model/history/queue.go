package history

import (
	"bytes"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// queue is what waits to be written. Messages lie in pages that are used again
// and again, so that taking one in costs no allocation and touches little memory.
type queue struct {
	pages  []*page // in order of arrival; the last takes in what comes
	free   []*page
	count  int   // messages in pages
	bytes  int   // of their payloads
	rest   Batch // everything but messages and samples
	others int   // records in rest
	// flushed are closed once what waits is written.
	flushed []chan struct{}

	// lost counts what there was no room for since from, until to.
	lost     uint64
	from, to time.Time
}

// page holds messages, and their payloads one after another.
type page struct {
	entries []waiting
	bytes   []byte
}

// waiting is a message but for its payload.
type waiting struct {
	topic              string
	at                 time.Time
	publisher          *model.Publisher
	properties         *model.Properties
	size               uint32 // of the payload; MQTT bounds it to 256 MiB
	qos                byte
	retained, replayed bool
}

// Bounds of a page, and how many are kept to be used again. A larger payload has
// a page that grows with it and is not kept.
const (
	pageEntries = 512
	pageBytes   = 32 << 10
	freePages   = 32
)

// push copies a message; it reports false when there is no room.
func (q *queue) push(m *model.Message, maxMessages, maxBytes int) bool {
	if q.count >= maxMessages || q.bytes+len(m.Payload) > maxBytes {
		return false
	}
	p := q.room(len(m.Payload))
	p.bytes = append(p.bytes, m.Payload...)
	n := len(p.entries)
	p.entries = p.entries[:n+1]
	e := &p.entries[n]
	e.topic, e.at, e.publisher, e.properties = m.Topic, m.At, m.Publisher, m.Properties
	e.size, e.qos, e.retained, e.replayed = uint32(len(m.Payload)), m.QoS, m.Retained, m.Replayed
	q.count++
	q.bytes += len(m.Payload)
	return true
}

// room is a page with room for a payload of n bytes.
func (q *queue) room(n int) *page {
	if last := len(q.pages) - 1; last >= 0 {
		p := q.pages[last]
		if len(p.entries) < pageEntries && (len(p.bytes)+n <= pageBytes || len(p.bytes) == 0) {
			return p
		}
	}
	var p *page
	if last := len(q.free) - 1; last >= 0 {
		p, q.free[last] = q.free[last], nil
		q.free = q.free[:last]
	} else {
		p = &page{entries: make([]waiting, 0, pageEntries), bytes: make([]byte, 0, pageBytes)}
	}
	q.pages = append(q.pages, p)
	return p
}

// shift appends the oldest pages to taken, as many as hold n messages or more if
// there are so many, and takes them off the queue.
func (q *queue) shift(taken []*page, n int) []*page {
	k := 0
	for k < len(q.pages) && n > 0 {
		n -= len(q.pages[k].entries)
		q.count -= len(q.pages[k].entries)
		q.bytes -= len(q.pages[k].bytes)
		k++
	}
	taken = append(taken, q.pages[:k]...)
	rest := copy(q.pages, q.pages[k:])
	clear(q.pages[rest:])
	q.pages = q.pages[:rest]
	return taken
}

// reuse gives pages back that were emptied.
func (q *queue) reuse(pages []*page) {
	for _, p := range pages {
		if len(q.free) < freePages && cap(p.bytes) == pageBytes {
			q.free = append(q.free, p)
		}
	}
}

// unpack moves the messages of pages into a batch, and empties the pages.
func (r *Recorder) unpack(b *Batch, pages []*page) {
	for _, p := range pages {
		payloads := bytes.Clone(p.bytes)
		for i := range p.entries {
			e := &p.entries[i]
			r.watchClock(b, e.at)
			var own []byte
			own, payloads = payloads[:e.size:e.size], payloads[e.size:]
			b.Messages = append(b.Messages, Message{Message: model.Message{
				Topic: e.topic, Payload: own, At: e.at.Round(0).Truncate(time.Microsecond), QoS: e.qos,
				Retained: e.retained, Replayed: e.replayed, Publisher: e.publisher, Properties: e.properties,
			}})
		}
		clear(p.entries)
		p.entries, p.bytes = p.entries[:0], p.bytes[:0]
	}
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
func (r *Recorder) watchClock(b *Batch, at time.Time) {
	last := r.clock.last
	r.clock.last = at
	if last.IsZero() {
		return
	}
	steady := at.Sub(last)
	wall := at.Round(0).Sub(last.Round(0))
	if jump := wall - steady; jump > clockStep || jump < -clockStep {
		b.Gaps = append(b.Gaps, Gap{
			From: last.Round(0), To: at.Round(0), Kind: GapClock, Why: "the clock was set by " + jump.Round(time.Millisecond).String(),
		})
	}
}
