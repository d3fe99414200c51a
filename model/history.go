package model

import (
	"encoding/binary"
	"time"
)

// Record is one message of a topic's history.
type Record struct {
	At        time.Time
	Payload   []byte
	QoS       byte
	Retained  bool
	Publisher *Publisher
	// Cut is set when only the front of the payload was kept, because memory
	// for messages was full.
	Cut bool
}

// history keeps the latest messages of one topic in one ring of bytes: a short
// header and the payload each, so that a topic of small readings costs little
// more than the readings. It never holds fewer than the latest message.
type history struct {
	buf  []byte
	head int // offset of the oldest record
	used int // bytes in use from head
	n    int // records
	// newest is the payload length of the newest record, which ends at used.
	newest int
	// first and last are the arrival of the oldest and the newest record, in
	// microseconds since 1970.
	first, last int64
}

// A record begins with its flags (1 byte: QoS in bits 0 and 1, retained in bit 2,
// cut in bit 3, bit 4 when the publisher is known), then, as varints, the length
// of the payload, the number of the publisher if it is known, and how many
// microseconds it came after the record before it.
const (
	flagRetained  = 1 << 2
	flagCut       = 1 << 3
	flagPublisher = 1 << 4
)

// recordHeader is the most that a record takes beside its payload.
const recordHeader = 1 + binary.MaxVarintLen32 + binary.MaxVarintLen32 + binary.MaxVarintLen64

// record is one record of a history: what its header says, and where its payload
// is.
type record struct {
	flags   byte
	pub     uint32
	after   int64 // microseconds since the record before it
	payload int   // offset
	size    int   // of the payload
}

func (r *record) end() int { return r.payload + r.size }

// push appends a record, letting go of the oldest beyond maxN records or
// maxBytes bytes; gone is called with the publisher of each. It reports by how
// much the ring's memory grew, which is negative when it gave back what an
// outsized record had needed, and how many records went.
func (h *history) push(at int64, payload []byte, pub uint32, flags byte, maxN, maxBytes int, gone func(pub uint32)) (grown, evicted int) {
	micro := at / int64(time.Microsecond)
	var room [recordHeader]byte
	hdr := append(room[:0], flags)
	if pub != 0 {
		hdr[0] |= flagPublisher
	}
	hdr = binary.AppendUvarint(hdr, uint64(len(payload)))
	if pub != 0 {
		hdr = binary.AppendUvarint(hdr, uint64(pub))
	}
	hdr = binary.AppendVarint(hdr, micro-h.last)
	need := len(hdr) + len(payload)
	for h.n > 0 && (h.n >= maxN || h.used+need > maxBytes) {
		gone(h.pop())
		evicted++
	}
	limit := max(maxBytes, need, ringStart)
	switch before := len(h.buf); {
	case h.used+need > before:
		grown = h.grow(h.used+need, limit)
	case before > limit:
		h.resize(h.used + need)
		grown = len(h.buf) - before
	}
	if h.n == 0 {
		h.first = micro
	}
	h.write(h.used, hdr)
	h.write(h.used+len(hdr), payload)
	h.used += need
	h.n++
	h.newest, h.last = len(payload), micro
	return grown, evicted
}

// pop lets go of the oldest record and returns its publisher.
func (h *history) pop() (pub uint32) {
	r := h.header(0)
	size := r.end()
	if h.n > 1 {
		next := h.header(size)
		h.first += next.after
	}
	h.head = (h.head + size) % len(h.buf)
	h.used -= size
	h.n--
	if h.n == 0 {
		h.head = 0
	}
	return r.pub
}

// shrink lets go of all but the latest record and of the memory that held the
// others, reporting how many bytes and records went; gone is called with the
// publisher of each.
func (h *history) shrink(gone func(pub uint32)) (bytes, evicted int) {
	for h.n > 1 {
		gone(h.pop())
		evicted++
	}
	before := len(h.buf)
	if h.used < before/2 {
		h.resize(h.used)
	}
	return before - len(h.buf), evicted
}

// each calls f for every record from the oldest, with its arrival in microseconds
// since 1970.
func (h *history) each(f func(r *record, at int64)) {
	at := h.first
	for off, i := 0, 0; i < h.n; i++ {
		r := h.header(off)
		if i > 0 {
			at += r.after
		}
		f(&r, at)
		off = r.end()
	}
}

// message reads a record that arrived at a time in microseconds since 1970; its
// payload is a copy.
func (h *history) message(r *record, at int64, publisher func(uint32) *Publisher) Record {
	m := Record{
		At:        time.UnixMicro(at),
		Payload:   make([]byte, r.size),
		QoS:       r.flags & 3,
		Retained:  r.flags&flagRetained != 0,
		Cut:       r.flags&flagCut != 0,
		Publisher: publisher(r.pub),
	}
	h.read(r.payload, m.Payload)
	return m
}

// header reads the header of the record at off.
func (h *history) header(off int) record {
	var hdr []byte
	if from := (h.head + off) % len(h.buf); from+recordHeader <= len(h.buf) {
		hdr = h.buf[from : from+recordHeader]
	} else {
		var room [recordHeader]byte
		hdr = room[:min(recordHeader, h.used-off)]
		h.read(off, hdr)
	}
	r, at := record{flags: hdr[0]}, 1
	size, n := binary.Uvarint(hdr[at:])
	at += n
	r.size = int(size)
	if r.flags&flagPublisher != 0 {
		pub, n := binary.Uvarint(hdr[at:])
		at += n
		r.pub = uint32(pub)
	}
	after, n := binary.Varint(hdr[at:])
	r.after, r.payload = after, off+at+n
	return r
}

// grow enlarges the ring by an eighth until it holds need bytes, within limit:
// most topics are many and small, and what a ring has in reserve is lost.
func (h *history) grow(need, limit int) int {
	before := len(h.buf)
	h.resize(max(need, min(max(ringStart, before+before/ringStep), limit)))
	return len(h.buf) - before
}

// ringStart is how many bytes a ring begins with, and ringStep the part of itself
// by which a ring grows.
const (
	ringStart = 32
	ringStep  = 8
)

func (h *history) resize(size int) {
	buf := make([]byte, size)
	h.read(0, buf[:h.used])
	h.buf, h.head = buf, 0
}

// write and read move bytes to and from off bytes after the oldest record,
// round the end of the ring.
func (h *history) write(off int, p []byte) {
	if len(p) == 0 {
		return
	}
	at := (h.head + off) % len(h.buf)
	n := copy(h.buf[at:], p)
	copy(h.buf, p[n:])
}

func (h *history) read(off int, p []byte) {
	if len(p) == 0 {
		return
	}
	at := (h.head + off) % len(h.buf)
	n := copy(p, h.buf[at:])
	copy(p[n:], h.buf)
}

// latest is a copy of the first limit bytes of the newest payload.
func (h *history) latest(limit int) []byte {
	if h.n == 0 {
		return nil
	}
	p := make([]byte, min(h.newest, limit))
	h.read(h.used-h.newest, p)
	return p
}
