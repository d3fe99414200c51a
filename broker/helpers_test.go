package broker

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/broker/brokertest"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// eventLog keeps the events of a broker.
type eventLog struct {
	mu     sync.Mutex
	events []Event
}

func (l *eventLog) add(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
}

func (l *eventLog) all() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Event(nil), l.events...)
}

// waitEvent waits for an event of type E that satisfies ok.
func waitEvent[E Event](t testing.TB, l *eventLog, ok func(E) bool) E {
	t.Helper()
	var found E
	eventually(t, "an event", func() bool {
		for _, e := range l.all() {
			if e, is := e.(E); is && ok(e) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	brokertest.Eventually(t, what, patience, ok)
}

// serve starts a broker on a TCP port and stops it with the test.
func serve(t testing.TB, o Options) (b *Broker, addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b = New(o)
	done := make(chan error, 1)
	go func() { done <- b.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
	return b, ln.Addr().String()
}

// client is a raw client: it sends what it is told and sees every packet.
type client struct {
	t  testing.TB
	nc net.Conn
	r  *bufio.Reader
	v  packet.Version
	// early are messages that were received while something else was expected.
	early []*packet.Publish
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return newClient(t, nc)
}

func newClient(t testing.TB, nc net.Conn) *client {
	t.Helper()
	return &client{t: t, nc: nc, r: bufio.NewReaderSize(nc, 64<<10), v: packet.V311}
}

// connect dials and opens a session, changed by change.
func connect(t testing.TB, addr, id string, v packet.Version, change ...func(*packet.Connect)) *client {
	t.Helper()
	c, ack := tryConnect(t, addr, id, v, change...)
	if ack.Code != packet.Success {
		t.Fatalf("CONNACK %v", ack.Code)
	}
	return c
}

func tryConnect(t testing.TB, addr, id string, v packet.Version, change ...func(*packet.Connect)) (*client, *packet.Connack) {
	t.Helper()
	c := dial(t, addr)
	c.v = v
	p := &packet.Connect{Version: v, CleanStart: true, ClientID: []byte(id)}
	for _, f := range change {
		f(p)
	}
	c.send(p)
	ack, ok := c.receive().(*packet.Connack)
	if !ok {
		t.Fatal("no CONNACK")
	}
	return c, ack
}

func (c *client) send(p packet.Packet) { c.write(p.Append(nil, c.v)) }

func (c *client) write(b []byte) {
	c.t.Helper()
	if _, err := c.nc.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// next reads one packet.
func (c *client) next() (packet.Packet, error) { return c.nextWithin(patience) }

func (c *client) nextWithin(d time.Duration) (packet.Packet, error) {
	_ = c.nc.SetReadDeadline(time.Now().Add(d))
	return brokertest.Read(c.r, c.v)
}

func (c *client) receive() packet.Packet {
	c.t.Helper()
	p, err := c.next()
	if err != nil {
		c.t.Fatalf("receive: %v", err)
	}
	return p
}

// expect receives a packet of type P.
func expect[P packet.Packet](c *client) P {
	c.t.Helper()
	got := c.receive()
	p, ok := got.(P)
	if !ok {
		c.t.Fatalf("received %v %+v, want %T", got.Type(), got, p)
	}
	return p
}

// expectAck receives an acknowledgement.
func (c *client) expectAck(kind packet.Type, id uint16, code packet.Code) {
	c.t.Helper()
	p := expect[*packet.Ack](c)
	if p.Kind != kind || p.ID != id || p.Code != code {
		c.t.Fatalf("received %v %d %v, want %v %d %v", p.Kind, p.ID, p.Code, kind, id, code)
	}
}

// peekAck receives a PUBREL; other packets that come before it fail the test but
// for messages, which belong to the next window.
func (c *client) peekAck() (*packet.Ack, bool) {
	c.t.Helper()
	switch p := c.receive().(type) {
	case *packet.Ack:
		return p, true
	case *packet.Publish:
		c.early = append(c.early, p)
	default:
		c.t.Fatalf("received %v", p.Type())
	}
	return nil, false
}

// expectMessage receives a PUBLISH.
func (c *client) expectMessage(topic, payload string) *packet.Publish {
	c.t.Helper()
	var p *packet.Publish
	if len(c.early) > 0 {
		p, c.early = c.early[0], c.early[1:]
	} else {
		p = expect[*packet.Publish](c)
	}
	if string(p.Topic) != topic || string(p.Payload) != payload {
		c.t.Fatalf("received %q on %q, want %q on %q", p.Payload, p.Topic, payload, topic)
	}
	return p
}

// expectEnd reads until the connection ends, and returns the DISCONNECT packet if
// there was one.
func (c *client) expectEnd() (last *packet.Disconnect) {
	c.t.Helper()
	return c.expectEndWithin(patience)
}

func (c *client) expectEndWithin(d time.Duration) (last *packet.Disconnect) {
	c.t.Helper()
	for {
		p, err := c.nextWithin(d)
		if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
			c.t.Fatal("the connection did not end")
		}
		if err != nil {
			return last
		}
		if last != nil { // [MQTT-3.14.4-1]
			c.t.Errorf("received %v after DISCONNECT", p.Type())
		}
		if d, ok := p.(*packet.Disconnect); ok {
			last = d
			if d.Props.Has(packet.SessionExpiry) { // [MQTT-3.14.2-3]
				c.t.Errorf("%+v", d)
			}
		}
	}
}

// quiet checks by a ping that nothing else comes first.
func (c *client) quiet() {
	c.t.Helper()
	c.send(&packet.Ping{Kind: packet.PINGREQ})
	if p := c.receive(); p.Type() != packet.PINGRESP {
		c.t.Fatalf("received %v %+v, want PINGRESP", p.Type(), p)
	}
}

// sync pings and skips the messages that come before the answer.
func (c *client) sync() {
	c.t.Helper()
	c.send(&packet.Ping{Kind: packet.PINGREQ})
	for c.receive().Type() != packet.PINGRESP {
	}
}

// subscribe subscribes and returns the reason code.
func (c *client) subscribe(filter string, qos byte, change ...func(*packet.Subscribe)) packet.Code {
	c.t.Helper()
	p := &packet.Subscribe{ID: 77, Filters: []packet.Filter{{Filter: []byte(filter), QoS: qos}}}
	for _, f := range change {
		f(p)
	}
	c.send(p)
	return expect[*packet.Suback](c).Codes[0]
}

func (c *client) publish(topic, payload string, qos byte, id uint16, change ...func(*packet.Publish)) {
	c.t.Helper()
	p := &packet.Publish{Topic: []byte(topic), Payload: []byte(payload), QoS: qos, ID: id}
	for _, f := range change {
		f(p)
	}
	c.send(p)
}

func retained(p *packet.Publish) { p.Retain = true }

// collector gathers what a session inside the process receives.
type collector struct {
	mu  sync.Mutex
	got []model.Message
}

func (k *collector) add(ms []model.Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range ms {
		m.Payload = append([]byte(nil), m.Payload...)
		k.got = append(k.got, m)
	}
}

func (k *collector) messages() []model.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]model.Message(nil), k.got...)
}

func (k *collector) wait(t testing.TB, n int) []model.Message {
	t.Helper()
	eventually(t, "message", func() bool { return len(k.messages()) >= n })
	return k.messages()
}

// tool finds a program, and skips the test without it, except in CI.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}
