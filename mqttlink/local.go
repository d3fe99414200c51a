package mqttlink

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
)

// Session is a session inside a broker in the same process.
type Session interface {
	// Subscribe adds a subscription; messages that match start to flow,
	// retained ones first.
	Subscribe(filter string, qos byte) error
	// Publish hands a message to the broker and returns how many sessions it
	// matched. The payload is not kept after the call.
	Publish(ctx context.Context, m Outgoing) (matched int, err error)
	// Dropped counts the messages the session lost because this side was slow.
	Dropped() uint64
	// Close ends the session; no message is delivered after it returns.
	Close() error
}

// Attacher opens a session whose messages go to onMessages, in batches, from
// one goroutine at a time. The batch is valid only during the call.
type Attacher func(onMessages func([]model.Message)) (Session, error)

// Local is the link to the broker in this process. Its messages carry their
// publisher.
type Local struct {
	attach  Attacher
	sink    Sink
	filters []string
	started atomic.Bool
	status  status

	mu      sync.RWMutex
	session Session // nil unless Run is up
	dropped uint64  // by sessions that have ended
}

// The reason under which a session's own losses are counted.
const dropSlow = "the window could not keep up"

var _ Link = (*Local)(nil)

// NewLocal returns a link over the session that attach opens. The address is
// what to show for it, such as mqtt://127.0.0.1:1883; without filters it
// subscribes to "#".
func NewLocal(address string, attach Attacher, sink Sink, filters ...string) *Local {
	if len(filters) == 0 {
		filters = []string{"#"}
	}
	l := &Local{attach: attach, sink: sink, filters: filters}
	l.status.set(model.LinkDown, func(s *model.LinkStatus) { s.URL, s.KnowsPublishers = address, true })
	return l
}

// Run implements [Link]. It fails when the broker refuses the session or a
// subscription.
func (l *Local) Run(ctx context.Context) error {
	if l.started.Swap(true) {
		return &Error{Kind: KindUse, Detail: model.Quoted("this link has been run before")}
	}
	l.status.set(model.LinkConnecting, func(s *model.LinkStatus) { s.Attempt = 1 })
	session, err := l.attach(l.deliver)
	if err != nil {
		return l.fail(&Error{Kind: KindBroker, Err: err})
	}
	defer l.detach(session)
	for _, filter := range l.filters {
		if err := session.Subscribe(filter, 2); err != nil {
			return l.fail(&Error{Kind: KindSubscription, Detail: model.Sayf("%s: %s", filter, model.PhraseOf(err)), Err: err})
		}
	}
	l.mu.Lock()
	l.session = session
	l.mu.Unlock()
	l.status.set(model.LinkUp, func(s *model.LinkStatus) { s.Attempt, s.Err = 0, nil })
	<-ctx.Done()
	l.status.set(model.LinkDown, nil)
	return nil
}

func (l *Local) fail(err error) error {
	l.status.set(model.LinkDown, func(s *model.LinkStatus) { s.Err = err })
	return err
}

func (l *Local) detach(session Session) {
	l.mu.Lock()
	l.session = nil
	l.mu.Unlock()
	// The broker is in this process: there is no one to tell of a failure to
	// close, and nothing left to do about it.
	_ = session.Close()
	l.mu.Lock()
	l.dropped += session.Dropped()
	l.mu.Unlock()
}

func (l *Local) deliver(batch []model.Message) {
	l.status.received.Add(uint64(len(batch)))
	l.sink(batch)
}

// Publish implements [Link].
func (l *Local) Publish(ctx context.Context, m Outgoing) (Receipt, error) {
	if err := check(&m); err != nil {
		return Receipt{}, err
	}
	l.mu.RLock()
	session := l.session
	l.mu.RUnlock()
	if session == nil {
		return Receipt{}, &Error{Kind: KindNotConnected, Detail: model.Sayf("publishing to %s", m.Topic)}
	}
	n, err := session.Publish(ctx, m)
	if err != nil {
		return Receipt{}, &Error{Kind: KindPublish, Detail: model.Sayf("publishing to %s: %s", m.Topic, model.PhraseOf(err)), Err: err}
	}
	l.status.sent.Add(1)
	return Receipt{Sessions: n, SessionsKnown: true}, nil
}

// Status implements [Link].
func (l *Local) Status() model.LinkStatus {
	now := l.status.snapshot()
	l.mu.RLock()
	n := l.dropped
	if l.session != nil {
		n += l.session.Dropped()
	}
	l.mu.RUnlock()
	if n > 0 {
		now.Dropped = append(now.Dropped, model.DropCount{Reason: dropSlow, Count: n})
	}
	return now
}
