package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// Steps of roll-ups in microseconds.
const (
	second = int64(time.Second / time.Microsecond)
	minute = 60 * second
	hour   = 60 * minute
)

// rollUp makes the roll-ups of the hours that are over and sealed, a few hours at
// a call, and joins the small blocks of each.
func (s *Store) rollUp(ctx context.Context, now time.Time) error {
	if since := now.Sub(s.rolled); since < rollEvery && since >= 0 {
		return nil
	}
	s.seal.RLock()
	sealed := s.head.oldest // what is recent is not sealed yet
	if s.old.head != nil && s.old.head.oldest != 0 {
		sealed = s.old.head.oldest
	}
	s.seal.RUnlock()
	if sealed == 0 {
		sealed = now.UnixMicro()
	}
	for range hoursPerCall {
		next, ok, err := s.nextHour(ctx, min(sealed, now.UnixMicro()))
		if err != nil {
			return err
		}
		if !ok {
			s.rolled = now
			return nil
		}
		if err := s.rollHour(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// rollEvery is how often it is looked whether an hour is over.
const rollEvery = 50 * time.Second

// hoursPerCall bounds the work of one call.
const hoursPerCall = 24

// nextHour is the first hour since 1970 that has samples but no roll-ups yet, if it
// is over at a time.
func (s *Store) nextHour(ctx context.Context, now int64) (h int64, ok bool, err error) {
	v, err := s.look(ctx)
	if err != nil {
		return 0, false, err
	}
	defer v.close()
	var done, start sql.NullInt64
	if err := v.q.QueryRowContext(ctx, "SELECT (SELECT value FROM progress WHERE name = 'rolled')").Scan(&done); err != nil {
		return 0, false, s.damaged(err)
	}
	from := int64(minTime)
	if done.Valid {
		from = (done.Int64 + 1) * hour
	}
	if err := v.q.QueryRowContext(ctx, "SELECT min(start) FROM sample_block WHERE start >= ?", from).Scan(&start); err != nil {
		return 0, false, s.damaged(err)
	}
	h = floorHour(start.Int64)
	if done.Valid && (!start.Valid || h > done.Int64+1) && from+hour <= now {
		// No block begins in the hour after the last: one before it may reach into it,
		// which takes a look at all of a day.
		var reaches bool
		err := v.q.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM sample_block WHERE start >= ? AND start < ? AND stop >= ?)",
			from-maxSpan.Microseconds(), from, from).Scan(&reaches)
		if err != nil {
			return 0, false, s.damaged(err)
		}
		if reaches {
			return done.Int64 + 1, true, nil
		}
	}
	return h, start.Valid && (h+1)*hour <= now, nil
}

func floorHour(at int64) int64 {
	h := at / hour
	if at%hour < 0 {
		h--
	}
	return h
}

// rollPace is how many series one transaction of rolling up writes.
func rollPace() pace { return pace{n: 64, least: 4, most: 256} }

// rollHour makes the roll-ups of one hour.
func (s *Store) rollHour(ctx context.Context, h int64) error {
	series, err := s.seriesIn(ctx, h)
	if err != nil {
		return s.wrap("roll samples up", err)
	}
	for size := rollPace(); len(series) > 0; {
		n := min(len(series), size.n)
		rolls, err := s.rollSome(ctx, series[:n], h)
		if err == nil {
			err = s.step(ctx, &size, func(int) error { return s.keepRolled(ctx, h, rolls) })
		}
		if err != nil {
			return s.wrap("roll samples up", err)
		}
		series = series[n:]
		if err := s.relieve(ctx); err != nil {
			return err
		}
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return s.wrap("roll samples up", s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO progress(name, value) VALUES('rolled', ?)", h)
		return err
	}))
}

// seriesIn lists the series that have blocks in an hour.
func (s *Store) seriesIn(ctx context.Context, h int64) (series []int64, err error) {
	v, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	err = each(ctx, v.q, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		series = append(series, id)
		return err
	}, "SELECT DISTINCT series FROM sample_block WHERE start >= ? AND start < ? AND stop >= ?", h*hour-maxSpan.Microseconds(), (h+1)*hour, h*hour)
	return series, err
}

// rollSome summarises an hour of some series. It takes a look of its own: the log
// cannot begin anew while an old one lasts.
func (s *Store) rollSome(ctx context.Context, series []int64, h int64) ([]rolled, error) {
	v, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	rolls := make([]rolled, len(series))
	for i, id := range series {
		if rolls[i], err = v.roll(ctx, id, h); err != nil {
			return nil, err
		}
	}
	return rolls, nil
}

// rolled is one series in one hour: its roll-ups, and the blocks that take the
// place of smaller ones.
type rolled struct {
	series           int64
	whole            block.Summary
	minutes, seconds []byte
	joined           []packedBlock
	gone             []blockMeta
}

// roll summarises an hour of a series.
func (v *view) roll(ctx context.Context, series, h int64) (rolled, error) {
	out := rolled{series: series}
	metas, err := v.metas(ctx, series, h*hour, (h+1)*hour)
	if err != nil {
		return out, err
	}
	r, err := v.join(ctx, metas, run{}, h*hour, (h+1)*hour)
	if err != nil || len(r.at) == 0 {
		return out, err
	}
	out.whole = block.Summarise(r.at, r.value)
	out.minutes = block.PackSummaries(bucket(r, minute))
	if out.whole.Count > 2*hour/second { // else the samples say as much
		out.seconds = block.PackSummaries(bucket(r, second))
	}
	var inside []blockMeta
	for _, m := range metas {
		if m.FirstAt >= h*hour && m.LastAt < (h+1)*hour {
			inside = append(inside, m)
		}
	}
	if full := (len(r.at) + block.MaxSamples - 1) / block.MaxSamples; len(inside) > full {
		joined, err := v.join(ctx, inside, run{}, minTime, maxTime)
		if err != nil {
			return out, err
		}
		out.joined, out.gone = appendPacked(nil, series, joined), inside
	}
	return out, nil
}

// maxTime is after anything that was ever recorded.
const maxTime = 1 << 62

// bucket summarises samples by steps.
func bucket(r run, step int64) []block.Summary {
	var out []block.Summary
	for i := 0; i < len(r.at); {
		end := (r.at[i]/step + 1) * step
		j := i
		for j < len(r.at) && r.at[j] < end {
			j++
		}
		out = append(out, block.Summarise(r.at[i:j], r.value[i:j]))
		i = j
	}
	return out
}

// keepRolled writes roll-ups and joined blocks, all or nothing. It is a step.
func (s *Store) keepRolled(ctx context.Context, h int64, list []rolled) error {
	ids := s.write.nextIDs
	err := s.transact(ctx, func(tx *sql.Tx) error {
		for _, r := range list {
			if r.whole.Count == 0 {
				continue
			}
			w := r.whole
			_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO rollup(series, hour, count, min, max, sum, first, last, first_at, last_at)
				VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.series, h, w.Count, w.Min, w.Max, w.Sum, w.First, w.Last, w.FirstAt, w.LastAt)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO rollup_data(series, hour, minutes, seconds) VALUES(?, ?, ?, ?)",
				r.series, h, r.minutes, r.seconds)
			if err != nil {
				return err
			}
			if err := dropSamples(ctx, tx, r.series, r.gone); err != nil {
				return err
			}
			if err := writeBlocks(ctx, tx, nil, r.joined, &ids); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.write.nextIDs = ids
	}
	return err
}

func dropSamples(ctx context.Context, tx *sql.Tx, series int64, gone []blockMeta) error {
	for _, m := range gone {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sample_block WHERE series = ? AND start = ? AND id = ?", series, m.FirstAt, m.id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sample_data WHERE id = ?", m.id); err != nil {
			return err
		}
	}
	return nil
}
