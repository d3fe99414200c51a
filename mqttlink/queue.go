package mqttlink

import (
	"context"
	"sync"

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

	ready chan struct{} // of capacity one: there is something in the queue
}

func newQueue() *queue {
	return &queue{maxMessages: queueMessages, maxBytes: queueBytes, ready: make(chan struct{}, 1)}
}

// push adds m, and reports whether there was room. The payload is copied when
// borrowed is set; otherwise the queue keeps it.
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
		select {
		case q.ready <- struct{}{}:
		default:
		}
	}
	return true
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
	defer q.mu.Unlock()
	messages, q.messages = q.messages, messages
	chunk, q.chunk = q.chunk, chunk
	q.bytes = 0
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
