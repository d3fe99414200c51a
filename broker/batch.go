package broker

import "github.com/pilothouse/pilothouse/model"

// batch is messages for a session inside the process, their payloads in blocks
// that are used again.
type batch struct {
	messages []model.Message
	blocks   [][]byte
	block    int // the block in use
	bytes    int // what the messages count
}

const (
	arenaBlock   = 64 << 10
	keptBlocks   = 16
	keptMessages = 1 << 13
	// localOverhead is what a message counts beyond its payload.
	localOverhead = 160
	// replayBatch is the number of retained messages handed over at once.
	replayBatch = 1024
)

// add copies a message into the batch.
func (b *batch) add(m model.Message) {
	m.Payload = b.copy(m.Payload)
	b.messages = append(b.messages, m)
	b.bytes += len(m.Payload) + localOverhead
}

// copy copies bytes into a block.
func (b *batch) copy(p []byte) []byte {
	if len(p) > arenaBlock/4 {
		return append([]byte(nil), p...)
	}
	for ; b.block < len(b.blocks); b.block++ {
		block := b.blocks[b.block]
		if n := len(block); cap(block)-n >= len(p) {
			block = append(block, p...)
			b.blocks[b.block] = block
			return block[n:len(block):len(block)]
		}
	}
	block := append(make([]byte, 0, arenaBlock), p...)
	b.blocks = append(b.blocks, block)
	return block[:len(block):len(block)]
}

// reset empties the batch and keeps a fair amount of its memory.
func (b *batch) reset() {
	clear(b.messages)
	b.messages = b.messages[:0]
	if cap(b.messages) > keptMessages {
		b.messages = nil
	}
	if len(b.blocks) > keptBlocks {
		clear(b.blocks[keptBlocks:])
		b.blocks = b.blocks[:keptBlocks]
	}
	for i := range b.blocks {
		b.blocks[i] = b.blocks[i][:0]
	}
	b.block, b.bytes = 0, 0
}

// take hands a message to the session. It reports false when it was dropped.
func (l *Local) take(rt *route, in *inbound, qos byte) bool {
	if l.on == nil {
		return false
	}
	m := model.Message{Topic: rt.topic, Payload: in.payload, At: in.at, QoS: min(in.qos, qos), Publisher: in.from}
	if len(in.values) > 0 || in.hasExpiry {
		m.Properties = properties(in.values, in.expiry)
	}
	if l.put(m) || l.session.gate.wait(l.b.limits.Hold, l.drains) && l.put(m) {
		l.session.sent(1, uint64(len(in.payload)))
		return true
	}
	l.dropped.Add(1)
	l.session.drop(DropSlow, 1)
	return false
}

// put adds a message if there is room.
func (l *Local) put(m model.Message) bool {
	l.mu.Lock()
	b := l.batch
	first := len(b.messages) == 0
	if l.closed || !first && b.bytes+len(m.Payload)+localOverhead > l.limit {
		l.mu.Unlock()
		return false
	}
	b.add(m)
	l.mu.Unlock()
	if first {
		l.notify()
	}
	return true
}

// drains reports whether at least half of the queue is free.
func (l *Local) drains() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.batch.bytes <= l.limit/2
}

func (l *Local) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// consume hands batches to OnMessages until the session is closed and nothing
// waits.
func (l *Local) consume() {
	defer l.b.group.Done()
	spare := &batch{}
	for {
		full, replays, closed := l.swap(spare)
		for _, r := range replays {
			l.replay(r)
		}
		if len(full.messages) > 0 {
			l.on(full.messages)
		}
		idle := len(full.messages) == 0
		full.reset()
		spare = full
		switch {
		case !idle:
		case closed:
			return
		default:
			select {
			case <-l.wake:
			case <-l.stop:
			}
		}
	}
}

// swap takes what waits and leaves an empty batch.
func (l *Local) swap(spare *batch) (full *batch, replays []*replayed, closed bool) {
	l.mu.Lock()
	full, l.batch = l.batch, spare
	replays, l.replays = l.replays, nil
	closed = l.closed
	l.mu.Unlock()
	l.session.gate.reopenIfShut()
	l.session.gate.wake()
	return full, replays, closed
}

// replay hands over retained messages.
func (l *Local) replay(r *replayed) {
	messages := make([]model.Message, 0, min(len(r.messages), replayBatch))
	for len(r.messages) > 0 {
		n := min(len(r.messages), replayBatch)
		messages = messages[:0]
		for _, m := range r.messages[:n] {
			out := model.Message{Topic: m.topic, Payload: m.payload, At: m.at, QoS: min(m.qos, r.qos), Retained: true, Publisher: m.from}
			left, _ := m.remaining(m.at)
			out.Properties = properties(m.values, left)
			messages = append(messages, out)
		}
		l.on(messages)
		l.session.sent(uint64(n), 0)
		r.messages = r.messages[n:]
	}
}
