package postgres

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model/history"
)

// Maintain makes the roll-ups of hours that are over and lets go of what
// retention says, unless another program is doing it.
func (s *Store) Maintain(ctx context.Context, now time.Time, r history.Retention) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return wrap("maintain the shared history", err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", maintainLock).Scan(&mine); err != nil || !mine {
		return wrap("maintain the shared history", err)
	}
	err = s.rollUp(ctx, conn.Conn(), now)
	if err == nil {
		err = s.retain(ctx, now, r)
	}
	// Should this fail, the connection is broken and the lock gone with it.
	_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", maintainLock)
	return wrap("maintain the shared history", err)
}

// Bounds of rolling up: hours that ended so long ago, so that what other programs
// had to spool for a while is in, and so many at a call.
const (
	rollAfter    = 2 * time.Hour
	hoursPerCall = 24
)

// rollUp makes the roll-ups of the next hours.
func (s *Store) rollUp(ctx context.Context, conn *pgx.Conn, now time.Time) error {
	for range hoursPerCall {
		var next *int64
		err := conn.QueryRow(ctx, `SELECT min(at) FROM sample WHERE at >= coalesce((SELECT value FROM progress WHERE name = 'rolled'), -(1::bigint << 62))`).Scan(&next)
		if err != nil || next == nil {
			return err
		}
		start := *next - *next%hour
		if start+hour > now.Add(-rollAfter).UnixMicro() {
			return nil
		}
		err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, step := range []int64{minute, hour} {
				_, err := tx.Exec(ctx, `INSERT INTO rollup(series, step, start, count, min, max, sum, first, last, first_at, last_at)
					SELECT series, $1, at - at % $1, count(*), min(value), max(value), sum(value), (min(pair))[2], (max(pair))[2], min(at), max(at)
					FROM (SELECT series, at, value, ARRAY[at::double precision, value] AS pair FROM sample WHERE at >= $2 AND at < $3) x GROUP BY series, 3
					ON CONFLICT DO NOTHING`, step, start, start+hour)
				if err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, "INSERT INTO progress(name, value) VALUES('rolled', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", start+hour)
			return err
		})
		if err != nil {
			return fmt.Errorf("roll samples up: %w", err)
		}
	}
	return nil
}

// batchAge is how long it is remembered that a batch was kept: longer than any
// program spools before it is told.
const batchAge = 90 * 24 * time.Hour

// retain lets go of what retention says.
func (s *Store) retain(ctx context.Context, now time.Time, r history.Retention) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM batch WHERE at < $1", now.Add(-batchAge).UnixMicro()); err != nil {
		return err
	}
	for i := range r.Rules {
		if err := s.retainRule(ctx, now, r, i); err != nil {
			return err
		}
	}
	if err := s.dropEmptyDays(ctx, now); err != nil {
		return err
	}
	if r.Bytes > 0 {
		return s.shrink(ctx, now, r.Bytes)
	}
	return nil
}

// retainRule lets go of the rows that one rule says. Its bound in bytes is not
// looked at: rows of all topics share the files of a day.
func (s *Store) retainRule(ctx context.Context, now time.Time, r history.Retention, i int) error {
	var topics []int64
	var id int64
	var name string
	err := s.each(ctx, "SELECT id, name FROM topic", nil, []any{&id, &name}, func() error {
		if r.For(name) == i {
			topics = append(topics, id)
		}
		return nil
	})
	if err != nil || len(topics) == 0 {
		return err
	}
	rule := r.Rules[i]
	for _, d := range []struct {
		age  time.Duration
		text string
	}{
		{rule.Messages, "DELETE FROM message WHERE topic = ANY($1) AND at < $2"},
		{rule.Samples, `DELETE FROM sample WHERE series IN (SELECT id FROM series WHERE topic = ANY($1))
			AND at < least($2, coalesce((SELECT value FROM progress WHERE name = 'rolled'), $2))`},
		{rule.Rollups, "DELETE FROM rollup WHERE series IN (SELECT id FROM series WHERE topic = ANY($1)) AND start < $2"},
	} {
		if d.age <= 0 {
			continue
		}
		if _, err := s.pool.Exec(ctx, d.text, topics, now.Add(-d.age).UnixMicro()); err != nil {
			return fmt.Errorf("let go of what is too old: %w", err)
		}
	}
	return nil
}

// dayTable is a partition of a day.
type dayTable struct {
	name  string
	at    time.Time
	bytes int64
}

// dayTables lists the partitions, the oldest first.
func (s *Store) dayTables(ctx context.Context) (out []dayTable, err error) {
	pattern := regexp.MustCompile(`^(message|sample)_([0-9]{8})$`)
	var name string
	var bytes int64
	err = s.each(ctx, `SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'pilothouse' AND c.relkind = 'r' ORDER BY right(c.relname, 8), c.relname`,
		nil, []any{&name, &bytes}, func() error {
			if m := pattern.FindStringSubmatch(name); m != nil {
				if at, err := time.Parse("20060102", m[2]); err == nil {
					out = append(out, dayTable{name, at, bytes})
				}
			}
			return nil
		})
	return out, err
}

// dropEmptyDays drops the partitions of days that are over and have no rows left.
func (s *Store) dropEmptyDays(ctx context.Context, now time.Time) error {
	tables, err := s.dayTables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if now.Sub(t.at) < 48*time.Hour {
			continue
		}
		var rows bool
		if err := s.pool.QueryRow(ctx, "SELECT EXISTS(SELECT FROM "+t.name+")").Scan(&rows); err != nil {
			return err
		}
		if !rows {
			if err := s.dropDay(ctx, t.name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) dropDay(ctx context.Context, name string) error {
	defer s.forgetDays()
	// Another program may be writing to the day: it waits, or this does.
	_, err := s.pool.Exec(ctx, "DROP TABLE IF EXISTS "+name)
	return err
}

// shrink drops the oldest days until what is kept is within a size. The latest
// two days always stay.
func (s *Store) shrink(ctx context.Context, now time.Time, limit int64) error {
	if s.timescale {
		return s.shrinkChunks(ctx, now, limit)
	}
	tables, err := s.dayTables(ctx)
	if err != nil {
		return err
	}
	total := int64(0)
	for _, t := range tables {
		total += t.bytes
	}
	for _, t := range tables {
		if total <= limit || now.Sub(t.at) < 48*time.Hour {
			return nil
		}
		if err := s.dropDay(ctx, t.name); err != nil {
			return fmt.Errorf("drop the day %s: %w", t.at.Format(time.DateOnly), err)
		}
		total -= t.bytes
	}
	return nil
}

// shrinkChunks is shrink on TimescaleDB.
func (s *Store) shrinkChunks(ctx context.Context, now time.Time, limit int64) error {
	for {
		var total int64
		var oldest *int64
		err := s.pool.QueryRow(ctx, `SELECT public.hypertable_size('message') + public.hypertable_size('sample'),
			least((SELECT min(at) FROM message), (SELECT min(at) FROM sample))`).Scan(&total, &oldest)
		if err != nil || oldest == nil || total <= limit {
			return err
		}
		until := (dayOf(*oldest) + 1) * day
		if until > now.Add(-24*time.Hour).UnixMicro() {
			return nil
		}
		for _, table := range []string{"message", "sample"} {
			if _, err := s.pool.Exec(ctx, "SELECT public.drop_chunks($1::regclass, older_than => $2::bigint)", table, until); err != nil {
				return fmt.Errorf("drop old chunks: %w", err)
			}
		}
	}
}

// Usage tells how much is kept. Counts are estimates of the database.
func (s *Store) Usage(ctx context.Context) (u history.Usage, err error) {
	var oldest *int64
	err = s.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM topic), (SELECT count(*) FROM series), (SELECT min(at) FROM message),
		(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = 'pilothouse' AND c.relkind = 'r'),
		(SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables WHERE schemaname = 'pilothouse' AND relname LIKE 'message\_2%'),
		(SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables WHERE schemaname = 'pilothouse' AND relname LIKE 'sample\_2%')`).
		Scan(&u.Topics, &u.Series, &oldest, &u.Bytes, &u.Messages, &u.Samples)
	if oldest != nil {
		u.Oldest = instant(*oldest)
	}
	return u, wrap("measure the shared history", err)
}
