package sqlite

import (
	"context"
	"database/sql"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// PutSamples seals samples without writing rows first, so that large histories
// are made quickly.
func (s *Store) PutSamples(ctx context.Context, key model.SeriesKey, at []int64, v []float64) error {
	return s.put(ctx, func(f *fresh) (messages, samples []packedBlock, err error) {
		id, err := s.seriesID(ctx, f, key)
		return nil, appendPacked(nil, id, run{at, v}), err
	})
}

// PutMessages does the same for messages of topics.
func (s *Store) PutMessages(ctx context.Context, topics map[string][]block.Message) error {
	return s.put(ctx, func(f *fresh) (messages, samples []packedBlock, err error) {
		for name, list := range topics {
			id, err := s.topicID(ctx, f, name)
			if err != nil {
				return nil, nil, err
			}
			messages = appendMessages(messages, id, list)
		}
		return messages, nil, nil
	})
}

func (s *Store) put(ctx context.Context, blocks func(*fresh) (messages, samples []packedBlock, err error)) error {
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	f := s.write.newFresh()
	err := s.transact(ctx, func(tx *sql.Tx) error {
		messages, samples, err := blocks(f)
		if err != nil {
			return err
		}
		return writeBlocks(ctx, tx, messages, samples, &f.ids)
	})
	if err == nil {
		s.committed(f)
	}
	return err
}

// MigrateTo makes a file of an older format.
func MigrateTo(ctx context.Context, db *sql.DB, format int) error {
	return migrateTo(ctx, db, 0, format)
}

// Readers is how many questions are answered at once.
const Readers = readers

// MaxLogPages is the bound of the write-ahead log.
const MaxLogPages = maxLogPages

// Checkpoint makes a checkpoint now.
func (s *Store) Checkpoint(ctx context.Context) error { return s.checkpoint(ctx, s.checkpoints) }

// Announce says that sealing has begun, until what it returns is called.
func (s *Store) Announce() (ended func()) { return s.announce() }

// OnUpkeep calls f before each step of upkeep other than sealing, with the bytes that
// are recent.
func (s *Store) OnUpkeep(f func(recent int)) {
	s.stepped = func() {
		s.seal.RLock()
		sealing, recent := s.busy != nil, s.head.memory()
		s.seal.RUnlock()
		if !sealing {
			f(recent)
		}
	}
}

// SealSteps seals as far as so many transactions go.
func (s *Store) SealSteps(ctx context.Context, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.stepped = func() {
		if n--; n < 0 {
			cancel()
		}
	}
	defer func() { s.stepped = nil }()
	return s.Seal(ctx)
}

// Synchronous is how the writer syncs now: 1 for NORMAL, 2 for FULL.
func (s *Store) Synchronous(t testing.TB) (level int) {
	t.Helper()
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	if err := s.write.conn.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&level); err != nil {
		t.Fatal(err)
	}
	return level
}
