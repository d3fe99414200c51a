package sqlite

import (
	"context"
	"database/sql"
	"errors"

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
	return parts, v.byMinutes(ctx, g, series, finer)
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

// fineColumn is how wide a column is, at least, whose edges need no more than
// minutes: what a minute puts on the wrong side of one is less than a sixtieth of it,
// far below a pixel, and no peak is lost. To read seconds takes sixty times as long.
const fineColumn = hour

// byMinutes takes in hours that columns divide by their roll-ups of a second or a
// minute: those that columns divide again count where they begin.
func (v *view) byMinutes(ctx context.Context, g *block.Grid, series int64, hours []int64) error {
	if len(hours) == 0 {
		return nil
	}
	query := "SELECT minutes, NULL FROM rollup_data WHERE series = ? AND hour = ?"
	if g.Edge(1)-g.From < fineColumn {
		query = "SELECT minutes, seconds FROM rollup_data WHERE series = ? AND hour = ?"
	}
	stmt, err := v.q.PrepareContext(ctx, query)
	if err != nil {
		return v.s.damaged(err)
	}
	for i := 0; err == nil && i < len(hours); i++ {
		err = v.byMinutesOf(ctx, g, stmt, series, hours[i])
	}
	return errors.Join(err, stmt.Close())
}

func (v *view) byMinutesOf(ctx context.Context, g *block.Grid, stmt *sql.Stmt, series, h int64) error {
	var minutes, seconds []byte
	if err := stmt.QueryRowContext(ctx, series, h).Scan(&minutes, &seconds); err != nil {
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
