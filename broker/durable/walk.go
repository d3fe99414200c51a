package durable

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"io"
)

// walker reads the records of a database without trusting its pages: it follows
// the tree from a header that is whole, and skips what is not. The
// layout is that of bbolt's format 2.
type walker struct {
	store *Store
	f     io.ReaderAt
	size  int64
	visit func(key, value []byte) error
	err   error // of visit

	high uint64 // the first page beyond those that were ever used
	seen map[uint64]struct{}
	// thorough looks for what nothing whole leads to as well, out of order; spans
	// are the leaf pages then.
	thorough bool
	spans    []span
	broken   bool   // something in the tree leads nowhere
	listed   bool   // there is a whole list of free pages
	last     []byte // the key before
	format   int    // 0 if not found
	records  int
	damaged  int
}

// The layout of pages.
const (
	headerBytes  = 16
	elementBytes = 16
	metaBytes    = 64
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	branchPage   = 1
	leafPage     = 2
	isBucket     = 1
	maxDepth     = 64
	maxPages     = 1 << 18 // of one record: a gigabyte
)

func (s *Store) newWalker(f io.ReaderAt, size int64) *walker {
	return &walker{store: s, f: f, size: size, seen: make(map[uint64]struct{})}
}

// walk visits all records that are whole, in the order of their keys unless the
// walk is thorough.
func (w *walker) walk() {
	hs := w.headers()
	w.damaged += 2 - len(hs) // writing one cannot tear it: it is smaller than a sector
	which := 0
	if w.store.older {
		which = 1
	}
	if which >= len(hs) {
		w.damaged++
		return
	}
	w.high = hs[which].high
	before := w.damaged
	w.top(hs[which].root)
	w.broken = w.damaged > before
	free, listed := w.readFree(hs[which])
	if !listed && hs[which].free != noFreeList || listed && w.damaged == 0 && uint64(len(w.seen)+len(free)) != w.high-2 {
		w.damaged++
	}
	w.listed = listed
	if listed && w.damaged > 0 && w.thorough {
		w.salvage(free)
	}
}

// top follows the page that names the tree of the records.
func (w *walker) top(root uint64) {
	top := w.page(root)
	if top == nil || top.kind != leafPage {
		w.damaged++
		return
	}
	found := false
	for i := range top.count {
		e, ok := top.element(i)
		if !ok || e.flags != isBucket || !bytes.Equal(e.key, bucketName) || len(e.value) < headerBytes {
			w.damaged++
			continue
		}
		found = true
		if inner := binary.NativeEndian.Uint64(e.value); inner != 0 {
			w.tree(inner, nil, nil, 0)
		} else if p := parsePage(e.value[headerBytes:]); p != nil && p.kind == leafPage {
			w.leaf(p, nil, nil)
		} else {
			w.damaged++
		}
	}
	if !found {
		w.damaged++
	}
}

// header is what a header page says.
type header struct{ root, free, high, tx uint64 }

// headers are those that are whole, the newest first. There are two, written in
// turn: the older one describes the state before the last commit.
func (w *walker) headers() (hs []header) {
	for i := range int64(2) {
		b := make([]byte, headerBytes+metaBytes)
		if _, err := w.f.ReadAt(b, i*pageSize); err != nil {
			continue
		}
		m, n := b[headerBytes:], binary.NativeEndian
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaBytes-8])
		if n.Uint32(m) != metaMagic || n.Uint32(m[4:]) != metaVersion || n.Uint32(m[8:]) != pageSize || n.Uint64(m[56:]) != sum.Sum64() {
			continue
		}
		hs = append(hs, header{root: n.Uint64(m[16:]), free: n.Uint64(m[32:]), high: n.Uint64(m[40:]), tx: n.Uint64(m[48:])})
	}
	if len(hs) == 2 && hs[1].tx > hs[0].tx {
		hs[0], hs[1] = hs[1], hs[0]
	}
	return hs
}

// page reads a page of the tree. It returns nil for one that cannot be right.
func (w *walker) page(id uint64) *page {
	b := w.read(id)
	if b == nil || !w.claim(id, len(b)) {
		return nil
	}
	return parsePage(b)
}

// read reads a page with those that continue it, nil for one that cannot be
// right.
func (w *walker) read(id uint64) []byte {
	head := make([]byte, headerBytes)
	if id < 2 || id >= w.high || id > uint64(w.size)/pageSize {
		return nil
	}
	if _, err := w.f.ReadAt(head, int64(id)*pageSize); err != nil {
		return nil
	}
	n := binary.NativeEndian
	more := uint64(n.Uint32(head[12:]))
	if n.Uint64(head) != id || more > maxPages || id+more >= w.high || int64(id+more+1)*pageSize > w.size {
		return nil
	}
	b := make([]byte, (more+1)*pageSize)
	if _, err := w.f.ReadAt(b, int64(id)*pageSize); err != nil {
		return nil
	}
	return b
}

// claim notes that pages from id on are used. It reports false when one of them
// was used before.
func (w *walker) claim(id uint64, bytes int) bool {
	end := id + uint64(bytes/pageSize)
	for i := id; i < end; i++ {
		if _, twice := w.seen[i]; twice {
			return false
		}
	}
	for i := id; i < end; i++ {
		w.seen[i] = struct{}{}
	}
	return true
}

// release takes back what claim noted.
func (w *walker) release(id uint64, bytes int) {
	for i := range uint64(bytes / pageSize) {
		delete(w.seen, id+i)
	}
}

// tree visits the records below a page, whose keys are at least low and less than
// high, where those are not nil.
func (w *walker) tree(id uint64, low, high []byte, depth int) {
	p := w.page(id)
	switch {
	case p == nil || depth > maxDepth:
		w.damaged++
	case p.kind == branchPage:
		w.branch(p, low, high, depth)
	case w.thorough && w.belongsElsewhere(p, low, high):
		w.damaged++
		w.release(id, len(p.b))
	default:
		w.leaf(p, low, high)
	}
}

func (w *walker) branch(p *page, low, high []byte, depth int) {
	if p.count == 0 {
		w.damaged++
		return
	}
	for i := range p.count {
		e, ok := p.element(i)
		next, nextOK := high, true
		if i+1 < p.count {
			var following element
			following, nextOK = p.element(i + 1)
			next = following.key
		}
		if !ok || !nextOK || next != nil && bytes.Compare(e.key, next) >= 0 || i > 0 && low != nil && bytes.Compare(e.key, low) < 0 {
			w.damaged++ // what is below may be whole: its own keys tell
			next = nil
		}
		w.tree(e.child, e.key, next, depth+1)
	}
}

func (w *walker) leaf(p *page, low, high []byte) {
	if p.count == 0 && low != nil {
		w.damaged++
	}
	var s span
	for i := range p.count {
		e, ok := p.element(i)
		if !ok || e.flags != 0 || w.last != nil && bytes.Compare(e.key, w.last) <= 0 ||
			low != nil && bytes.Compare(e.key, low) < 0 || high != nil && bytes.Compare(e.key, high) >= 0 {
			w.damaged++
			continue
		}
		value, ok := w.store.unseal(e.key, e.value)
		if !ok {
			w.damaged++
			continue
		}
		w.last = append(w.last[:0], e.key...)
		if s.first == nil {
			s.first = bytes.Clone(e.key)
		}
		w.record(e.key, value)
	}
	if w.thorough && s.first != nil {
		s.last = bytes.Clone(w.last)
		w.spans = append(w.spans, s)
	}
}

func (w *walker) record(key, value []byte) {
	if bytes.Equal(key, formatKey) {
		if len(value) == 1 {
			w.format = int(value[0])
		}
		return
	}
	w.records++
	if w.visit != nil && w.err == nil {
		w.err = w.visit(key, value)
	}
}

// seal appends a value with its checksum, which covers the key too.
func (s *Store) seal(dst, key, value []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, s.table), s.table, value)
	return binary.BigEndian.AppendUint32(append(dst, value...), sum)
}

// unseal returns a value if its checksum is right.
func (s *Store) unseal(key, sealed []byte) ([]byte, bool) {
	n := len(sealed) - crc32.Size
	if n < 0 {
		return nil, false
	}
	sum := crc32.Update(crc32.Checksum(key, s.table), s.table, sealed[:n])
	return sealed[:n:n], binary.BigEndian.Uint32(sealed[n:]) == sum
}
