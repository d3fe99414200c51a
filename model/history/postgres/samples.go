package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// findSeries finds the number of a series that others may have added.
func (s *Store) findSeries(ctx context.Context, key model.SeriesKey) (id int64, ok bool, err error) {
	if id := s.seriesID(key); id != 0 {
		return id, true, nil
	}
	err = s.pool.QueryRow(ctx, "SELECT s.id FROM series s JOIN topic t ON t.id = s.topic WHERE t.name = $1 AND s.pointer = $2", key.Topic, key.Pointer).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// Samples calls f with the samples of a series in order of time until it returns
// false.
func (s *Store) Samples(ctx context.Context, key model.SeriesKey, from, to time.Time, f func(model.Sample) bool) error {
	id, ok, err := s.findSeries(ctx, key)
	if err != nil || !ok {
		return wrap("read samples", err)
	}
	rows, err := s.pool.Query(ctx, "SELECT at, value FROM sample WHERE series = $1 AND at >= $2 AND at < $3 ORDER BY at", id, from.UnixMicro(), to.UnixMicro())
	if err != nil {
		return wrap("read samples", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		var v float64
		if err := rows.Scan(&at, &v); err != nil {
			return wrap("read samples", err)
		}
		if !f(model.Sample{At: instant(at), Value: v}) {
			return nil
		}
	}
	return wrap("read samples", rows.Err())
}

// Columns divides a stretch into n equal columns and summarises a series in
// each.
func (s *Store) Columns(ctx context.Context, key model.SeriesKey, from, to time.Time, n int) ([]history.Column, error) {
	grid := block.NewGrid(from.UnixMicro(), to.UnixMicro(), max(1, min(n, history.MaxColumns)))
	id, ok, err := s.findSeries(ctx, key)
	if err == nil && ok && grid.To > grid.From {
		err = s.fill(ctx, grid, id)
	}
	out := make([]history.Column, len(grid.Sums))
	for i, sum := range grid.Sums {
		out[i] = history.ColumnOf(instant(grid.Edge(i)), sum)
	}
	return out, wrap("summarise samples", err)
}

// fill gathers what lies in the stretch of a grid: hours that lie within a column
// from their roll-ups, hours of which the samples are gone from those by the
// minute, and the rest from samples.
func (s *Store) fill(ctx context.Context, g *block.Grid, series int64) error {
	var oldest *int64
	if err := s.pool.QueryRow(ctx, "SELECT min(at) FROM sample WHERE series = $1", series).Scan(&oldest); err != nil {
		return err
	}
	kept := int64(1) << 62
	if oldest != nil {
		kept = *oldest
	}
	starts, ends := []int64{}, []int64{}
	next := g.From
	rest := func(until int64) {
		if until > next {
			starts, ends = append(starts, next), append(ends, until)
		}
	}
	var gone []int64
	var start int64
	var sum block.Summary
	into := append([]any{&start}, summaryInto(&sum)...)
	err := s.each(ctx, "SELECT start, "+summaryColumns+" FROM rollup WHERE series = $1 AND step = $2 AND start > $3 AND start < $4 ORDER BY start",
		[]any{series, hour, g.From - hour, g.To}, into, func() error {
			if !g.Whole(sum) {
				if start >= kept {
					return nil
				}
				gone = append(gone, start)
			}
			rest(start)
			next = max(next, start+hour)
			return nil
		})
	if err != nil {
		return err
	}
	rest(g.To)
	err = s.each(ctx, "SELECT "+summaryColumns+" FROM rollup WHERE series = $1 AND step = $2 AND start - start % $3 = ANY($4)",
		[]any{series, minute, hour, gone}, summaryInto(&sum), func() error {
			if !g.Whole(sum) {
				g.Begin(sum)
			}
			return nil
		})
	if err != nil {
		return err
	}
	return s.gather(ctx, g, series, starts, ends)
}

// Steps of roll-ups in microseconds.
const (
	minute = int64(time.Minute / time.Microsecond)
	hour   = 60 * minute
)

const summaryColumns = "count, min, max, sum, first, last, first_at, last_at"

func summaryInto(s *block.Summary) []any {
	return []any{&s.Count, &s.Min, &s.Max, &s.Sum, &s.First, &s.Last, &s.FirstAt, &s.LastAt}
}

// gather summarises samples of some stretches by the columns of a grid. The
// first and last of a column are found as the smallest and largest pair of time
// and value; microseconds since 1970 are whole numbers in floating point.
func (s *Store) gather(ctx context.Context, g *block.Grid, series int64, starts, ends []int64) error {
	edges := make([]int64, len(g.Sums))
	for i := range edges {
		edges[i] = g.Edge(i)
	}
	var column int
	var sum block.Summary
	into := append([]any{&column}, summaryInto(&sum)...)
	return s.each(ctx, `SELECT c, count(*), min(value), max(value), sum(value), (min(pair))[2], (max(pair))[2], min(at), max(at) FROM (
		SELECT width_bucket(a.at, $2::bigint[]) - 1 AS c, a.at, a.value, ARRAY[a.at::double precision, a.value] AS pair
		FROM unnest($3::bigint[], $4::bigint[]) AS part(start, stop) JOIN sample a ON a.series = $1 AND a.at >= part.start AND a.at < part.stop) x
		GROUP BY c`, []any{series, edges, starts, ends}, into, func() error {
		if column >= 0 && column < len(g.Sums) {
			g.Sums[column].Merge(sum)
		}
		return nil
	})
}
