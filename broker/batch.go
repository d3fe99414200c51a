package broker

import "github.com/pilothouse/pilothouse/model"

// batch is messages for a session inside the process, with their payloads. A
// publisher fills it alone and hands it over as a whole.
type batch struct {
	messages []model.Message
	arena    []byte // payloads; never grows beyond its capacity
	bytes    int    // what the messages count
	sure     bool   // some of them are of QoS 1 or 2
}

const (
	arenaBytes    = 32 << 10
	batchMessages = 512
	// localOverhead is what a message counts beyond its payload.
	localOverhead = 160
	// enoughBatches is how many batches OnMessages handles before it is waited for
	// again after it was waited for in vain.
	enoughBatches = 64
	// replayBatch is the number of retained messages handed over at once.
	replayBatch = 1024
)

// fits reports whether n messages with this much payload can be added.
func (b *batch) fits(n, payload int) bool {
	return len(b.messages)+n <= batchMessages && (payload > arenaBytes/4 || len(b.arena)+payload <= arenaBytes)
}

// add makes room for a message with a copy of payload, and returns it for the
// rest to be filled in. A large payload gets memory of its own.
func (b *batch) add(payload []byte, qos byte) *model.Message {
	b.bytes += len(payload) + localOverhead
	b.sure = b.sure || qos > 0
	if len(payload) > arenaBytes/4 {
		payload = append([]byte(nil), payload...)
	} else {
		if b.arena == nil {
			b.arena = make([]byte, 0, arenaBytes)
		}
		n := len(b.arena)
		b.arena = append(b.arena, payload...)
		payload = b.arena[n:len(b.arena):len(b.arena)]
	}
	n := len(b.messages)
	if n < cap(b.messages) {
		b.messages = b.messages[:n+1] // reset has left it empty
	} else {
		b.messages = append(b.messages, model.Message{})
	}
	m := &b.messages[n]
	m.Payload, m.QoS = payload, qos
	return m
}

// merge copies the messages of a small batch, if they fit.
func (b *batch) merge(o *batch) bool {
	if !b.fits(len(o.messages), len(o.arena)) || o.bytes > arenaBytes {
		return false
	}
	for i := range o.messages {
		m := b.add(o.messages[i].Payload, o.messages[i].QoS)
		payload := m.Payload
		*m = o.messages[i]
		m.Payload = payload
	}
	return true
}

// reset empties the batch and keeps its memory.
func (b *batch) reset() {
	clear(b.messages)
	b.messages, b.arena, b.bytes = b.messages[:0], b.arena[:0], 0
	b.sure = false
}

// stageLocal adds a message to what a session inside the process is going to get.
func (r *router) stageLocal(l *Local, rt *route, in *inbound, qos byte) {
	if r.local != nil && (r.local != l || !r.batch.fits(1, len(in.payload))) {
		r.flushLocal()
	}
	if r.local == nil {
		r.local, r.batch = l, r.b.batches.get()
	}
	m := r.batch.add(in.payload, min(in.qos, qos))
	m.Topic, m.At, m.Retained, m.Publisher = rt.topic, in.at, in.retain, in.from
	if len(in.values) > 0 || in.hasExpiry {
		m.Properties = properties(in.values, in.expiry)
	}
}

// flushLocal hands over what is staged for a session inside the process.
func (r *router) flushLocal() {
	if r.local == nil {
		return
	}
	l, full := r.local, r.batch
	r.local, r.batch = nil, nil
	if n := len(full.messages); !l.take(full) {
		r.lost += n
	}
}

// take takes over a batch. It reports false when it was dropped.
func (l *Local) take(full *batch) bool {
	n, bytes := len(full.messages), full.bytes-len(full.messages)*localOverhead
	if l.session.gate.crowded() {
		l.room(full)
	}
	taken := l.put(full)
	for !taken && l.room(full) {
		taken = l.put(full)
	}
	if taken {
		l.session.sent(uint64(n), uint64(bytes))
		return true
	}
	l.dropped.Add(uint64(n))
	l.session.drop(DropSlow, n)
	full.reset()
	l.b.batches.put(full)
	return false
}

// put queues a batch if there is room. A session that is closed takes everything
// and forgets it.
func (l *Local) put(full *batch) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := len(l.queue)
	if !l.closed && waiting > 0 && l.bytes+full.bytes > l.limit {
		return false
	}
	l.bytes += full.bytes
	if l.closed || waiting > 0 && l.queue[waiting-1].merge(full) {
		full.reset()
		l.b.batches.put(full)
		return true
	}
	l.queue = append(l.queue, full)
	if waiting == 0 {
		l.notify()
	}
	return true
}

// room waits until there is room again for a batch.
func (l *Local) room(full *batch) bool {
	h := holding{hold: l.b.limits.Hold, enough: enoughBatches, sure: full.sure}
	return l.session.gate.wait(h, func() bool { return l.drains(full.bytes) }, l.swaps.Load)
}

// drains reports whether at least a quarter of the queue is free, and so many
// bytes.
func (l *Local) drains(bytes int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes <= l.limit/4*3 && (len(l.queue) == 0 || l.bytes+bytes <= l.limit)
}
