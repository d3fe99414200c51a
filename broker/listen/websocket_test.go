package listen_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

// upgrade is a WebSocket request with the fields in extra, and its answer.
func upgrade(t *testing.T, addr, target, host, extra string) (net.Conn, *bufio.Reader, answer) {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(patience))
	_, err = fmt.Fprintf(nc, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, host, extra)
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(nc)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return nc, r, answer{resp.StatusCode, resp.Header}
}

// answer is the head of an HTTP response.
type answer struct {
	StatusCode int
	Header     http.Header
}

// asks are the fields of a good request.
const asks = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n"

// A connection is as old as its handshake, which the broker counts.
func TestOpenedIsBeforeTheHandshake(t *testing.T) {
	ln := listen.WebSocket(tcp(t), listen.Options{})
	defer func() { _ = ln.Close() }()
	before := time.Now()
	upgraded := make(chan time.Time, 1)
	go func() {
		upgrade(t, ln.Addr().String(), "/mqtt", "127.0.0.1", asks)
		upgraded <- time.Now()
	}()
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	after := <-upgraded
	c, ok := nc.(interface{ Opened() time.Time })
	if !ok || c.Opened().Before(before) || !c.Opened().Before(after) {
		t.Errorf("%T was opened at an unlikely time", nc)
	}
}

// TestRequestsAreJudged proves [MQTT-6.0.0-3].
func TestRequestsAreJudged(t *testing.T) {
	log := &refusals{}
	ln := listen.WebSocket(tcp(t), listen.Options{OnRefuse: log.add})
	b := serve(t, ln, broker.Options{})
	addr := ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	noProtocol := strings.Replace(asks, "mqtt", "chat", 1)
	for _, tc := range []struct {
		name, target, host, extra string
		status                    int
		reason                    listen.Reason
	}{
		{"no Origin", "/mqtt", addr, asks, 101, -1},
		{"same origin", "/mqtt", addr, asks + "Origin: http://" + addr + "\r\n", 101, -1},
		{"localhost", "/mqtt", "localhost:" + port, asks + "Origin: http://LOCALHOST:" + port + "\r\n", 101, -1},
		{"one protocol of two", "/mqtt", addr, strings.Replace(asks, "mqtt", "mqttv3.1, mqtt", 1), 101, -1},
		{"evil origin", "/mqtt", addr, asks + "Origin: http://evil.example\r\n", 403, listen.OriginRefused},
		{"other port", "/mqtt", addr, asks + "Origin: http://127.0.0.1:1\r\n", 403, listen.OriginRefused},
		{"null origin", "/mqtt", addr, asks + "Origin: null\r\n", 403, listen.OriginRefused},
		{"empty origin", "/mqtt", addr, asks + "Origin: \r\n", 403, listen.OriginRefused},
		{"two origins", "/mqtt", addr, asks + "Origin: http://" + addr + "\r\nOrigin: http://evil.example\r\n", 403, listen.OriginRefused},
		{"rebinding", "/mqtt", "evil.example:" + port, asks + "Origin: http://evil.example:" + port + "\r\n", 403, listen.HostRefused},
		{"rebinding without Origin", "/mqtt", "evil.example", asks, 403, listen.HostRefused},
		{"localhost as a prefix", "/mqtt", "localhost.evil.example", asks, 403, listen.HostRefused},
		{"path", "/", addr, asks, 404, listen.PathUnknown},
		{"plain HTTP", "/mqtt", addr, "", 426, listen.NotWebSocket},
		{"no key", "/mqtt", addr, strings.Replace(asks, "AAAA", "", 1), 400, listen.NotWebSocket},
		{"no mqtt", "/mqtt", addr, noProtocol, 400, listen.SubprotocolMissing},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := log.count(tc.reason)
			nc, _, resp := upgrade(t, addr, tc.target, tc.host, tc.extra)
			defer func() { _ = nc.Close() }()
			if resp.StatusCode != tc.status {
				t.Fatalf("status %d, not %d", resp.StatusCode, tc.status)
			}
			if tc.status == 101 {
				if p := resp.Header.Get("Sec-WebSocket-Protocol"); p != "mqtt" { // [MQTT-6.0.0-4]
					t.Errorf("subprotocol %q", p)
				}
				return
			}
			eventually(t, "refusal", func() bool { return log.count(tc.reason) == before+1 })
		})
	}
	eventually(t, "calm", func() bool { return b.Stats().Connections == 0 })
	if n := ln.Refused(); n != 12 {
		t.Errorf("%d refusals were counted, not 12", n)
	}
}

func TestAllowLists(t *testing.T) {
	ln := listen.WebSocket(tcp(t), listen.Options{Path: "/ws", Origins: []string{"https://dash.example"}, Hosts: []string{"hub.example"}})
	serve(t, ln, broker.Options{})
	addr := ln.Addr().String()
	for _, tc := range []struct {
		host, origin string
		status       int
	}{
		{"hub.example", "https://dash.example", 101},
		{"HUB.example:9001", "https://dash.example", 101},
		{"hub.example", "http://dash.example", 403},
		{"hub.example", "http://hub.example", 403},
		{"127.0.0.1", "https://dash.example", 403},
	} {
		if _, _, resp := upgrade(t, addr, "/ws", tc.host, asks+"Origin: "+tc.origin+"\r\n"); resp.StatusCode != tc.status {
			t.Errorf("%s to %s: %d, not %d", tc.origin, tc.host, resp.StatusCode, tc.status)
		}
	}
}

func TestLongHeaderIsRefused(t *testing.T) {
	ln := listen.WebSocket(tcp(t), listen.Options{})
	serve(t, ln, broker.Options{})
	_, _, resp := upgrade(t, ln.Addr().String(), "/mqtt", "127.0.0.1", "X: "+strings.Repeat("x", 8<<10)+"\r\n")
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
	eventually(t, "refusal", func() bool { return ln.Refused() == 1 })
}

// dialWS is a WebSocket to a broker with options o.
func dialWS(t *testing.T, o listen.Options) (*broker.Broker, *websocket.Conn) {
	t.Helper()
	ln := listen.WebSocket(tcp(t), o)
	b := serve(t, ln, broker.Options{})
	d := websocket.Dialer{Subprotocols: []string{"mqtt"}}
	ws, resp, err := d.Dial("ws://"+ln.Addr().String()+"/mqtt", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	return b, ws
}

// connectPacket is CONNECT of MQTT 3.1.1 with client ID "x", no keep-alive, and
// pingPacket PINGREQ.
const (
	connectPacket = "\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01x"
	pingPacket    = "\xc0\x00"
)

// frame is a masked frame with a mask of zeros.
func frame(first byte, payload string) []byte {
	f := []byte{first, 0x80 | 126, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(f[2:], uint16(len(payload)))
	return append(f, payload...)
}

// receive reads binary messages until they are want together.
func receive(t *testing.T, ws *websocket.Conn, want string) {
	t.Helper()
	var got string
	for len(got) < len(want) {
		kind, p, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if kind != websocket.BinaryMessage { // [MQTT-6.0.0-1]
			t.Fatalf("a message of type %d", kind)
		}
		got += string(p)
	}
	if got != want {
		t.Fatalf("received %x, not %x", got, want)
	}
}

func TestPacketsSpanFrames(t *testing.T) { // [MQTT-6.0.0-2]
	_, ws := dialWS(t, listen.Options{})
	// One message in a frame for each byte, with a ping between them.
	all := connectPacket + pingPacket + pingPacket[:1]
	for i := range len(all) {
		first := byte(0)
		if i == 0 {
			first = websocket.BinaryMessage
		}
		if i == len(all)-1 {
			first |= 0x80
		}
		if _, err := ws.NetConn().Write(frame(first, all[i:i+1])); err != nil {
			t.Fatal(err)
		}
		if i == 5 {
			_ = ws.WriteControl(websocket.PingMessage, []byte("?"), time.Now().Add(patience))
		}
	}
	// The rest of the packet, and another, in a second message.
	if err := ws.WriteMessage(websocket.BinaryMessage, []byte(pingPacket[1:]+pingPacket)); err != nil {
		t.Fatal(err)
	}
	pong := false
	ws.SetPongHandler(func(string) error { pong = true; return nil })
	receive(t, ws, "\x20\x02\x00\x00\xd0\x00\xd0\x00\xd0\x00")
	if !pong {
		t.Error("the ping was not answered")
	}
}

// TestBadFrames looks at what a client is told that breaks the rules.
func TestBadFrames(t *testing.T) {
	for name, tc := range map[string]struct {
		send []byte
		code int
	}{
		"text":         {frame(0x81, connectPacket), websocket.CloseUnsupportedData}, // [MQTT-6.0.0-1]
		"oversized":    {frame(0x82, strings.Repeat("x", 1001)), websocket.CloseMessageTooBig},
		"promised":     {[]byte{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, websocket.CloseMessageTooBig},
		"fragments":    {append(frame(0x02, connectPacket), frame(0x80, strings.Repeat("x", 990))...), websocket.CloseMessageTooBig},
		"unmasked":     {[]byte{0x82, 0x01, 'x'}, websocket.CloseProtocolError},
		"reserved":     {frame(0x83, ""), websocket.CloseProtocolError},
		"continuation": {frame(0x80, "x"), websocket.CloseProtocolError},
		"long ping":    {frame(0x89, strings.Repeat("x", 126)), websocket.CloseProtocolError},
	} {
		t.Run(name, func(t *testing.T) {
			b, ws := dialWS(t, listen.Options{MessageBytes: 1000})
			if _, err := ws.NetConn().Write(tc.send); err != nil {
				t.Fatal(err)
			}
			var err error
			for err == nil {
				_, _, err = ws.ReadMessage()
			}
			if !websocket.IsCloseError(err, tc.code) {
				t.Errorf("closed with %v, not code %d", err, tc.code)
			}
			eventually(t, "departure", func() bool { return b.Stats().Connections == 0 })
		})
	}
}

// TestReadGoesOnAfterItsDeadline is what the broker's keep-alive clock needs.
func TestReadGoesOnAfterItsDeadline(t *testing.T) {
	ln := listen.WebSocket(tcp(t), listen.Options{})
	defer func() { _ = ln.Close() }()
	made := make(chan *websocket.Conn, 1)
	go func() {
		defer close(made)
		d := websocket.Dialer{Subprotocols: []string{"mqtt"}}
		if ws, resp, err := d.Dial("ws://"+ln.Addr().String()+"/mqtt", nil); err == nil {
			_ = resp.Body.Close()
			made <- ws
		}
	}()
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	ws := <-made
	if ws == nil {
		t.Fatal("no WebSocket")
	}
	defer func() { _ = ws.Close() }()
	half := frame(0x82, "hello")
	if _, err := ws.NetConn().Write(half[:len(half)-2]); err != nil { // the deadline passes within a frame
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	var got []byte
	for err = nil; err == nil; {
		_ = nc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		var n int
		n, err = nc.Read(buf)
		got = append(got, buf[:n]...)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if _, err := ws.NetConn().Write(half[len(half)-2:]); err != nil {
		t.Fatal(err)
	}
	_ = nc.SetReadDeadline(time.Now().Add(patience))
	rest := make([]byte, 5-len(got))
	if _, err := io.ReadFull(nc, rest); err != nil || string(got)+string(rest) != "hello" {
		t.Fatalf("%q and %q: %v", got, rest, err)
	}
	_ = nc.SetWriteDeadline(time.Now().Add(-time.Second))
	if _, err := nc.Write([]byte("late")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a write after its deadline: %v", err)
	}
}
