package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// restart is a crash: what is on disk is what the next broker has.
func restart(t *testing.T, s *memStore) (b *Broker, addr string, log *eventLog, disk *memStore) {
	t.Helper()
	log, disk = new(eventLog), s.crashed()
	b, addr = serve(t, Options{Store: disk, OnEvent: log.add})
	return b, addr, log, disk
}

func TestRestartKeepsSessionsAndMessages(t *testing.T) { // [MQTT-3.1.2-5] [MQTT-4.1.0-1] [MQTT-4.4.0-1]
	for _, v := range bothVersions {
		disk := new(memStore)
		b, addr := serve(t, Options{Store: disk})
		c := connect(t, addr, "a", v, keep)
		c.subscribe("a/+", 2)
		c.subscribe("b", 1)
		leave(t, b, c)
		pub := connect(t, addr, "pub", v)
		for i := range 12 {
			pub.publish("a/b", fmt.Sprint(i), byte(i%3), uint16(i+1))
			finishPublish(pub, byte(i%3), uint16(i+1), 0)
		}
		b, addr, log, _ := restart(t, disk)
		if e := waitEvent(t, log, func(StoreLoaded) bool { return true }); e.Sessions != 1 || e.Queued != 8 || e.Lost != 0 {
			t.Errorf("%+v", e)
		}
		if i := find(t, b, "a"); i.Connected || i.Queued != 8 || len(i.Subscriptions) != 2 {
			t.Errorf("%+v", i)
		}
		c, ack := tryConnect(t, addr, "a", v, keep)
		if !ack.SessionPresent {
			t.Error("no session present")
		}
		takeAll(c, 8, 4)
		c.quiet()
		settleStore(t, b)
		if n := b.journal.store.(*memStore); n.count(kindMessage)+n.count(kindDelivery)+n.count(kindReceived) != 0 {
			t.Errorf("records left: %d messages, %d deliveries, %d receipts", n.count(kindMessage), n.count(kindDelivery), n.count(kindReceived))
		}
	}
}

// takeAll takes messages 0, 1, 2 and so on with their number modulo 3 as QoS, but
// for those of QoS 0, and goes through their acknowledgements as they come.
func takeAll(c *client, messages, ofQoS2 int) {
	c.t.Helper()
	next := 0
	for messages > 0 || ofQoS2 > 0 {
		switch p := c.receive().(type) {
		case *packet.Publish:
			if next%3 == 0 {
				next++
			}
			if string(p.Payload) != fmt.Sprint(next) || p.Dup || int(p.QoS) != next%3 {
				c.t.Fatalf("received %+v, want message %d", p, next)
			}
			next++
			messages--
			kind := packet.PUBACK
			if p.QoS == 2 {
				kind = packet.PUBREC
			}
			c.send(&packet.Ack{Kind: kind, ID: p.ID})
		case *packet.Ack:
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
			ofQoS2--
		default:
			c.t.Fatalf("received %v", p.Type())
		}
	}
}

func TestRestartKeepsFlights(t *testing.T) { // [MQTT-4.4.0-1] [MQTT-4.3.3-3] [MQTT-4.3.3-7]
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	c := connect(t, addr, "a", packet.V5, keep)
	c.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	for i := range 3 {
		pub.publish("a", fmt.Sprint(i), 2, uint16(i+1))
		finishPublish(pub, 2, uint16(i+1), 0)
	}
	pub.publish("a", "3", 1, 9)
	finishPublish(pub, 1, 9, 0)
	ids := map[string]uint16{}
	for range 4 {
		p := expect[*packet.Publish](c)
		ids[string(p.Payload)] = p.ID
	}
	c.send(&packet.Ack{Kind: packet.PUBREC, ID: ids["0"]})
	c.expectAck(packet.PUBREL, ids["0"], packet.Success)
	settleStore(t, b)
	_, addr, _, _ = restart(t, disk)
	c, _ = tryConnect(t, addr, "a", packet.V5, keep)
	c.expectAck(packet.PUBREL, ids["0"], packet.Success)
	for i := 1; i <= 3; i++ {
		if p := c.expectMessage("a", fmt.Sprint(i)); !p.Dup || p.ID != ids[fmt.Sprint(i)] {
			t.Errorf("%+v, want the packet ID %d", p, ids[fmt.Sprint(i)])
		}
	}
}

func TestRestartKeepsReceipts(t *testing.T) { // [MQTT-4.3.3-10]
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	sub := connect(t, addr, "sub", packet.V5, keep)
	sub.subscribe("a", 2)
	leave(t, b, sub)
	pub := connect(t, addr, "pub", packet.V5, keep)
	pub.publish("a", "once", 2, 7)
	pub.expectAck(packet.PUBREC, 7, packet.Success)
	b, addr, _, disk = restart(t, disk)
	pub, _ = tryConnect(t, addr, "pub", packet.V5, keep)
	pub.publish("a", "once", 2, 7, func(p *packet.Publish) { p.Dup = true })
	pub.expectAck(packet.PUBREC, 7, packet.Success)
	if i := find(t, b, "sub"); i.Queued != 1 {
		t.Errorf("%d messages", i.Queued)
	}
	pub.send(&packet.Ack{Kind: packet.PUBREL, ID: 7})
	pub.expectAck(packet.PUBCOMP, 7, packet.Success)
	if disk.count(kindReceived) != 0 {
		t.Error("the packet ID is not free on disk")
	}
	_, addr, _, _ = restart(t, disk)
	pub, _ = tryConnect(t, addr, "pub", packet.V5, keep)
	pub.publish("a", "twice", 2, 7)
	finishPublish(pub, 2, 7, 0)
	sub, _ = tryConnect(t, addr, "sub", packet.V5, keep)
	sub.expectMessage("a", "once")
	sub.expectMessage("a", "twice")
}

func TestRestartKeepsRetained(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	pub := connect(t, addr, "pub", packet.V5)
	for i := range 5 {
		pub.publish("a", fmt.Sprint(i), 0, 0, retained)
		pub.publish("gone", "x", 0, 0, retained)
	}
	pub.publish("gone", "", 0, 0, retained)
	pub.publish("b", "acknowledged", 1, 1, retained, func(p *packet.Publish) { p.Props.SetText(packet.ContentType, []byte("text/plain")) })
	pub.expectAck(packet.PUBACK, 1, packet.NoMatchingSubscribers)
	settleStore(t, b)
	if disk.count(kindMessage) != 2 || disk.count(kindRetained) != 2 {
		t.Errorf("%d messages, %d retained", disk.count(kindMessage), disk.count(kindRetained))
	}
	b, addr, _, disk = restart(t, disk)
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("a", 1)
	sub.expectMessage("a", "4")
	sub.subscribe("b", 1)
	if p := sub.expectMessage("b", "acknowledged"); string(p.Props.Text(packet.ContentType)) != "text/plain" || p.QoS != 1 || !p.Retain {
		t.Errorf("%+v", p)
	}
	if len(b.Retained("gone")) != 0 {
		t.Error("a removed message came back")
	}
	pub = connect(t, addr, "pub", packet.V5)
	pub.publish("a", "", 1, 1, retained)
	pub.expectAck(packet.PUBACK, 1, packet.Success)
	if disk.count(kindRetained) != 1 || disk.count(kindMessage) != 1 {
		t.Errorf("%d retained, %d messages after one was removed", disk.count(kindRetained), disk.count(kindMessage))
	}
}

func TestRestartSendsWills(t *testing.T) { // MQTT 5.0 section 3.1.2.5
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	willTo := func(topic string, delay uint32) func(*packet.Connect) {
		return func(p *packet.Connect) {
			p.Will = &packet.Will{Topic: []byte(topic), Payload: []byte("lost"), QoS: 1, Retain: true}
			p.Will.Props.SetNumber(packet.WillDelay, delay)
		}
	}
	connect(t, addr, "clean", packet.V5, willTo("will/clean", 0))
	connect(t, addr, "kept", packet.V5, keep, willTo("will/kept", 0))
	connect(t, addr, "late", packet.V5, keep, willTo("will/late", 3600))
	bye := connect(t, addr, "bye", packet.V5, willTo("will/bye", 0))
	bye.send(&packet.Disconnect{})
	bye.expectEnd()
	eventually(t, "end", func() bool { return len(b.Sessions()) == 3 })
	settleStore(t, b)
	b, addr, log, disk := restart(t, disk)
	for range 2 {
		waitEvent(t, log, func(e WillPublished) bool { return e.Topic == "will/clean" })
		waitEvent(t, log, func(e WillPublished) bool { return e.Topic == "will/kept" })
	}
	if len(b.Retained("will/#")) != 2 {
		t.Errorf("wills: %+v", b.Retained("will/#"))
	}
	eventually(t, "the records to go", func() bool { return disk.count(kindWill) == 1 })
	connect(t, addr, "late", packet.V5, keep) // came back in time
	eventually(t, "the last record to go", func() bool { return disk.count(kindWill) == 0 })
}

func TestRestartEndsExpiredSessions(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	expire := func(p *packet.Connect) { p.CleanStart = false; p.Props.SetNumber(packet.SessionExpiry, 1) }
	c := connect(t, addr, "a", packet.V5, expire)
	c.subscribe("a", 1)
	_ = c.nc.Close()
	eventually(t, "leave", func() bool { return !find(t, b, "a").Connected })
	pub := connect(t, addr, "pub", packet.V5)
	pub.publish("a", "x", 1, 1)
	finishPublish(pub, 1, 1, 0)
	settleStore(t, b)
	copied := disk.crashed()
	eventually(t, "time to pass", func() bool { return disk.count(kindSession) == 0 })
	if n := len(disk.crashed().records); n != 0 {
		t.Errorf("%d records left", n)
	}
	_, _, log, disk := restart(t, copied)
	if e := waitEvent(t, log, func(SessionExpired) bool { return true }); e.Publisher.ClientID != "a" || e.Lost != 1 {
		t.Errorf("%+v", e)
	}
	eventually(t, "the records to go", func() bool { return len(disk.crashed().records) == 0 })
}

func TestCloseKeepsSessions(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	c := connect(t, addr, "a", packet.V5, keep)
	c.subscribe("a", 1)
	before := time.Now()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b, _, _, _ = restart(t, disk)
	if i := find(t, b, "a"); len(i.Subscriptions) != 1 || i.Since.Before(before.Add(-time.Minute)) {
		t.Errorf("%+v", i)
	}
}

// TestCleanStartLeavesNothing proves [MQTT-3.1.2-4].
func TestCleanStartLeavesNothing(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	c := connect(t, addr, "a", packet.V5, keep)
	c.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5, keep)
	for i := range 5 {
		pub.publish("a", "x", 1, uint16(i+1))
	}
	pub.publish("a", "x", 2, 9)
	connect(t, addr, "a", packet.V5)
	connect(t, addr, "pub", packet.V5)
	eventually(t, "an empty store", func() bool { settleStore(t, b); return len(disk.crashed().records) == 0 })
}
