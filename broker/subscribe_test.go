package broker

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// options changes the options of the only filter of a SUBSCRIBE packet.
func options(change func(*packet.Filter)) func(*packet.Subscribe) {
	return func(p *packet.Subscribe) { change(&p.Filters[0]) }
}

// TestSubackAnswersEachFilter proves [MQTT-2.2.1-6] [MQTT-3.8.4-1] [MQTT-3.8.4-7] [MQTT-3.9.3-1]
// [MQTT-3.9.3-2] [MQTT-4.7.1-1].
func TestSubackAnswersEachFilter(t *testing.T) { // [MQTT-3.8.4-2] [MQTT-3.8.4-5] [MQTT-3.8.4-6]
	_, addr := serve(t, Options{Access: &gatekeeper{subscribe: func(_ *model.Publisher, filter string) error {
		if filter == "secret" {
			return &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("no")}
		}
		return nil
	}}})
	want := []packet.Code{0, 2, packet.TopicFilterInvalid, packet.TopicFilterInvalid, packet.NotAuthorized, packet.NotAuthorized, packet.TopicFilterInvalid}
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v)
		p := &packet.Subscribe{ID: 9}
		for i, f := range []string{"a/+", "#", "a/b#", "#/a", "secret", "$share/g/secret", "$share//a"} {
			p.Filters = append(p.Filters, packet.Filter{Filter: []byte(f), QoS: byte(i % 3 * 2 % 3)})
		}
		c.send(p)
		ack := expect[*packet.Suback](c)
		for i, code := range ack.Codes {
			w := want[i]
			if v == packet.V311 && w.Failed() {
				w = 0x80
			}
			if i != 1 && code != w || i == 1 && code != 2 {
				t.Errorf("MQTT %v, filter %d: %v, want %v", v, i, code, w)
			}
		}
		if len(ack.Codes) != len(want) || ack.ID != 9 {
			t.Errorf("%+v", ack)
		}
	}
}

// TestUnsubscribe proves [MQTT-2.2.1-6] [MQTT-3.10.4-2] [MQTT-3.10.4-4] [MQTT-3.10.4-5]
// [MQTT-3.11.3-1] [MQTT-3.11.3-2].
func TestUnsubscribe(t *testing.T) { // [MQTT-3.10.4-1] to [MQTT-3.10.4-6]
	_, addr := serve(t, Options{})
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v)
		c.subscribe("a/#", 0)
		c.subscribe("$share/g/b", 0)
		c.send(&packet.Unsubscribe{ID: 4, Filters: [][]byte{[]byte("a/#"), []byte("a"), []byte("$share/g/b")}})
		ack := expect[*packet.Suback](c)
		if v == packet.V5 && !slices.Equal(ack.Codes, []packet.Code{0, packet.NoSubscriptionExisted, 0}) || ack.ID != 4 {
			t.Errorf("%+v", ack)
		}
		c.publish("a/b", "x", 0, 0)
		c.publish("b", "x", 0, 0)
		c.quiet()
	}
}

// TestOverlappingSubscriptions proves [MQTT-3.3.4-3] [MQTT-3.3.4-4] [MQTT-3.3.5-1].
func TestOverlappingSubscriptions(t *testing.T) { // [MQTT-3.3.4-2] to [MQTT-3.3.4-5]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	id := func(n uint32) func(*packet.Subscribe) {
		return func(p *packet.Subscribe) { p.Props.AddSubscriptionID(n) }
	}
	c.subscribe("a/#", 0, id(1))
	c.subscribe("a/+", 2, id(200))
	c.subscribe("+/b", 1)
	for qos := range byte(2) {
		c.publish("a/b", "x", qos, 3)
		var p *packet.Publish
		for range int(qos) + 1 { // the order of PUBACK and PUBLISH is free
			switch got := c.receive().(type) {
			case *packet.Publish:
				p = got
			case *packet.Ack:
			}
		}
		ids := slices.Clone(p.Props.SubscriptionIDs)
		slices.Sort(ids)
		if p.QoS != qos || !slices.Equal(ids, []uint32{1, 200}) {
			t.Errorf("%+v", p)
		}
		answer(c, p)
	}
	c.quiet()
}

func TestReplacedSubscription(t *testing.T) { // [MQTT-3.8.4-3]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V311)
	pub := connect(t, addr, "b", packet.V311)
	pub.publish("a", "kept", 0, 0, retained)
	pub.quiet()
	for qos := range byte(3) {
		c.subscribe("a", qos)
		c.expectMessage("a", "kept")
	}
	pub.publish("a", "x", 2, 1)
	if p := c.expectMessage("a", "x"); p.QoS != 2 {
		t.Errorf("%+v", p)
	}
}

func TestNoLocal(t *testing.T) { // [MQTT-3.8.3-3]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.subscribe("a", 0, options(func(f *packet.Filter) { f.NoLocal = true }))
	c.publish("a", "mine", 0, 0)
	other := connect(t, addr, "b", packet.V5)
	other.publish("a", "theirs", 0, 0)
	c.expectMessage("a", "theirs")
	c.quiet()
}

func TestRetainAsPublished(t *testing.T) { // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.subscribe("a", 1, options(func(f *packet.Filter) { f.RetainAsPublished = true }))
	pub := connect(t, addr, "b", packet.V311)
	for qos := range byte(2) {
		pub.publish("a", "1", qos, 1, retained)
		if p := c.expectMessage("a", "1"); !p.Retain {
			t.Error("the flag is gone")
		}
		pub.publish("a", "2", qos, 1)
		if p := c.expectMessage("a", "2"); p.Retain {
			t.Error("a flag that was not there")
		}
	}
}

func TestRetainHandling(t *testing.T) { // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
	_, addr := serve(t, Options{})
	pub := connect(t, addr, "b", packet.V311)
	pub.publish("a", "x", 0, 0, retained)
	pub.quiet()
	c := connect(t, addr, "a", packet.V5)
	handling := func(n byte) func(*packet.Subscribe) {
		return options(func(f *packet.Filter) { f.RetainHandling = n })
	}
	c.subscribe("a", 0, handling(2))
	c.quiet()
	c.subscribe("a", 0, handling(1))
	c.quiet() // not new any more
	c.subscribe("+", 0, handling(1))
	c.expectMessage("a", "x")
	c.subscribe("a", 0, handling(0))
	c.expectMessage("a", "x")
	c.quiet()
}

func TestDollarTopicsAndWildcards(t *testing.T) { // [MQTT-4.7.2-1]
	x := &index{}
	for _, filter := range []string{"#", "+/a", "+/#", "$x/a", "$x/#", "$x/+"} {
		x.add(&subscription{session: &session{}, filter: filter})
	}
	n := 0
	x.match("$x/a", func(nd *node) { n += len(nd.subs) })
	if n != 3 {
		t.Errorf("%d filters match $x/a", n)
	}
}

// TestSharedSubscription proves [MQTT-4.8.2-3].
func TestSharedSubscription(t *testing.T) { // section 4.8.2
	b, addr := serve(t, Options{})
	got := map[string]int{}
	var members []*client
	for i := range 3 {
		c := connect(t, addr, fmt.Sprintf("m%d", i), packet.V5)
		c.subscribe("$share/g/a/#", 1)
		members = append(members, c)
	}
	alone := connect(t, addr, "alone", packet.V311)
	alone.subscribe("$share/h/a/#", 0)
	plain := connect(t, addr, "plain", packet.V311)
	plain.subscribe("a/#", 0)
	pub := connect(t, addr, "pub", packet.V5)
	const n = 30
	for i := range n {
		pub.publish("a/b", fmt.Sprint(i), 1, 1)
		pub.expectAck(packet.PUBACK, 1, 0)
	}
	for i := range n {
		if p := alone.expectMessage("a/b", fmt.Sprint(i)); p.QoS != 0 { // [MQTT-4.8.2-3]
			t.Errorf("granted QoS 0: %+v", p)
		}
		plain.expectMessage("a/b", fmt.Sprint(i))
	}
	for _, c := range members {
		for range n / 3 {
			p := expect[*packet.Publish](c)
			if p.QoS != 1 {
				t.Errorf("granted QoS 1: %+v", p)
			}
			got[string(p.Payload)]++
			answer(c, p)
		}
		c.quiet()
	}
	if len(got) != n {
		t.Errorf("%d of %d messages, %v", len(got), n, got)
	}
	// One that is away is passed over.
	_ = members[0].nc.Close()
	eventually(t, "departure", func() bool { return b.Stats().Connections == 5 })
	for i := range 4 {
		pub.publish("a/b", fmt.Sprint(i), 0, 0)
	}
	for _, c := range members[1:] {
		expect[*packet.Publish](c)
		expect[*packet.Publish](c)
		c.quiet()
	}
}

func TestSubscriptionLimit(t *testing.T) {
	_, addr := serve(t, Options{Limits: Limits{Subscriptions: 2}})
	c := connect(t, addr, "a", packet.V5)
	for i, want := range []packet.Code{0, 0, packet.QuotaExceeded} {
		if code := c.subscribe(fmt.Sprint(i), 0); code != want {
			t.Errorf("subscription %d: %v", i, code)
		}
	}
	if code := c.subscribe("0", 1); code != 1 {
		t.Errorf("change: %v", code)
	}
}
