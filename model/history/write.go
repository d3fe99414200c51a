package history

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// newRunID tells the batches of this run from those of any other.
func newRunID() string { return rand.Text() }

// run is the writing goroutine.
func (r *Recorder) run() {
	defer close(r.done)
	ctx, cancel := context.WithCancel(context.Background())
	beat := time.NewTicker(r.opts.Interval)
	defer beat.Stop()
	var upkeep sync.WaitGroup
	upkeep.Go(func() { r.upkeep(ctx) })
	defer upkeep.Wait()
	defer cancel()
	var retryAt time.Time
	for {
		select {
		case <-r.kick:
			r.finish(ctx)
			return
		case <-beat.C:
		case <-r.wake:
		}
		if time.Now().Before(retryAt) {
			r.spoolQueue()
			continue
		}
		if !r.writeAll(ctx) {
			retryAt = time.Now().Add(r.opts.Retry)
		}
	}
}

// finish writes what waits, once more.
func (r *Recorder) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, closeTime)
	defer cancel()
	if !r.writeAll(ctx) {
		r.spoolQueue()
	}
	r.mu.Lock()
	lost := uint64(r.queue.count + r.queue.others)
	if r.held != nil {
		lost += uint64(len(r.held.Messages))
	}
	r.status.Lost += lost
	if lost == 0 {
		r.status.Err = nil
	}
	r.flushed = append(r.flushed, r.queue.flushed...)
	r.queue.flushed = nil
	r.mu.Unlock()
	r.kept()
	if r.spool != nil {
		r.spool.close()
	}
	r.enter(Stopped, r.status.Err)
}

// closeTime is how long Close tries to write what waits.
const closeTime = 10 * time.Second

// writeAll writes the spool, what was held, and the queue; it reports whether
// all went well.
func (r *Recorder) writeAll(ctx context.Context) bool {
	if !r.drainSpool(ctx) {
		r.spoolQueue()
		return false
	}
	for {
		if r.held == nil {
			if r.held = r.take(); r.held == nil {
				return true
			}
		}
		n, began := len(r.held.Messages), time.Now()
		if err := r.write(ctx, r.held); err != nil {
			r.failed(err)
			r.spoolQueue()
			return false
		}
		r.kept()
		r.rest(n, began)
	}
}

// take moves the oldest of the queue into a batch with its samples: about
// BatchMessages, so that no commit takes long; nil when the queue is empty.
func (r *Recorder) take() *Batch {
	r.mu.Lock()
	q := &r.queue
	q.reuse(r.taken)
	clear(r.taken)
	r.taken = q.shift(r.taken[:0], r.opts.BatchMessages)
	if q.count == 0 {
		r.flushed = append(r.flushed, q.flushed...)
		q.flushed = nil
	}
	empty := len(r.taken) == 0 && q.others == 0 && q.lost == 0
	b := q.rest
	if q.lost > 0 {
		b.Gaps = append(b.Gaps, Gap{
			From: q.from, To: q.to.Add(time.Microsecond), Kind: GapLost, Lost: q.lost,
			Why: fmt.Sprintf("%d records were lost: the disk was too slow, full or away", q.lost),
		})
	}
	q.rest, q.others, q.lost = Batch{}, 0, 0
	r.mu.Unlock()
	if empty {
		r.kept()
		return nil
	}
	r.batches++
	b.ID = r.runID + "-" + strconv.FormatUint(r.batches, 10)
	b.Messages, b.Samples = r.spare.Messages[:0], r.spare.Samples[:0]
	r.unpack(&b, r.taken)
	return &b
}

// kept notes that what was held is on disk, and tells those who wait for it.
func (r *Recorder) kept() {
	if b := r.held; b != nil {
		r.spare = Batch{Messages: b.Messages, Samples: b.Samples}
		r.held = nil
	}
	for _, ch := range r.flushed {
		close(ch)
	}
	clear(r.flushed)
	r.flushed = r.flushed[:0]
}

// write gives a batch to the store and counts it.
func (r *Recorder) write(ctx context.Context, b *Batch) error {
	start := time.Now()
	if r.spool != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.opts.Timeout)
		defer cancel()
	}
	if err := r.opts.Store.Write(ctx, b); err != nil {
		return err
	}
	took := time.Since(start)
	r.mu.Lock()
	r.status.Messages += uint64(len(b.Messages))
	r.status.Samples += uint64(len(b.Samples))
	r.status.Batches++
	r.status.Commit = took
	r.mu.Unlock()
	r.enter(Recording, nil)
	if s, ok := r.opts.Store.(Hurried); ok && s.Due() {
		raise(r.due)
	}
	return nil
}

// failed enters the state that an error stands for.
func (r *Recorder) failed(err error) {
	switch {
	case errors.Is(err, ErrFull):
		r.enter(Full, fmt.Errorf("history cannot be recorded: %w; make room, or keep less", err))
	case r.spool != nil:
		r.enter(Spooling, fmt.Errorf("history goes to %s until the database is back: %w", r.spool.path, err))
	default:
		r.enter(Failing, fmt.Errorf("history cannot be recorded: %w", err))
	}
}

// enter changes the state and tells of it.
func (r *Recorder) enter(s State, err error) {
	r.mu.Lock()
	changed := r.status.State != s
	r.status.State, r.status.Err = s, err
	if changed {
		r.status.Since = r.opts.Now()
	}
	status := r.status
	status.Queued = r.queue.count
	r.mu.Unlock()
	if changed && r.opts.OnState != nil {
		r.opts.OnState(status)
	}
}

// upkeep lets the store do what has to be done now and then, beside the
// writing.
func (r *Recorder) upkeep(ctx context.Context) {
	beat := time.NewTicker(r.opts.Upkeep)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case <-r.due:
		}
		r.mu.Lock()
		retention := r.opts.Retention
		r.mu.Unlock()
		err := r.opts.Store.Maintain(ctx, r.opts.Now(), retention)
		if ctx.Err() != nil {
			return
		}
		r.mu.Lock()
		r.status.Upkeep = err
		r.mu.Unlock()
	}
}
