package mqttlink

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pilothouse/pilothouse/model"
)

// serve accepts connections on a free loopback port, and hands each to handle
// in a goroutine; the connection is closed when handle returns.
func serve(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			all.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}

// evilBroker accepts CONNECT and SUBSCRIBE as a broker does, then lets attack
// loose.
func evilBroker(t *testing.T, attack func(w *bufio.Writer)) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		w := bufio.NewWriter(conn)
		for subscribed := false; !subscribed; {
			p, err := packets.ReadPacket(conn)
			if err != nil {
				return
			}
			switch p := p.(type) {
			case *packets.ConnectPacket:
				_, _ = conn.Write([]byte{0x20, 2, 0, 0})
			case *packets.SubscribePacket:
				_, _ = conn.Write(binary.BigEndian.AppendUint16([]byte{0x90, byte(2 + len(p.Topics))}, p.MessageID))
				_, _ = conn.Write(p.Qoss)
				subscribed = true
			}
		}
		attack(w)
		w.Flush()
		_, _ = io.Copy(io.Discard, conn)
	})
}

// publishHeader is the fixed header of a PUBLISH that promises n bytes.
func publishHeader(flags byte, n int) []byte {
	b := []byte{0x30 | flags}
	for ; n > 127; n >>= 7 {
		b = append(b, byte(n&127|128))
	}
	return append(b, byte(n))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}

const promised = 256<<20 - 1

func TestHugeMessageIsSkipped(t *testing.T) {
	address := evilBroker(t, func(w *bufio.Writer) {
		_, _ = w.Write(publishHeader(0, promised))
		_, _ = io.CopyN(w, zeros{}, promised)
		_, _ = w.Write([]byte{0x30, 4, 0, 1, 'a', '1'})
	})
	before := heap()
	var in inbox
	r := startRemote(t, Profile{URL: "mqtt://" + address}, in.sink)
	eventually(t, "the message after it arrives", func() bool { return len(in.find("a")) == 1 })
	if grown := int64(heap()) - int64(before); grown > 32<<20 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	}
	s := r.Status()
	if len(s.Dropped) != 1 || s.Dropped[0].Count != 1 || s.Dropped[0].Reason != "packet larger than 16777216 bytes" {
		t.Errorf("dropped: %+v", s.Dropped)
	}
}

func TestHugePromiseTakesNoMemory(t *testing.T) {
	sent := make(chan struct{}, 16)
	// Just below a bound that the person has raised, at QoS 0 and 1.
	for _, flags := range []byte{0, 2} {
		address := evilBroker(t, func(w *bufio.Writer) {
			_, _ = w.Write(publishHeader(flags, promised))
			_, _ = w.Write([]byte{0, 1, 'a', 0, 1})
			w.Flush()
			sent <- struct{}{}
		})
		before := heap()
		r := startRemote(t, Profile{URL: "mqtt://" + address, MaxPacket: promised}, ignore)
		<-sent
		waitUp(t, r)
		if grown := int64(heap()) - int64(before); grown > 8<<20 {
			t.Errorf("flags %d: memory grew by %d MiB", flags, grown>>20)
		}
	}
}

func TestHugeMessageThatWantsAnAnswerCutsTheLink(t *testing.T) {
	address := evilBroker(t, func(w *bufio.Writer) { _, _ = w.Write(publishHeader(2, promised)) })
	r := startRemote(t, Profile{URL: "mqtt://" + address}, ignore)
	if err := waitError(t, r); !errors.Is(err, KindTooLarge) || !strings.Contains(err.Error(), "268435455 bytes") {
		t.Error(err)
	}
}

func TestBrokenPacketsCutTheLink(t *testing.T) {
	for name, packet := range map[string]string{
		"PUBLISH at QoS 3":               "\x36\x05\x00\x01a\x00\x01",
		"PUBLISH without topic length":   "\x30\x01\x00",
		"PUBLISH with too long a topic":  "\x30\x03\x00\x09a",
		"the same at QoS 1":              "\x32\x03\x00\x09a",
		"length of five bytes":           "\x30\xff\xff\xff\xff\x7f",
		"SUBACK for more than was asked": "\x90\x04\x00\x01\x00\x00",
		"SUBACK for nothing":             "\x90\x02\x00\x01",
		"a second CONNACK":               "\x20\x02\x00\x00",
		"CONNECT from a broker":          "\x10\x00",
		"PINGREQ from a broker":          "\xc0\x00",
		"PUBACK with wrong flags":        "\x41\x02\x00\x01",
		"PUBACK that is too short":       "\x40\x01\x00",
		"packet type 0":                  "\x00\x00",
		"packet type 15":                 "\xf0\x00",
	} {
		t.Run(name, func(t *testing.T) {
			address := evilBroker(t, func(w *bufio.Writer) { _, _ = w.WriteString(packet) })
			err := waitError(t, startRemote(t, Profile{URL: "mqtt://" + address}, ignore))
			if !errors.Is(err, KindMalformed) && !errors.Is(err, KindLost) {
				t.Error(err)
			}
		})
	}
}

func TestBadTopicsAreCounted(t *testing.T) {
	address := evilBroker(t, func(w *bufio.Writer) {
		for _, topic := range []string{"", "a/#", "\xff", "a\x00", strings.Repeat("/", 100)} {
			name := string([]byte{0, byte(len(topic))}) + topic
			_, _ = w.Write(append(publishHeader(0, len(name)), name...))
			_, _ = w.Write(append(publishHeader(2, len(name)+2), name+"\x00\x01"...)) // at QoS 1
		}
	})
	var in inbox
	r := startRemote(t, Profile{URL: "mqtt://" + address}, in.sink)
	eventually(t, "bad topics are counted", func() bool {
		d := r.Status().Dropped
		return len(d) == 1 && d[0].Count == 10 && d[0].Reason == "topic not valid or beyond the limits"
	})
}

func TestNotABroker(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	say := func(text string) string {
		return serve(t, func(c net.Conn) {
			_, _ = c.Write([]byte(text))
			_, _ = io.Copy(io.Discard, c)
		})
	}
	mute := serve(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	shut := serve(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 256)) })
	for _, c := range []struct {
		name, url string
		kind      Kind
		says      string
	}{
		{"web server", "mqtt://" + say("HTTP/1.1 400 Bad Request\r\n\r\n"), KindNotMQTT, "web server"},
		{"web server by WebSocket", "ws://" + web.Listener.Addr().String(), KindNotMQTT, "HTTP 404"},
		{"SSH server", "mqtt://" + say("SSH-2.0-OpenSSH_9\r\n"), KindNotMQTT, `"SSH-2.0-OpenSSH_9`},
		{"TLS alert", "mqtt://" + say("\x15\x03\x01\x00\x02\x02\x46"), KindTLSNeeded, "mqtts://"},
		{"says nothing", "mqtt://" + mute, KindTimeout, "no answer in time"},
		{"says nothing to TLS", "mqtts://" + mute, KindTimeout, "no answer in time"},
		{"says nothing to a WebSocket", "ws://" + mute, KindTimeout, "no answer in time"},
		{"closes", "mqtt://" + shut, KindClosed, "closed without an answer"},
		{"nobody there", "mqtt://127.0.0.1:" + freePort(t), KindRefused, "Is the broker running"},
		{"no such name", "mqtt://no-such-host.invalid", KindName, "no-such-host.invalid"},
		{"protocol version", "mqtt://" + say("\x20\x02\x00\x01"), KindVersion, "code 1"},
		{"client ID", "mqtt://" + say("\x20\x02\x00\x02"), KindClientID, "code 2"},
		{"unavailable", "mqtt://" + say("\x20\x02\x00\x03"), KindUnavailable, "code 3"},
		{"credentials", "mqtt://" + say("\x20\x02\x00\x04"), KindCredentials, "code 4"},
		{"not authorised", "mqtt://" + say("\x20\x02\x00\x05"), KindNotAuthorized, "code 5"},
		{"unknown code", "mqtt://" + say("\x20\x02\x00\x06"), KindMalformed, "unknown code 6"},
		{"MQTT 5", "mqtt://" + say("\x20\x03\x00\x84\x00"), KindVersion, "another version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := startRemote(t, Profile{URL: c.url}, ignore, WithConnectTimeout(time.Second))
			err := waitError(t, r)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v; want kind %q and %q", err, c.kind, c.says)
			}
			if r.Status().State == model.LinkUp {
				t.Error("the link claims to be up")
			}
		})
	}
}

func TestRefusedSubscription(t *testing.T) {
	refuse := func(code ...byte) string {
		return serve(t, func(conn net.Conn) {
			for {
				p, err := packets.ReadPacket(conn)
				if err != nil {
					return
				}
				switch p := p.(type) {
				case *packets.ConnectPacket:
					_, _ = conn.Write([]byte{0x20, 2, 0, 0})
				case *packets.SubscribePacket:
					b := binary.BigEndian.AppendUint16([]byte{0x90, byte(2 + len(code))}, p.MessageID)
					_, _ = conn.Write(append(b, code...))
				}
			}
		})
	}
	r := startRemote(t, Profile{URL: "mqtt://" + refuse(0x80), Filters: []string{"secret/#"}}, ignore)
	if err := waitError(t, r); !errors.Is(err, KindSubscription) || !strings.Contains(err.Error(), "secret/#") {
		t.Error(err)
	}
	r = startRemote(t, Profile{URL: "mqtt://" + refuse(0x80, 0), Filters: []string{"secret/#", "open/#"}}, ignore)
	waitUp(t, r)
	if err := r.Status().Err; !errors.Is(err, KindSubscription) {
		t.Error(err)
	}
}

func TestSilentBrokerIsNoticed(t *testing.T) {
	address := evilBroker(t, func(*bufio.Writer) {})
	r := startRemote(t, Profile{URL: "mqtt://" + address, KeepAlive: time.Second}, ignore)
	waitUp(t, r)
	if err := waitError(t, r); !errors.Is(err, KindKeepAlive) {
		t.Error(err)
	}
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
