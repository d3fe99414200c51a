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

// Kind is a kind of record.
type Kind uint8

// The kinds of records.
const (
	Messages Kind = iota // what was said
	Samples              // the numbers in it, one a row
	Events               // what happened: to devices, sessions, the broker and the link
	Alarms               // each change of an alarm: active, cleared
	Commands             // what was sent to devices, each as it was last known
	Gaps                 // stretches of which the record is not whole
)

// Kinds are all kinds, in order.
func Kinds() []Kind { return []Kind{Messages, Samples, Events, Alarms, Commands, Gaps} }

// String is the name of the kind as flags have it.
func (k Kind) String() string {
	return [...]string{"messages", "samples", "events", "alarms", "commands", "gaps"}[min(k, Gaps)]
}

// ParseKind reads the name of a kind.
func ParseKind(name string) (Kind, error) {
	for _, k := range Kinds() {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("records of the kind %q are not known: use messages, samples, events, alarms, commands or gaps", name)
}

// Options say what to export.
type Options struct {
	What Kind
	// Filter and the stretch from From up to but not including To say which. An
	// event, an alarm or a command is covered when its device, its topic or, of an
	// alarm, what it watches is. Gaps concern all topics.
	Filter   string
	From, To time.Time
	Format   Format
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
	e := &exporter{ctx: ctx, o: o, r: r, w: w}
	err := e.export()
	if err = errors.Join(err, e.err, ctx.Err()); err == nil {
		err = e.finish()
	}
	if err != nil {
		return e.rows, fmt.Errorf("export: %w", err)
	}
	e.tell(1)
	return e.rows, nil
}

// export writes the rows of the kind that was asked for.
func (e *exporter) export() error {
	switch e.o.What {
	case Events:
		return exportRecords(e, e.r.Events, func(v *model.Event) time.Time { return v.At }, eventRow)
	case Alarms:
		return exportRecords(e, e.r.Alarms, func(v *history.Alarm) time.Time { return v.At }, alarmRow)
	case Commands:
		return exportRecords(e, e.r.Commands, func(v *model.Command) time.Time { return v.Sent }, commandRow)
	case Gaps:
		return e.gaps()
	}
	out := newRowWriter(e.w, e.o)
	e.finish = out.finish
	if e.o.What == Samples {
		return e.samples(out)
	}
	return e.r.Each(e.ctx, e.o.Filter, e.o.From, e.o.To, func(m history.Message) bool {
		return e.row(out.message(&m), e.share(m.At))
	})
}

func newRowWriter(w io.Writer, o Options) rowWriter {
	switch samples := o.What == Samples; {
	case o.Format == CSV && samples:
		return newCSV(w, sampleHeader())
	case o.Format == CSV:
		return newCSV(w, messageHeader())
	case o.Format == JSONLines:
		return newJSON(w)
	case samples:
		return newParquetSamples(w)
	}
	return newParquetMessages(w)
}

// exporter counts rows and tells of progress.
type exporter struct {
	ctx    context.Context
	o      Options
	r      history.Reader
	w      io.Writer
	finish func() error // writes what is left
	rows   int64
	err    error
	told   time.Time
}

// share is how much of the stretch lies before a moment.
func (e *exporter) share(at time.Time) float64 {
	return at.Sub(e.o.From).Seconds() / e.o.To.Sub(e.o.From).Seconds()
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
func (e *exporter) samples(out rowWriter) error {
	keys, err := e.r.SeriesKeys(e.ctx, e.o.Filter)
	if err != nil {
		return err
	}
	for i, key := range keys {
		err := e.r.Samples(e.ctx, key, e.o.From, e.o.To, func(v model.Sample) bool {
			return e.row(out.sample(&history.Sample{Key: key, At: v.At, Value: v.Value}), float64(i)/float64(len(keys)))
		})
		if err != nil || e.err != nil || e.ctx.Err() != nil {
			return err
		}
	}
	return nil
}
