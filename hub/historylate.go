package hub

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// late stands in for a database that was away when recording began: what is to be
// written fails, and so goes to the recorder's spool, until the database is found.
// Nothing else is asked of it.
type late struct {
	history.Store // nil: nobody reads from it
	found         atomic.Pointer[history.Store]
	why           error
	since         time.Time
}

// Write implements history.Store.
func (l *late) Write(ctx context.Context, b *history.Batch) error {
	if s := l.found.Load(); s != nil {
		return (*s).Write(ctx, b)
	}
	return l.why
}

// Maintain implements history.Store: there is nothing to keep up yet.
func (l *late) Maintain(ctx context.Context, now time.Time, r history.Retention) error {
	if s := l.found.Load(); s != nil {
		return (*s).Maintain(ctx, now, r)
	}
	return nil
}

// spoolFor records into the spool alone while the database is away; it reports
// whether it does.
func (x *History) spoolFor(why error) bool {
	if x.late != nil {
		return true
	}
	l := &late{why: why, since: time.Now()}
	recorder, err := history.NewRecorder(x.options(l))
	if err != nil {
		return false
	}
	x.late = l
	x.recorder.Store(recorder)
	return true
}
