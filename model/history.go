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

// history keeps the latest messages of one topic in one ring of bytes: a fixed
// header and the payload each, so that a topic of small readings costs little
// more than the readings. It never holds fewer than the latest message.
type history struct {
	buf  []byte
	head int // offset of the oldest record
	used int // bytes in use from head
	n    int // records
	// newest is the payload length of the newest record, which ends at used.
	newest int
}

// recordHeader is arrival time (8 bytes), payload length (4), publisher number
// (4) and flags (1): QoS in bits 0 and 1, retained in bit 2, cut in bit 3.
const recordHeader = 17

const (
	flagRetained = 1 << 2
	flagCut      = 1 << 3
)

// push appends a record, letting go of the oldest beyond maxN records or
// maxBytes bytes; gone is called with the publisher of each. It reports by how
// much the ring's memory grew, which is negative when it gave back what an
// outsized record had needed, and how many records went.
func (h *history) push(at int64, payload []byte, pub uint32, flags byte, maxN, maxBytes int, gone func(pub uint32)) (grown, evicted int) {
	need := recordHeader + len(payload)
	for h.n > 0 && (h.n >= maxN || h.used+need > maxBytes) {
		gone(h.pop())
		evicted++
	}
	switch before := len(h.buf); {
	case h.used+need > before:
		grown = h.grow(h.used+need, max(maxBytes, need))
	case before > maxBytes && h.used+need <= maxBytes:
		h.resize(h.used + need)
		grown = len(h.buf) - before
	}
	var hdr [recordHeader]byte
	binary.LittleEndian.PutUint64(hdr[0:], uint64(at))
	binary.LittleEndian.PutUint32(hdr[8:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(hdr[12:], pub)
	hdr[16] = flags
	h.write(h.used, hdr[:])
	h.write(h.used+recordHeader, payload)
	h.used += need
	h.n++
	h.newest = len(payload)
	return grown, evicted
}

// pop lets go of the oldest record and returns its publisher.
func (h *history) pop() (pub uint32) {
	pub = h.word(12)
	size := recordHeader + h.payloadLen(0)
	h.head = (h.head + size) % len(h.buf)
	h.used -= size
	h.n--
	if h.n == 0 {
		h.head = 0
	}
	return pub
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

// each calls f for every record from the oldest, with the record's offset.
func (h *history) each(f func(off int)) {
	for off, i := 0, 0; i < h.n; i++ {
		f(off)
		off += recordHeader + h.payloadLen(off)
	}
}

// record reads the record at off; its payload is a copy.
func (h *history) record(off int, publisher func(uint32) *Publisher) Record {
	var hdr [recordHeader]byte
	h.read(off, hdr[:])
	r := Record{
		At:        time.Unix(0, int64(binary.LittleEndian.Uint64(hdr[0:]))),
		Payload:   make([]byte, binary.LittleEndian.Uint32(hdr[8:])),
		QoS:       hdr[16] & 3,
		Retained:  hdr[16]&flagRetained != 0,
		Cut:       hdr[16]&flagCut != 0,
		Publisher: publisher(binary.LittleEndian.Uint32(hdr[12:])),
	}
	h.read(off+recordHeader, r.Payload)
	return r
}

func (h *history) payloadLen(off int) int { return int(h.word(off + 8)) }

func (h *history) word(off int) uint32 {
	var b [4]byte
	h.read(off, b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// grow doubles the ring until it holds need bytes, within limit.
func (h *history) grow(need, limit int) int {
	size := max(64, len(h.buf))
	for size < need {
		size *= 2
	}
	before := len(h.buf)
	h.resize(max(need, min(size, limit)))
	return len(h.buf) - before
}

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
