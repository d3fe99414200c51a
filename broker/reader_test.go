package broker

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// A busy connection has a big buffer, an idle one gives it back.
func TestIdleConnectionGivesItsBufferBack(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		c := dial()
		c.send(&packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("a")})
		expect[*packet.Connack](c)
		c.publish("a", string(make([]byte, 40_000)), 0, 0)
		c.publish("a", string(make([]byte, 200_000)), 0, 0)
		c.quiet()
		c.publish("a", string(make([]byte, 40_000)), 0, 0)
		time.Sleep(3 * busyTick)
		synctest.Wait()
		if serving := onlyConn(b); serving.in.big != nil || len(serving.in.buf) != smallBuffer || serving.router.work != nil {
			t.Error("an idle connection has a big buffer")
		}
		c.quiet()
	})
}

func onlyConn(b *Broker) *conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		return c
	}
	return nil
}

// However the bytes are cut into reads, the same packets come out.
// Statements: [MQTT-4.2.0-1].
func TestReaderReassembles(t *testing.T) {
	b := New(Options{})
	defer func() { _ = b.Close() }()
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		var want []int
		for range rapid.IntRange(1, 8).Draw(t, "packets") {
			size := rapid.SampledFrom([]int{0, 1, 100, 505, 509, 600, 65_525, 66_000, 150_000}).Draw(t, "size")
			p := packet.Publish{Topic: []byte("t"), Payload: bytes.Repeat([]byte{byte(size)}, size)}
			stream = p.Append(stream, packet.V311)
			want = append(want, size)
		}
		c := newConn(b, &slowConn{left: stream, cut: func() int { return rapid.SampledFrom([]int{1, 2, 300, 512, 5_000, 100_000}).Draw(t, "cut") }})
		c.session = &session{b: b}
		c.pub = &model.Publisher{}
		c.router = router{b: b, pub: c.pub}
		var got []int
		err := c.in.each(func(h packet.Header, body []byte) error {
			p, err := packet.Decode(h, body, packet.V311)
			if err == nil {
				got = append(got, len(p.(*packet.Publish).Payload))
			}
			return err
		})
		if !errors.Is(err, io.EOF) || !slices.Equal(got, want) {
			t.Fatalf("%v, %v, want %v", err, got, want)
		}
		c.in.release()
	})
}

// slowConn gives out bytes in pieces.
type slowConn struct {
	net.Conn
	left []byte
	cut  func() int
}

func (c *slowConn) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.left[:min(len(c.left), c.cut())])
	c.left = c.left[n:]
	return n, nil
}

func (*slowConn) RemoteAddr() net.Addr            { return nil }
func (*slowConn) SetReadDeadline(time.Time) error { return nil }

func TestIDSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s idSet
		there := map[uint16]bool{}
		for range rapid.IntRange(0, 300).Draw(t, "operations") {
			id := rapid.Uint16Range(1, 200).Draw(t, "id")
			if s.has(id) != there[id] {
				t.Fatalf("%d", id)
			}
			switch {
			case !there[id]:
				s.add(id)
				there[id] = true
			case !s.remove(id):
				t.Fatalf("%d was not removed", id)
			default:
				delete(there, id)
			}
			if s.n != len(there) {
				t.Fatalf("%d IDs, want %d", s.n, len(there))
			}
		}
	})
}

// What waits or is in flight is counted down to nothing.
func TestHeldBytesAreCounted(t *testing.T) {
	b, addr := serve(t, Options{})
	c := connect(t, addr, "a", packet.V5, keep, func(p *packet.Connect) { p.Props.SetNumber(packet.ReceiveMaximum, 3) })
	c.subscribe("a", 2)
	pub := connect(t, addr, "pub", packet.V5)
	for i := range 9 {
		qos := 1 + byte(i%2)
		pub.publish("a", "0123456789", qos, 1)
		finishPublish(pub, qos, 1, 0)
	}
	one := (&message{topic: "a", payload: make([]byte, 10)}).size()
	if got := b.Stats().QueuedBytes; got != 9*one {
		t.Errorf("%d bytes, want %d", got, 9*one)
	}
	answer(c, c.expectMessage("a", "0123456789"))
	c.sync()
	if got := b.Stats().QueuedBytes; got != 8*one {
		t.Errorf("%d bytes after one, want %d", got, 8*one)
	}
	connect(t, addr, "a", packet.V5) // clean start
	if got := b.Stats().QueuedBytes; got != 0 {
		t.Errorf("%d bytes after the end of the session", got)
	}
}
