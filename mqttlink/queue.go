package mqttlink

import (
	"context"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Bounds of the queue between a connection and the sink.
const (
	queueMessages = 1 << 16
	queueBytes    = 64 << 20
	// batchMessages is the most that one call of the sink gets.
	batchMessages = 1024
	// chunkBytes is the unit in which small payloads are packed together.
	chunkBytes = 256 << 10
	// patience is how long the reader of a connection, which may wait where
	// paho's handlers must not, waits for room in a full queue: the broker is
	// slowed down rather than messages lost. A sink that takes nothing for so
	// long is not waited for again until it moves.
	patience = time.Second
	// keepMessages is the capacity that an emptied queue keeps.
	keepMessages = 8192
)

// queue holds messages between the connection, which must not wait, and the
// sink, which may take its time. Newcomers that do not fit are refused.
type queue struct {
	maxMessages, maxBytes int

	mu       sync.Mutex
	messages []model.Message
	bytes    int
	chunk    []byte // payloads of the last messages are packed in here
	stuck    bool   // someone waited for room in vain

	ready chan struct{} // of capacity one: there is something in the queue
	room  chan struct{} // of capacity one: the queue has been emptied
}

func newQueue() *queue {
	return &queue{maxMessages: queueMessages, maxBytes: queueBytes,
		ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// push adds m, and reports whether there was room at once. The payload is
// copied when borrowed is set; otherwise the queue keeps it.
func (q *queue) push(m model.Message, borrowed bool) bool {
	q.mu.Lock()
	if len(q.messages) >= q.maxMessages || q.bytes+len(m.Payload) > q.maxBytes {
		q.mu.Unlock()
		return false
	}
	if borrowed {
		m.Payload = q.pack(m.Payload)
	}
	q.bytes += len(m.Payload)
	q.messages = append(q.messages, m)
	first := len(q.messages) == 1
	q.mu.Unlock()
	if first {
		signal(q.ready)
	}
	return true
}

// pushPatiently is push that waits for room for up to [patience]. It is for
// one goroutine at a time.
func (q *queue) pushPatiently(m model.Message, borrowed bool) bool {
	if q.push(m, borrowed) {
		return true
	}
	if q.isStuck() {
		return false
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-q.room: // perhaps from long ago: look
			if q.push(m, borrowed) {
				return true
			}
		case <-timer.C:
			q.mu.Lock()
			q.stuck = true
			q.mu.Unlock()
			return q.push(m, borrowed)
		}
	}
}

func (q *queue) isStuck() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stuck
}

// signal leaves word in a channel of capacity one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pack copies a payload into the current chunk. A full chunk is left to the
// messages that point into it.
func (q *queue) pack(payload []byte) []byte {
	if len(payload) > chunkBytes/4 {
		return append([]byte(nil), payload...)
	}
	if len(q.chunk)+len(payload) > cap(q.chunk) {
		q.chunk = make([]byte, 0, chunkBytes)
	}
	from := len(q.chunk)
	q.chunk = append(q.chunk, payload...)
	return q.chunk[from:len(q.chunk):len(q.chunk)]
}

// swap takes everything out, and leaves the given memory for what comes next.
func (q *queue) swap(messages []model.Message, chunk []byte) ([]model.Message, []byte) {
	q.mu.Lock()
	messages, q.messages = q.messages, messages
	chunk, q.chunk = q.chunk, chunk
	q.bytes, q.stuck = 0, false
	q.mu.Unlock()
	signal(q.room)
	return messages, chunk
}

// drain hands batches to sink until ctx ends, and then what is left.
func (q *queue) drain(ctx context.Context, sink Sink) {
	var messages []model.Message
	var chunk []byte
	for ended := false; !ended; {
		select {
		case <-q.ready:
		case <-ctx.Done():
			ended = true
		}
		messages, chunk = q.swap(messages[:0], chunk[:0])
		for from := 0; from < len(messages); from += batchMessages {
			sink(messages[from:min(from+batchMessages, len(messages))])
		}
		clear(messages)
		if cap(messages) > keepMessages {
			messages = nil
		}
	}
}
