package durable

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"
	"time"

	"github.com/gofrs/flock"
	bolt "go.etcd.io/bbolt"

	"github.com/pilothouse/pilothouse/broker"
)

// Format is the version of the format that this package writes, and the newest
// that it reads.
const Format = 1

// NewerFormatError tells that a file was written by a newer program. It was not
// touched.
type NewerFormatError struct {
	Path   string
	Format int
}

// Error implements error.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("%s has format %d, and this version reads up to %d: use a newer version, or move the file away to start afresh", e.Path, e.Format, Format)
}

// ErrInUse tells that another process has the file open.
var ErrInUse = errors.New("the file is in use by another program; close that first")

var (
	bucketName = []byte("records")
	// formatKey is the key of the record with the format. Those of the broker do
	// not start with 0.
	formatKey = []byte("\x00format")
)

// Store is a broker.Store in a file. Make one with Open.
type Store struct {
	path      string
	db        *bolt.DB
	table     *crc32.Table
	values    []byte
	older     bool   // the state before the last commit is read
	copied    copied // what copyTo found
	recovered *broker.Recovery
}

// pageSize is that of the file, whatever the system's is.
const pageSize = 4096

// lockTime is how long to wait for another process that has the file open.
const lockTime = time.Second

// Open opens the store in the file path, which it makes if there is none. A file
// that is damaged is set aside, see [Store.Recovered]. Errors are a
// *NewerFormatError, ErrInUse, or what the system says.
func Open(path string) (*Store, error) {
	s := &Store{path: path, table: crc32.MakeTable(crc32.Castagnoli)}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("open the broker's store: %w", err)
	}
	if err := s.openDB(); err != nil {
		return nil, fmt.Errorf("open the broker's store %s: %w", path, err)
	}
	return s, nil
}

// prepare makes sure that the file is whole, or none.
func (s *Store) prepare() error {
	if err := finishRewrite(s.path); err != nil {
		return err
	}
	if _, err := os.Stat(s.path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock := flock.New(s.path)
	free, err := lock.TryLock()
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%s: %w", s.path, ErrInUse)
	}
	swap, err := s.inspect()
	if closed := lock.Close(); err == nil {
		err = closed
	}
	if err != nil || swap == nil {
		return err
	}
	return swap()
}

// inspect reads the file through. If need be it makes a copy, and returns how to
// put that in the place of the file, which is closed first.
func (s *Store) inspect() (swap func() error, err error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, 2)
	if err != nil || size == 0 {
		return nil, err
	}
	w := s.newWalker(f, size)
	w.thorough = true
	w.walk()
	if w.damaged > 0 && w.format <= Format {
		w = s.better(w, f, size)
	}
	switch {
	case w.format > Format:
		return nil, &NewerFormatError{Path: s.path, Format: w.format}
	case w.damaged > 0 || w.format == 0:
		return s.setAside, s.copyTo(f, size)
	case size > compactAbove && int64(len(w.seen))*pageSize < size/4:
		return s.replace, s.copyTo(f, size)
	}
	return nil, nil
}

// better is w, or a walk over the state before the last commit if that has more:
// which can only be when w could not find all that is whole.
func (s *Store) better(w *walker, f *os.File, size int64) *walker {
	if w.listed || !w.broken && w.format > 0 {
		return w
	}
	s.older = true
	before := s.newWalker(f, size)
	before.thorough = true
	before.walk()
	if before.records > w.records && (before.damaged <= w.damaged || before.listed) {
		before.damaged++ // the last commit
		return before
	}
	s.older = false
	return w
}

func (s *Store) openDB() error {
	db, err := openBolt(s.path)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketName)
		if err != nil || b.Get(formatKey) != nil {
			return err
		}
		return b.Put(formatKey, s.seal(nil, formatKey, []byte{Format}))
	})
	if err != nil {
		_ = db.Close()
		return err
	}
	s.db, s.older = db, false
	return nil
}

// openBolt opens a database whose pages were looked at. What slipped through is
// an error, not the end of the process.
func openBolt(path string) (db *bolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			db, err = nil, fmt.Errorf("%v; move the file away to start afresh", v)
		}
	}()
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTime, PageSize: pageSize,
		FreelistType: bolt.FreelistMapType})
}

// Recovered tells what was damaged when the store was opened, nil for nothing.
func (s *Store) Recovered() *broker.Recovery { return s.recovered }

// Load implements broker.Store.
func (s *Store) Load(visit func(key, value []byte) error) error {
	f, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("read the broker's store: %w", err)
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("read the broker's store %s: %w", s.path, err)
	}
	w := s.newWalker(f, size)
	w.visit = visit
	w.walk()
	return w.err
}

// Commit implements broker.Store.
func (s *Store) Commit(changes []broker.Change) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a file that someone cut short
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("write to the broker's store %s: %v", s.path, v)
		}
	}()
	s.values = s.values[:0]
	s.db.NoFreelistSync = s.db.Stats().FreePageN > maxListed
	if n := s.room(changes); cap(s.values) < n || cap(s.values) > 4*n+keepRoom {
		s.values = make([]byte, 0, n)
	}
	err = s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketName)
		b.FillPercent = fillPercent
		for i := range changes {
			if err := s.apply(b, &changes[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write to the broker's store %s: %w", s.path, err)
	}
	return nil
}

// Most keys come in order, so pages are filled rather than halved. keepRoom is
// how much memory for values is kept.
const (
	fillPercent = 0.9
	keepRoom    = 1 << 20
)

// maxListed is up to how many free pages are listed in the file with each commit.
// The list is what damage can be repaired by; sorting and writing a long one
// would cost more than the commit.
const maxListed = 8192

// room is what the values take with their checksums.
func (s *Store) room(changes []broker.Change) (n int) {
	for i := range changes {
		n += len(changes[i].Value) + crc32.Size
	}
	return n
}

func (s *Store) apply(b *bolt.Bucket, c *broker.Change) error {
	if c.Delete {
		return b.Delete(c.Key)
	}
	start := len(s.values)
	s.values = s.seal(s.values, c.Key, c.Value)
	return b.Put(c.Key, s.values[start:len(s.values):len(s.values)])
}

// Close implements broker.Store.
func (s *Store) Close() error { return s.db.Close() }
