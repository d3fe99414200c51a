package mqttlink

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/model"
)

// loop is a Session that sends what is published back to its subscriber.
type loop struct {
	onMessages func([]model.Message)
	refuse     error

	mu      sync.Mutex
	filters []string
	closed  bool
	dropped uint64
}

func (l *loop) Subscribe(filter string, _ byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.filters = append(l.filters, filter)
	return l.refuse
}

func (l *loop) Publish(_ context.Context, m Outgoing) (int, error) {
	if l.refuse != nil {
		return 0, l.refuse
	}
	l.onMessages([]model.Message{{Topic: m.Topic, Payload: m.Payload, QoS: m.QoS, Retained: m.Retain, Properties: m.Properties}})
	return 3, nil
}

func (l *loop) Dropped() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

func (l *loop) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

func (l *loop) attach(onMessages func([]model.Message)) (Session, error) {
	l.onMessages = onMessages
	return l, nil
}

func TestLocal(t *testing.T) {
	session := &loop{dropped: 5}
	var in inbox
	l := NewLocal("mqtt://127.0.0.1:1883", session.attach, in.sink, "a/#", "b")
	if _, err := l.Publish(t.Context(), Outgoing{Topic: "a/x"}); !errors.Is(err, KindNotConnected) {
		t.Errorf("publishing before Run: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- l.Run(ctx) }()
	waitUp(t, l)
	props := &model.Properties{ContentType: "text/plain"}
	receipt, err := l.Publish(ctx, Outgoing{Topic: "a/x", Payload: []byte("1"), QoS: 1, Retain: true, Properties: props})
	if err != nil || receipt != (Receipt{Sessions: 3, SessionsKnown: true}) {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	if got := in.find("a/x"); len(got) != 1 || got[0].Properties != props || got[0].QoS != 1 || !got[0].Retained {
		t.Errorf("got %+v", got)
	}
	s := l.Status()
	if s.Received != 1 || s.Sent != 1 || !s.KnowsPublishers || s.URL != "mqtt://127.0.0.1:1883" ||
		!reflect.DeepEqual(s.Dropped, []model.DropCount{{Reason: dropSlow, Count: 5}}) {
		t.Errorf("status %+v", s)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !session.closed || !reflect.DeepEqual(session.filters, []string{"a/#", "b"}) {
		t.Errorf("session %+v", session)
	}
	if s := l.Status(); s.State != model.LinkDown || len(s.Dropped) != 1 || s.Dropped[0].Count != 5 {
		t.Errorf("status at the end %+v", s)
	}
	if err := l.Run(ctx); !errors.Is(err, KindUse) {
		t.Errorf("second Run: %v", err)
	}
}

func TestLocalFailures(t *testing.T) {
	cause := errors.New("denied")
	l := NewLocal("x", func(func([]model.Message)) (Session, error) { return nil, cause }, ignore)
	if err := l.Run(t.Context()); !errors.Is(err, KindBroker) || !errors.Is(err, cause) {
		t.Errorf("refused session: %v", err)
	}
	session := &loop{refuse: cause}
	l = NewLocal("x", session.attach, ignore)
	err := l.Run(t.Context())
	if !errors.Is(err, KindSubscription) || !errors.Is(err, cause) || !session.closed {
		t.Errorf("refused subscription: %v", err)
	}
	if s := l.Status(); s.State != model.LinkDown || s.Err == nil {
		t.Errorf("status %+v", s)
	}
}

func TestBadMessagesAreRefused(t *testing.T) {
	l := NewLocal("x", (&loop{}).attach, ignore)
	r, err := NewRemote(Profile{URL: "mqtt://h", MaxPacket: MinMaxPacket}, ignore)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []Link{l, r} {
		for _, m := range []Outgoing{{}, {Topic: "a/#"}, {Topic: "\xff"}, {Topic: "a", QoS: 3}} {
			if _, err := link.Publish(t.Context(), m); !errors.Is(err, KindMessage) {
				t.Errorf("%+v: %v", m, err)
			}
		}
	}
	if _, err := r.Publish(t.Context(), Outgoing{Topic: "a", Payload: make([]byte, MinMaxPacket+1)}); !errors.Is(err, KindMessage) {
		t.Errorf("large message: %v", err)
	}
}

func TestEveryKindHasWords(t *testing.T) {
	seen := map[string]Kind{}
	for k := KindUse; k <= KindBroker; k++ {
		what, hint := k.Error(), (&Error{Kind: k}).Hint()
		if other, twice := seen[what]; twice {
			t.Errorf("kinds %d and %d both say %q", k, other, what)
		}
		seen[what] = k
		if k != KindUse && (hint == "" || !strings.ContainsAny(hint[len(hint)-1:], ".?")) {
			t.Errorf("kind %d (%s): hint %q", k, what, hint)
		}
	}
}
