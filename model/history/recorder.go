package history

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Options configure a Recorder.
type Options struct {
	// Store is where everything goes. The Recorder does not close it.
	Store Store
	// Scanner finds the numbers in payloads; it is used by one goroutine. Nil
	// keeps messages only.
	Scanner model.Scanner
	// QueueMessages and QueueBytes bound what waits to be written: default
	// 600,000 messages and 64 MiB, so that at 50,000 messages a second a disk may
	// stand still for ten seconds.
	QueueMessages, QueueBytes int
	// Interval is how often a batch is written: default 50 ms. A batch is written
	// earlier when BatchMessages wait: default 5,000.
	Interval      time.Duration
	BatchMessages int
	// Spool is a file that takes in batches while the store cannot be written;
	// empty for none. SpoolBytes bounds it: default 4 GiB.
	Spool      string
	SpoolBytes int64
	// Retention is given to the store's Maintain every Upkeep: default a minute.
	Retention Retention
	Upkeep    time.Duration
	// Pace is how many messages a second are written while more come and the
	// processors have more to do than they can: default 60,000. What comes faster then
	// is lost once the queue is full, so that it is the record that suffers, and not
	// the live path.
	Pace int
	// Retry is how long to wait before a write that failed is tried again:
	// default a second.
	Retry time.Duration
	// Timeout is how long a write may take before its batch goes to the spool, if
	// there is one: default five seconds.
	Timeout time.Duration
	// OnState is told of each change of state, from one goroutine. It must not
	// call the Recorder's Close.
	OnState func(Status)
	// Contended tells whether processors were short since it was last called; it is
	// used by one goroutine. Nil asks the runtime.
	Contended func() bool
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	defTime := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&o.QueueMessages, 600_000)
	def(&o.QueueBytes, 64<<20)
	def(&o.BatchMessages, 5_000)
	def(&o.Pace, 60_000)
	defTime(&o.Interval, 50*time.Millisecond)
	defTime(&o.Upkeep, time.Minute)
	defTime(&o.Retry, time.Second)
	defTime(&o.Timeout, 5*time.Second)
	if o.SpoolBytes <= 0 {
		o.SpoolBytes = 4 << 30
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Contended == nil {
		o.Contended = newContention().look
	}
	return o
}

// Recorder takes in what is heard and writes it to a Store in batches. Its
// Record methods never wait for the disk: what the queue has no room for is
// counted and becomes a [Gap]. Make one with NewRecorder.
type Recorder struct {
	opts Options
	wake chan struct{} // capacity one: there is a batch's worth
	kick chan struct{} // closed by Close
	due  chan struct{} // capacity one: upkeep is not to wait for its time
	done chan struct{}

	closing sync.Once

	mu     sync.Mutex
	queue  queue
	status Status
	closed bool

	// What follows is used by the writing goroutine alone.
	held    *Batch // could not be written yet
	spool   *spool // nil without one
	runID   string
	batches uint64
	meter   *Meter
	rate    arrivals
	taken   []*page         // that held lies in, given back to the queue when it is done with
	spare   Batch           // slices of a batch that is done with
	flushed []chan struct{} // to be closed once held is on disk
}

// NewRecorder starts a Recorder. The caller closes it, before the Store.
func NewRecorder(o Options) (*Recorder, error) {
	if o.Store == nil {
		return nil, errors.New("start recording: there is no store")
	}
	if err := o.Retention.Check(); err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	r := &Recorder{
		opts: o.withDefaults(),
		wake: make(chan struct{}, 1), kick: make(chan struct{}), due: make(chan struct{}, 1), done: make(chan struct{}),
		meter: NewMeter(o.Scanner), runID: newRunID(),
	}
	r.status.Since = r.opts.Now()
	if o.Spool != "" {
		var err error
		if r.spool, err = openSpool(o.Spool, r.opts.SpoolBytes); err != nil {
			return nil, fmt.Errorf("start recording: %w", err)
		}
	}
	go r.run()
	return r, nil
}

// Record takes in messages. It copies payloads, keeps nothing of the slice and
// never waits for the disk; the usual message allocates nothing. It has the form
// that links hand batches over in.
func (r *Recorder) Record(batch []model.Message) {
	if len(batch) == 0 {
		return
	}
	r.mu.Lock()
	r.queue.watchClock(batch[len(batch)-1].At)
	r.queue.heard += uint64(len(batch))
	kept := r.queue.push(batch, r.opts.QueueMessages, r.opts.QueueBytes)
	if lost := batch[kept:]; len(lost) > 0 {
		r.loseLocked(lost[0].At, lost[len(lost)-1].At, len(lost))
	}
	full := r.queue.count >= r.opts.BatchMessages
	r.mu.Unlock()
	if full {
		raise(r.wake)
	}
}

// Event takes in what happened.
func (r *Recorder) Event(e model.Event) {
	r.other(e.At, func(b *Batch) { b.Events = append(b.Events, e) })
}

// Session takes in the beginning or end of a session.
func (r *Recorder) Session(s Session) {
	r.other(s.At, func(b *Batch) { b.Sessions = append(b.Sessions, s) })
}

// Command takes in a command as it is now known; the latest word on each is
// kept.
func (r *Recorder) Command(c model.Command) {
	r.other(c.Sent, func(b *Batch) { b.Commands = append(b.Commands, c) })
}

// Alarm takes in a change of an alarm.
func (r *Recorder) Alarm(a Alarm) {
	r.other(a.At, func(b *Batch) { b.Alarms = append(b.Alarms, a) })
}

// Gap takes in word of a stretch that was not recorded.
func (r *Recorder) Gap(g Gap) {
	r.other(g.To, func(b *Batch) { b.Gaps = append(b.Gaps, g) })
}

// maxOthers bounds the records other than messages that wait to be written.
const maxOthers = 20_000

func (r *Recorder) other(at time.Time, add func(*Batch)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queue.others >= maxOthers || r.closed {
		r.loseLocked(at, at, 1)
		return
	}
	r.queue.others++
	add(&r.queue.rest)
}

// SetRetention changes what is kept, from the next upkeep on.
func (r *Recorder) SetRetention(t Retention) error {
	if err := t.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	r.opts.Retention = t
	r.mu.Unlock()
	return nil
}

// Status is a snapshot of how it goes.
func (r *Recorder) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	s.Queued = r.queue.count
	return s
}

// Flush waits until everything taken in before the call is on disk or counted
// as lost, or ctx ends.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	ch := make(chan struct{})
	if r.closed {
		close(ch)
	} else {
		r.queue.flushed = append(r.queue.flushed, ch)
	}
	r.mu.Unlock()
	raise(r.wake)
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close writes what waits and ends the Recorder. What cannot be written is an
// error. It may be called twice.
func (r *Recorder) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.closing.Do(func() { close(r.kick) })
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status.Err != nil && r.status.Lost > 0 {
		return fmt.Errorf("%d records were lost: %w", r.status.Lost, r.status.Err)
	}
	return nil
}

// raise sets a channel of capacity one.
func raise(flag chan struct{}) {
	select {
	case flag <- struct{}{}:
	default:
	}
}
