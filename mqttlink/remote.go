package mqttlink

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
)

// Timings of a [Remote].
const (
	backoffLow     = 500 * time.Millisecond
	backoffHigh    = 30 * time.Second
	connectTimeout = 15 * time.Second
	writeTimeout   = 5 * time.Second
	// steady is how long a link must be up for the next loss to be taken as
	// the first.
	steady = time.Minute
	// brief and briefLimit: so many sessions in a row, each closed by the
	// broker within so short a time, look like a fight over a client ID.
	brief      = 30 * time.Second
	briefLimit = 3
	// publishesAtOnce bounds the publishes under way.
	publishesAtOnce = 64
	// maxTopics is how many topic names are remembered to save making them
	// anew for each message.
	maxTopics = 1 << 16
)

// Remote is the link to a broker somewhere else, by MQTT 3.1.1.
type Remote struct {
	profile Profile
	at      connection.Address
	sink    Sink
	log     *slog.Logger
	backoff backoff
	timeout time.Duration
	queue   *queue
	started atomic.Bool
	status  status
	witness *witness // of a trial, else nil
	nudge   chan struct{}
	slots   chan struct{}
	session atomic.Pointer[session] // nil unless up
	slow    *dropCounter
	large   *dropCounter
	badName *dropCounter
}

var _ Link = (*Remote)(nil)

// Option changes how a [Remote] works.
type Option func(*Remote)

// WithLogger has the link tell log when it comes and goes.
func WithLogger(log *slog.Logger) Option { return func(r *Remote) { r.log = log } }

// WithBackoff sets the bounds of the waits between attempts, instead of 0.5 s
// and 30 s.
func WithBackoff(low, high time.Duration) Option {
	return func(r *Remote) { r.backoff = newBackoff(low, high) }
}

// WithConnectTimeout sets how long an attempt may take, instead of 15 s.
func WithConnectTimeout(d time.Duration) Option { return func(r *Remote) { r.timeout = d } }

// NewRemote returns a link to the broker that p describes. It fails, with
// [KindProfile], when p makes no sense; files are read when connecting.
func NewRemote(p Profile, sink Sink, options ...Option) (*Remote, error) {
	p, at, err := p.prepare()
	if err != nil {
		return nil, err
	}
	r := &Remote{
		profile: p, at: at, sink: sink, log: slog.New(slog.DiscardHandler),
		backoff: newBackoff(backoffLow, backoffHigh), timeout: connectTimeout,
		queue: newQueue(), nudge: make(chan struct{}, 1), slots: make(chan struct{}, publishesAtOnce),
	}
	r.slow = r.status.counter(dropSlow)
	r.large = r.status.counter(fmt.Sprintf("packet larger than %d bytes", p.MaxPacket))
	r.badName = r.status.counter("topic not valid or beyond the limits")
	r.status.set(model.LinkDown, func(s *model.LinkStatus) { s.URL = at.String() })
	for _, o := range options {
		o(r)
	}
	return r, nil
}

// ClientID returns the MQTT client identifier that the link uses.
func (r *Remote) ClientID() string { return r.profile.ClientID }

// Status implements [Link].
func (r *Remote) Status() model.LinkStatus { return r.status.snapshot() }

// ReconnectNow cuts short the wait before the next attempt.
func (r *Remote) ReconnectNow() {
	select {
	case r.nudge <- struct{}{}:
	default:
	}
}

// Run implements [Link]. No failure of the network ends it.
func (r *Remote) Run(ctx context.Context) error {
	if r.started.Swap(true) {
		return &Error{Kind: KindUse, Detail: model.Quoted("this link has been run before")}
	}
	var draining sync.WaitGroup
	drain, stop := context.WithCancel(context.WithoutCancel(ctx))
	draining.Go(func() { r.queue.drain(drain, r.sink) })
	defer func() {
		stop()
		draining.Wait()
		r.status.set(model.LinkDown, nil)
	}()
	state, attempt, short := model.LinkConnecting, 0, 0
	for ctx.Err() == nil {
		attempt++
		r.status.set(state, func(s *model.LinkStatus) { s.Attempt = attempt })
		up, err := r.attempt(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if up > 0 {
			attempt = 0
		}
		if up >= steady {
			r.backoff.reset()
		}
		if short = briefly(short, up, err); short >= briefLimit {
			err.Kind, err.Detail = KindTakenOver, model.Phrase{}
		}
		err.Target = r.at.String()
		r.log.Warn("link", "url", err.Target, "error", err.What())
		state = model.LinkRetrying
		r.wait(ctx, attempt+1, err)
	}
	return nil
}

// briefly counts sessions in a row that the broker ended soon after they were
// up.
func briefly(n int, up time.Duration, err *Error) int {
	switch {
	case up == 0:
		return n
	case up < brief && err.Kind == KindLost:
		return n + 1
	}
	return 0
}

// wait shows the failure, and waits for the next attempt to be due.
func (r *Remote) wait(ctx context.Context, attempt int, err *Error) {
	delay := r.backoff.next(err.refused())
	select { // a request from before this failure has been served
	case <-r.nudge:
	default:
	}
	r.status.set(model.LinkRetrying, func(s *model.LinkStatus) {
		s.Attempt, s.Err, s.NextTry = attempt, err, time.Now().Add(delay)
	})
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.nudge:
	case <-ctx.Done():
	}
}

// refused tells failures that trying again soon does not cure.
func (e *Error) refused() bool {
	switch e.Kind {
	case KindClientID, KindCredentials, KindNotAuthorized, KindTakenOver:
		return true
	}
	return false
}
