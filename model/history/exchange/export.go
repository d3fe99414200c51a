package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Format is a format of files.
type Format uint8

// The formats.
const (
	CSV       Format = iota // RFC 4180, with a header
	JSONLines               // one JSON object a line
	Parquet                 // Apache Parquet, compressed with zstd
)

// String is the name of the format as flags have it.
func (f Format) String() string { return [...]string{"csv", "jsonl", "parquet"}[min(f, Parquet)] }

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	for f := CSV; f <= Parquet; f++ {
		if f.String() == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("the format %q is not known: use csv, jsonl or parquet", name)
}

// Options say what to export.
type Options struct {
	// Filter and the stretch from From up to but not including To say what.
	Filter   string
	From, To time.Time
	Format   Format
	// Samples exports numbers, one a row, and not messages.
	Samples bool
	// Progress is told how far it is, about ten times a second; nil for nobody.
	Progress func(Progress)
}

// Progress is how far an export or import is.
type Progress struct {
	Rows int64
	// Share is from 0 to 1.
	Share float64
}

// progressEvery is how often progress is told.
const progressEvery = 100 * time.Millisecond

// rowWriter writes rows in a format.
type rowWriter interface {
	message(m *history.Message) error
	sample(s *history.Sample) error
	// finish writes what is left.
	finish() error
}

// Export writes what was recorded to w and returns how many rows it wrote. It
// ends early with ctx.
func Export(ctx context.Context, r history.Reader, w io.Writer, o Options) (int64, error) {
	if err := model.CheckFilter(o.Filter); err != nil {
		return 0, fmt.Errorf("export: the filter %q: %w", o.Filter, err)
	}
	if !o.From.Before(o.To) {
		return 0, errors.New("export: the end is not after the beginning")
	}
	e := &exporter{ctx: ctx, o: o, out: newRowWriter(w, o)}
	var err error
	if o.Samples {
		err = e.samples(r)
	} else {
		err = r.Each(ctx, o.Filter, o.From, o.To, func(m history.Message) bool {
			return e.row(e.out.message(&m), m.At.Sub(o.From).Seconds()/o.To.Sub(o.From).Seconds())
		})
	}
	if err = errors.Join(err, e.err, ctx.Err()); err == nil {
		err = e.out.finish()
	}
	if err != nil {
		return e.rows, fmt.Errorf("export: %w", err)
	}
	e.tell(1)
	return e.rows, nil
}

func newRowWriter(w io.Writer, o Options) rowWriter {
	switch {
	case o.Format == CSV:
		return newCSV(w, o.Samples)
	case o.Format == JSONLines:
		return newJSON(w)
	case o.Samples:
		return newParquetSamples(w)
	}
	return newParquetMessages(w)
}

// exporter counts rows and tells of progress.
type exporter struct {
	ctx  context.Context
	o    Options
	out  rowWriter
	rows int64
	err  error
	told time.Time
}

// row counts a row; it reports whether to go on.
func (e *exporter) row(err error, share float64) bool {
	if err != nil {
		e.err = err
		return false
	}
	e.rows++
	if e.rows%1024 == 0 && time.Since(e.told) > progressEvery {
		e.tell(share)
	}
	return e.ctx.Err() == nil
}

func (e *exporter) tell(share float64) {
	e.told = time.Now()
	if e.o.Progress != nil {
		e.o.Progress(Progress{Rows: e.rows, Share: max(0, min(share, 1))})
	}
}

// samples exports one series after the other.
func (e *exporter) samples(r history.Reader) error {
	keys, err := r.SeriesKeys(e.ctx, e.o.Filter)
	if err != nil {
		return err
	}
	for i, key := range keys {
		err := r.Samples(e.ctx, key, e.o.From, e.o.To, func(v model.Sample) bool {
			return e.row(e.out.sample(&history.Sample{Key: key, At: v.At, Value: v.Value}), float64(i)/float64(len(keys)))
		})
		if err != nil || e.err != nil || e.ctx.Err() != nil {
			return err
		}
	}
	return nil
}
