package durable

import "encoding/binary"

// page is a page that was read, and what continues it.
type page struct {
	b     []byte
	kind  int
	count int
}

// element is one entry of a page: a record, or a page below.
type element struct {
	key, value []byte
	flags      uint32
	child      uint64
}

// parsePage returns nil for what is no page.
func parsePage(b []byte) *page {
	if len(b) < headerBytes {
		return nil
	}
	n := binary.NativeEndian
	p := &page{b: b, kind: int(n.Uint16(b[8:])), count: int(n.Uint16(b[10:]))}
	if p.kind != leafPage && p.kind != branchPage || headerBytes+p.count*elementBytes > len(b) {
		return nil
	}
	return p
}

// element is the one with number i. It reports false when it lies outside of the
// page.
func (p *page) element(i int) (e element, ok bool) {
	at := headerBytes + i*elementBytes
	n, h := binary.NativeEndian, p.b[at:at+elementBytes]
	var pos, key, value uint32
	if p.kind == leafPage {
		e.flags, pos, key, value = n.Uint32(h), n.Uint32(h[4:]), n.Uint32(h[8:]), n.Uint32(h[12:])
	} else {
		pos, key, e.child = n.Uint32(h), n.Uint32(h[4:]), n.Uint64(h[8:])
	}
	start := uint64(at) + uint64(pos)
	middle := start + uint64(key)
	end := middle + uint64(value)
	if end > uint64(len(p.b)) {
		return e, false
	}
	e.key, e.value = p.b[start:middle:middle], p.b[middle:end:end]
	return e, true
}
