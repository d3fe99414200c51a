package broker

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// LocalOptions describe a session inside the process.
type LocalOptions struct {
	// ClientID names the session; no other session may have it.
	ClientID string
	// Identity is vouched for without further question.
	Identity string
	// QueueBytes bounds the messages that wait for OnMessages. 16 MiB.
	QueueBytes int
	// OnMessages receives messages in batches, in order for each publisher, from
	// one goroutine. The slice and the payloads are valid only during the call.
	// While it runs, up to QueueBytes of messages wait; beyond that publishers
	// are held back for a moment, and then messages are dropped and counted. It
	// may publish, but not close the session. Nil for a session that publishes
	// only.
	OnMessages func([]model.Message)
}

// PublishResult tells what became of a message.
type PublishResult struct {
	// Matched is the number of sessions the message went to, those that wait for
	// their client included.
	Matched int
	// Dropped is the number of sessions that should have had it and lost it.
	Dropped int
}

// Local is a session inside the process. It passes Access by: it speaks for the
// program itself. Its deliveries to clients are asked of Access.
type Local struct {
	b        *Broker
	session  *session
	on       func([]model.Message)
	limit    int
	wake     chan struct{} // capacity 1: there is something to consume
	stop     chan struct{}
	consumer sync.WaitGroup
	once     sync.Once
	dropped  atomic.Uint64
	swaps    atomic.Uint64 // batches that OnMessages is done with

	mu      sync.Mutex
	queue   []*batch
	bytes   int // what the batches count that are queued or with OnMessages
	replays []*replayed
	closed  bool

	pubMu  sync.Mutex
	router router
}

// defaultLocalQueue is the default of LocalOptions.QueueBytes.
const defaultLocalQueue = 16 << 20

// replaced tells that a session that was kept gave way, and sends its will.
func (b *Broker) replaced(old *session, e ending) {
	if e.will != nil {
		b.sendWill(e.will)
	}
	if e.conn != nil { // it came back at this moment
		e.conn.kick(departure{reason: SessionTaken, code: packet.SessionTakenOver, willSent: e.will != nil})
	}
	b.rehome(&e)
	b.events.tell(SessionExpired{Stamp: now(), Publisher: old.pub.Load(), Lost: e.lost})
}

// Attach opens a session inside the process. A session without a connection that
// was kept under its client ID ends.
func (b *Broker) Attach(o LocalOptions) (*Local, error) {
	if err := CheckClientID(o.ClientID, b.limits.ClientIDBytes); err != nil {
		return nil, fmt.Errorf("attach a session to the broker: %w", err)
	}
	l := &Local{b: b, on: o.OnMessages, limit: o.QueueBytes,
		wake: make(chan struct{}, 1), stop: make(chan struct{})}
	if l.limit <= 0 {
		l.limit = defaultLocalQueue
	}
	s := &session{b: b, id: o.ClientID, local: l, created: time.Now()}
	s.pub.Store(localPublisher(&o))
	l.session = s
	l.router = router{b: b, pub: s.pub.Load(), trusted: true, stats: &s.stats}
	old, e, err := b.enterLocal(l)
	if err != nil {
		return nil, err
	}
	if old != nil {
		b.replaced(old, e)
	}
	return l, nil
}

// enterLocal registers a session inside the process; old is one that ended for it.
func (b *Broker) enterLocal(l *Local) (old *session, e ending, err error) {
	s := l.session
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, e, ErrClosed
	}
	if old = b.sessions[s.id]; old != nil {
		if old.online() {
			return nil, e, fmt.Errorf("attach a session to the broker: the client ID %q is in use; choose another", s.id)
		}
		e = b.endLocked(old)
	}
	b.sessions[s.id] = s
	if l.on != nil {
		b.group.Add(1)
		l.consumer.Go(l.consume)
	}
	return old, e, nil
}

// Subscribe subscribes to a filter, which may be a shared one, and has the
// retained messages replayed. Messages come with at most the QoS given.
func (l *Local) Subscribe(filter string, qos byte) error {
	if qos > 2 {
		return fmt.Errorf("subscribe to %q: QoS is 0, 1 or 2", filter)
	}
	group, rest, err := splitShare(filter)
	if err == nil {
		err = model.CheckFilter(rest)
	}
	if err != nil {
		return fmt.Errorf("subscribe to %q: %w", filter, err)
	}
	sub := &subscription{session: l.session, filter: rest, group: group, qos: qos}
	if _, ok := l.session.addSubscription(filter, sub); !ok {
		return fmt.Errorf("subscribe to %q: the session is closed or has %d subscriptions already", filter, l.b.limits.Subscriptions)
	}
	if found := l.b.replayable(rest); group == "" && len(found) > 0 && l.on != nil {
		l.mu.Lock()
		l.replays = append(l.replays, &replayed{found, qos})
		l.mu.Unlock()
		l.notify()
	}
	return nil
}

// Unsubscribe ends a subscription. It is no error if there was none.
func (l *Local) Unsubscribe(filter string) { l.session.unsubscribe(filter) }

// Publish publishes a message, as [Local.Send] does.
func (l *Local) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool, props *model.Properties) (PublishResult, error) {
	return l.Send(ctx, model.Outgoing{Topic: topic, Payload: payload, QoS: qos, Retain: retain, Properties: props})
}

// Send publishes a message. Access is not asked, but topics that start with $
// are refused. It may be held back by subscribers for a moment, which the context
// does not end, and then waits until the message is on disk for those who are to
// have it from there, if its QoS is 1 or 2. Acknowledgements of what was on disk
// meanwhile, because its receiver was slow or away, are not told of.
func (l *Local) Send(ctx context.Context, m model.Outgoing) (PublishResult, error) {
	if err := ctx.Err(); err != nil {
		return PublishResult{}, fmt.Errorf("publish to %q: %w", m.Topic, err)
	}
	if m.QoS > 2 {
		return PublishResult{}, fmt.Errorf("publish to %q: QoS is 0, 1 or 2", m.Topic)
	}
	if size := len(m.Payload) + len(m.Topic); size > packet.MaxLength/2 {
		return PublishResult{}, fmt.Errorf("publish to %q: %d bytes are more than a packet can hold", m.Topic, size)
	}
	r, ticket, err := l.publish(&m)
	if err != nil || ticket == 0 {
		return r, err
	}
	if err := l.b.journal.await(ctx, ticket); err != nil {
		return r, fmt.Errorf("publish to %q: %w", m.Topic, err)
	}
	return r, nil
}

// publish routes a message. It returns when it is on disk, 0 for at once.
func (l *Local) publish(m *model.Outgoing) (PublishResult, uint64, error) {
	l.pubMu.Lock()
	defer l.pubMu.Unlock()
	if l.isClosed() {
		return PublishResult{}, 0, fmt.Errorf("publish to %q: %w", m.Topic, ErrClosed)
	}
	rt := l.router.lookup([]byte(m.Topic))
	if err := l.router.mayPublish(rt, m.Retain); err != nil {
		return PublishResult{}, 0, fmt.Errorf("publish to %q: %w", m.Topic, err)
	}
	if m.QoS > 0 && l.b.journal.refuses() && (m.Retain || rt.isKept(m.QoS)) {
		return PublishResult{}, 0, fmt.Errorf("publish to %q: %w", m.Topic, ErrNotStored)
	}
	in := &inbound{payload: m.Payload, values: encodeProperties(m.Properties), at: time.Now(), from: l.router.pub, qos: m.QoS, retain: m.Retain,
		acknowledged: m.Acknowledged}
	if m.Properties != nil && m.Properties.Expiry > 0 {
		in.expiry, in.hasExpiry = m.Properties.Expiry, true
	}
	o := l.router.publish(rt, in)
	l.router.rest()
	lost := l.router.lost
	l.router.lost = 0
	return PublishResult{Matched: o.matched - lost, Dropped: o.dropped + lost}, o.ticket, nil
}

// Dropped is the number of messages that were dropped because OnMessages did not
// keep up.
func (l *Local) Dropped() uint64 { return l.dropped.Load() }

func (l *Local) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// Close ends the session and returns when OnMessages will not be called any
// more. Messages that wait are delivered first. It can be called twice.
func (l *Local) Close() error {
	l.once.Do(func() {
		l.b.mu.Lock()
		l.b.endLocked(l.session)
		l.b.mu.Unlock()
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		close(l.stop)
	})
	l.consumer.Wait()
	return nil
}
