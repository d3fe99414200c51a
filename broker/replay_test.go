package broker

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// window is a session that is kept, with so many messages in flight at most.
func window(n uint32) func(*packet.Connect) {
	return func(p *packet.Connect) {
		keep(p)
		p.Props.SetNumber(packet.ReceiveMaximum, n)
	}
}

// Retained messages that wait to be replayed survive the end of the process, in
// their place among the others, and none that was finished comes again; also when
// they are not retained any more.
func TestRestartKeepsReplays(t *testing.T) { // [MQTT-4.1.0-1]
	const retainedCount, late = replayChunk + 100, 3
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	pub := connect(t, addr, "pub", packet.V5)
	for i := range retainedCount {
		pub.publish(fmt.Sprintf("r/%05d", i), fmt.Sprint(i), byte(i%3), 1, retained)
		finishPublish(pub, byte(i%3), 1, packet.NoMatchingSubscribers)
	}
	c := connect(t, addr, "a", packet.V5, window(5))
	c.send(&packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("r/#"), QoS: 2}, {Filter: []byte("live"), QoS: 1}}})
	if ack := expect[*packet.Suback](c); len(ack.Codes) != 2 {
		t.Fatalf("%+v", ack)
	}
	for i := range late { // queued behind them
		pub.publish("live", fmt.Sprint(i), 1, 1)
		finishPublish(pub, 1, 1, 0)
	}
	for i := range retainedCount {
		if i%2 == 0 {
			pub.publish(fmt.Sprintf("r/%05d", i), "", 0, 0, retained)
		}
	}
	pub.quiet()
	taker := &taker{flying: make(map[uint16]string), taken: make(map[string]int)}
	expected := late + retainedCount - (retainedCount+2)/3
	for _, n := range []int{40, replayChunk / 3, expected - 40 - replayChunk/3} {
		taker.take(c, n)
		settleStore(t, b)
		if len(taker.taken) < expected {
			b, addr, _, disk = restart(t, disk)
			c, _ = tryConnect(t, addr, "a", packet.V5, window(5))
		}
	}
	c.quiet()
	for i := range retainedCount {
		if n := taker.taken[fmt.Sprintf("r/%05d %d", i, i)]; i%3 > 0 && n != 1 {
			t.Errorf("retained message %d came %d times", i, n)
		}
	}
	for i := range late {
		if n := taker.taken[fmt.Sprint("live ", i)]; n != 1 {
			t.Errorf("message %d behind them came %d times", i, n)
		}
	}
	settleStore(t, b)
	if n := disk.count(kindDelivery); n != 0 {
		t.Errorf("%d records are left", n)
	}
}

// taker is a client's session: what is in flight, and how often each message was
// finished.
type taker struct {
	flying map[uint16]string
	taken  map[string]int
}

// take finishes n messages of QoS 1 and 2, and returns when the broker has heard
// of it.
func (k *taker) take(c *client, n int) {
	c.t.Helper()
	for n > 0 {
		switch p := c.receive().(type) {
		case *packet.Publish:
			k.flying[p.ID] = fmt.Sprintf("%s %s", p.Topic, p.Payload)
			switch p.QoS {
			case 1:
				c.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
				k.taken[k.flying[p.ID]]++
				n--
			case 2:
				c.send(&packet.Ack{Kind: packet.PUBREC, ID: p.ID})
			}
		case *packet.Ack:
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
			k.taken[k.flying[p.ID]]++
			n--
		default:
			c.t.Fatalf("received %v", p.Type())
		}
	}
	c.send(&packet.Ping{Kind: packet.PINGREQ})
	for c.receive().Type() != packet.PINGRESP { // more is in flight
	}
}
