package broker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// A subscription to everything gets every retained message, whatever its window.
func TestAllRetainedMessagesAreReplayed(t *testing.T) {
	n := 60_000
	if testing.Short() {
		n = 6_000
	}
	b, addr := serve(t, Options{Limits: Limits{RetainedEach: n}})
	pub := connect(t, addr, "pub", packet.V311)
	for i := range n {
		pub.publish(fmt.Sprintf("r/%d/%d", i%100, i), "x", 0, 0, retained)
	}
	pub.quiet()
	if got := b.Stats().Retained; got != n {
		t.Fatalf("%d of %d retained", got, n)
	}
	sub := connect(t, addr, "sub", packet.V5, func(p *packet.Connect) { p.Props.SetNumber(packet.ReceiveMaximum, 20) })
	sub.subscribe("#", 1)
	seen := make(map[string]bool, n)
	for len(seen) < n {
		got := receivePublish(sub)
		if seen[string(got.Topic)] {
			t.Fatalf("%s came twice", got.Topic)
		}
		seen[string(got.Topic)] = true
		answer(sub, got)
	}
	sub.quiet()
}

// What is acknowledged reaches a slow subscriber, or is counted as dropped.
func TestAcknowledgedMessagesArriveOrAreCounted(t *testing.T) {
	for name, limit := range map[string]int{"roomy": 100_000, "tight": 5_000} {
		t.Run(name, func(t *testing.T) {
			const n = 60_000
			var log eventLog
			b, addr := serve(t, Options{OnEvent: log.add, Limits: Limits{QueueMessages: limit, Hold: 5 * time.Millisecond}})
			slow := connect(t, addr, "slow", packet.V311)
			slow.subscribe("#", 1)
			pub := connect(t, addr, "pub", packet.V311)
			go func() {
				buf := make([]byte, 8)
				for i := range n {
					binary.BigEndian.PutUint64(buf, uint64(i))
					p := packet.Publish{QoS: 1, ID: uint16(i%60_000) + 1, Topic: []byte("a"), Payload: buf}
					if _, err := pub.nc.Write(p.Append(nil, packet.V311)); err != nil {
						return
					}
				}
			}()
			for range n {
				if p := pub.receive(); p.Type() != packet.PUBACK {
					t.Fatalf("%v", p.Type())
				}
			}
			last, got := int64(-1), 0
			dropped := int(find(t, b, "slow").Dropped)
			for got < n-dropped {
				p := expect[*packet.Publish](slow)
				i := int64(binary.BigEndian.Uint64(p.Payload))
				if i <= last {
					t.Fatalf("message %d after %d", i, last)
				}
				last = i
				got++
				answer(slow, p)
			}
			slow.quiet()
			if name == "roomy" && dropped != 0 || name == "tight" && dropped == 0 {
				t.Errorf("%d dropped", dropped)
			}
			eventually(t, "exact report", func() bool { return reported(&log, DropQueueFull) == uint64(dropped) })
		})
	}
}

func reported(log *eventLog, reason DropReason) (n uint64) {
	for _, e := range log.all() {
		if d, ok := e.(Dropped); ok && d.Reason == reason {
			n += d.Count
		}
	}
	return n
}

// A subscriber that does not read loses QoS 0 messages, each counted; another one
// gets all of them.
func TestStalledSubscriberDoesNotHurtOthers(t *testing.T) {
	b, addr := serve(t, Options{})
	stalled := connect(t, addr, "stalled", packet.V311)
	stalled.subscribe("a", 0)
	good := connect(t, addr, "good", packet.V311)
	good.subscribe("a", 0)
	const n = 2_000
	payload := make([]byte, 10_000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range n {
			p := good.receive().(*packet.Publish)
			if got := binary.BigEndian.Uint64(p.Payload); got != uint64(i) {
				t.Errorf("message %d came as number %d", got, i)
				return
			}
		}
	}()
	pub := connect(t, addr, "pub", packet.V311)
	start := time.Now()
	for i := range n {
		binary.BigEndian.PutUint64(payload, uint64(i))
		p := packet.Publish{Topic: []byte("a"), Payload: payload}
		pub.send(&p)
	}
	pub.quiet()
	took := time.Since(start)
	<-done
	info := find(t, b, "stalled")
	if info.Dropped == 0 || info.Sent+info.Dropped != n || find(t, b, "good").Dropped != 0 {
		t.Errorf("stalled: %+v", info)
	}
	if took > 5*time.Second {
		t.Errorf("the publisher was held for %v", took)
	}
	if info.OutboundBytes > 2<<20 {
		t.Errorf("%d bytes wait for the stalled one", info.OutboundBytes)
	}
}

// A client that sends but does not read its acknowledgements is held back, and in
// the end closed; memory stays bounded.
func TestClientThatNeverReads(t *testing.T) {
	b, addr := serve(t, Options{Limits: Limits{OutboundBytes: 64 << 10, WriteStall: 300 * time.Millisecond}})
	c := connect(t, addr, "a", packet.V311)
	var pings []byte
	for range 10_000 {
		pings = append(pings, 0xc0, 0)
	}
	_ = c.nc.SetWriteDeadline(time.Now().Add(patience))
	var err error
	for err == nil {
		_, err = c.nc.Write(pings)
	}
	eventually(t, "end", func() bool { return b.Stats().Sessions == 0 })
}

// Messages of a publisher that lost the right are not replayed, and are purged.
func TestRetainedOfRevokedPublisherIsPurged(t *testing.T) {
	var revoked atomic.Bool
	var generation atomic.Uint64
	b, addr := serve(t, Options{Access: &gatekeeper{gen: generation.Load,
		publish: func(p *model.Publisher, _ string, _ bool) error {
			if revoked.Load() && p.ClientID == "mallory" {
				return errors.New("revoked")
			}
			return nil
		}}})
	m := connect(t, addr, "mallory", packet.V311)
	m.publish("a", "forged", 0, 0, retained)
	m.quiet()
	good := connect(t, addr, "good", packet.V311)
	good.publish("b", "true", 0, 0, retained)
	good.quiet()
	revoked.Store(true)
	generation.Store(1)
	sub := connect(t, addr, "sub", packet.V311)
	sub.subscribe("#", 0)
	sub.expectMessage("b", "true")
	sub.quiet()
	if n := b.Stats().Retained; n != 1 {
		t.Errorf("%d retained messages", n)
	}
}

func TestRetainedStoreIsBounded(t *testing.T) {
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add, Limits: Limits{Retained: 15, RetainedEach: 10}})
	c := connect(t, addr, "a", packet.V311)
	for i := range 25 {
		c.publish(fmt.Sprint("t/", i), "x", 0, 0, retained)
	}
	c.publish("t/0", "y", 0, 0, retained) // one that is there can be replaced
	c.quiet()
	if st := b.Stats(); st.Retained != 10 || string(b.Retained("t/0")[0].Payload) != "y" {
		t.Errorf("%+v", st)
	}
	eventually(t, "exact report", func() bool { return reported(&log, DropRetainedFull) == 15 })
}

// Live messages do not overtake the retained ones that are still being replayed.
func TestReplayComesBeforeLiveMessages(t *testing.T) {
	_, addr := serve(t, Options{Limits: Limits{OutboundBytes: 32 << 10}})
	pub := connect(t, addr, "pub", packet.V311)
	const n = 500
	payload := string(make([]byte, 20_000))
	for i := range n {
		pub.publish(fmt.Sprint("r/", i), payload, 0, 0, retained)
	}
	pub.quiet()
	sub := connect(t, addr, "sub", packet.V311)
	sub.subscribe("r/#", 0)
	for i := range n {
		pub.publish(fmt.Sprint("r/", i), "new", 0, 0)
	}
	old := 0
	for i := range 2 * n {
		p := receivePublish(sub)
		if len(p.Payload) > 3 {
			old++
		} else if old < n {
			t.Fatalf("message %d is live, after %d of %d retained ones", i, old, n)
		}
	}
}

func receivePublish(c *client) *packet.Publish {
	c.t.Helper()
	return expect[*packet.Publish](c)
}

// Floods of one event come as a few events with an exact count.
func TestEventsAreCoalesced(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{OnEvent: log.add, Access: &gatekeeper{publish: func(*model.Publisher, string, bool) error {
		return errors.New("no")
	}}})
	c := connect(t, addr, "a", packet.V311)
	const n = 5_000
	for range n {
		c.publish("a", "x", 0, 0)
	}
	c.quiet()
	events, count := 0, uint64(0)
	eventually(t, "exact count", func() bool {
		events, count = 0, 0
		for _, e := range log.all() {
			if d, ok := e.(Denied); ok {
				events++
				count += d.Count
			}
		}
		return count == n
	})
	if events > 5 {
		t.Errorf("%d events for %d denials", events, n)
	}
}
