package broker

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// deaf lets everybody do everything, but the client called deaf receive.
type deaf struct{ openAccess }

func (deaf) Deliver(to, _ *model.Publisher, _ string) error {
	if to.ClientID == "deaf" {
		return errors.New("not for you")
	}
	return nil
}

func TestAudience(t *testing.T) {
	var events eventLog
	b, addr := serve(t, Options{Access: deaf{}, OnEvent: events.add})
	l := attach(t, b, LocalOptions{ClientID: "window", OnMessages: func([]model.Message) {}})
	if err := l.Subscribe("#", 2); err != nil {
		t.Fatal(err)
	}
	expect := func(topic string, qos byte, want ...model.Listener) {
		t.Helper()
		a := b.Audience("window", topic, qos)
		if !a.Known || a.Total != len(want) || len(a.Listeners) != len(want) {
			t.Fatalf("%s: %+v, want %+v", topic, a, want)
		}
		for i := range want {
			if a.Listeners[i] != want[i] {
				t.Errorf("%s: %+v, want %+v", topic, a.Listeners[i], want[i])
			}
		}
	}
	expect("sea/x/set", 1)
	connect(t, addr, "deaf", packet.V5).subscribe("#", 1)
	one := connect(t, addr, "one", packet.V5)
	one.subscribe("sea/+/set", 0)
	one.subscribe("sea/x/#", 1)
	connect(t, addr, "two", packet.V311).subscribe("sea/#", 0)
	connect(t, addr, "pool", packet.V5).subscribe("$share/g/sea/x/set", 1)
	away := connect(t, addr, "away", packet.V311, keep)
	away.subscribe("sea/x/set", 2)
	_ = away.nc.Close()
	eventually(t, "change", func() bool {
		for _, s := range b.Sessions() {
			if s.Publisher.ClientID == "away" {
				return !s.Connected
			}
		}
		return false
	})
	expect("sea/x/set", 1, model.Listener{ClientID: "away", QoS: 1}, model.Listener{ClientID: "one", Connected: true, QoS: 1},
		model.Listener{ClientID: "pool", Connected: true, QoS: 1}, model.Listener{ClientID: "two", Connected: true})
	expect("sea/x/set", 0, model.Listener{ClientID: "one", Connected: true},
		model.Listener{ClientID: "pool", Connected: true}, model.Listener{ClientID: "two", Connected: true}) // who is away would lose it
	expect("sea/y/set", 1, model.Listener{ClientID: "one", Connected: true}, model.Listener{ClientID: "two", Connected: true})
	expect("$SYS/x", 1)
	for _, e := range events.all() {
		if d, is := e.(Denied); is {
			t.Errorf("asking was told of as %+v", d)
		}
	}
}

// TestAcknowledgements follows one message to each of its receivers.
func TestAcknowledgements(t *testing.T) {
	b, addr := serve(t, Options{})
	l := attach(t, b, LocalOptions{ClientID: "window"})
	clients := map[string]*client{}
	for qos, id := range []string{"zero", "one", "two", "late"} {
		clients[id] = connect(t, addr, id, packet.V5)
		clients[id].subscribe("a", byte(min(qos, 2)))
	}
	var mu sync.Mutex
	told := map[string]byte{}
	r, err := l.Send(t.Context(), model.Outgoing{Topic: "a", Payload: []byte("x"), QoS: 2, Acknowledged: func(to model.Listener, at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		if _, twice := told[to.ClientID]; twice || at.IsZero() {
			t.Errorf("%s acknowledged twice, or at no time", to.ClientID)
		}
		told[to.ClientID] = to.QoS
	}})
	if err != nil || r.Matched != 4 {
		t.Fatalf("%+v, %v", r, err)
	}
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(told) }
	clients["zero"].expectMessage("a", "x")
	if count() != 0 {
		t.Error("somebody acknowledged before anybody did")
	}
	for _, id := range []string{"one", "two"} {
		answer(clients[id], clients[id].expectMessage("a", "x"))
	}
	refused := clients["late"].expectMessage("a", "x")
	clients["late"].send(&packet.Ack{Kind: packet.PUBREC, ID: refused.ID, Code: packet.NotAuthorized})
	clients["late"].quiet()
	eventually(t, "change", func() bool { return count() >= 2 })
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 2 || told["one"] != 1 || told["two"] != 2 {
		t.Errorf("told of %v", told)
	}
}
