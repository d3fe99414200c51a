package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	lite "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/pilothouse/pilothouse/model/history"
)

// Options say how to open a file. The zero value records with the defaults.
type Options struct {
	// ReadOnly opens the file as it is now, and goes on seeing that.
	ReadOnly bool
	// SealMessages, SealSamples and SealAge say when what is recent is sealed: when
	// there are so many messages or samples, and enough of each topic and series for
	// blocks that are worth it, or when the oldest is so old. Defaults 512 Ki, 1 Mi
	// and an hour. SealBytes is of how much memory it is sealed in any case, default
	// 64 MiB: at most three times as much is held while sealing does not keep up.
	SealMessages, SealSamples, SealBytes int
	SealAge                              time.Duration
	// VFS names the layer below SQLite that files are kept with; empty for the
	// system's.
	VFS string
}

func (o Options) withDefaults() Options {
	if o.SealMessages <= 0 {
		o.SealMessages = 512 << 10
	}
	if o.SealSamples <= 0 {
		o.SealSamples = 1 << 20
	}
	if o.SealBytes <= 0 {
		o.SealBytes = 64 << 20
	}
	if o.SealAge <= 0 {
		o.SealAge = time.Hour
	}
	return o
}

// Store is history in a file. Make one with Open.
type Store struct {
	path string
	opts Options
	lock *flock.Flock // nil when read-only

	write *writer // nil when read-only
	read  *sql.DB
	fixed *sql.Tx // the one transaction of a read-only store

	// seal is held for reading while a reader fixes what it sees, and for writing
	// while rows become blocks.
	seal sync.RWMutex
	head *head
	old  sealed        // what was set aside to be sealed
	busy chan struct{} // closed when sealing ends; nil while nothing is sealed
	// checkpoints is nil when read-only.
	checkpoints *checkpointer

	names     *names
	sealing   sync.Mutex // one Seal at a time
	upkeep    sync.Mutex // one Maintain at a time
	retained  time.Time  // when retention was last looked at
	rolled    time.Time  // when there was no hour to roll up
	recovered *Recovery
	stepped   func() // told of each step of upkeep, by tests
	closing   sync.Once
	closeErr  error
}

// readers is how many questions are answered at once.
const readers = 4

// Open opens the history in the file path, which it makes if there is none. A
// file that is damaged is set aside and what is whole in it recovered, see
// [Store.Recovered]; one of an older format is migrated after a copy was made
// beside it. Errors are a *[NewerFormatError], history.ErrInUse, or what the
// system says.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s := &Store{path: path, opts: o.withDefaults(), head: newHead(), names: newNames()}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the history %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if s.opts.ReadOnly {
		return s.openReading(ctx)
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	s.lock = flock.New(s.path + ".lock")
	free, err := s.lock.TryLock()
	if err != nil {
		return err
	}
	if !free {
		s.lock = nil
		return history.ErrInUse
	}
	if err := s.keepPrivate(); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err = s.openRecording(ctx); errors.Is(err, ErrDamaged) && s.recovered == nil {
		if err := s.closeRecording(); err != nil {
			return err
		}
		if err := s.recover(ctx); err != nil {
			return err
		}
		s.head, s.old, s.names = newHead(), sealed{}, newNames()
		err = s.openRecording(ctx)
	}
	return err
}

// openRecording opens a file that is of this format.
func (s *Store) openRecording(ctx context.Context) (err error) {
	if err := s.keepPrivate(); err != nil { // it may have been recovered
		return err
	}
	if s.write, err = openWriter(ctx, s.dsn(false)); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", s.dsn(true)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if err := s.load(ctx, s.read); err != nil {
		return err
	}
	return s.startCheckpoints(ctx)
}

// keepPrivate makes the file its owner's alone, whatever the folder is: SQLite
// gives the files beside it the same mode.
func (s *Store) keepPrivate() error {
	if s.opts.VFS != "" {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, beside := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(s.path+beside, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// closeRecording closes the connections.
func (s *Store) closeRecording() error {
	var errs []error
	if s.checkpoints != nil {
		errs = append(errs, s.checkpoints.close())
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	s.checkpoints, s.read, s.write = nil, nil, nil
	return errors.Join(errs...)
}

// openReading fixes the file as it is now.
func (s *Store) openReading(ctx context.Context) (err error) {
	if _, err := os.Stat(s.path); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", s.dsn(true)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(1)
	format, err := formatOf(ctx, s.read)
	if err != nil {
		return err
	}
	if format > Format {
		return &NewerFormatError{Path: s.path, Format: format}
	}
	if format < Format {
		return fmt.Errorf("it has the older format %d: start the program once to bring it up to date", format)
	}
	// The transaction lives as long as the store, not as long as ctx.
	if s.fixed, err = s.read.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true}); err != nil {
		return err
	}
	return s.load(ctx, s.fixed)
}

// dsn is the file with what every connection sets.
func (s *Store) dsn(reading bool) string {
	q := url.Values{}
	pragma := func(p string) { q.Add("_pragma", p) }
	pragma("busy_timeout(10000)")
	pragma("cell_size_check(1)")
	pragma("mmap_size(0)")
	if reading {
		pragma("query_only(1)")
		pragma("cache_size(-16384)")
	} else {
		pragma("auto_vacuum(2)") // incremental; before the first table
		pragma("journal_mode(WAL)")
		pragma("synchronous(FULL)")
		pragma("cache_size(-65536)")
		pragma("wal_autocheckpoint(4000)")
		pragma("journal_size_limit(67108864)")
		q.Set("_txlock", "immediate")
	}
	if s.opts.VFS != "" {
		q.Set("vfs", s.opts.VFS)
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: absolute(s.path), RawQuery: q.Encode()}).String()
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return filepath.ToSlash(abs)
	}
	return filepath.ToSlash(path)
}

// Path is the file.
func (s *Store) Path() string { return s.path }

// Recovered tells what became of a damaged file when the store was opened; nil
// when it was whole.
func (s *Store) Recovered() *Recovery { return s.recovered }

// Close ends the store. It may be called twice.
func (s *Store) Close() error {
	s.closing.Do(func() {
		var errs []error
		if s.fixed != nil {
			_ = s.fixed.Rollback() // it only read
		}
		errs = append(errs, s.closeRecording())
		if s.lock != nil {
			errs = append(errs, s.lock.Close())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

// explain turns an error of SQLite into one of package history where there is
// one for it.
func explain(err error) error {
	var e *lite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch code := e.Code(); {
	case code&0xff == lib.SQLITE_FULL:
		return fmt.Errorf("%w (%w)", history.ErrFull, err)
	case code&0xff == lib.SQLITE_IOERR && diskFull(code):
		return fmt.Errorf("%w (%w)", history.ErrFull, err)
	case damagedCode(code):
		return fmt.Errorf("%w: the next start recovers what is whole (%w)", ErrDamaged, err)
	}
	return err
}

// diskFull tells whether an extended code of SQLITE_IOERR is what a full disk
// leads to: a write, or growing the shared memory of the WAL.
func diskFull(code int) bool {
	switch code {
	case lib.SQLITE_IOERR_WRITE, lib.SQLITE_IOERR_SHMSIZE, lib.SQLITE_IOERR_FSYNC, lib.SQLITE_IOERR_TRUNCATE:
		return true
	}
	return false
}

func damagedCode(code int) bool {
	return code&0xff == lib.SQLITE_CORRUPT || code&0xff == lib.SQLITE_NOTADB
}

// ErrDamaged tells that a page of the file cannot be read.
var ErrDamaged = errors.New("the file of the history is damaged")
