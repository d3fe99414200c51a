package broker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
)

// spool is the part of a session's queue that is on disk: messages in the order
// they came, in files of segmentBytes each, which are removed once they were
// read. Positions count from the first byte that was ever spooled.
type spool struct {
	dir, name string
	total     *atomic.Int64 // bytes of all spools

	mu       sync.Mutex
	segments []*segment
	head     spoolMark  // what was read
	tail     spoolMark  // what was appended
	buf      []byte     // appended and not written yet
	left     []spoolGap // of an earlier process: not to be read
	gone     bool
}

// spoolMark is a place in a spool: its position, and how many messages are
// before it.
type spoolMark struct {
	at int64
	n  uint64
}

// segment is one file of a spool.
type segment struct {
	f        *os.File
	start    int64
	end      int64 // what is written
	unsynced bool
}

const (
	segmentBytes = 16 << 20
	spoolBuffer  = 64 << 10  // gathered before it is written
	spoolRead    = 256 << 10 // read at once
	spoolHeader  = 8         // length and checksum of a message
	spoolSuffix  = ".spool"
)

var (
	errSpoolDamaged = errors.New("a spooled message is damaged")
	spoolTable      = crc32.MakeTable(crc32.Castagnoli)
)

// path is the file of the segment that starts at a position.
func (p *spool) path(start int64) string {
	return filepath.Join(p.dir, fmt.Sprintf("%s-%016x%s", p.name, start, spoolSuffix))
}

// state is what is in the spool: messages, and their bytes.
func (p *spool) state() (messages int, bytes int64) {
	if p == nil {
		return 0, 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waitingLocked(), p.tail.at - p.head.at
}

// held is the number of bytes that the spool takes on disk.
func (p *spool) held() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heldLocked()
}

func (p *spool) heldLocked() int64 {
	if len(p.segments) == 0 {
		return 0
	}
	return p.tail.at - p.segments[0].start
}

// paths are the files of the spool.
func (p *spool) paths() (paths []string) {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.segments {
		paths = append(paths, p.path(s.start))
	}
	return paths
}

// append adds a message, and returns its place and that behind it.
func (p *spool) append(it *item) (from, to spoolMark, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.buf) >= spoolBuffer {
		if err := p.writeLocked(); err != nil {
			return p.tail, p.tail, err
		}
	}
	if n := len(p.segments); n == 0 || p.tail.at-p.segments[n-1].start >= segmentBytes {
		if err := p.writeLocked(); err != nil {
			return p.tail, p.tail, err
		}
		if err := p.openLocked(); err != nil {
			return p.tail, p.tail, err
		}
	}
	from = p.tail
	before := len(p.buf)
	p.buf = appendSpooled(p.buf, it)
	grown := int64(len(p.buf) - before)
	p.total.Add(grown)
	p.tail.at += grown
	p.tail.n++
	return from, p.tail, nil
}

// openLocked starts a segment at the tail.
func (p *spool) openLocked() error {
	f, err := os.OpenFile(p.path(p.tail.at), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("spool a session's messages: %w", err)
	}
	p.segments = append(p.segments, &segment{f: f, start: p.tail.at, end: p.tail.at})
	return nil
}

// writeLocked writes what was gathered. After an error it is still there.
func (p *spool) writeLocked() error {
	if len(p.buf) == 0 {
		return nil
	}
	last := p.segments[len(p.segments)-1]
	if _, err := last.f.WriteAt(p.buf, last.end-last.start); err != nil {
		return fmt.Errorf("spool a session's messages: %w", err)
	}
	last.end += int64(len(p.buf))
	last.unsynced = true
	p.buf = p.buf[:0]
	if cap(p.buf) > 4*spoolBuffer {
		p.buf = nil
	}
	return nil
}

// sync puts everything that was appended on disk for good.
func (p *spool) sync() error {
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return nil
	}
	err := p.writeLocked()
	var files []*segment
	for _, s := range p.segments {
		if s.unsynced {
			s.unsynced = false
			files = append(files, s)
		}
	}
	p.mu.Unlock()
	for _, s := range files {
		// A file that was closed meanwhile was read to its end.
		if failed := s.f.Sync(); failed != nil && !errors.Is(failed, os.ErrClosed) {
			err = errors.Join(err, fmt.Errorf("spool a session's messages: %w", failed))
			p.mu.Lock()
			s.unsynced = true
			p.mu.Unlock()
		}
	}
	if err == nil && len(files) > 0 {
		syncDir(p.dir)
	}
	return err
}

// syncDir puts the names of files on disk, on systems that can.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// read takes messages from the front up to a mark, about spoolRead bytes of them.
// After an error nothing is known of the messages that are left.
func (p *spool) read(limit spoolMark) (items []item, head spoolMark, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit = p.stepOverLocked(limit)
	if p.head.at >= limit.at {
		return nil, p.head, nil
	}
	if unwritten := p.tail.at - int64(len(p.buf)); p.head.at >= unwritten {
		return p.takeLocked(p.buf[p.head.at-unwritten : min(limit.at, p.tail.at)-unwritten])
	}
	s := p.segmentLocked(p.head.at)
	if s == nil {
		return nil, p.head, errSpoolDamaged
	}
	end := min(s.end, limit.at)
	for size := min(spoolRead, end-p.head.at); ; {
		buf := make([]byte, size)
		if _, err := s.f.ReadAt(buf, p.head.at-s.start); err != nil {
			return nil, p.head, fmt.Errorf("read a session's spooled messages: %w", err)
		}
		need := wholeSpooled(buf)
		if need <= size {
			return p.takeLocked(buf)
		}
		if need > end-p.head.at {
			return nil, p.head, errSpoolDamaged
		}
		size = need
	}
}

// takeLocked decodes the whole messages at the start of b, which is at the head.
func (p *spool) takeLocked(b []byte) (items []item, head spoolMark, err error) {
	items, used, err := decodeSpooled(b)
	if err == nil && used == 0 {
		err = errSpoolDamaged
	}
	p.head.at += int64(used)
	p.head.n += uint64(len(items))
	return items, p.head, err
}

func (p *spool) segmentLocked(at int64) *segment {
	for _, s := range p.segments {
		if s.start <= at && at < s.end {
			return s
		}
	}
	return nil
}

// trim removes the files that end before a mark.
func (p *spool) trim(head spoolMark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.heldLocked()
	for len(p.segments) > 0 {
		end := p.tail.at
		if len(p.segments) > 1 {
			end = p.segments[1].start
		}
		if end > head.at {
			break
		}
		p.removeLocked(p.segments[0])
		p.segments = p.segments[1:]
	}
	p.total.Add(p.heldLocked() - before)
}

func (p *spool) removeLocked(s *segment) {
	_ = s.f.Close()
	_ = os.Remove(p.path(s.start)) // what is left is removed at the next start
}

// skip gives up what is left in the spool, and returns how many messages that
// was.
func (p *spool) skip() (lost int, head spoolMark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lost = p.waitingLocked()
	p.left = nil
	if len(p.segments) > 0 {
		last := p.segments[len(p.segments)-1]
		last.end = p.tail.at
	}
	p.buf = nil
	p.head = p.tail
	return lost, p.head
}

// close closes the files; with remove they are no more.
func (p *spool) close(remove bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total.Add(-p.heldLocked())
	p.gone = true
	for _, s := range p.segments {
		if remove {
			p.removeLocked(s)
		} else {
			_ = s.f.Close()
		}
	}
	p.segments, p.buf = nil, nil
}

// appendSpooled encodes a message: the length of what follows its header, a
// checksum of that, how it goes to this session, and the message itself.
func appendSpooled(dst []byte, it *item) []byte {
	start := len(dst)
	e := encoder{append(dst, make([]byte, spoolHeader)...)}
	e.flags(it.qos&1 != 0, it.qos&2 != 0, it.retain)
	e.number(uint64(len(it.ids)))
	for _, id := range it.ids {
		e.number(uint64(id))
	}
	b := it.m.appendValue(e.b)
	body := b[start+spoolHeader:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(body)))
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(body, spoolTable))
	return b
}

// wholeSpooled is how many bytes the message at the start of b takes.
func wholeSpooled(b []byte) int64 {
	if len(b) < spoolHeader {
		return spoolHeader
	}
	return spoolHeader + int64(binary.BigEndian.Uint32(b))
}

// decodeSpooled decodes whole messages.
func decodeSpooled(b []byte) (items []item, used int, err error) {
	from := new(model.Publisher) // one for all messages of a publisher in a row
	publisher := func(d *decoder) *model.Publisher {
		if p := d.publisher(); p != *from {
			from = &p
		}
		return from
	}
	for {
		size := wholeSpooled(b[used:])
		if size > int64(len(b)-used) {
			return items, used, nil
		}
		body := b[used+spoolHeader : used+int(size)]
		if crc32.Checksum(body, spoolTable) != binary.BigEndian.Uint32(b[used+4:]) {
			return items, used, errSpoolDamaged
		}
		it, err := decodeSpooledItem(body, publisher)
		if err != nil {
			return items, used, err
		}
		items = append(items, it)
		used += int(size)
	}
}

func decodeSpooledItem(body []byte, publisher func(*decoder) *model.Publisher) (item, error) {
	d := decoder{b: body}
	f := d.flags()
	it := item{qos: f & 3, retain: f&4 != 0, generation: askAgain}
	for range min(d.number(), uint64(len(body))) {
		it.ids = append(it.ids, uint32(d.number()))
	}
	m, ok := decodeMessage(&d, publisher)
	if !ok || it.qos > 2 {
		return it, errSpoolDamaged
	}
	it.m = m
	return it, nil
}
