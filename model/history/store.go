package history

import (
	"context"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// Errors of stores, wrapped with the particulars.
var (
	// ErrFull tells that there is no room on the disk. Nothing of the batch was
	// kept; it may be written again later.
	ErrFull = errors.New("the disk is full")
	// ErrAway tells that a database cannot be reached, or does not let this program
	// in: it may later.
	ErrAway = errors.New("the database cannot be reached")
	// ErrReadOnly tells that the history was opened for reading.
	ErrReadOnly = errors.New("the history is open for reading only")
	// ErrInUse tells that another program records into the file.
	ErrInUse = errors.New("another program records into this history: close it first, or open the history for reading")
)

// Store keeps history. A batch is on disk when Write returns nil.
type Store interface {
	Reader
	// Write keeps a batch, all or nothing. The slices of b are the caller's again
	// when it returns, and so are the payloads; properties in it may be kept.
	Write(ctx context.Context, b *Batch) error
	// AddBookmark keeps a bookmark and returns its number.
	AddBookmark(ctx context.Context, b Bookmark) (int64, error)
	// RemoveBookmark forgets a bookmark; one that is not there is no error.
	RemoveBookmark(ctx context.Context, id int64) error
	// Maintain seals what is old enough, makes roll-ups, and lets go of what
	// retention says. It is called every now and then by the [Recorder], takes
	// up to seconds, and does not keep Write from its work for longer than a
	// batch takes.
	Maintain(ctx context.Context, now time.Time, r Retention) error
	// Close ends the store. It may be called twice.
	Close() error
}

// Hurried is a Store whose upkeep cannot always wait for its time.
type Hurried interface {
	// Due tells that so much was written that Maintain is to be called now.
	Due() bool
}

// Reader answers questions about what was recorded. Stretches of time include
// from and exclude to. Filters are those of [Match]. What it returns is the caller's to keep.
type Reader interface {
	// Span is the stretch of which there are messages; ok is false when there
	// are none.
	Span(ctx context.Context) (from, to time.Time, ok bool, err error)
	// Topics lists the topics that match a filter, in order.
	Topics(ctx context.Context, filter string) ([]string, error)
	// SeriesKeys lists the series of topics that match a filter, in order.
	SeriesKeys(ctx context.Context, filter string) ([]model.SeriesKey, error)
	// Columns divides a stretch into n equal columns, from 1 to MaxColumns, and
	// summarises a series in each: exactly, wherever its samples are still kept,
	// else as far as roll-ups are fine enough. Columns without samples have Count
	// 0.
	Columns(ctx context.Context, key model.SeriesKey, from, to time.Time, n int) ([]Column, error)
	// Samples calls f with the samples of a series in order of time until it
	// returns false.
	Samples(ctx context.Context, key model.SeriesKey, from, to time.Time, f func(model.Sample) bool) error
	// At calls f with the last message of each topic that matches filter, as of a
	// moment, in no order, until it returns false. f is not called twice at once.
	At(ctx context.Context, at time.Time, filter string, f func(Message) bool) error
	// Messages returns the messages of a topic, the newest first, at most limit.
	Messages(ctx context.Context, topic string, from, to time.Time, limit int) ([]Message, error)
	// Each calls f with the messages of all topics that match a filter in order
	// of arrival until it returns false.
	Each(ctx context.Context, filter string, from, to time.Time, f func(Message) bool) error
	// Events returns what happened, the oldest first, at most limit.
	Events(ctx context.Context, from, to time.Time, limit int) ([]model.Event, error)
	// Liveness returns the last change of each device's liveness as of a moment,
	// by the device's root topic.
	Liveness(ctx context.Context, at time.Time) (map[string]model.Event, error)
	// Sessions returns beginnings and ends of sessions, the oldest first, at most
	// limit.
	Sessions(ctx context.Context, from, to time.Time, limit int) ([]Session, error)
	// Commands returns the commands sent in a stretch, each as it was last known,
	// the newest first, at most limit.
	Commands(ctx context.Context, from, to time.Time, limit int) ([]model.Command, error)
	// Alarms returns changes of alarms, the oldest first, at most limit.
	Alarms(ctx context.Context, from, to time.Time, limit int) ([]Alarm, error)
	// Gaps returns the gaps that touch a stretch, the oldest first.
	Gaps(ctx context.Context, from, to time.Time) ([]Gap, error)
	// Bookmarks returns the bookmarks in a stretch, the oldest first.
	Bookmarks(ctx context.Context, from, to time.Time) ([]Bookmark, error)
	// Usage tells how much is kept.
	Usage(ctx context.Context) (Usage, error)
}

// MaxColumns is the largest number of columns of one query.
const MaxColumns = 16_384

// Column is one column of a chart: the summary of the samples in it. Drawn as a
// line from First to Last by way of Min and Max, columns look the same as the
// samples themselves.
type Column struct {
	// From is where the column begins.
	From time.Time
	// Count is how many samples there are; without any the rest is zero.
	Count                       int64
	Min, Max, Mean, First, Last float64
	FirstAt, LastAt             time.Time
}

// ColumnOf is the column that begins at a time, of a summary.
func ColumnOf(from time.Time, s block.Summary) Column {
	c := Column{From: from, Count: s.Count, Min: s.Min, Max: s.Max, Mean: s.Mean(), First: s.First, Last: s.Last}
	if s.Count > 0 {
		c.FirstAt, c.LastAt = time.UnixMicro(s.FirstAt), time.UnixMicro(s.LastAt)
	}
	return c
}

// Usage tells how much a store keeps.
type Usage struct {
	// Bytes is the size on disk.
	Bytes int64
	// Messages and Samples count what is kept, Sealed how many of the samples are
	// in sealed blocks, and SealedBytes their size.
	Messages, Samples, Sealed, SealedBytes int64
	Topics, Series                         int
	// Oldest is when the oldest message that is kept arrived, zero when there is
	// none.
	Oldest time.Time
}
