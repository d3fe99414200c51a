package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model/history"
)

// day is the width of a partition in microseconds.
const day = int64(24 * time.Hour / time.Microsecond)

// days are the partitions that are known to be there.
type days struct {
	mu    sync.Mutex
	known map[int64]bool
}

// dayOf is the number of the day since 1970 that a time is in.
func dayOf(at int64) int64 {
	d := at / day
	if at%day < 0 {
		d--
	}
	return d
}

// makeDays makes sure that the partitions of a batch are there.
func (s *Store) makeDays(ctx context.Context, b *history.Batch) error {
	if s.timescale {
		return nil
	}
	s.days.mu.Lock()
	defer s.days.mu.Unlock()
	missing := make(map[int64]bool)
	need := func(at time.Time) {
		if d := dayOf(at.UnixMicro()); !s.days.known[d] {
			missing[d] = true
		}
	}
	for i := range b.Messages {
		need(b.Messages[i].At)
	}
	for i := range b.Samples {
		need(b.Samples[i].At)
	}
	if len(missing) == 0 {
		return nil
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", setUpLock); err != nil {
			return err
		}
		for d := range missing {
			for _, table := range []string{"message", "sample"} {
				_, err := tx.Exec(ctx, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s PARTITION OF %s FOR VALUES FROM (%d) TO (%d)",
					partition(table, d), table, d*day, (d+1)*day))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make room for a day: %w", err)
	}
	if s.days.known == nil {
		s.days.known = make(map[int64]bool)
	}
	for d := range missing {
		s.days.known[d] = true
	}
	return nil
}

// partition names the partition of a day.
func partition(table string, d int64) string {
	return table + "_" + time.UnixMicro(d*day).UTC().Format("20060102")
}

// forgetDays forgets which partitions are there, once some were dropped.
func (s *Store) forgetDays() {
	s.days.mu.Lock()
	clear(s.days.known)
	s.days.mu.Unlock()
}
