package broker

import (
	"errors"
	"os"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// The sizes of read buffers. An idle connection has the small one only.
const (
	smallBuffer = 512
	bigBuffer   = 64 << 10
)

// busyTick is how often it is looked whether a connection still needs its big
// buffer, and busyBytes what it has to have received in that time.
const (
	busyTick  = time.Second
	busyBytes = 16 << 10
)

// reader cuts what a connection receives into packets. Memory grows with the
// bytes that have come: a packet that does not fit doubles the buffer when the
// buffer is full, up to the size of that packet.
type reader struct {
	c     *conn
	small [smallBuffer]byte
	buf   []byte
	start int // of what is not handled yet
	end   int
	big   *[bigBuffer]byte // from the pool, if buf is it

	last     time.Time // when the last complete packet came
	tick     time.Time // when busyness was last looked at
	received int       // bytes since tick
}

func (r *reader) init(c *conn) {
	r.c = c
	r.buf = r.small[:]
	r.last = c.since
	_ = c.nc.SetReadDeadline(c.since.Add(c.b.limits.ConnectTime))
}

// each calls handle for each packet until one of them, or reading, fails.
func (r *reader) each(handle func(packet.Header, []byte) error) error {
	for {
		at, err := r.fill()
		if err != nil {
			return err
		}
		r.c.router.now = at
		if err := r.packets(at, handle); err != nil {
			return err
		}
		r.c.settle()
		if r.start == r.end {
			r.start, r.end = 0, 0
			if r.big == nil {
				r.c.router.rest()
			}
		}
		if err := r.c.awaitOwnDrain(); err != nil {
			return err
		}
	}
}

// packets handles the complete packets in the buffer.
func (r *reader) packets(at time.Time, handle func(packet.Header, []byte) error) error {
	handled := uint64(0)
	defer func() { r.c.b.counts.packets.Add(handled) }()
	for r.start < r.end {
		h, n, err := packet.ParseHeader(r.buf[r.start:r.end])
		if err != nil {
			return err
		}
		if err := r.c.checkStart(r.buf[r.start], h, n); err != nil {
			return err
		}
		if n == 0 || r.end-r.start < n+h.Length {
			return r.makeRoom(n + h.Length)
		}
		body := r.buf[r.start+n : r.start+n+h.Length]
		r.start += n + h.Length
		r.last = at
		handled++
		if err := handle(h, body); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom readies the buffer for the rest of a packet of size bytes (0 when not
// known yet).
func (r *reader) makeRoom(size int) error {
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.end])
		r.start, r.end = 0, r.end-r.start
	}
	if r.end == len(r.buf) {
		r.grow(size)
	}
	return nil
}

// grow makes the buffer bigger when it is full: the pooled one first, then twice
// the size at a time.
func (r *reader) grow(size int) {
	var bigger []byte
	if r.big == nil && len(r.buf) < bigBuffer {
		r.big = r.c.b.buffers.get()
		bigger = r.big[:]
		copy(bigger, r.buf[:r.end])
		r.tick, r.received = time.Now(), 0
		r.buf = bigger
		r.setDeadline(r.tick)
		return
	}
	bigger = make([]byte, min(2*len(r.buf), max(size, bigBuffer)))
	copy(bigger, r.buf[:r.end])
	r.giveBack()
	r.buf = bigger
}

// fill reads once, and returns when.
func (r *reader) fill() (time.Time, error) {
	if r.start == r.end && len(r.buf) > bigBuffer {
		r.shrink()
	}
	for {
		n, err := r.c.nc.Read(r.buf[r.end:])
		at := time.Now()
		if n > 0 {
			full := r.end+n == len(r.buf)
			r.end += n
			r.received += n
			r.c.b.counts.wireIn.Add(uint64(n))
			if full && r.big == nil && len(r.buf) == smallBuffer {
				r.grow(0)
			}
			return at, nil
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || r.c.leaving.Load() != nil {
			return at, err
		}
		if err := r.onTick(at); err != nil {
			return at, err
		}
	}
}

// onTick is called when a read deadline passes: of CONNECT, of the keep-alive,
// or to look whether the connection is still busy.
func (r *reader) onTick(at time.Time) error {
	c := r.c
	if c.session == nil {
		return os.ErrDeadlineExceeded
	}
	if c.patience > 0 && at.Sub(r.last) >= c.patience { // [MQTT-3.1.2-22]
		return os.ErrDeadlineExceeded
	}
	if r.big != nil && r.start == r.end && r.received < busyBytes {
		r.shrink()
		c.router.rest()
	}
	r.tick, r.received = at, 0
	r.setDeadline(at)
	return nil
}

// setDeadline sets the next time to look.
func (r *reader) setDeadline(at time.Time) {
	c := r.c
	if c.session == nil {
		return // that of CONNECT stays
	}
	var next time.Time
	if c.patience > 0 {
		next = r.last.Add(c.patience)
	}
	if r.big != nil {
		if t := at.Add(busyTick); next.IsZero() || t.Before(next) {
			next = t
		}
	}
	_ = c.nc.SetReadDeadline(next)
}

// shrink goes back to the small buffer. Nothing must be left to handle.
func (r *reader) shrink() {
	r.giveBack()
	r.buf, r.start, r.end = r.small[:], 0, 0
}

func (r *reader) giveBack() {
	if r.big != nil {
		r.c.b.buffers.put(r.big)
		r.big = nil
	}
}

// release gives everything back at the end of the connection.
func (r *reader) release() {
	r.giveBack()
	r.buf = nil
}

// errOutboundFull ends a connection that only sends.
var errOutboundFull = &departure{reason: SlowReader, code: packet.QuotaExceeded,
	err: errors.New("the client did not read the answers to what it sent"), quiet: true}

// awaitOwnDrain keeps a client that does not read its acknowledgements from
// sending more.
func (c *conn) awaitOwnDrain() error {
	if c.out.size.Load() < int64(c.b.limits.OutboundBytes)*2 {
		return nil
	}
	if c.own.wait(holding{hold: c.b.limits.WriteStall, enough: c.out.limit}, c.out.roomy, c.out.written.Load) {
		return nil
	}
	return errOutboundFull
}
