package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// Recovery tells what became of a damaged file.
type Recovery struct {
	// Aside is where the damaged file is now.
	Aside string
	// Rows counts what was recovered, Lost names the tables of which something
	// could not be read.
	Rows int64
	Lost []string
}

// String says it in a sentence.
func (r Recovery) String() string {
	text := fmt.Sprintf("the history was damaged: %d rows were recovered", r.Rows)
	if len(r.Lost) > 0 {
		text += ", some of " + strings.Join(r.Lost, ", ") + " could not be read"
	}
	return text + "; the damaged file is kept as " + r.Aside
}

// suspectPath is a mark beside the file that says that a page or block of it could
// not be read.
func (s *Store) suspectPath() string { return s.path + ".suspect" }

// suspect tells whether the file has to be recovered before it is used.
func (s *Store) suspect() bool {
	_, err := os.Stat(s.suspectPath())
	return err == nil
}

// recover copies what is whole to a new file and sets the damaged one aside.
func (s *Store) recover(ctx context.Context) error {
	stamp := time.Now().UTC().Format("20060102T150405.000Z")
	r := &Recovery{Aside: s.path + ".damaged-" + stamp}
	fresh := s.path + ".recovering"
	for _, ext := range []string{"", "-wal", "-shm", "-journal"} {
		if err := removeFile(fresh + ext); err != nil {
			return err
		}
	}
	if err := s.salvage(ctx, fresh, r); err != nil {
		return fmt.Errorf("recover what is whole of the damaged file: %w", err)
	}
	for _, ext := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(s.path+ext, r.Aside+ext); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(fresh, s.path); err != nil {
		return err
	}
	if err := removeFile(s.suspectPath()); err != nil {
		return err
	}
	s.recovered = r
	return nil
}

// damaged marks the file when an error tells of a page or block that cannot be
// read, so that the next start recovers what is whole.
func (s *Store) damaged(err error) error {
	if err = explain(err); errors.Is(err, block.ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if errors.Is(err, ErrDamaged) && s.write != nil {
		// Should this fail, the damage is told again by whoever meets it next.
		_ = os.WriteFile(s.suspectPath(), nil, 0o600)
	}
	return err
}

// wrap says what was being done, and marks a file that turns out to be damaged.
func (s *Store) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, s.damaged(err))
}

// transact is the writer's, and marks a file that turns out to be damaged.
func (s *Store) transact(ctx context.Context, f func(*sql.Tx) error) error {
	return s.damaged(s.write.transact(ctx, f))
}

// transactUnder is the writer's, and marks a file that turns out to be damaged.
func (s *Store) transactUnder(ctx context.Context, lock sync.Locker, f func(*sql.Tx) error, done func()) error {
	return s.damaged(s.write.transactUnder(ctx, lock, f, done))
}
