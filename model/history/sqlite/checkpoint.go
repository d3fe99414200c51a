package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Bounds of the write-ahead log: how often what is in it is brought into the
// file, and from how many pages on it begins anew.
const (
	checkpointEvery = time.Second
	maxLogPages     = 16 << 10 // 64 MiB
)

// checkpointer brings what was committed from the write-ahead log into the file,
// on a connection of its own, so that no commit has to: that takes as long as the
// disk likes. Batches wait for it only when the log is to begin anew, and then for
// the few pages that came in the meantime.
type checkpointer struct {
	db     *sql.DB
	cancel context.CancelFunc
	done   chan struct{}

	work    sync.Mutex // one checkpoint at a time
	seen    uint64     // transactions when the latest was made
	emptied bool       // and nothing came since

	mu  sync.Mutex
	err error // of the latest checkpoint
}

// startCheckpoints takes checkpoints over from the writer.
func (s *Store) startCheckpoints(ctx context.Context) error {
	db, err := sql.Open("sqlite", s.dsn(true))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	// A checkpoint that has to wait for a question would keep batches waiting, too.
	if _, err := db.ExecContext(ctx, "PRAGMA busy_timeout(0)"); err != nil {
		return errors.Join(explain(err), db.Close())
	}
	if _, err := s.write.conn.ExecContext(ctx, "PRAGMA wal_autocheckpoint(0)"); err != nil {
		return errors.Join(explain(err), db.Close())
	}
	work, cancel := context.WithCancel(context.Background())
	c := &checkpointer{db: db, cancel: cancel, done: make(chan struct{})}
	s.checkpoints = c
	go func() {
		defer close(c.done)
		beat := time.NewTicker(checkpointEvery)
		defer beat.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-beat.C:
				c.note(s.checkpoint(work, c))
			}
		}
	}()
	return nil
}

// close ends the checkpoints; the last connection to the file makes the last one.
func (c *checkpointer) close() error {
	c.cancel()
	<-c.done
	return c.db.Close()
}

func (c *checkpointer) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	c.err = err
}

// failure is why the latest checkpoint failed.
func (c *checkpointer) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// checkpoint brings over what is in the log. Once nothing is written any more it
// empties the log.
func (s *Store) checkpoint(ctx context.Context, c *checkpointer) error {
	c.work.Lock()
	defer c.work.Unlock()
	now := s.write.commits.Load()
	idle := now == c.seen
	c.seen = now
	switch {
	case idle && c.emptied:
		return nil
	case idle:
		s.write.mu.Lock()
		defer s.write.mu.Unlock()
		left, err := c.run(ctx, "TRUNCATE")
		c.emptied = err == nil && left == 0
		return err
	}
	c.emptied = false
	pages, err := c.run(ctx, "PASSIVE")
	if err != nil || pages < maxLogPages {
		return err
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	_, err = c.run(ctx, "RESTART")
	return err
}

// run makes a checkpoint and returns how many pages the log has.
func (c *checkpointer) run(ctx context.Context, mode string) (pages int, err error) {
	var busy, moved int
	err = c.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &moved)
	if err != nil {
		return 0, fmt.Errorf("bring the write-ahead log into the history: %w", explain(err))
	}
	return pages, nil
}
