package history

import (
	"encoding/binary"
	"runtime"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// queue is what waits to be written. Messages lie in pages that are used again
// and again, so that taking one in costs no allocation and touches little memory.
type queue struct {
	pages  []*page // in order of arrival; the last takes in what comes
	free   []*page
	count  int   // messages in pages
	bytes  int   // that they take
	rest   Batch // everything but messages and samples
	others int   // records in rest
	// flushed are closed once what waits is written.
	flushed []chan struct{}

	heard  uint64    // messages, also those there was no room for
	latest time.Time // arrival of the latest message

	// lost counts what there was no room for since from, until to.
	lost     uint64
	from, to time.Time
}

// page holds messages one after another in bytes, so that to take one in is to
// append to memory that the collector never looks at. Each is a head of headBytes,
// its topic and its payload; what a head cannot hold is beside it.
type page struct {
	bytes      []byte
	count      int // messages
	publishers []*model.Publisher
	properties []*model.Properties
}

// The head of a message is two words: when it arrived, in microseconds since
// 1970, and the sizes of payload and topic and flags in one.
const (
	headBytes  = 16
	topicShift = 32 // MQTT bounds a payload to 28 bits
	flagShift  = 48 // and a topic to 16
	maxPayload = 1<<32 - 1
	maxTopic   = 1<<16 - 1
)

// Flags of a head, above the two bits of the QoS.
const (
	isRetained    = 1 << 2
	isReplayed    = 1 << 3
	hasPublisher  = 1 << 4
	nextPublisher = 1 << 5 // the next of the page; else that of the message before
	hasProperties = 1 << 6 // the next of the page
)

// Bounds of a page, and how many are kept to be used again. A larger message has
// a page of its own, which is not kept.
const (
	pageBytes = 32 << 10
	freePages = 32
)

// push copies messages up to the first for which there is no room, and returns
// how many that are.
func (q *queue) push(batch []model.Message, maxMessages, maxBytes int) int {
	batch = batch[:max(0, min(len(batch), maxMessages-q.count))]
	var p *page
	if last := len(q.pages) - 1; last >= 0 {
		p = q.pages[last]
	}
	for i := range batch {
		m := &batch[i]
		size := headBytes + len(m.Topic) + len(m.Payload)
		if q.bytes+size > maxBytes || len(m.Topic) > maxTopic || len(m.Payload) > maxPayload {
			return i
		}
		if p == nil || len(p.bytes)+size > cap(p.bytes) {
			p = q.turn(size)
		}
		p.add(m, size)
		q.count++
		q.bytes += size
	}
	return len(batch)
}

// add appends a message of a size that there is room for.
func (p *page) add(m *model.Message, size int) {
	word := uint64(len(m.Payload)) | uint64(len(m.Topic))<<topicShift | uint64(m.QoS&3)<<flagShift
	if m.Retained {
		word |= isRetained << flagShift
	}
	if m.Replayed {
		word |= isReplayed << flagShift
	}
	if m.Publisher != nil {
		word |= hasPublisher << flagShift
		if n := len(p.publishers); n == 0 || p.publishers[n-1] != m.Publisher {
			word |= nextPublisher << flagShift
			p.publishers = append(p.publishers, m.Publisher)
		}
	}
	if m.Properties != nil {
		word |= hasProperties << flagShift
		p.properties = append(p.properties, m.Properties)
	}
	p.count++
	b := p.bytes[len(p.bytes) : len(p.bytes)+size]
	p.bytes = p.bytes[:len(p.bytes)+size]
	binary.LittleEndian.PutUint64(b, uint64(m.At.UnixMicro()))
	binary.LittleEndian.PutUint64(b[8:], word)
	copy(b[headBytes:], m.Topic)
	copy(b[headBytes+len(m.Topic):], m.Payload)
}

// turn begins a page with room for n bytes.
func (q *queue) turn(n int) *page {
	var p *page
	if last := len(q.free) - 1; last >= 0 && n <= pageBytes {
		p, q.free[last] = q.free[last], nil
		q.free = q.free[:last]
	} else {
		p = &page{bytes: make([]byte, 0, max(n, pageBytes))}
	}
	q.pages = append(q.pages, p)
	return p
}

// shift appends the oldest pages to taken, as many as hold n messages or more if
// there are so many, and takes them off the queue.
func (q *queue) shift(taken []*page, n int) []*page {
	k := 0
	for k < len(q.pages) && n > 0 {
		n -= q.pages[k].count
		q.count -= q.pages[k].count
		q.bytes -= len(q.pages[k].bytes)
		k++
	}
	taken = append(taken, q.pages[:k]...)
	rest := copy(q.pages, q.pages[k:])
	clear(q.pages[rest:])
	q.pages = q.pages[:rest]
	return taken
}

// reuse gives pages back that are done with.
func (q *queue) reuse(pages []*page) {
	for _, p := range pages {
		if p.empty(); len(q.free) < freePages && cap(p.bytes) == pageBytes {
			q.free = append(q.free, p)
		}
	}
}

// unpack moves the messages of pages into a batch, with their samples. Payloads stay
// in the pages.
func (r *Recorder) unpack(b *Batch, pages []*page) {
	for _, p := range pages {
		runtime.Gosched() // the live path first
		publishers, properties := p.publishers, p.properties
		var publisher *model.Publisher
		for rest := p.bytes; len(rest) > 0; {
			word := binary.LittleEndian.Uint64(rest[8:])
			flags, body := word>>flagShift, headBytes+int(word>>topicShift&maxTopic)
			end := body + int(word&maxPayload)
			k := r.meter.named(rest[headBytes:body])
			b.Messages = append(b.Messages, Message{Message: model.Message{
				Topic: k.topic, Payload: rest[body:end:end], At: time.UnixMicro(int64(binary.LittleEndian.Uint64(rest))),
				QoS: byte(flags & 3), Retained: flags&isRetained != 0, Replayed: flags&isReplayed != 0,
			}, Hint: k.hint})
			m := &b.Messages[len(b.Messages)-1]
			if flags&nextPublisher != 0 {
				publisher, publishers = publishers[0], publishers[1:]
			}
			if flags&hasPublisher != 0 {
				m.Publisher = publisher
			}
			if flags&hasProperties != 0 {
				m.Properties, properties = properties[0], properties[1:]
			}
			r.meter.measure(b, m, k)
			rest = rest[end:]
		}
	}
}

// empty makes p as good as new.
func (p *page) empty() {
	clear(p.publishers)
	clear(p.properties)
	*p = page{bytes: p.bytes[:0], publishers: p.publishers[:0], properties: p.properties[:0]}
}

// loseLocked counts records that there was no room for, which came between two
// times.
func (r *Recorder) loseLocked(from, to time.Time, n int) {
	q := &r.queue
	if q.lost == 0 {
		q.from, q.to = from, to
	}
	q.from, q.to = earlier(q.from, from), later(q.to, to)
	q.lost += uint64(n)
	r.status.Lost += uint64(n)
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

// clockStep is how far the wall clock has to jump against the monotonic one to be
// told.
const clockStep = time.Second

// watchClock notes, as a gap, that the wall clock was set between the last message
// of a batch and the last one before it. Arrivals carry a monotonic reading.
func (q *queue) watchClock(at time.Time) {
	last := q.latest
	q.latest = at
	if last.IsZero() {
		return
	}
	wall := at.UnixMicro() - last.UnixMicro()
	jump := time.Duration(wall)*time.Microsecond - at.Sub(last)
	if jump < clockStep && jump > -clockStep {
		return
	}
	q.rest.Gaps = append(q.rest.Gaps, Gap{
		From: last.Round(0), To: at.Round(0), Kind: GapClock, Why: "the clock was set by " + jump.Round(time.Millisecond).String(),
	})
	q.others++
}
