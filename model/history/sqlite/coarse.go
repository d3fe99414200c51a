package sqlite

import (
	"context"
	"database/sql"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// manyBlocks is the number of blocks above which whole hours are taken from the
// roll-ups.
const manyBlocks = 20_000

// coarse takes in what roll-ups tell of a stretch: hours of which the samples are
// gone, and, when there are very many blocks, the hours that lie within a column.
// It returns the parts that are left for the blocks.
func (v *view) coarse(ctx context.Context, g *block.Grid, series int64) ([]part, error) {
	oldest, dense, err := v.density(ctx, g, series)
	if err != nil {
		return nil, err
	}
	if !dense && g.From >= oldest {
		return []part{{g.From, g.To}}, nil
	}
	end := g.To
	if !dense {
		end = min(end, oldest)
	}
	parts := []part{{g.From, g.To}}
	var finer []int64
	err = each(ctx, v.q, func(r *sql.Rows) error {
		var h int64
		var s block.Summary
		if err := r.Scan(&h, &s.Count, &s.Min, &s.Max, &s.Sum, &s.First, &s.Last, &s.FirstAt, &s.LastAt); err != nil {
			return err
		}
		gone := h*hour < oldest
		if !g.Whole(s) {
			if !gone {
				return nil
			}
			finer = append(finer, h)
		}
		parts = cut(parts, h*hour, (h+1)*hour)
		return nil
	}, "SELECT hour, count, min, max, sum, first, last, first_at, last_at FROM rollup WHERE series = ? AND hour >= ? AND hour * ? < ? ORDER BY hour",
		series, floorHour(g.From), hour, end)
	if err != nil {
		return nil, err
	}
	for _, h := range finer {
		if err := v.byMinutes(ctx, g, series, h); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// density is the beginning of the oldest block of a series, and whether there
// are very many in the stretch.
func (v *view) density(ctx context.Context, g *block.Grid, series int64) (oldest int64, dense bool, err error) {
	var first sql.NullInt64
	var blocks int
	err = v.q.QueryRowContext(ctx, `SELECT (SELECT min(start) FROM sample_block WHERE series = ?),
		(SELECT count(*) FROM (SELECT 1 FROM sample_block WHERE series = ? AND start >= ? AND start < ? LIMIT ?))`,
		series, series, g.From, g.To, manyBlocks+1).Scan(&first, &blocks)
	if !first.Valid {
		first.Int64 = maxTime
	}
	return first.Int64, blocks > manyBlocks, err
}

// cut takes a stretch off the end of parts that are in order.
func cut(parts []part, from, to int64) []part {
	last := &parts[len(parts)-1]
	end := last.to
	if from > last.from {
		last.to = min(end, from)
		parts = append(parts, part{min(end, to), end})
	} else {
		last.from = max(last.from, min(end, to))
	}
	return parts
}

// byMinutes takes in an hour that columns divide by its roll-ups of a second or a
// minute: those that columns divide again count where they begin.
func (v *view) byMinutes(ctx context.Context, g *block.Grid, series, h int64) error {
	var minutes, seconds []byte
	err := v.q.QueryRowContext(ctx, "SELECT minutes, seconds FROM rollup_data WHERE series = ? AND hour = ?", series, h).Scan(&minutes, &seconds)
	if err != nil {
		return v.s.damaged(err)
	}
	if seconds != nil {
		minutes = seconds
	}
	list, err := block.Summaries(minutes)
	if err != nil {
		return v.s.damaged(err)
	}
	for _, s := range list {
		g.Begin(s)
	}
	return nil
}
