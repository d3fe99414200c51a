package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// blockMeta is where a block of samples is, and what it is of.
type blockMeta struct {
	id int64
	block.Summary
}

// metas lists the blocks of a series that touch a stretch, by their beginning.
func (v *view) metas(ctx context.Context, series, from, to int64) ([]blockMeta, error) {
	var out []blockMeta
	err := each(ctx, v.q, func(r *sql.Rows) error {
		var m blockMeta
		if err := r.Scan(&m.id, &m.FirstAt, &m.LastAt, &m.Count, &m.Min, &m.Max, &m.Sum, &m.First, &m.Last); err != nil {
			return err
		}
		if m.LastAt >= from {
			out = append(out, m)
		}
		return nil
	}, "SELECT id, start, stop, count, min, max, sum, first, last FROM sample_block WHERE series = ? AND start >= ? AND start < ? ORDER BY start",
		series, from-maxSpan.Microseconds(), to)
	return out, err
}

// Samples calls f with the samples of a series in order of time until it returns
// false.
func (s *Store) Samples(ctx context.Context, key model.SeriesKey, from, to time.Time, f func(model.Sample) bool) error {
	series, ok := s.names.seriesID(key)
	if !ok {
		return nil
	}
	v, err := s.look(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	lo, hi := from.UnixMicro(), to.UnixMicro()
	metas, err := v.metas(ctx, series, lo, hi)
	if err != nil {
		return s.wrap("read samples", err)
	}
	rest := v.run(series).within(lo, hi)
	if len(rest.at) > 0 { // the recent rows come in their turn, too
		metas = append(metas, blockMeta{id: recentBlock, Summary: block.Summarise(rest.at, rest.value)})
		slices.SortStableFunc(metas, func(a, b blockMeta) int { return compare(a.FirstAt, b.FirstAt) })
	}
	for i := 0; i < len(metas); {
		// Blocks overlap only where the clock was set back: those are merged.
		j, stop := i+1, metas[i].LastAt
		for j < len(metas) && metas[j].FirstAt < stop {
			stop = max(stop, metas[j].LastAt)
			j++
		}
		r, err := v.join(ctx, metas[i:j], rest, lo, hi)
		if err != nil {
			return s.wrap("read samples", err)
		}
		for k := range r.at {
			if !f(model.Sample{At: instant(r.at[k]), Value: r.value[k]}) {
				return nil
			}
		}
		i = j
	}
	return nil
}

// recentBlock stands for the recent rows among blocks.
const recentBlock = -1

// join is the samples of blocks within a stretch in order of time.
func (v *view) join(ctx context.Context, metas []blockMeta, rest run, from, to int64) (run, error) {
	var out run
	for _, m := range metas {
		if m.id == recentBlock {
			out.at, out.value = append(out.at, rest.at...), append(out.value, rest.value...)
			continue
		}
		b, err := v.samples(ctx, m.id)
		if err != nil {
			return out, err
		}
		err = b.Each(from, to, func(at []int64, value []float64) {
			out.at, out.value = append(out.at, at...), append(out.value, value...)
		})
		if err != nil {
			return out, v.s.damaged(err)
		}
	}
	return out.sorted(), nil
}

// samples opens a block.
func (v *view) samples(ctx context.Context, id int64) (block.Samples, error) {
	if v.fetch == nil {
		stmt, err := v.q.PrepareContext(ctx, "SELECT data FROM sample_data WHERE id = ?")
		if err != nil {
			return block.Samples{}, v.s.damaged(err)
		}
		v.fetch = stmt
	}
	var data []byte
	if err := v.fetch.QueryRowContext(ctx, id).Scan(&data); err != nil {
		return block.Samples{}, v.s.damaged(err)
	}
	b, err := block.OpenSamples(data)
	return b, v.s.damaged(err)
}

// Columns divides a stretch into n equal columns and summarises a series in
// each.
func (s *Store) Columns(ctx context.Context, key model.SeriesKey, from, to time.Time, n int) ([]history.Column, error) {
	n = max(1, min(n, history.MaxColumns))
	grid := block.NewGrid(from.UnixMicro(), to.UnixMicro(), n)
	series, ok := s.names.seriesID(key)
	if !ok || grid.To <= grid.From {
		return columns(grid), nil
	}
	v, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	if err := v.fill(ctx, grid, series); err != nil {
		return nil, s.wrap("summarise samples", err)
	}
	return columns(grid), nil
}

// columns is what was gathered in a grid.
func columns(g *block.Grid) []history.Column {
	out := make([]history.Column, len(g.Sums))
	for i, s := range g.Sums {
		out[i] = history.ColumnOf(instant(g.Edge(i)), s)
	}
	return out
}

// fill summarises what lies in the stretch of a grid.
func (v *view) fill(ctx context.Context, g *block.Grid, series int64) error {
	parts, err := v.coarse(ctx, g, series)
	if err != nil {
		return v.s.damaged(err)
	}
	for _, part := range parts {
		if err := v.exact(ctx, g, series, part); err != nil {
			return err
		}
	}
	r := v.run(series).within(g.From, g.To)
	g.Add(r.at, r.value)
	return nil
}

// exact takes in the blocks of a part of the stretch.
func (v *view) exact(ctx context.Context, g *block.Grid, series int64, p part) error {
	if p.from >= p.to {
		return nil
	}
	metas, err := v.metas(ctx, series, p.from, p.to)
	if err != nil {
		return err
	}
	inside := func(m blockMeta) bool { return m.FirstAt >= p.from && m.LastAt < p.to }
	var divided []int64 // blocks that columns divide
	for _, m := range metas {
		if _, whole := g.Within(m.Summary); !whole || !inside(m) {
			divided = append(divided, m.id)
		}
	}
	rows, err := v.blocks(ctx, divided)
	if err != nil {
		return err
	}
	for _, m := range metas { // in order, so that of samples of one time the last is the last
		if inside(m) && g.Whole(m.Summary) {
			continue
		}
		b, err := rows.next(m.id)
		if err == nil {
			err = v.s.damaged(b.Summaries(max(p.from, g.From), min(p.to, g.To), g.Whole, g.Add))
		}
		if err != nil {
			return errors.Join(err, rows.close())
		}
	}
	return rows.close()
}

// part is a stretch of time that has to be looked at more closely.
type part struct{ from, to int64 }
