package history

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// spool is a file of batches that wait for a store that cannot be reached. Each
// is a length, a checksum and the batch; an end that was cut off by a crash is
// let go. A batch that was written but not yet taken off is written again, which
// a store notices by its ID.
type spool struct {
	path  string
	file  *os.File
	limit int64
	size  int64 // of what is in the file
	read  int64 // of what of it was written to the store
}

// spoolHeader is the length of the length and checksum before each batch.
const spoolHeader = 8

// maxSpooled is the size in bytes above which a batch in a spool is damage.
const maxSpooled = 1 << 30

func openSpool(path string, limit int64) (*spool, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	s := &spool{path: path, file: f, limit: limit}
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		_, n, err := readSpooled(r)
		if err != nil {
			break
		}
		s.size += n
	}
	if err := f.Truncate(s.size); err != nil {
		return nil, errors.Join(fmt.Errorf("cut the damaged end off the spool %s: %w", path, err), f.Close())
	}
	return s, nil
}

// errSpool tells that there is no whole batch.
var errSpool = errors.New("the spool ends, or is damaged")

// readSpooled reads one batch and how many bytes it takes.
func readSpooled(r io.Reader) (*Batch, int64, error) {
	var head [spoolHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, errSpool
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxSpooled {
		return nil, 0, errSpool
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, 0, errSpool
	}
	if crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, 0, errSpool
	}
	b := new(Batch)
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(b); err != nil {
		return nil, 0, errSpool
	}
	return b, spoolHeader + int64(n), nil
}

// put appends a batch and waits until it is on disk.
func (s *spool) put(b *Batch) error {
	var buf bytes.Buffer
	buf.Write(make([]byte, spoolHeader))
	if err := gob.NewEncoder(&buf).Encode(b); err != nil {
		return fmt.Errorf("spool a batch: %w", err)
	}
	p := buf.Bytes()
	if s.size+int64(len(p)) > s.limit {
		return fmt.Errorf("the spool %s has reached its limit of %d MiB: %w", s.path, s.limit>>20, ErrFull)
	}
	body := p[spoolHeader:]
	binary.LittleEndian.PutUint32(p, uint32(len(body)))
	binary.LittleEndian.PutUint32(p[4:], crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	if _, err := s.file.WriteAt(p, s.size); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	s.size += int64(len(p))
	return nil
}

// next is the oldest batch that waits, nil when none does.
func (s *spool) next() (*Batch, int64, error) {
	if s.read >= s.size {
		return nil, 0, nil
	}
	return readSpooled(io.NewSectionReader(s.file, s.read, s.size-s.read))
}

// taken notes that n bytes more were written to the store, and empties the file
// once all were.
func (s *spool) taken(n int64) error {
	if s.read += n; s.read < s.size {
		return nil
	}
	if err := s.file.Truncate(0); err != nil {
		return fmt.Errorf("empty the spool: %w", err)
	}
	s.read, s.size = 0, 0
	return nil
}

func (s *spool) close() { _ = s.file.Close() } // every batch was synced

// spoolQueue moves what waits in memory to the spool, if there is one, once it
// is a batch's worth or there is a batch that could not be written.
func (r *Recorder) spoolQueue() {
	if r.spool == nil {
		return
	}
	for {
		if r.held == nil {
			if r.held = r.take(); r.held == nil {
				break
			}
		}
		if err := r.spool.put(r.held); err != nil {
			r.failed(err)
			return
		}
		r.kept()
	}
	r.mu.Lock()
	r.status.Spooled = r.spool.size - r.spool.read
	r.mu.Unlock()
}

// drainSpool writes what is in the spool to the store, the oldest first; it
// reports whether nothing is left.
func (r *Recorder) drainSpool(ctx context.Context) bool {
	if r.spool == nil {
		return true
	}
	for {
		b, n, err := r.spool.next()
		if b == nil && err == nil {
			return true
		}
		if err != nil { // damaged since it was opened: what is behind is out of reach
			n = r.spool.size - r.spool.read
			r.lostInSpool(n)
		} else if err := r.write(ctx, b); err != nil {
			r.failed(err)
			return false
		}
		if err := r.spool.taken(n); err != nil {
			r.failed(err)
			return false
		}
		r.mu.Lock()
		r.status.Spooled = r.spool.size - r.spool.read
		r.mu.Unlock()
	}
}

// lostInSpool records that bytes of the spool cannot be read.
func (r *Recorder) lostInSpool(n int64) {
	now := r.opts.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Lost++
	r.queue.others++
	r.queue.rest.Gaps = append(r.queue.rest.Gaps, Gap{
		From: r.status.Since, To: now, Kind: GapLost, Lost: 1, Why: fmt.Sprintf("%d bytes of the spool were damaged", n),
	})
}
