package listen_test

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// Silent sockets are closed when the time for CONNECT is over, over TCP and TLS,
// though nothing else bounds their number; a client that is connected does not
// feel them. FLOOD is their number in the long form, with the default of 10 s,
// and one for the scheduling of so many.
func TestFloodOfSilentSockets(t *testing.T) {
	n, limit, slack := 500, 2*time.Second, 3*time.Second
	if text := os.Getenv("FLOOD"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		limit, slack = 10*time.Second, time.Second
	}
	cert, pool, _ := identity(t)
	for _, secure := range []bool{false, true} {
		t.Run(map[bool]string{false: "TCP", true: "TLS"}[secure], func(t *testing.T) {
			ln := tcp(t)
			dial := func() (net.Conn, error) { return net.Dial("tcp", ln.Addr().String()) }
			if secure {
				inner := ln
				var err error
				if ln, err = listen.TLS(inner, &tls.Config{Certificates: []tls.Certificate{cert}}, nil); err != nil {
					t.Fatal(err)
				}
				dial = func() (net.Conn, error) {
					return tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "localhost"})
				}
			}
			most := 2 * n
			b := serve(t, ln, broker.Options{Limits: broker.Limits{ConnectTime: limit, Connections: most, ConnectionsPerAddr: most,
				Pending: most, PendingPerAddr: most}})
			times := pings(t, dial)
			start := time.Now()
			closed := silentUntil(t, ln.Addr().String(), n, limit+slack)
			opened := time.Since(start)
			closed()
			all := times()
			p99 := all[len(all)*99/100]
			t.Logf("%d sockets opened in %v, all closed %v after the first; %d pings, p99 %v, slowest %v",
				n, opened, time.Since(start), len(all), p99, all[len(all)-1])
			if p99 > 100*time.Millisecond {
				t.Errorf("a bystander's p99 is %v", p99)
			}
			eventually(t, "calm", func() bool { return b.Stats().Connections == 0 })
		})
	}
}

// silentUntil opens n sockets that say nothing, and returns a function that waits
// until all are closed: each within a time of its own.
func silentUntil(t *testing.T, addr string, n int, within time.Duration) (closed func()) {
	t.Helper()
	conns := make([]net.Conn, n)
	for i := range conns {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		_ = nc.SetReadDeadline(time.Now().Add(within))
		conns[i] = nc
	}
	return func() {
		t.Helper()
		for i, nc := range conns {
			if _, err := io.Copy(io.Discard, nc); isTimeout(err) {
				t.Fatalf("socket %d of %d is open after %v", i, n, within)
			}
		}
	}
}

// pings measures round trips of one client, a thousand a second at most, until
// the function it returns is called, which has them sorted.
func pings(t *testing.T, dial func() (net.Conn, error)) func() []time.Duration {
	t.Helper()
	nc, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	hello := packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("bystander")}
	if _, err := nc.Write(hello.Append(nil, packet.V311)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(nc, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan []time.Duration)
	go func() {
		var times []time.Duration
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		defer func() { done <- times }()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			start := time.Now()
			if _, err := nc.Write([]byte{0xc0, 0}); err != nil {
				t.Error(err)
				return
			}
			if _, err := io.ReadFull(nc, make([]byte, 2)); err != nil {
				t.Error(err)
				return
			}
			times = append(times, time.Since(start))
		}
	}()
	return func() []time.Duration {
		close(stop)
		times := <-done
		_ = nc.Close()
		slices.Sort(times)
		if len(times) == 0 {
			t.Fatal("no ping came back")
		}
		return times
	}
}
