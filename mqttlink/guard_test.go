package mqttlink

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"pgregory.net/rapid"
)

// wire is a connection that only reads.
type wire struct {
	net.Conn
	io.Reader
}

func (w wire) Read(p []byte) (int, error) { return w.Reader.Read(p) }

// heard is a message as a reader of the wire learns it.
type heard struct {
	topic, payload string
	qos            byte
	retained       bool
}

// readAll reads packets through a guard as paho does.
func readAll(in io.Reader, maxPacket int) (all []heard, skipped int, err error) {
	g := newGuard(wire{Reader: in}, maxPacket, 1)
	g.deliver = func(topic, payload []byte, retained, _ bool) {
		all = append(all, heard{string(topic), string(payload), 0, retained})
	}
	g.oversize = func() { skipped++ }
	for {
		p, err := packets.ReadPacket(g)
		if err != nil {
			return all, skipped, err
		}
		if m, ok := p.(*packets.PublishPacket); ok {
			all = append(all, heard{m.TopicName, string(m.Payload), m.Qos, m.Retain})
		}
	}
}

// However the bytes arrive, the messages are those that were sent, in order.
func TestGuardChangesNothing(t *testing.T) {
	const maxPacket = 600 << 10
	sizes := rapid.SampledFrom([]int{0, 1, 100, 127, 128, 16383, 16384, readBuffer - 5, readBuffer, readBuffer + 1,
		passThrough - 5, passThrough, passThrough + 1, maxPacket - 5, maxPacket + 1})
	rapid.Check(t, func(t *rapid.T) {
		var stream bytes.Buffer
		stream.Write([]byte{0x20, 2, 0, 0})
		var want []heard
		skipped := 0
		for i := range rapid.IntRange(0, 8).Draw(t, "messages") {
			p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
			p.TopicName = rapid.StringMatching(`[a-z]{1,3}(/[a-z]{1,3}){0,2}`).Draw(t, "topic")
			p.Payload = bytes.Repeat([]byte{byte('a' + i)}, sizes.Draw(t, "size"))
			p.Qos, p.Retain, p.MessageID = byte(rapid.IntRange(0, 2).Draw(t, "qos")), rapid.Bool().Draw(t, "retain"), 1
			length := 2 + len(p.TopicName) + len(p.Payload)
			if p.Qos > 0 {
				if length += 2; length > maxPacket {
					p.Qos, length = 0, length-2
				}
			}
			if err := p.Write(&stream); err != nil {
				t.Fatal(err)
			}
			if length > maxPacket {
				skipped++
				continue
			}
			want = append(want, heard{p.TopicName, string(p.Payload), p.Qos, p.Retain})
		}
		var in io.Reader = &stream
		switch rapid.IntRange(0, 2).Draw(t, "arrival") {
		case 1:
			in = iotest.HalfReader(in)
		case 2:
			in = iotest.DataErrReader(in)
		}
		got, n, err := readAll(in, maxPacket)
		if !errors.Is(err, io.EOF) || n != skipped || len(got) != len(want) {
			t.Fatalf("%d messages, %d skipped, %v; want %d and %d", len(got), n, err, len(want), skipped)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("message %d: %.40v, want %.40v", i, got[i], want[i])
			}
		}
	})
}

// Whatever a broker sends, paho only sees packets it can take.
func FuzzGuard(f *testing.F) {
	open := "\x20\x02\x00\x00"
	for _, seed := range []string{
		"", open, open + "\x30\x04\x00\x01a1", open + "\x32\x06\x00\x01a\x00\x01x", open + "\x90\x03\x00\x01\x00",
		open + "\xd0\x00\x40\x02\x00\x01\x62\x02\x00\x01", open + "\x30\xff\xff\xff\x7f", open + "\x3f\x00", "HTTP/1.1 400", "\x15\x03",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		_, _, err := readAll(iotest.OneByteReader(bytes.NewReader(stream)), 4096)
		if err == nil {
			t.Fatal("the stream has no end")
		}
	})
}

// A broker that lets its promise drip in must not be given its memory at once.
func TestReadGrowing(t *testing.T) {
	const n = 1 << 20
	payload := bytes.Repeat([]byte("0123456789abcdef"), n/16)
	in := bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(payload)), readBuffer)
	b, err := readGrowing(in, []byte("head"), n)
	if err != nil || string(b[:4]) != "head" || !bytes.Equal(b[4:], payload) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	in = bufio.NewReaderSize(bytes.NewReader(payload[:1000]), readBuffer)
	if _, err := readGrowing(in, nil, 200<<20); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken promise: %v", err)
	}
	if n := testing.AllocsPerRun(1, func() {
		in := bufio.NewReaderSize(bytes.NewReader(payload[:1000]), 16)
		_, _ = readGrowing(in, nil, 200<<20)
	}); n > 10 {
		t.Errorf("%v allocations for a broken promise", n)
	}
}

func TestBrieflyCountsOnlyShortSessions(t *testing.T) {
	lost, other := &Error{Kind: KindLost}, &Error{Kind: KindKeepAlive}
	n := 0
	for i, c := range []struct {
		up   time.Duration
		err  *Error
		want int
	}{
		{time.Second, lost, 1}, {0, other, 1}, {time.Second, lost, 2}, {time.Second, other, 0},
		{time.Second, lost, 1}, {time.Hour, lost, 0},
	} {
		if n = briefly(n, c.up, c.err); n != c.want {
			t.Errorf("step %d: %d, want %d", i, n, c.want)
		}
	}
}
