package broker

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Packet IDs of messages in flight are not 0 and not the same.
func TestPacketIDsInFlightDiffer(t *testing.T) { // [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1]
	b, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	find := func() *session {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.sessions["sub"]
	}
	s := find()
	s.mu.Lock()
	s.nextID = 65_530 // so that they go round
	s.mu.Unlock()
	seen := make(map[uint16]bool)
	for i := range 20 {
		qos := byte(1 + i%2)
		pub.publish("a", fmt.Sprint(i), qos, uint16(i+1))
		finishPublish(pub, qos, uint16(i+1), 0)
		p := sub.expectMessage("a", fmt.Sprint(i))
		if p.ID == 0 || seen[p.ID] {
			t.Errorf("message %d has packet ID %d", i, p.ID)
		}
		seen[p.ID] = true
	}
}

func TestWillKeepsUserProperties(t *testing.T) { // [MQTT-3.1.3-10]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("w", 0)
	c := connect(t, addr, "a", packet.V5, func(p *packet.Connect) {
		p.Will = &packet.Will{Topic: []byte("w"), Payload: []byte("lost")}
		for i := range 3 {
			p.Will.Props.AddUser([]byte("k"), fmt.Append(nil, 2-i))
		}
	})
	_ = c.nc.Close()
	p := sub.expectMessage("w", "lost")
	for i, u := range p.Props.User {
		if string(u.Value) != fmt.Sprint(2-i) {
			t.Errorf("user property %d is %s", i, u.Value)
		}
	}
	if len(p.Props.User) != 3 {
		t.Errorf("%d user properties", len(p.Props.User))
	}
}

func TestNothingAfterARefusedConnect(t *testing.T) { // [MQTT-3.1.4-6]
	b, addr := serve(t, Options{Limits: patient, Access: &gatekeeper{connect: func(r *ConnectRequest) (Grant, error) {
		if r.ClientID == "a" {
			return Grant{}, &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("no")}
		}
		return Grant{}, nil
	}}})
	c := dial(t, addr)
	c.v = packet.V5
	out := (&packet.Connect{Version: packet.V5, CleanStart: true, ClientID: []byte("a")}).Append(nil, packet.V5)
	out = (&packet.Connect{Version: packet.V5, CleanStart: true, ClientID: []byte("b")}).Append(out, packet.V5)
	out = (&packet.Publish{Topic: []byte("a"), Payload: []byte("x"), Retain: true}).Append(out, packet.V5)
	c.write(out)
	if ack := expect[*packet.Connack](c); ack.Code != packet.NotAuthorized {
		t.Errorf("%v", ack.Code)
	}
	if d := c.expectEnd(); d != nil {
		t.Errorf("%+v", d)
	}
	if st := b.Stats(); st.Received != 0 || st.Retained != 0 || st.Sessions != 0 {
		t.Errorf("%+v", st)
	}
}

func TestDupIsNotPassedOn(t *testing.T) { // [MQTT-3.3.1-3]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V311)
	sub.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V311)
	for qos := range byte(3) {
		pub.publish("a", "x", qos, 1, func(p *packet.Publish) { p.Dup = qos > 0 })
		finishPublish(pub, qos, 1, packet.Success)
		p := sub.expectMessage("a", "x")
		if p.Dup {
			t.Errorf("DUP was passed on with QoS %d", qos)
		}
		answer(sub, p)
	}
}

func TestUnretainedLeavesTheRetained(t *testing.T) { // [MQTT-3.3.1-8]
	b, addr := serve(t, Options{})
	pub := connect(t, addr, "pub", packet.V311)
	pub.publish("a", "kept", 0, 0, retained)
	pub.publish("a", "passing", 0, 0)
	pub.publish("b", "passing", 0, 0)
	pub.quiet()
	if r := b.Retained("#"); len(r) != 1 || string(r[0].Payload) != "kept" {
		t.Errorf("%+v", r)
	}
}

func TestReplacedSubscriptionReplaysAgain(t *testing.T) { // [MQTT-3.8.4-4]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.publish("a", "kept", 0, 0, retained)
	for qos := range byte(2) {
		c.subscribe("a", qos)
		if p := c.expectMessage("a", "kept"); !p.Retain {
			t.Errorf("%+v", p)
		}
		c.quiet()
	}
}

func TestUnsubscribeEndsNoDelivery(t *testing.T) { // [MQTT-3.10.4-3]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	pub.publish("a", "x", 2, 1)
	finishPublish(pub, 2, 1, 0)
	p := sub.expectMessage("a", "x")
	sub.send(&packet.Unsubscribe{ID: 9, Filters: [][]byte{[]byte("a")}})
	expect[*packet.Suback](sub)
	answer(sub, p)
	sub.quiet()
}

// A client that refuses a message has acknowledged it: there is room for the
// next.
func TestRefusedMessageMakesRoom(t *testing.T) { // [MQTT-4.4.0-2]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.ReceiveMaximum, 1) })
	sub.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	for i := range 4 {
		qos := byte(1 + i%2)
		pub.publish("a", fmt.Sprint(i), qos, uint16(i+1))
		finishPublish(pub, qos, uint16(i+1), 0)
	}
	for i := range 4 {
		p := sub.expectMessage("a", fmt.Sprint(i))
		kind := packet.PUBACK
		if p.QoS == 2 {
			kind = packet.PUBREC
		}
		sub.send(&packet.Ack{Kind: kind, ID: p.ID, Code: packet.QuotaExceeded})
	}
	sub.quiet()
}

// Texts are compared and passed on byte by byte: no normal form, no byte order
// mark left out.
func TestTopicsAreNotNormalized(t *testing.T) { // [MQTT-4.7.3-4] [MQTT-1.5.4-3] [MQTT-3.10.4-1]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.subscribe("caf\u00e9", 0)
	c.publish("cafe\u0301", "decomposed", 0, 0)
	c.publish("Caf\u00e9", "capital", 0, 0)
	c.quiet()
	c.publish("caf\u00e9", "mark", 0, 0, func(p *packet.Publish) { p.Props.SetText(packet.ContentType, []byte("\ufefftext")) })
	if p := c.expectMessage("caf\u00e9", "mark"); string(p.Props.Text(packet.ContentType)) != "\ufefftext" {
		t.Errorf("content type %q", p.Props.Text(packet.ContentType))
	}
}

func TestPing(t *testing.T) { // [MQTT-3.12.4-1]
	_, addr := serve(t, Options{})
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v)
		c.quiet()
		c.quiet()
	}
}

// A client that wants no problem information gets no reason strings or user
// properties but in CONNACK and DISCONNECT; nobody gets them in acknowledgements.
// Statements: [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.2-2]
// [MQTT-3.6.2-3] [MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1]
// [MQTT-3.11.2-2].
func TestNoProblemInformation(t *testing.T) { // [MQTT-3.1.2-29]
	_, addr := serve(t, Options{Access: &gatekeeper{publish: func(*model.Publisher, string, bool) error {
		return &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("no")}
	}}})
	c := connect(t, addr, "a", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.RequestProblemInfo, 0) })
	for qos := byte(1); qos < 3; qos++ {
		c.publish("a", "x", qos, 1)
		if ack := expect[*packet.Ack](c); !ack.Code.Failed() || ack.Props.Has(packet.ReasonString) || len(ack.Props.User) > 0 {
			t.Errorf("%+v", ack)
		}
	}
	c.send(&packet.Ack{Kind: packet.PUBREL, ID: 9})
	if ack := expect[*packet.Ack](c); ack.Code != packet.PacketIDNotFound || ack.Props.Has(packet.ReasonString) {
		t.Errorf("%+v", ack)
	}
	c.send(&packet.Subscribe{ID: 3, Filters: []packet.Filter{{Filter: []byte("a#")}}})
	if ack := expect[*packet.Suback](c); !ack.Codes[0].Failed() || ack.Props.Has(packet.ReasonString) || len(ack.Props.User) > 0 {
		t.Errorf("%+v", ack)
	}
	c.send(&packet.Unsubscribe{ID: 4, Filters: [][]byte{[]byte("b")}})
	if ack := expect[*packet.Suback](c); ack.Props.Has(packet.ReasonString) || len(ack.Props.User) > 0 {
		t.Errorf("%+v", ack)
	}
}
