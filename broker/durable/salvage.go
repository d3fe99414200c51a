package durable

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// The layout of the list of free pages.
const (
	noFreeList  = ^uint64(0) // instead of its page
	freePage    = 16
	countBeyond = 0xFFFF // the count is in the first eight bytes that follow
)

// readFree reads the list of the pages that were free after a commit. Any other
// page below high is in use, however little leads to it. It reports false when
// the list is not whole: not kept, torn, or naming what it cannot.
func (w *walker) readFree(h header) (free map[uint64]struct{}, ok bool) {
	if h.free >= h.high {
		return nil, false
	}
	b := w.read(h.free)
	if b == nil || !w.claim(h.free, len(b)) || binary.NativeEndian.Uint16(b[8:]) != freePage {
		return nil, false
	}
	n, ids := binary.NativeEndian, b[headerBytes:]
	count := uint64(n.Uint16(b[10:]))
	if count == countBeyond {
		count, ids = n.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return nil, false
	}
	free = make(map[uint64]struct{}, count)
	last := uint64(1)
	for i := range count {
		id := n.Uint64(ids[8*i:])
		if _, used := w.seen[id]; used || id <= last || id >= h.high {
			return nil, false
		}
		free[id], last = struct{}{}, id
	}
	return free, true
}

// span is the keys of a leaf page.
type span struct {
	first, last []byte
	id          uint64 // 0 for a page that the tree led to
}

// salvage visits the records of leaf pages that are whole and in use, and that
// nothing whole leads to. Pages that are free hold records that were deleted long
// ago, and an old command must not come back: so only a whole list of free pages
// makes this possible. Of pages that claim the same keys, none is believed.
func (w *walker) salvage(free map[uint64]struct{}) {
	w.adopt(free)
	slices.SortFunc(w.spans, func(a, b span) int { return bytes.Compare(a.first, b.first) })
	spans := w.spans
	w.spans = nil
	var reach []byte // the last key so far
	for i, s := range spans {
		overlaps := reach != nil && bytes.Compare(s.first, reach) <= 0 ||
			i+1 < len(spans) && bytes.Compare(spans[i+1].first, s.last) <= 0
		if reach == nil || bytes.Compare(s.last, reach) > 0 {
			reach = s.last
		}
		if s.id == 0 {
			continue
		}
		p := parsePage(w.read(s.id))
		if overlaps || p == nil {
			w.damaged++
			continue
		}
		w.last = nil
		w.leaf(p, nil, nil)
	}
}

// adopt adds the spans of the leaf pages that nothing has led to.
func (w *walker) adopt(free map[uint64]struct{}) {
	for id := uint64(2); id < w.high; id++ {
		_, unused := free[id]
		if _, known := w.seen[id]; unused || known {
			continue
		}
		b := w.read(id)
		if b == nil || !w.claim(id, len(b)) {
			w.damaged++
			continue
		}
		if p := parsePage(b); p != nil && p.kind == leafPage { // what a branch leads to is found without it
			if s, ok := w.spanOf(p); ok {
				s.id = id
				w.spans = append(w.spans, s)
			}
		}
	}
}

// belongsElsewhere tells that a leaf page has none of the keys for which it was
// looked up.
func (w *walker) belongsElsewhere(p *page, low, high []byte) bool {
	s, ok := w.spanOf(p)
	return ok && (low != nil && bytes.Compare(s.last, low) < 0 || high != nil && bytes.Compare(s.first, high) >= 0)
}

// spanOf is the span of a page that may be one of ours, by its whole records.
func (w *walker) spanOf(p *page) (s span, ok bool) {
	for i := range p.count {
		e, whole := p.element(i)
		if whole && e.flags != 0 {
			return s, false // the page above the tree
		}
		if _, sealed := w.store.unseal(e.key, e.value); !whole || !sealed {
			continue
		}
		if !ok {
			s.first = bytes.Clone(e.key)
		}
		s.last, ok = bytes.Clone(e.key), true
	}
	return s, ok
}
