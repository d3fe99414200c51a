package broker

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// TestPublishAllQoS proves [MQTT-2.2.1-5] [MQTT-3.3.4-1] [MQTT-4.3.1-1] [MQTT-4.3.2-2]
// [MQTT-4.3.2-4] [MQTT-4.3.2-5] [MQTT-4.3.3-2] [MQTT-4.3.3-4] [MQTT-4.3.3-8] [MQTT-4.3.3-13]
// [MQTT-4.5.0-1].
func TestPublishAllQoS(t *testing.T) {
	_, addr := serve(t, Options{})
	for _, from := range bothVersions {
		for _, to := range bothVersions {
			sub := connect(t, addr, "sub", to)
			for subQoS := range byte(3) {
				if code := sub.subscribe("a/+", subQoS); code != packet.Code(subQoS) {
					t.Fatalf("granted %v", code)
				}
				pub := connect(t, addr, "pub", from)
				for qos := range byte(3) {
					pub.publish("a/b", "x", qos, 5)
					finishPublish(pub, qos, 5, packet.Success)
					p := sub.expectMessage("a/b", "x")
					if p.QoS != min(qos, subQoS) || p.Retain || p.Dup { // [MQTT-3.8.4-8] [MQTT-3.3.1-12]
						t.Errorf("%v to %v, QoS %d to %d: %+v", from, to, qos, subQoS, p)
					}
					answer(sub, p)
				}
				pub.quiet()
				sub.quiet()
			}
		}
	}
}

// finishPublish goes through the acknowledgements of a publisher [MQTT-4.3.2-4]
// [MQTT-4.3.3-8].
func finishPublish(c *client, qos byte, id uint16, code packet.Code) {
	c.t.Helper()
	switch qos {
	case 1:
		c.expectAck(packet.PUBACK, id, code)
	case 2:
		c.expectAck(packet.PUBREC, id, code)
		if code.Failed() {
			return
		}
		c.send(&packet.Ack{Kind: packet.PUBREL, ID: id})
		c.expectAck(packet.PUBCOMP, id, packet.Success)
	}
}

// answer goes through the acknowledgements of a receiver.
func answer(c *client, p *packet.Publish) {
	c.t.Helper()
	switch p.QoS {
	case 1:
		c.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
	case 2:
		c.send(&packet.Ack{Kind: packet.PUBREC, ID: p.ID})
		c.expectAck(packet.PUBREL, p.ID, packet.Success)
		c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
	}
}

// TestNoMatchingSubscribers proves [MQTT-3.4.2-1] [MQTT-3.5.2-1].
func TestNoMatchingSubscribers(t *testing.T) { // MQTT 5.0 section 3.4.2.1
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.publish("a", "x", 1, 1)
	c.expectAck(packet.PUBACK, 1, packet.NoMatchingSubscribers)
	c.publish("a", "x", 2, 2)
	finishPublish(c, 2, 2, packet.NoMatchingSubscribers)
	old := connect(t, addr, "b", packet.V311)
	old.publish("a", "x", 1, 1)
	old.expectAck(packet.PUBACK, 1, 0)
}

// TestQoS2ExactlyOnce proves [MQTT-4.3.3-11] [MQTT-4.3.3-13] [MQTT-4.6.0-4].
func TestQoS2ExactlyOnce(t *testing.T) { // [MQTT-4.3.3-10] [MQTT-4.3.3-12]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V311)
	sub.subscribe("a", 0)
	pub := connect(t, addr, "pub", packet.V311, keep)
	pub.publish("a", "1", 2, 9)
	pub.expectAck(packet.PUBREC, 9, 0)
	for range 3 {
		pub.publish("a", "1", 2, 9, func(p *packet.Publish) { p.Dup = true })
		pub.expectAck(packet.PUBREC, 9, 0)
	}
	_ = pub.nc.Close()
	pub = connect(t, addr, "pub", packet.V311, keep) // over a new connection too [MQTT-4.4.0-1]
	pub.publish("a", "1", 2, 9, func(p *packet.Publish) { p.Dup = true })
	pub.expectAck(packet.PUBREC, 9, 0)
	pub.send(&packet.Ack{Kind: packet.PUBREL, ID: 9})
	pub.expectAck(packet.PUBCOMP, 9, 0)
	pub.publish("a", "2", 2, 9)
	pub.expectAck(packet.PUBREC, 9, 0)
	sub.expectMessage("a", "1")
	sub.expectMessage("a", "2")
	sub.quiet()
}

// TestUnknownPacketIDs proves [MQTT-3.6.2-1] [MQTT-3.7.2-1].
func TestUnknownPacketIDs(t *testing.T) { // MQTT 5.0 sections 3.6.2.1 and 3.7.2.1
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	c.send(&packet.Ack{Kind: packet.PUBREL, ID: 3})
	c.expectAck(packet.PUBCOMP, 3, packet.PacketIDNotFound)
	c.send(&packet.Ack{Kind: packet.PUBREC, ID: 3})
	c.expectAck(packet.PUBREL, 3, packet.PacketIDNotFound)
	c.send(&packet.Ack{Kind: packet.PUBACK, ID: 3})
	c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: 3})
	c.quiet()
}

// TestClientExceedsReceiveMaximum proves [MQTT-3.3.4-7].
func TestClientExceedsReceiveMaximum(t *testing.T) { // [MQTT-3.3.4-9]
	_, addr := serve(t, Options{Limits: Limits{Inflight: 2}})
	c := connect(t, addr, "a", packet.V5)
	for id := range uint16(3) {
		c.publish("a", "x", 2, id+1)
	}
	if d := c.expectEnd(); d == nil || d.Code != packet.ReceiveMaximumExceeded {
		t.Errorf("%+v", d)
	}
}

func TestPropertiesPassUnaltered(t *testing.T) { // [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("a", 1)
	old := connect(t, addr, "old", packet.V311)
	old.subscribe("a", 1)
	pub := connect(t, addr, "pub", packet.V5)
	for qos := range byte(2) {
		pub.publish("a", "x", qos, uint16(qos), func(p *packet.Publish) {
			p.Props.SetNumber(packet.PayloadFormat, 1)
			p.Props.SetNumber(packet.MessageExpiry, 100)
			p.Props.SetText(packet.ContentType, []byte("text/plain"))
			p.Props.SetText(packet.ResponseTopic, []byte("r"))
			p.Props.SetText(packet.CorrelationData, []byte{0, 255})
			p.Props.AddUser([]byte("k"), []byte("2"))
			p.Props.AddUser([]byte("k"), []byte("1"))
		})
		p := sub.expectMessage("a", "x")
		ps := &p.Props
		if ps.Number(packet.PayloadFormat) != 1 || ps.Number(packet.MessageExpiry) != 100 || string(ps.Text(packet.ContentType)) != "text/plain" ||
			string(ps.Text(packet.ResponseTopic)) != "r" || !bytes.Equal(ps.Text(packet.CorrelationData), []byte{0, 255}) {
			t.Errorf("%+v", ps)
		}
		if len(ps.User) != 2 || string(ps.User[0].Value) != "2" || string(ps.User[1].Value) != "1" {
			t.Errorf("user properties %+v", ps.User)
		}
		answer(sub, p)
		if p := old.expectMessage("a", "x"); p.QoS == 1 {
			answer(old, p)
		}
	}
}

// TestTopicAliasFromClient proves [MQTT-3.3.2-7] [MQTT-3.3.2-10].
func TestTopicAliasFromClient(t *testing.T) {
	var asked []string
	_, addr := serve(t, Options{Access: &gatekeeper{publish: func(_ *model.Publisher, topic string, _ bool) error {
		asked = append(asked, topic)
		if topic == "secret" {
			return &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("no")}
		}
		return nil
	}}})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("#", 0)
	pub := connect(t, addr, "pub", packet.V5)
	alias := func(n uint32) func(*packet.Publish) {
		return func(p *packet.Publish) { p.Props.SetNumber(packet.TopicAlias, n) }
	}
	pub.publish("a", "1", 0, 0, alias(1))
	pub.publish("", "2", 0, 0, alias(1)) // [MQTT-3.3.2-12]
	pub.publish("b", "3", 0, 0, alias(1))
	pub.publish("", "4", 0, 0, alias(1))
	sub.expectMessage("a", "1")
	sub.expectMessage("a", "2")
	sub.expectMessage("b", "3")
	sub.expectMessage("b", "4")
	pub.publish("secret", "x", 1, 1, alias(2))
	pub.expectAck(packet.PUBACK, 1, packet.NotAuthorized)
	pub.publish("", "x", 1, 2, alias(2)) // the rule sees the topic, not an empty one
	pub.expectAck(packet.PUBACK, 2, packet.NotAuthorized)
	sub.quiet()
	if got := strings.Join(asked, " "); got != "a b secret" {
		t.Errorf("access was asked about %q", got)
	}
	pub.publish("", "x", 0, 0, alias(3))
	if d := pub.expectEnd(); d == nil || d.Code != packet.ProtocolError {
		t.Errorf("unknown alias: %+v", d)
	}
	for _, n := range []uint32{0, 65} { // [MQTT-3.3.2-8] [MQTT-3.3.2-9]
		c := connect(t, addr, "pub", packet.V5)
		c.publish("a", "x", 0, 0, alias(n))
		if d := c.expectEnd(); d == nil || d.Code != packet.TopicAliasInvalid {
			t.Errorf("alias %d: %+v", n, d)
		}
	}
}

// TestTopicAliasToClient proves [MQTT-3.3.2-11].
func TestTopicAliasToClient(t *testing.T) { // [MQTT-3.1.2-26] [MQTT-3.1.2-27]
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.TopicAliasMaximum, 2) })
	sub.subscribe("#", 1)
	pub := connect(t, addr, "pub", packet.V5)
	known := map[uint32]string{}
	for i, topic := range []string{"a", "b", "c", "a", "b", "c", "a"} {
		pub.publish(topic, "x", byte(i%2), 1)
		if i%2 == 1 {
			pub.expectAck(packet.PUBACK, 1, 0)
		}
		p := expect[*packet.Publish](sub)
		n := p.Props.Number(packet.TopicAlias)
		if n > 2 {
			t.Fatalf("alias %d", n)
		}
		if len(p.Topic) > 0 {
			known[n] = string(p.Topic)
		} else if p.Topic = []byte(known[n]); i < 3 {
			t.Errorf("message %d has an alias before it was given", i)
		}
		if string(p.Topic) != topic {
			t.Errorf("message %d on %q, want %q", i, p.Topic, topic)
		}
		answer(sub, p)
	}
}

// TestDeniedPublish proves [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-4.3.3-9].
func TestDeniedPublish(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{OnEvent: log.add, Access: &gatekeeper{publish: func(_ *model.Publisher, topic string, retain bool) error {
		if topic == "b" || retain {
			return &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("not yours")}
		}
		return nil
	}}})
	sub := connect(t, addr, "victim", packet.V5)
	sub.subscribe("#", 2)
	for _, v := range bothVersions {
		code := ackCode(v, packet.NotAuthorized)
		c := connect(t, addr, "mallory", v)
		for qos := range byte(3) {
			for range 2 { // the packet ID is free again [MQTT-4.3.3-9]
				c.publish("b", "x", qos, 7)
				finishPublish(c, qos, 7, code)
			}
			c.publish("a", "x", qos, 8, retained) // retain is a right of its own
			finishPublish(c, qos, 8, code)
		}
		c.quiet() // [MQTT-3.3.5-2]: the connection stays
	}
	sub.quiet()
	e := waitEvent(t, &log, func(e Denied) bool { return e.Action == ToPublish })
	if e.Publisher.ClientID != "mallory" || e.Topic != "b" || e.Reason != "not yours" {
		t.Errorf("%+v", e)
	}
	late := connect(t, addr, "late", packet.V5)
	late.subscribe("#", 0)
	late.quiet()
}

// TestReservedAndUnboundedTopics proves [MQTT-4.7.3-3].
func TestReservedAndUnboundedTopics(t *testing.T) {
	_, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("#", 0)
	c := connect(t, addr, "a", packet.V5)
	for topic, code := range map[string]packet.Code{"$SYS/broker": packet.NotAuthorized, "$x": packet.NotAuthorized,
		strings.Repeat("/", 30_000): packet.TopicNameInvalid, strings.Repeat("x", 513): packet.TopicNameInvalid, "a\u0085": packet.TopicNameInvalid} {
		c.publish(topic, "x", 1, 1, retained)
		c.expectAck(packet.PUBACK, 1, code)
	}
	c.quiet()
	sub.quiet()
}

func TestRetained(t *testing.T) { // [MQTT-3.3.1-5] to [MQTT-3.3.1-12]
	b, addr := serve(t, Options{})
	for _, v := range bothVersions {
		pub := connect(t, addr, "pub", v)
		live := connect(t, addr, "live", v)
		live.subscribe("s/#", 1)
		pub.publish("s/a", "1", 0, 0, retained)
		pub.publish("s/a", "2", 1, 1, retained)
		pub.expectAck(packet.PUBACK, 1, 0)
		for _, want := range []string{"1", "2"} {
			p := live.expectMessage("s/a", want)
			if p.Retain { // [MQTT-3.3.1-12]
				t.Error("a live message marked as retained")
			}
			answer(live, p)
		}
		late := connect(t, addr, "late", v)
		for _, filter := range []string{"s/a", "s/+", "#", "s/a/#"} {
			late.subscribe(filter, 0)
			if p := late.expectMessage("s/a", "2"); !p.Retain || p.QoS != 0 {
				t.Errorf("%+v", p)
			}
		}
		pub.publish("s/a", "", 0, 0, retained) // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
		pub.quiet()
		live.expectMessage("s/a", "")
		if n := b.Stats().Retained; n != 0 {
			t.Errorf("%d retained messages", n)
		}
	}
}
