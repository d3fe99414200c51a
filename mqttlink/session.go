package mqttlink

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pilothouse/pilothouse/model"
)

// session is one connection to a broker, from CONNECT to its end. Each has a
// paho client of its own, which never reconnects.
type session struct {
	client mqtt.Client
	guard  atomic.Pointer[guard]
	lost   chan error // of capacity one
	ended  chan struct{}
}

// attempt connects, subscribes, and stays until the connection or ctx ends. It
// returns how long the link was up, 0 when it never was, and why it ended.
func (r *Remote) attempt(ctx context.Context) (time.Duration, *Error) {
	s := &session{lost: make(chan error, 1), ended: make(chan struct{})}
	defer close(s.ended)
	if err := r.connect(ctx, s); err != nil {
		return 0, err
	}
	defer s.client.Disconnect(500)
	partly, err := r.subscribe(ctx, s)
	if err != nil {
		return 0, err
	}
	since := time.Now()
	r.session.Store(s)
	defer r.session.Store(nil)
	r.status.set(model.LinkUp, func(now *model.LinkStatus) {
		now.Attempt, now.Err = 0, nil
		if partly != nil {
			now.Err = partly
		}
	})
	r.log.Info("link up", "url", r.at.String())
	select {
	case <-ctx.Done():
		return time.Since(since), &Error{Kind: KindLost, Err: ctx.Err()}
	case err := <-s.lost:
		return max(time.Since(since), 1), s.loss(err)
	}
}

// connect opens the connection and waits for the broker to accept it.
func (r *Remote) connect(ctx context.Context, s *session) *Error {
	var asked atomic.Bool
	unwatch := func() bool { return true }
	options := r.options(s)
	options.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		conn, err := dial(ctx, r.profile, r.at, r.timeout, &asked, r.witness)
		if err != nil {
			return nil, err
		}
		unwatch = context.AfterFunc(ctx, func() { _ = conn.Close() })
		g := newGuard(conn, r.profile.MaxPacket, len(r.profile.Filters))
		g.deliver, g.oversize = r.receiver(), func() { r.large.n.Add(1) }
		s.guard.Store(g)
		return g, nil
	})
	s.client = mqtt.NewClient(options)
	token := s.client.Connect()
	<-token.Done()
	unwatch()
	err := token.Error()
	if err == nil {
		return nil
	}
	if g := s.guard.Load(); g != nil {
		if fault := g.fault.Load(); fault != nil {
			err = fault
		}
	}
	return classify(err, asked.Load())
}

func (r *Remote) options(s *session) *mqtt.ClientOptions {
	p := r.profile
	return mqtt.NewClientOptions().
		AddBroker("tcp://" + r.at.HostPort()). // not used: the connection is opened here
		SetProtocolVersion(4).
		SetClientID(p.ClientID).SetUsername(p.User).SetPassword(p.Password.Reveal()).
		SetCleanSession(true).SetStore(noStore{}).
		SetAutoReconnect(false).SetConnectRetry(false).
		SetKeepAlive(p.KeepAlive).SetPingTimeout(min(p.KeepAlive, 20*time.Second)).
		SetConnectTimeout(2 * r.timeout).SetWriteTimeout(writeTimeout).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			r.accept(m)
		}).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { s.lost <- err })
}

// receiver returns what takes the messages at QoS 0 of one connection.
func (r *Remote) receiver() func(topic, payload []byte, retained, borrowed bool) {
	names := make(map[string]string)
	return func(topic, payload []byte, retained, borrowed bool) {
		name, known := names[string(topic)]
		if !known {
			name = string(topic)
			if len(names) >= maxTopics {
				clear(names)
			}
			if model.CheckTopic(name) != nil {
				r.badName.n.Add(1)
				return
			}
			names[name] = name
		}
		r.status.received.Add(1)
		m := model.Message{Topic: name, Payload: payload, At: time.Now(), Retained: retained, Replayed: retained}
		if !r.queue.pushPatiently(m, borrowed) {
			r.slow.n.Add(1)
		}
	}
}

// accept takes a message that paho has read, and must not wait.
func (r *Remote) accept(p mqtt.Message) {
	if model.CheckTopic(p.Topic()) != nil {
		r.badName.n.Add(1)
		return
	}
	r.status.received.Add(1)
	m := model.Message{Topic: p.Topic(), Payload: p.Payload(), At: time.Now(), QoS: p.Qos(), Retained: p.Retained(), Replayed: p.Retained()}
	if !r.queue.push(m, false) {
		r.slow.n.Add(1)
	}
}

// subscribe asks for the profile's filters. It fails when none is granted;
// when some are, partly says which are not.
func (r *Remote) subscribe(ctx context.Context, s *session) (partly, failed *Error) {
	want := make(map[string]byte, len(r.profile.Filters))
	for _, f := range r.profile.Filters {
		want[f] = r.profile.QoS
	}
	token := s.client.SubscribeMultiple(want, nil)
	timer := time.NewTimer(r.timeout)
	defer timer.Stop()
	select {
	case <-token.Done():
	case err := <-s.lost:
		return nil, s.loss(err)
	case <-timer.C:
		return nil, &Error{Kind: KindTimeout, Detail: model.Sayf("the broker does not answer the subscription")}
	case <-ctx.Done():
		return nil, &Error{Kind: KindLost, Err: ctx.Err()}
	}
	if err := token.Error(); err != nil {
		return nil, s.loss(err)
	}
	refused := refusedIn(token)
	if len(refused) == 0 {
		return nil, nil
	}
	e := &Error{Kind: KindSubscription, Target: r.at.String(), Detail: model.Quoted(strings.Join(refused, ", "))}
	if len(refused) == len(want) {
		return nil, e
	}
	return e, nil
}

// refusedIn are the filters that the broker's answer does not grant.
func refusedIn(answer mqtt.Token) (filters []string) {
	if suback, ok := answer.(*mqtt.SubscribeToken); ok {
		for filter, code := range suback.Result() {
			if code > 2 {
				filters = append(filters, filter)
			}
		}
	}
	return filters
}

// loss says why an open connection ended.
func (s *session) loss(err error) *Error {
	if fault := s.guard.Load().fault.Load(); fault != nil {
		copied := *fault
		return &copied
	}
	e := &Error{Kind: KindLost, Err: err}
	switch {
	case strings.Contains(err.Error(), "pingresp not received"):
		e.Kind, e.Detail = KindKeepAlive, model.Sayf("no answer to a ping")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isErrno(err, syscall.ECONNRESET, syscall.EPIPE):
		e.Detail = model.Sayf("the broker closed it")
	default:
		if known := classify(err, false); known.Kind != KindClosed {
			return known
		}
	}
	return e
}

// noStore keeps nothing: sessions are clean, so that nothing is ever resumed,
// and a broker must not be able to fill our memory with messages at QoS 2 that
// it never releases.
type noStore struct{}

var _ mqtt.Store = noStore{}

func (noStore) Open()                             {}
func (noStore) Put(string, packets.ControlPacket) {}
func (noStore) Get(string) packets.ControlPacket  { return nil }
func (noStore) All() []string                     { return nil }
func (noStore) Del(string)                        {}
func (noStore) Close()                            {}
func (noStore) Reset()                            {}
