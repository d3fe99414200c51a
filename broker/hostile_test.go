package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Each test here attacks with raw sockets and looks at what a bystander sees.

// bystander is a client that must not notice anything.
func bystander(t *testing.T, addr string) func() {
	t.Helper()
	c := connect(t, addr, "bystander", packet.V5)
	c.subscribe("bystander", 1)
	n := 0
	return func() {
		t.Helper()
		n++
		c.publish("bystander", fmt.Sprint(n), 0, 0)
		c.expectMessage("bystander", fmt.Sprint(n))
	}
}

// TestMalformedPacketsEndOneConnection proves [MQTT-3.3.2-2] [MQTT-3.14.2-1] [MQTT-3.14.2-3]
// [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-4.7.0-1] [MQTT-4.7.3-1] [MQTT-4.13.2-1] [MQTT-4.8.0-1].
func TestMalformedPacketsEndOneConnection(t *testing.T) { // [MQTT-4.13.1-1]
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add})
	undisturbed := bystander(t, addr)
	cases := map[string]packet.Code{
		"\x82\x08\x00\x01\x00\x00\x10abc": packet.MalformedPacket, // truncated SUBSCRIBE
		"\x82\x02\x00\x01":                packet.MalformedPacket,
		"\x82\x03\x00\x01\x00":            packet.ProtocolError,
		"\x30\xff\xff\xff\xff\x01":        packet.MalformedPacket,
		"\x30\xff\xff\xff\x7f":            packet.PacketTooLarge,
		"\x36\x06\x00\x01a\x00\x01\x00":   packet.MalformedPacket,
		"\x30\x05\x00\x02a#\x00":          packet.TopicNameInvalid,
		"\x30\x03\x00\x00\x00":            packet.ProtocolError,
		"\x30\x06\x00\x01a\x02\x0b\x01":   packet.ProtocolError, // [MQTT-3.3.4-6]
		"\x20\x03\x00\x00\x00":            packet.ProtocolError, // a client sends CONNACK
		"\xd0\x00":                        packet.ProtocolError,
		"\x90\x04\x00\x01\x00\x00":        packet.ProtocolError,
		"\xf0\x00":                        packet.ProtocolError,
		"\x00\x00":                        packet.ProtocolError,
		"\xc1\x00":                        packet.MalformedPacket,
	}
	for bytes, code := range cases {
		c := connect(t, addr, "evil", packet.V5)
		c.write([]byte(bytes))
		if d := c.expectEnd(); d == nil || d.Code != code {
			t.Errorf("%q: %+v, want %v", bytes, d, code)
		}
		old := connect(t, addr, "old", packet.V311)
		old.write([]byte("\x82\x08\x00\x01\x00\x10abcd"))
		if d := old.expectEnd(); d != nil {
			t.Errorf("a DISCONNECT packet to a 3.1.1 client")
		}
		undisturbed()
	}
	if st := b.Stats(); st.Panics != 0 || st.Malformed != uint64(2*len(cases)) {
		t.Errorf("%+v", st)
	}
	if e := waitEvent(t, &log, func(e Malformed) bool { return e.Publisher != nil }); e.Addr == "" || e.Reason == "" {
		t.Errorf("%+v", e)
	}
}

func TestHeadersThatPromiseMuch(t *testing.T) {
	const limit = 200 << 20 // so that nothing is refused by its size
	b, addr := serve(t, Options{Limits: Limits{PacketBytes: limit, ConnectBytes: limit, Connections: 2000, ConnectionsPerAddr: 2000}})
	undisturbed := bystander(t, addr)
	before := heapInUse()
	conns := make([]net.Conn, 500)
	for i := range conns {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
		head := []byte{0x10, 0x80, 0x80, 0x80, 0x40}
		if i%2 == 0 { // before and after CONNECT
			p := packet.Connect{Version: packet.V311, CleanStart: true, ClientID: fmt.Appendf(nil, "c%d", i)}
			head = append(p.Append(nil, packet.V311), 0x30, 0x80, 0x80, 0x80, 0x40)
		}
		if _, err := nc.Write(append(head, make([]byte, 100)...)); err != nil {
			t.Fatal(err)
		}
		conns[i] = nc
	}
	eventually(t, "connections", func() bool { return b.Stats().Accepted == uint64(len(conns)+1) })
	undisturbed()
	if grown := heapInUse() - before; grown > 60<<20 {
		t.Errorf("%d headers made the heap grow by %d MiB", len(conns), grown>>20)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestLargeFirstPacket(t *testing.T) {
	b, addr := serve(t, Options{})
	c := dial(t, addr)
	c.write([]byte{0x10, 0x81, 0x80, 0x01}) // 16 KiB and 1 byte
	c.expectEnd()
	if n := b.Stats().Malformed; n != 1 {
		t.Errorf("%d packets refused by their size", n)
	}
	big := connect(t, addr, "a", packet.V311, func(p *packet.Connect) { p.Username = make([]byte, 0); p.Password = make([]byte, 15<<10) })
	big.quiet()
}

func TestLargeMessages(t *testing.T) {
	_, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V311)
	c.subscribe("#", 1)
	for _, size := range []int{100, 511, 512, 513, 65_530, 65_536, 200_000, 1<<20 - 20} {
		payload := string(make([]byte, size))
		for qos := range byte(2) {
			c.publish("a", payload, qos, 1)
			if qos == 1 {
				var got int
				for range 2 {
					if p, ok := c.receive().(*packet.Publish); ok {
						got = len(p.Payload)
						answer(c, p)
					}
				}
				if got != size {
					t.Errorf("%d bytes came as %d", size, got)
				}
				continue
			}
			c.expectMessage("a", payload)
		}
	}
	c.quiet()
}

func TestConnectionLimits(t *testing.T) {
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add, Limits: Limits{ConnectionsPerAddr: 3}})
	undisturbed := bystander(t, addr)
	for range 2 {
		dial(t, addr)
	}
	for range 5 {
		dial(t, addr).expectEnd()
	}
	undisturbed()
	eventually(t, "refusal", func() bool { return b.Stats().Refused == 5 })
	waitEvent(t, &log, func(e Refused) bool { return e.Reason == "too many connections from this address" })
}

func TestSessionLimit(t *testing.T) {
	b, addr := serve(t, Options{Limits: Limits{Sessions: 2}})
	_ = connect(t, addr, "junk", packet.V5, keep).nc.Close()
	connect(t, addr, "a", packet.V5)
	eventually(t, "departure", func() bool { return b.Stats().Connections == 1 })
	connect(t, addr, "b", packet.V5) // in place of the one that is away
	if _, ack := tryConnect(t, addr, "c", packet.V5); ack.Code != packet.QuotaExceeded {
		t.Errorf("%v", ack.Code)
	}
	connect(t, addr, "a", packet.V5)
}

// Takeover of a client that does not read does not wait for it.
func TestTakeoverOfStalledConnectionIsImmediate(t *testing.T) {
	_, addr := serve(t, Options{})
	stalled := connect(t, addr, "a", packet.V311)
	stalled.subscribe("flood", 0)
	flood(t, addr, "flood", 200)
	start := time.Now()
	fresh := connect(t, addr, "a", packet.V311)
	if waited := time.Since(start); waited > 2*time.Second {
		t.Errorf("the newcomer waited %v", waited)
	}
	fresh.quiet()
}

// flood publishes n messages of 100 KB.
func flood(t *testing.T, addr, topic string, n int) {
	t.Helper()
	c := connect(t, addr, "flood", packet.V311)
	payload := string(make([]byte, 100_000))
	for range n {
		c.publish(topic, payload, 0, 0)
	}
	c.quiet()
}

// A panic in what the broker is given, such as its Access, ends one connection.
func TestPanicEndsOneConnection(t *testing.T) {
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add, Access: &gatekeeper{
		publish: func(_ *model.Publisher, topic string, _ bool) error {
			if topic == "bomb" {
				panic("boom")
			}
			return nil
		},
		deliver: func(_, _ *model.Publisher, topic string) error {
			if topic == "mine" {
				panic("boom")
			}
			return nil
		},
	}})
	undisturbed := bystander(t, addr)
	sub := connect(t, addr, "sub", packet.V5)
	sub.subscribe("mine", 1)
	for _, topic := range []string{"bomb", "mine"} {
		c := connect(t, addr, "a", packet.V5)
		c.publish(topic, "x", 1, 1)
		if d := c.expectEnd(); d == nil || d.Code != packet.UnspecifiedError {
			t.Errorf("%+v", d)
		}
		undisturbed()
	}
	sub.quiet()
	if n := b.Stats().Panics; n != 2 {
		t.Errorf("%d panics counted", n)
	}
	if e := waitEvent(t, &log, func(PanicCaught) bool { return true }); e.Value != "boom" || e.Stack == "" || e.Publisher.ClientID != "a" {
		t.Errorf("%+v", e)
	}
}

// failingListener fails its first accepts.
type failingListener struct {
	net.Listener
	failures atomic.Int32
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.failures.Add(-1) >= 0 {
		return nil, errors.New("too many open files")
	}
	return l.Listener.Accept()
}

func TestListenerSurvivesFailedAccepts(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	failing := &failingListener{Listener: ln}
	failing.failures.Store(4)
	var log eventLog
	b := New(Options{OnEvent: log.add})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx, failing) }()
	connect(t, ln.Addr().String(), "a", packet.V5).quiet()
	if n := b.Stats().AcceptErrors; n != 4 {
		t.Errorf("%d failures counted", n)
	}
	waitEvent(t, &log, func(AcceptFailed) bool { return true })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = b.Close()
	if err := b.Serve(context.Background(), ln); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestCloseTellsClients(t *testing.T) { // reason code 0x8B
	b, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5)
	old := connect(t, addr, "b", packet.V311)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if d := c.expectEnd(); d == nil || d.Code != packet.ServerShuttingDown {
		t.Errorf("%+v", d)
	}
	old.expectEnd()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDisconnectByOperator(t *testing.T) {
	b, addr := serve(t, Options{})
	watch := connect(t, addr, "watch", packet.V311)
	watch.subscribe("will", 0)
	c := connect(t, addr, "a", packet.V5, withWill("will"))
	if b.Disconnect("nobody", packet.AdministrativeAction) || !b.Disconnect("a", packet.AdministrativeAction) {
		t.Error("disconnected the wrong one")
	}
	if d := c.expectEnd(); d == nil || d.Code != packet.AdministrativeAction {
		t.Errorf("%+v", d)
	}
	watch.expectMessage("will", "lost")
}
