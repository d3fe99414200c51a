package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/pilothouse/pilothouse/broker"
)

// compactAbove is the size above which a file that is mostly free is rewritten
// when it is opened, and rewriteBatch the bytes that are copied at once.
const (
	compactAbove = 16 << 20
	rewriteBatch = 4 << 20
)

// rewritten is the name of a copy until it takes the place of the file.
func rewritten(path string) string { return path + ".rewritten" }

// finishRewrite clears up after a crash during recovery: a copy that stands
// beside the file is not complete; alone, it is.
func finishRewrite(path string) error {
	copied := rewritten(path)
	if _, err := os.Stat(copied); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return os.Rename(copied, path)
	}
	return os.Remove(copied)
}

// copied counts what was copied of a damaged file, and what could not be.
type copied struct{ records, damaged int }

// setAside keeps the damaged file under another name; the copy of what is whole
// takes its place.
func (s *Store) setAside() error {
	aside, err := freeName(s.path + ".damaged-" + time.Now().UTC().Format("20060102-150405"))
	if err == nil {
		err = os.Rename(s.path, aside)
	}
	if err == nil {
		err = s.replace()
	}
	if err != nil {
		return fmt.Errorf("set aside the damaged file %s: %w", s.path, err)
	}
	s.recovered = &broker.Recovery{Aside: aside, Records: s.copied.records, Damaged: max(s.copied.damaged, 1)}
	return nil
}

// freeName is a name that nobody has: name, or name with a number.
func freeName(name string) (string, error) {
	for i := range 1000 {
		free := name
		if i > 0 {
			free = fmt.Sprintf("%s-%d", name, i)
		}
		if _, err := os.Lstat(free); errors.Is(err, os.ErrNotExist) {
			return free, nil
		}
	}
	return "", fmt.Errorf("there are too many files named %s*: remove some", name)
}

// replace lets the copy take the place of the file, for good.
func (s *Store) replace() error {
	if err := os.Rename(rewritten(s.path), s.path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(s.path))
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	_ = d.Sync() // not every system can
	return nil
}

// copyTo copies the whole records of f.
func (s *Store) copyTo(f io.ReaderAt, size int64) (err error) {
	db, err := openBolt(rewritten(s.path))
	if err != nil {
		return fmt.Errorf("copy what is whole of %s: %w", s.path, err)
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
		if err != nil {
			_ = os.Remove(rewritten(s.path))
		}
	}()
	c := copier{s: s, db: db}
	if err := c.add(formatKey, []byte{Format}); err != nil {
		return err
	}
	w := s.newWalker(f, size)
	w.visit, w.thorough = c.add, true
	w.walk()
	if w.err != nil {
		return w.err
	}
	s.copied = copied{w.records, w.damaged}
	return c.flush()
}

// copier gathers records and writes them in batches.
type copier struct {
	s     *Store
	db    *bolt.DB
	keys  [][]byte
	vals  [][]byte
	bytes int
}

func (c *copier) add(key, value []byte) error {
	c.keys = append(c.keys, append([]byte(nil), key...))
	c.vals = append(c.vals, c.s.seal(nil, key, value))
	if c.bytes += len(key) + len(value); c.bytes < rewriteBatch {
		return nil
	}
	return c.flush()
}

func (c *copier) flush() error {
	err := c.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketName)
		if err != nil {
			return err
		}
		b.FillPercent = 1
		for i, key := range c.keys {
			if err := b.Put(key, c.vals[i]); err != nil {
				return err
			}
		}
		return nil
	})
	c.keys, c.vals, c.bytes = nil, nil, 0
	return err
}
