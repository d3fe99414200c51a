package broker

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// chunkBytes is the size of the pieces in which outbound bytes are kept and
// written.
const chunkBytes = 32 << 10

// chunk is a piece of outbound bytes.
type chunk struct {
	n int
	b [chunkBytes]byte
}

// outbound is the bytes on their way to one client, in order. A goroutine that
// writes them exists only while there are any.
type outbound struct {
	nc    net.Conn
	pool  *pool[chunk]
	limit int
	total *atomic.Int64  // bytes of all connections
	most  int64          // for total
	wire  *atomic.Uint64 // counts what was written to all clients
	stall time.Duration
	spawn func(func()) // starts a goroutine that the broker waits for
	// drained is called without locks after bytes were written.
	drained func()
	// failed is called without locks when writing is over for good, before the
	// connection is closed.
	failed func(error)

	size    atomic.Int64 // bytes that are not written yet
	written atomic.Uint64

	mu      sync.Mutex
	chunks  []*chunk
	writing bool
	closed  bool // takes no more
	last    bool // close the connection when all is written
	greeted bool // CONNACK has gone out
}

// fairShare is what each client may make the broker hold even when a total that
// all share is used up.
const fairShare = 64 << 10

// roomy reports whether there is room for messages.
func (o *outbound) roomy() bool {
	size := o.size.Load()
	return size < int64(o.limit) && (size < fairShare || o.total.Load() < o.most)
}

// grow counts bytes that are waiting, or are not any more.
func (o *outbound) grow(n int) {
	o.size.Add(int64(n))
	o.total.Add(int64(n))
}

// drains reports whether a quarter of the room is free, and none that others
// share is lacking.
func (o *outbound) drains() bool { return o.size.Load() <= int64(o.limit)/4*3 && o.roomy() }

// offer appends bytes if there is room: all of them, or none. A connection that
// is closed takes everything and forgets it.
func (o *outbound) offer(b []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true
	}
	if !o.roomy() {
		return false
	}
	o.appendLocked(b)
	return true
}

// force appends bytes whether there is room or not. It is for what its caller
// bounds otherwise: acknowledgements, and what fits a window.
func (o *outbound) force(b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.appendLocked(b)
	}
}

// greet is force for the CONNACK packet that lets the client in.
func (o *outbound) greet(b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.appendLocked(b)
		o.greeted = true
	}
}

func (o *outbound) appendLocked(b []byte) {
	o.grow(len(b))
	for len(b) > 0 {
		var tail *chunk
		if n := len(o.chunks); n > 0 && o.chunks[n-1].n < chunkBytes {
			tail = o.chunks[n-1]
		} else {
			tail = o.pool.get()
			tail.n = 0
			o.chunks = append(o.chunks, tail)
		}
		n := copy(tail.b[tail.n:], b)
		tail.n += n
		b = b[n:]
	}
	o.startLocked()
}

func (o *outbound) startLocked() {
	if !o.writing {
		o.writing = true
		o.spawn(o.write)
	}
}

// isGreeted tells whether CONNACK has gone out: DISCONNECT may [MQTT-3.14.0-1].
func (o *outbound) isGreeted() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.greeted
}

// finish appends final bytes and lets the connection be closed when everything
// is written, or when the time is over. It takes nothing more.
func (o *outbound) finish(b []byte, within time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	_ = o.nc.SetWriteDeadline(time.Now().Add(within))
	o.last = true
	o.appendLocked(b)
	o.closed = true
	o.startLocked()
}

// write writes until nothing is left.
func (o *outbound) write() {
	var spare []*chunk
	for {
		o.mu.Lock()
		if len(o.chunks) == 0 {
			o.endLocked()
			o.mu.Unlock()
			return
		}
		chunks := o.chunks
		o.chunks = spare
		o.mu.Unlock()
		err := o.writeAll(chunks)
		clear(chunks)
		spare = chunks[:0]
		if err != nil {
			o.fail(err)
			return
		}
	}
}

func (o *outbound) endLocked() {
	o.writing = false
	if o.last {
		_ = o.nc.Close()
	}
}

// writeAll writes chunks and gives them back to the pool.
func (o *outbound) writeAll(chunks []*chunk) error {
	for i, c := range chunks {
		o.extendDeadline()
		n, err := o.nc.Write(c.b[:c.n])
		o.written.Add(uint64(n))
		o.wire.Add(uint64(n))
		o.grow(-c.n)
		o.pool.put(c)
		if err != nil {
			for _, rest := range chunks[i+1:] {
				o.grow(-rest.n)
				o.pool.put(rest)
			}
			return err
		}
		o.drained()
	}
	return nil
}

// extendDeadline gives the client time to read the next chunk, unless the
// connection is ending: then finish has set the deadline.
func (o *outbound) extendDeadline() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.last {
		_ = o.nc.SetWriteDeadline(time.Now().Add(o.stall))
	}
}

// fail ends the connection after a write error. Who sees it closed finds the
// reason already told.
func (o *outbound) fail(err error) {
	o.failed(err)
	o.mu.Lock()
	o.closed = true
	for _, c := range o.chunks {
		o.grow(-c.n)
		o.pool.put(c)
	}
	o.chunks = nil
	o.endLocked()
	o.mu.Unlock()
	_ = o.nc.Close()
	o.drained()
}
