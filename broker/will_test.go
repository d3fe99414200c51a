package broker

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

func withWill(topic string, change ...func(*packet.Will)) func(*packet.Connect) {
	return func(p *packet.Connect) {
		p.Will = &packet.Will{Topic: []byte(topic), Payload: []byte("lost"), QoS: 1}
		for _, f := range change {
			f(p.Will)
		}
	}
}

func TestWill(t *testing.T) { // [MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.14.4-3]
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add})
	watch := connect(t, addr, "watch", packet.V5)
	watch.subscribe("will/#", 1)
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v, withWill("will/goodbye"))
		c.send(&packet.Disconnect{})
		c.expectEnd()
		watch.quiet()
		c = connect(t, addr, "a", v, withWill("will/lost", func(w *packet.Will) { w.Props.AddUser([]byte("k"), []byte("v")) }))
		_ = c.nc.Close()
		p := watch.expectMessage("will/lost", "lost")
		answer(watch, p)
		if v == packet.V5 && len(p.Props.User) != 1 {
			t.Errorf("will properties %+v", p.Props)
		}
		c = connect(t, addr, "a", v, withWill("will/bad"))
		c.write([]byte{0, 0})
		answer(watch, watch.expectMessage("will/bad", "lost"))
		waitEvent(t, &log, func(e SessionClosed) bool { return e.Reason == ProtocolFault && e.WillSent })
	}
	c := connect(t, addr, "a", packet.V5, withWill("will/asked"))
	c.send(&packet.Disconnect{Code: packet.DisconnectWithWill})
	answer(watch, watch.expectMessage("will/asked", "lost"))
	c = connect(t, addr, "a", packet.V5, withWill("will/taken"))
	_ = c
	connect(t, addr, "a", packet.V5)
	answer(watch, watch.expectMessage("will/taken", "lost"))
	watch.quiet()
	if r := b.Retained("#"); len(r) > 0 { // [MQTT-3.1.2-14]
		t.Errorf("a will is retained that was not to be: %+v", r)
	}
}

func TestRetainedWill(t *testing.T) { // [MQTT-3.1.2-15]
	b, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V311, withWill("state", func(w *packet.Will) { w.Retain = true }))
	_ = c.nc.Close()
	eventually(t, "retained will", func() bool { return len(b.Retained("state")) == 1 })
	if r := b.Retained("state")[0]; string(r.Payload) != "lost" || r.Publisher.ClientID != "a" || r.At.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestWillDelay(t *testing.T) { // [MQTT-3.1.3-9]
	var k collector
	inBubble(t, Options{}, func(t *testing.T, b *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		l, err := b.Attach(LocalOptions{ClientID: "local", OnMessages: k.add})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Subscribe("will", 0); err != nil {
			t.Fatal(err)
		}
		lose := func(expiry, delay uint32) {
			c := dial()
			c.v = packet.V5
			p := &packet.Connect{Version: packet.V5, ClientID: []byte("a")}
			withWill("will")(p)
			p.Props.SetNumber(packet.SessionExpiry, expiry)
			p.Will.Props.SetNumber(packet.WillDelay, delay)
			c.send(p)
			expect[*packet.Connack](c)
			_ = c.nc.Close()
			synctest.Wait()
		}
		wills := func() int { synctest.Wait(); return len(k.messages()) }
		lose(100, 30)
		time.Sleep(29 * time.Second)
		if wills() != 0 {
			t.Error("sent too early")
		}
		lose(100, 30) // back in time: the first will is not sent
		time.Sleep(29 * time.Second)
		if wills() != 0 {
			t.Error("sent although the client came back")
		}
		time.Sleep(2 * time.Second)
		if wills() != 1 {
			t.Error("not sent after the delay")
		}
		lose(10, 60) // the session ends first
		time.Sleep(11 * time.Second)
		if wills() != 2 {
			t.Error("not sent at the end of the session")
		}
		lose(0, 60)
		if wills() != 3 {
			t.Error("not sent with a session that is not kept")
		}
	})
}

func TestWillNeedsTheRight(t *testing.T) {
	var revoked atomic.Bool
	var log eventLog
	_, addr := serve(t, Options{OnEvent: log.add, Access: &gatekeeper{will: func(_ *model.Publisher, topic string) error {
		if topic == "forbidden" || revoked.Load() {
			return errors.New("not yours")
		}
		return nil
	}}})
	watch := connect(t, addr, "watch", packet.V5)
	watch.subscribe("#", 0)
	if _, ack := tryConnect(t, addr, "a", packet.V5, withWill("forbidden")); ack.Code != packet.NotAuthorized {
		t.Errorf("5: %v", ack.Code)
	}
	if _, ack := tryConnect(t, addr, "a", packet.V311, withWill("forbidden")); ack.Code != 5 {
		t.Errorf("3.1.1: %v", ack.Code)
	}
	if _, ack := tryConnect(t, addr, "a", packet.V5, withWill("$SYS/x")); ack.Code != packet.NotAuthorized {
		t.Errorf("$-topic: %v", ack.Code)
	}
	c := connect(t, addr, "a", packet.V5, withWill("fine"))
	revoked.Store(true)
	_ = c.nc.Close()
	waitEvent(t, &log, func(e SessionClosed) bool { return e.Publisher.ClientID == "a" && !e.WillSent })
	watch.quiet()
	waitEvent(t, &log, func(e Denied) bool { return e.Action == ToLeaveWill && e.Topic == "forbidden" })
}
