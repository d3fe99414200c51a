package listen_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

// silent opens n connections, says start on each, and returns a function that
// waits until all of them are closed.
func silent(t *testing.T, addr string, n int, start string) (closed func()) {
	t.Helper()
	var conns []net.Conn
	for range n {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		if _, err := io.WriteString(nc, start); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, nc)
	}
	return func() {
		t.Helper()
		deadline := time.Now().Add(patience)
		for i, nc := range conns {
			_ = nc.SetReadDeadline(deadline)
			if _, err := io.Copy(io.Discard, nc); isTimeout(err) {
				t.Fatalf("connection %d of %d is still open", i, n)
			}
		}
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func TestHalfOpenHandshakesAreClosed(t *testing.T) {
	const limit = time.Second
	cert, _, _ := identity(t)
	for name, start := range map[string]string{"silent": "", "half a request": "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"} {
		for _, secure := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", TLS", false: ""}[secure], func(t *testing.T) {
				inner := tcp(t)
				if secure {
					var err error
					if inner, err = listen.TLS(inner, &tls.Config{Certificates: []tls.Certificate{cert}}, nil); err != nil {
						t.Fatal(err)
					}
				}
				log := &refusals{}
				ln := listen.WebSocket(inner, listen.Options{HandshakeTime: limit, OnRefuse: log.add})
				b := serve(t, ln, broker.Options{})
				closed := silent(t, ln.Addr().String(), 500, start)
				if !secure { // another client is not in their way
					exchange(t, b, "ws://"+ln.Addr().String()+"/mqtt", nil)
				}
				closed()
				eventually(t, "500 refusals", func() bool { return log.count(listen.HandshakeFailed) == 500 })
			})
		}
	}
}

func TestHandshakesAreBounded(t *testing.T) {
	log := &refusals{}
	ln := listen.WebSocket(tcp(t), listen.Options{Handshakes: 10, HandshakeTime: 4 * time.Second, OnRefuse: log.add})
	b := serve(t, ln, broker.Options{})
	closed := silent(t, ln.Addr().String(), 30, "")
	eventually(t, "20 refusals", func() bool { return log.count(listen.TooManyHandshakes) == 20 })
	closed()
	eventually(t, "10 more", func() bool { return log.count(listen.HandshakeFailed) == 10 })
	exchange(t, b, "ws://"+ln.Addr().String()+"/mqtt", nil)
}

func TestOneAddressCannotKeepOthersOut(t *testing.T) {
	var log refusals
	ln := listen.WebSocket(tcp(t), listen.Options{Handshakes: 40, HandshakesPerAddr: 10, HandshakeTime: time.Minute, OnRefuse: log.add})
	serve(t, ln, broker.Options{})
	silent(t, ln.Addr().String(), 30, "")
	eventually(t, "20 refusals", func() bool { return log.count(listen.TooManyHandshakes) == 20 })
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: patience}
	nc, err := from.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Skipf("this machine has no second loopback address: %v", err)
	}
	defer func() { _ = nc.Close() }()
	_ = nc.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(nc, "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, len("HTTP/1.1 426"))
	if _, err := io.ReadFull(nc, b); err != nil || string(b) != "HTTP/1.1 426" {
		t.Errorf("another address is answered %q, %v", b, err)
	}
}

func TestCloseEndsHandshakes(t *testing.T) {
	log := &refusals{}
	ln := listen.WebSocket(tcp(t), listen.Options{OnRefuse: log.add})
	closed := silent(t, ln.Addr().String(), 10, "GET")
	for range 2 {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	}
	closed()
	if _, err := ln.Accept(); err == nil {
		t.Error("a closed listener accepts")
	}
	if ln.Refused() != 0 {
		t.Error("the end of the listener counts as refusals")
	}
}
