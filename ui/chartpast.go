package ui

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// pastLine is a series as it was recorded, by columns: drawn, it looks as its
// samples would.
type pastLine struct {
	times  []int64
	values []float64
}

// chartStretch is what a chart asks of the record.
type chartStretch struct {
	keys     []model.SeriesKey
	from, to time.Time
	columns  int
}

// chartPast reads the part of a chart that is older than what the store keeps,
// away from the main goroutine and the presenter's, one reading at a time.
type chartPast struct {
	ctx     context.Context
	history History // nil for none
	changed func()
	group   sync.WaitGroup

	mu    sync.Mutex
	busy  bool
	of    chartStretch
	lines map[model.SeriesKey]pastLine
	first time.Time // of all that was recorded
}

// Bounds of what a chart reads.
const (
	chartColumnsLeast = 100
	chartColumnsMost  = 2000
	chartRenew        = 10 * time.Second // a moving chart is read anew so often at least
)

// all is how long ago the record begins.
func (c *chartPast) all(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first.IsZero() {
		return time.Hour
	}
	return max(now.Sub(c.first), time.Minute)
}

// extend puts in front of the series of charts that share a time, in so many
// pixels, what was recorded before them.
func (c *chartPast) extend(specs []plot.ChartSpec, charts []Chart, span plot.Span, pixels int) {
	if c.history == nil || pixels == 0 {
		return
	}
	want := chartStretch{from: span.From, to: span.To, columns: max(chartColumnsLeast, min(pixels, chartColumnsMost))}
	have := true
	for i := range charts {
		want.keys = append(want.keys, charts[i].keys()...)
		have = have && covered(&specs[i], want.from)
	}
	if have {
		return
	}
	column := span.Length() / time.Duration(want.columns)
	lines := c.get(want, column)
	for i := range specs {
		for k := range specs[i].Series {
			prepend(&specs[i].Series[k], lines[charts[i].Lines[k].Key], column)
		}
	}
}

// covered tells whether the store itself has all of a chart.
func covered(spec *plot.ChartSpec, from time.Time) bool {
	for i := range spec.Series {
		if t := spec.Series[i].Times; len(t) == 0 || t[0] > from.Add(time.Second).UnixNano() {
			return false
		}
	}
	return true
}

// prepend puts a line in front of a series, up to where that begins.
func prepend(s *plot.Series, l pastLine, column time.Duration) {
	n := len(l.times)
	if len(s.Times) > 0 {
		n, _ = slices.BinarySearch(l.times, s.Times[0])
	}
	if n == 0 {
		return
	}
	s.Times = append(slices.Clone(l.times[:n]), s.Times...)
	s.Values = append(slices.Clone(l.values[:n]), s.Values...)
	if s.Gap > 0 {
		s.Gap = max(s.Gap, 3*column)
	}
}

// get is what is known of the stretch, at once; it starts to read when that is
// old.
func (c *chartPast) get(want chartStretch, column time.Duration) map[model.SeriesKey]pastLine {
	c.mu.Lock()
	defer c.mu.Unlock()
	slack := max(time.Second, min(column, chartRenew))
	fresh := slices.Equal(c.of.keys, want.keys) && c.of.columns == want.columns &&
		absolute(c.of.to.Sub(want.to)) <= slack && absolute(c.of.from.Sub(want.from)) <= max(slack, column)
	if !fresh && !c.busy && c.ctx.Err() == nil {
		if reader := c.history.Reader(); reader != nil {
			c.busy = true
			c.group.Go(func() { c.load(reader, want) })
		}
	}
	return c.lines
}

func (c *chartPast) load(reader history.Reader, want chartStretch) {
	ctx, cancel := context.WithTimeout(c.ctx, timePatience)
	defer cancel()
	lines := make(map[model.SeriesKey]pastLine, len(want.keys))
	first, _, _, err := reader.Span(ctx)
	for _, key := range want.keys {
		var columns []history.Column
		if err == nil {
			columns, err = reader.Columns(ctx, key, want.from, want.to, want.columns)
		}
		lines[key] = lineOf(columns)
	}
	c.mu.Lock()
	c.busy, c.of = false, want
	if err == nil { // what is not to be had is missing from the chart; the time bar says why
		c.lines, c.first = lines, first
	}
	c.mu.Unlock()
	c.changed()
}

// lineOf is the line of columns: each from its first sample to its last by way of
// its least and its greatest.
func lineOf(columns []history.Column) pastLine {
	var l pastLine
	add := func(at int64, v float64) {
		if n := len(l.times); n > 0 && at <= l.times[n-1] {
			at = l.times[n-1] + 1
		}
		l.times, l.values = append(l.times, at), append(l.values, v)
	}
	for i := range columns {
		c := &columns[i]
		if c.Count == 0 {
			continue
		}
		from, to := c.FirstAt.UnixNano(), c.LastAt.UnixNano()
		add(from, c.First)
		if c.Count > 2 && c.Max > c.Min {
			add(from+(to-from)/3, c.Min)
			add(from+(to-from)*2/3, c.Max)
		}
		if c.Count > 1 {
			add(to, c.Last)
		}
	}
	return l
}
