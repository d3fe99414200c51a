package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// retainEvery is how often ages are looked at.
const retainEvery = 5 * time.Minute

// maxLogRows is how many rows of each of events, sessions, commands, alarms and
// gaps are kept.
const maxLogRows = 1_000_000

// retain lets go of what retention says.
func (s *Store) retain(ctx context.Context, now time.Time, r history.Retention) error {
	if since := now.Sub(s.retained); since < retainEvery && since >= 0 {
		return nil
	}
	for i := range r.Rules {
		if err := s.retainRule(ctx, now, r, i); err != nil {
			return err
		}
	}
	if r.Bytes > 0 {
		if err := s.shrink(ctx, r.Bytes); err != nil {
			return err
		}
	}
	if err := s.trimLogs(ctx); err != nil {
		return err
	}
	s.retained = now
	return s.giveBack(ctx)
}

// ruled lists the topics and series that a rule decides about.
func (s *Store) ruled(r history.Retention, rule int) (topics, series []int64) {
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	for name, id := range s.names.topics {
		if r.For(name) == rule {
			topics = append(topics, id)
		}
	}
	for key, id := range s.names.series {
		if r.For(key.Topic) == rule {
			series = append(series, id)
		}
	}
	return topics, series
}

// doomed is a block that is to go.
type doomed struct {
	owner, start, id, bytes int64
}

// kind is messages or samples, by the statements about their blocks: those of an
// owner that end before a time, how large those of each owner are, and how one
// goes, with its data.
type kind struct{ before, sizes, drop, dropData string }

func messageKind() kind {
	return kind{
		before:   "SELECT topic, start, id, bytes FROM message_block WHERE topic = ? AND start < ? AND stop < ?",
		sizes:    "SELECT topic, sum(bytes) FROM message_block GROUP BY topic",
		drop:     "DELETE FROM message_block WHERE topic = ? AND start = ? AND id = ?",
		dropData: dropMessageData,
	}
}

func sampleKind() kind {
	return kind{
		before:   "SELECT series, start, id, bytes FROM sample_block WHERE series = ? AND start < ? AND stop < ?",
		sizes:    "SELECT series, sum(bytes) FROM sample_block GROUP BY series",
		drop:     "DELETE FROM sample_block WHERE series = ? AND start = ? AND id = ?",
		dropData: dropSampleData,
	}
}

// Statements that take the data of a block away.
const (
	dropMessageData = "DELETE FROM message_data WHERE id = ?"
	dropSampleData  = "DELETE FROM sample_data WHERE id = ?"
)

// retainRule lets go of what one rule says.
func (s *Store) retainRule(ctx context.Context, now time.Time, r history.Retention, i int) error {
	rule := r.Rules[i]
	topics, series := s.ruled(r, i)
	if rule.Messages > 0 {
		if err := s.dropBefore(ctx, messageKind(), topics, now.Add(-rule.Messages).UnixMicro()); err != nil {
			return err
		}
	}
	if rule.Samples > 0 {
		// Samples wait for their roll-ups.
		rolled, err := s.rolledTo(ctx)
		if err != nil {
			return err
		}
		if err := s.dropBefore(ctx, sampleKind(), series, min(rolled, now.Add(-rule.Samples).UnixMicro())); err != nil {
			return err
		}
	}
	if rule.Rollups > 0 {
		if err := s.dropRollups(ctx, series, floorHour(now.Add(-rule.Rollups).UnixMicro())); err != nil {
			return err
		}
	}
	if rule.Bytes > 0 {
		return s.shrinkRule(ctx, rule.Bytes, topics, series)
	}
	return nil
}

// rolledTo is the time up to which there are roll-ups.
func (s *Store) rolledTo(ctx context.Context) (int64, error) {
	var done sql.NullInt64
	err := s.read.QueryRowContext(ctx, "SELECT (SELECT value FROM progress WHERE name = 'rolled')").Scan(&done)
	if !done.Valid {
		return minTime, s.damaged(err)
	}
	return (done.Int64 + 1) * hour, s.damaged(err)
}

// dropBefore lets go of the blocks of some owners that end before a time.
func (s *Store) dropBefore(ctx context.Context, k kind, owners []int64, before int64) error {
	var list []doomed
	stmt, err := s.read.PrepareContext(ctx, k.before)
	if err != nil {
		return s.damaged(err)
	}
	defer func() { _ = stmt.Close() }()
	for _, owner := range owners {
		rows, err := stmt.QueryContext(ctx, owner, before, before)
		if err != nil {
			return s.damaged(err)
		}
		if list, err = scanDoomed(rows, list); err != nil {
			return s.damaged(err)
		}
		if len(list) >= dropAtOnce {
			if err := s.drop(ctx, k, list); err != nil {
				return err
			}
			list = list[:0]
		}
	}
	return s.drop(ctx, k, list)
}

func scanDoomed(rows *sql.Rows, list []doomed) ([]doomed, error) {
	for rows.Next() {
		var d doomed
		if err := rows.Scan(&d.owner, &d.start, &d.id, &d.bytes); err != nil {
			_ = rows.Close()
			return list, err
		}
		list = append(list, d)
	}
	if err := rows.Close(); err != nil {
		return list, err
	}
	return list, rows.Err()
}

// dropAtOnce is how many blocks go in one transaction.
const dropAtOnce = 500

// drop lets go of blocks.
func (s *Store) drop(ctx context.Context, k kind, list []doomed) error {
	for len(list) > 0 {
		n := min(len(list), dropAtOnce)
		s.write.mu.Lock()
		err := s.transact(ctx, func(tx *sql.Tx) error {
			for _, d := range list[:n] {
				if _, err := tx.ExecContext(ctx, k.drop, d.owner, d.start, d.id); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, k.dropData, d.id); err != nil {
					return err
				}
			}
			return nil
		})
		s.write.mu.Unlock()
		if err != nil {
			return s.wrap("let go of old history", err)
		}
		list = list[n:]
		if err := s.relieve(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dropRollups lets go of the roll-ups of some series before an hour.
func (s *Store) dropRollups(ctx context.Context, series []int64, before int64) error {
	var old []int64
	for _, id := range series {
		var first sql.NullInt64
		if err := s.read.QueryRowContext(ctx, "SELECT min(hour) FROM rollup WHERE series = ?", id).Scan(&first); err != nil {
			return s.damaged(err)
		}
		if first.Valid && first.Int64 < before {
			old = append(old, id)
		}
	}
	if len(old) == 0 {
		return nil
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return s.wrap("let go of old roll-ups", s.transact(ctx, func(tx *sql.Tx) error {
		for _, id := range old {
			for _, statement := range []string{"DELETE FROM rollup WHERE series = ? AND hour < ?", "DELETE FROM rollup_data WHERE series = ? AND hour < ?"} {
				if _, err := tx.ExecContext(ctx, statement, id, before); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// shrink lets go of the oldest blocks until what is in use is within a size.
func (s *Store) shrink(ctx context.Context, limit int64) error {
	var pages, free, size int64
	err := s.read.QueryRowContext(ctx, "SELECT page_count, freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size").
		Scan(&pages, &free, &size)
	if err != nil {
		return s.damaged(err)
	}
	return s.dropOldest(ctx, (pages-free)*size-limit, func(kind, int64) bool { return true })
}

// shrinkRule lets go of the oldest blocks of a rule until they are within a size.
func (s *Store) shrinkRule(ctx context.Context, limit int64, topics, series []int64) error {
	of := map[kind]map[int64]bool{messageKind(): set(topics), sampleKind(): set(series)}
	used := int64(0)
	for k, owners := range of {
		err := each(ctx, s.read, func(r *sql.Rows) error {
			var owner, bytes int64
			err := r.Scan(&owner, &bytes)
			if owners[owner] {
				used += bytes
			}
			return err
		}, k.sizes)
		if err != nil {
			return s.damaged(err)
		}
	}
	return s.dropOldest(ctx, used-limit, func(k kind, owner int64) bool { return of[k][owner] })
}

func set(ids []int64) map[int64]bool {
	m := make(map[int64]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// dropOldest lets go of blocks, the oldest first, until bytes were given back.
func (s *Store) dropOldest(ctx context.Context, bytes int64, of func(kind, int64) bool) error {
	if bytes <= 0 {
		return nil
	}
	lists := make(map[kind][]doomed)
	err := each(ctx, s.read, func(r *sql.Rows) error {
		var d doomed
		var messages bool
		if err := r.Scan(&messages, &d.owner, &d.start, &d.id, &d.bytes); err != nil {
			return err
		}
		k := sampleKind()
		if messages {
			k = messageKind()
		}
		if bytes > 0 && of(k, d.owner) {
			lists[k] = append(lists[k], d)
			bytes -= d.bytes
		}
		return nil
	}, `SELECT 1, topic, start, id, bytes FROM message_block UNION ALL SELECT 0, series, start, id, bytes FROM sample_block ORDER BY 3`)
	if err != nil {
		return s.damaged(err)
	}
	for k, list := range lists {
		if err := s.drop(ctx, k, list); err != nil {
			return err
		}
	}
	return nil
}

// trimLogs bounds what is neither message nor sample.
func (s *Store) trimLogs(ctx context.Context) error {
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return s.wrap("let go of old events", s.transact(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			"DELETE FROM event WHERE rowid <= (SELECT max(rowid) FROM event) - ?",
			"DELETE FROM session WHERE rowid <= (SELECT max(rowid) FROM session) - ?",
			"DELETE FROM command WHERE rowid <= (SELECT max(rowid) FROM command) - ?",
			"DELETE FROM alarm WHERE rowid <= (SELECT max(rowid) FROM alarm) - ?",
			"DELETE FROM gap WHERE rowid <= (SELECT max(rowid) FROM gap) - ?",
		} {
			if _, err := tx.ExecContext(ctx, statement, maxLogRows); err != nil {
				return err
			}
		}
		return nil
	}))
}

// sparePages is how many free pages are left to the file, which what comes next will
// fill: 16 MiB, or an eighth of the file.
func sparePages(pages int) int { return max(4096, pages/8) }

// givePace is how many pages one transaction gives back.
func givePace() pace { return pace{n: 64, least: 16, most: 512} }

// giveBack returns free pages to the disk, some at a time: those at the end of the
// file have to be moved.
func (s *Store) giveBack(ctx context.Context) error {
	for size := givePace(); ; {
		var pages, free int
		err := s.read.QueryRowContext(ctx, "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count").Scan(&pages, &free)
		if err != nil {
			return s.damaged(err)
		}
		spare := free - sparePages(pages)
		if spare <= 0 {
			return nil
		}
		err = s.step(ctx, &size, func(n int) error { return s.givePages(ctx, min(n, spare)) })
		if err != nil {
			return s.wrap("give room back", err)
		}
		if err := s.relieve(ctx); err != nil {
			return err
		}
	}
}

// givePages returns n free pages. It is a step.
func (s *Store) givePages(ctx context.Context, n int) error {
	rows, err := s.write.conn.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", n))
	if err != nil {
		return explain(err)
	}
	for rows.Next() {
		continue // each step frees a page
	}
	return explain(errors.Join(rows.Err(), rows.Close()))
}
