package broker

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// TestSessionKeepsMessages proves [MQTT-3.1.2-6] [MQTT-3.1.3-2] [MQTT-3.1.4-4] [MQTT-3.2.0-1]
// [MQTT-4.1.0-1].
func TestSessionKeepsMessages(t *testing.T) { // [MQTT-3.1.2-5] [MQTT-3.2.2-3] [MQTT-4.5.0-1] [MQTT-4.6.0-1]
	b, addr := serve(t, Options{})
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v, keep)
		c.subscribe("a", 2)
		c.send(&packet.Disconnect{})
		c.expectEnd()
		// Until it is taken for gone, what comes may have been sent already.
		eventually(t, "departure", func() bool { return !find(t, b, "a").Connected })
		pub := connect(t, addr, "pub", v)
		for i := range 10 {
			pub.publish("a", fmt.Sprint(i), byte(i%3), 1)
			finishPublish(pub, byte(i%3), 1, 0)
		}
		pub.quiet()
		c, ack := tryConnect(t, addr, "a", v, keep)
		if !ack.SessionPresent {
			t.Error("no session present")
		}
		for i := range 10 {
			if i%3 == 0 {
				continue // QoS 0 is not kept
			}
			p := expect[*packet.Publish](c)
			if string(p.Payload) != fmt.Sprint(i) || p.Dup || int(p.QoS) != i%3 {
				t.Errorf("message %d: %+v", i, p)
			}
			if p.QoS == 1 {
				answer(c, p)
				continue
			}
			c.send(&packet.Ack{Kind: packet.PUBREC, ID: p.ID})
		}
		for range 3 {
			rel := expect[*packet.Ack](c)
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: rel.ID})
		}
		c.quiet()
		if info := find(t, b, "a"); info.Queued != 0 || info.Inflight != 0 || b.Stats().QueuedBytes != 0 {
			t.Errorf("left over: %+v", info)
		}
		_, ack = tryConnect(t, addr, "a", v) // clean start [MQTT-3.1.2-4] [MQTT-3.2.2-2]
		if ack.SessionPresent {
			t.Error("a session present after a clean start")
		}
	}
}

func find(t *testing.T, b *Broker, id string) SessionInfo {
	t.Helper()
	for _, info := range b.Sessions() {
		if info.Publisher.ClientID == id {
			return info
		}
	}
	t.Fatalf("no session %q", id)
	return SessionInfo{}
}

// TestInflightIsSentAgain proves [MQTT-4.3.2-3] [MQTT-4.3.3-3] [MQTT-4.3.3-5] [MQTT-4.3.3-6]
// [MQTT-4.3.3-7] [MQTT-4.6.0-1].
func TestInflightIsSentAgain(t *testing.T) { // [MQTT-4.4.0-1] [MQTT-3.3.1-1]
	_, addr := serve(t, Options{})
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v, keep)
		c.subscribe("a", 2)
		pub := connect(t, addr, "pub", v)
		var ids [4]uint16
		for i := range ids {
			qos := byte(1 + i%2)
			pub.publish("a", fmt.Sprint(i), qos, 1)
			finishPublish(pub, qos, 1, 0)
			ids[i] = c.expectMessage("a", fmt.Sprint(i)).ID
		}
		c.send(&packet.Ack{Kind: packet.PUBREC, ID: ids[3]})
		c.expectAck(packet.PUBREL, ids[3], 0)
		_ = c.nc.Close()
		c = connect(t, addr, "a", v, keep)
		for i := range 3 {
			p := c.expectMessage("a", fmt.Sprint(i))
			if !p.Dup || p.ID != ids[i] {
				t.Errorf("message %d: %+v, packet ID was %d", i, p, ids[i])
			}
			if p.QoS == 1 {
				answer(c, p)
			}
		}
		c.expectAck(packet.PUBREL, ids[3], 0)
		c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: ids[3]})
		c.send(&packet.Ack{Kind: packet.PUBREC, ID: ids[1]})
		c.expectAck(packet.PUBREL, ids[1], 0)
		c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: ids[1]})
		c.quiet()
	}
}

// TestReceiveMaximumOfClient proves [MQTT-3.3.4-10] [MQTT-4.9.0-1] [MQTT-4.9.0-2] [MQTT-4.9.0-3].
func TestReceiveMaximumOfClient(t *testing.T) { // [MQTT-3.3.4-7] [MQTT-3.3.4-9]
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.ReceiveMaximum, 10) })
	c.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	const n = 200
	for i := range n {
		pub.publish("a", fmt.Sprint(i), 1+byte(i%2), 1)
		finishPublish(pub, 1+byte(i%2), 1, 0)
	}
	var window []*packet.Publish
	for i := range n {
		window = append(window, c.expectMessage("a", fmt.Sprint(i)))
		if len(window) < 10 {
			continue
		}
		c.quiet() // not one more than agreed
		pub.publish("a", "unsure", 0, 0)
		c.expectMessage("a", "unsure") // [MQTT-3.3.4-10]
		for _, p := range window {
			if p.QoS == 1 {
				answer(c, p)
				continue
			}
			c.send(&packet.Ack{Kind: packet.PUBREC, ID: p.ID})
		}
		for range 5 {
			waitRelease(c)
		}
		window = window[:0]
	}
}

// waitRelease waits for a PUBREL and completes it. Messages that come before it
// would be beyond the window.
func waitRelease(c *client) {
	c.t.Helper()
	for {
		a, ok := c.peekAck()
		if ok {
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: a.ID})
			return
		}
	}
}

func TestMaximumPacketSizeOfClient(t *testing.T) { // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
	b, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.MaximumPacketSize, 50) })
	c.subscribe("#", 1)
	pub := connect(t, addr, "pub", packet.V5)
	for qos := range byte(2) {
		pub.publish("a", string(make([]byte, 100)), qos, 1)
		pub.publish("a", "small", qos, 2)
		if p := c.expectMessage("a", "small"); p.QoS == 1 {
			answer(c, p)
		}
	}
	c.quiet()
	if info := find(t, b, "a"); info.Dropped != 2 {
		t.Errorf("%d dropped", info.Dropped)
	}
}

func TestTakeover(t *testing.T) { // [MQTT-3.1.4-3]
	var log eventLog
	_, addr := serve(t, Options{OnEvent: log.add})
	for _, v := range bothVersions {
		old := connect(t, addr, "a", v, keep)
		old.subscribe("a", 1)
		fresh, ack := tryConnect(t, addr, "a", v, keep)
		if !ack.SessionPresent {
			t.Error("the session is gone")
		}
		d := old.expectEnd()
		if v == packet.V5 && (d == nil || d.Code != packet.SessionTakenOver) {
			t.Errorf("the old one heard %+v", d)
		}
		fresh.publish("a", "x", 0, 0)
		fresh.expectMessage("a", "x")
		connect(t, addr, "a", v) // the next version starts clean
	}
	if e := waitEvent(t, &log, func(TakenOver) bool { return true }); e.Old.Addr == e.New.Addr {
		t.Errorf("%+v", e)
	}
	waitEvent(t, &log, func(e SessionClosed) bool { return e.Reason == SessionTaken })
}

func TestTakeoverOfAnotherIdentityIsRefused(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{OnEvent: log.add, Access: &gatekeeper{}})
	as := func(name string) func(*packet.Connect) {
		return func(p *packet.Connect) { keep(p); p.Username = []byte(name) }
	}
	for _, clean := range []bool{false, true} {
		victim := connect(t, addr, "a", packet.V5, as("alice"))
		victim.subscribe("a", 1)
		thief, ack := tryConnect(t, addr, "a", packet.V5, as("mallory"), func(p *packet.Connect) { p.CleanStart = clean })
		if ack.Code != packet.NotAuthorized {
			t.Errorf("mallory as alice's client: %v", ack.Code)
		}
		thief.expectEnd()
		victim.publish("a", "still here", 0, 0)
		victim.expectMessage("a", "still here")
		_ = victim.nc.Close()
		if _, ack := tryConnect(t, addr, "a", packet.V5, as("mallory")); ack.Code != packet.NotAuthorized {
			t.Errorf("while alice is away: %v", ack.Code)
		}
		if _, ack := tryConnect(t, addr, "a", packet.V5, as("alice")); !ack.SessionPresent {
			t.Error("alice's session is gone")
		}
	}
	waitEvent(t, &log, func(e Refused) bool { return e.Kind == watch.Impersonation && e.ClientID == "a" })
}

// TestSessionExpiry proves [MQTT-4.1.0-2].
func TestSessionExpiry(t *testing.T) { // [MQTT-3.1.2-23] MQTT 5.0 section 3.1.2.11.2
	var log eventLog
	inBubble(t, Options{OnEvent: log.add}, func(t *testing.T, b *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		open := func(clean bool) (*client, *packet.Connack) {
			c := dial()
			c.v = packet.V5
			p := &packet.Connect{Version: packet.V5, ClientID: []byte("a"), CleanStart: clean}
			p.Props.SetNumber(packet.SessionExpiry, 60)
			c.send(p)
			return c, expect[*packet.Connack](c)
		}
		c, _ := open(true)
		c.subscribe("a", 1)
		_ = c.nc.Close()
		time.Sleep(59 * time.Second)
		c, ack := open(false)
		if !ack.SessionPresent {
			t.Error("expired too early")
		}
		time.Sleep(time.Hour) // does not count while connected
		_ = c.nc.Close()
		synctest.Wait()
		l := attachBubble(t, b)
		if r, _ := l.Publish(t.Context(), "a", nil, 1, false, nil); r.Matched != 1 {
			t.Errorf("%+v", r)
		}
		time.Sleep(61 * time.Second)
		if r, _ := l.Publish(t.Context(), "a", nil, 1, false, nil); r.Matched != 0 {
			t.Errorf("%+v", r)
		}
		if _, ack = open(false); ack.SessionPresent {
			t.Error("did not expire")
		}
		if e := waitEvent(t, &log, func(SessionExpired) bool { return true }); e.Lost != 1 {
			t.Errorf("%+v", e)
		}
	})
}

func attachBubble(t *testing.T, b *Broker) *Local {
	t.Helper()
	l, err := b.Attach(LocalOptions{ClientID: "local"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDisconnectChangesExpiry(t *testing.T) { // [MQTT-3.14.2-2]
	_, addr := serve(t, Options{})
	bye := &packet.Disconnect{}
	bye.Props.SetNumber(packet.SessionExpiry, 10)
	c := connect(t, addr, "a", packet.V5)
	c.send(bye)
	if d := c.expectEnd(); d == nil || d.Code != packet.ProtocolError {
		t.Errorf("from nothing to something: %+v", d)
	}
	c = connect(t, addr, "a", packet.V5, keep)
	gone := &packet.Disconnect{}
	gone.Props.SetNumber(packet.SessionExpiry, 0)
	c.send(gone)
	c.expectEnd()
	if _, ack := tryConnect(t, addr, "a", packet.V5, keep); ack.SessionPresent {
		t.Error("the session is still there")
	}
}

func TestMessageExpiry(t *testing.T) { // [MQTT-3.3.2-5] [MQTT-3.3.2-6]
	inBubble(t, Options{}, func(t *testing.T, b *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		open := func() *client {
			c := dial()
			c.v = packet.V5
			p := &packet.Connect{Version: packet.V5, ClientID: []byte("a")}
			p.Props.SetNumber(packet.SessionExpiry, 3600)
			c.send(p)
			expect[*packet.Connack](c)
			return c
		}
		c := open()
		c.subscribe("#", 1)
		_ = c.nc.Close()
		synctest.Wait()
		l := attachBubble(t, b)
		for _, expiry := range []uint32{10, 100, 0} {
			_, err := l.Publish(t.Context(), fmt.Sprint("a/", expiry), nil, 1, true, &model.Properties{Expiry: expiry})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, _ = l.Publish(t.Context(), "b", []byte("x"), 0, true, &model.Properties{Expiry: 10})
		time.Sleep(30 * time.Second)
		c = open()
		p := c.expectMessage("a/100", "")
		if left := p.Props.Number(packet.MessageExpiry); left != 70 {
			t.Errorf("%d s left", left)
		}
		if p := c.expectMessage("a/0", ""); p.Props.Has(packet.MessageExpiry) {
			t.Error("an expiry that was not there")
		}
		c.subscribe("b", 0)
		c.quiet() // the retained message has expired too
		if drops := b.Stats().Dropped; len(drops) != 1 || drops[0] != (model.DropCount{Reason: "expired", Count: 1}) {
			t.Errorf("%+v", drops)
		}
	})
}

func TestRevokedRightsOnResume(t *testing.T) {
	var revoked atomic.Bool
	var generation atomic.Uint64
	b, addr := serve(t, Options{Access: &gatekeeper{
		gen: generation.Load,
		subscribe: func(_ *model.Publisher, filter string) error {
			if revoked.Load() && filter == "secret" {
				return errors.New("withdrawn")
			}
			return nil
		},
		deliver: func(to, _ *model.Publisher, topic string) error {
			if revoked.Load() && topic == "secret" && to.ClientID == "a" {
				return errors.New("withdrawn")
			}
			return nil
		},
	}})
	c := connect(t, addr, "a", packet.V5, keep)
	c.subscribe("secret", 1)
	c.subscribe("public", 1)
	pub := connect(t, addr, "pub", packet.V5)
	send := func(topic string, code packet.Code) {
		pub.publish(topic, "x", 1, 1)
		pub.expectAck(packet.PUBACK, 1, code)
	}
	send("secret", 0)
	c.expectMessage("secret", "x") // stays in flight
	_ = c.nc.Close()
	eventually(t, "departure", func() bool { return !find(t, b, "a").Connected })
	send("secret", 0)
	send("public", 0)
	pub.quiet()
	revoked.Store(true)
	generation.Store(1)
	c = connect(t, addr, "a", packet.V5, keep)
	answer(c, c.expectMessage("public", "x"))
	c.quiet()
	send("secret", packet.NoMatchingSubscribers)
	c.quiet()
	if left := find(t, b, "a").Subscriptions; !slices.Equal(left, []string{"public"}) {
		t.Errorf("subscriptions %q", left)
	}
}
