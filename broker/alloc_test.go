//go:build !race

package broker

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Routing a QoS 0 message to one subscriber allocates nothing, from the bytes
// received to the bytes staged for the socket.
func TestRoutingAllocatesNothing(t *testing.T) {
	b, addr := serve(t, Options{})
	sub := connect(t, addr, "sub", packet.V311)
	sub.subscribe("#", 0)
	go func() {
		buf := make([]byte, 64<<10)
		for {
			if _, err := sub.nc.Read(buf); err != nil {
				return
			}
		}
	}()
	p := packet.Publish{Topic: []byte("solent/ferries/red-falcon/position"), Payload: make([]byte, 64)}
	frame := p.Append(nil, packet.V311)
	h, n, err := packet.ParseHeader(frame)
	if err != nil {
		t.Fatal(err)
	}
	c := &conn{b: b, version: packet.V311, session: &session{b: b, id: "pub"}, pub: &model.Publisher{ClientID: "pub"}}
	c.router = router{b: b, pub: c.pub, now: time.Now()}
	if per := testing.AllocsPerRun(100, func() {
		for range 1000 {
			if err := c.onPublish(h, frame[n:]); err != nil {
				t.Fatal(err)
			}
		}
		c.settle()
	}); per > 20 { // for 1,000 messages: what the writing goroutine may cost
		t.Errorf("%v allocations for 1,000 messages", per)
	}
	c.router.rest()
}
