package broker

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// Without a spool, publishers of QoS 1 are held for a subscriber that drains,
// however slowly: it is given everything, in order.
func TestSlowSubscriberHoldsPublishers(t *testing.T) {
	const n = 3_000
	b, addr := serve(t, Options{Limits: Limits{QueueMessages: 16, Inflight: 4}})
	slow := connect(t, addr, "slow", packet.V311)
	slow.subscribe("#", 1)
	pub := connect(t, addr, "pub", packet.V311)
	go func() {
		buf := make([]byte, 8)
		for i := range n {
			binary.BigEndian.PutUint64(buf, uint64(i))
			p := packet.Publish{QoS: 1, ID: uint16(i) + 1, Topic: []byte("a"), Payload: buf}
			if _, err := pub.nc.Write(p.Append(nil, packet.V311)); err != nil {
				return
			}
		}
	}()
	for i := range n {
		p := expect[*packet.Publish](slow)
		if got := binary.BigEndian.Uint64(p.Payload); got != uint64(i) {
			t.Fatalf("message %d in place of %d; dropped %+v", got, i, b.Stats().Dropped)
		}
		answer(slow, p)
	}
	for range n {
		expect[*packet.Ack](pub)
	}
	if drops := b.Stats().Dropped; drops != nil {
		t.Errorf("%+v", drops)
	}
}

// The gate waits for a receiver that moves when it has to be sure, and gives up
// on one that moves too slowly otherwise, and on one that stands still always.
func TestGatePatience(t *testing.T) {
	const hold = 2 * time.Millisecond
	for name, c := range map[string]struct{ sure, moves, want bool }{
		"sure, and it moves":         {true, true, true},
		"not sure, and it moves":     {false, true, false},
		"sure, and it stands still":  {true, false, false},
		"not sure, it stands still,": {false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			var g gate
			var looks, steps uint64
			progress := func() uint64 {
				if looks++; c.moves {
					steps++
				}
				return steps
			}
			ready := func() bool { return looks > 3*holdFactor }
			if got := g.wait(holding{hold: hold, enough: 1, sure: c.sure}, ready, progress); got != c.want {
				t.Errorf("%v after %d looks", got, looks)
			}
		})
	}
}
