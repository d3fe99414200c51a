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
// feel them. FLOOD is their number in the long form, in which the broker's own
// limit holds and all are gone 10 s after the first was opened.
func TestFloodOfSilentSockets(t *testing.T) {
	n, limits, within := 500, broker.Limits{ConnectTime: 2 * time.Second}, 5*time.Second
	if text := os.Getenv("FLOOD"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		limits, within = broker.Limits{}, 10*time.Second
	}
	most := 2 * n
	limits.Connections, limits.ConnectionsPerAddr, limits.Pending, limits.PendingPerAddr = most, most, most, most
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
			b := serve(t, ln, broker.Options{Limits: limits})
			times := pings(t, dial)
			start := time.Now()
			closed := silentUntil(t, ln.Addr().String(), n, within)
			opened := time.Since(start)
			longest := closed()
			took := time.Since(start)
			all := times()
			p99 := all[len(all)*99/100]
			t.Logf("%d sockets opened in %v, all closed %v after the first was opened, none open longer than %v; %d pings, p99 %v, slowest %v",
				n, opened, took, longest, len(all), p99, all[len(all)-1])
			if took > within {
				t.Errorf("the last was closed %v after the first was opened", took)
			}
			if p99 > 100*time.Millisecond {
				t.Errorf("a bystander's p99 is %v", p99)
			}
			eventually(t, "calm", func() bool { return b.Stats().Connections == 0 })
		})
	}
}

// silentUntil opens n sockets that say nothing, and returns a function that waits
// until all are closed, each within a time of its own, and returns the longest
// that one was open.
func silentUntil(t *testing.T, addr string, n int, within time.Duration) (closed func() time.Duration) {
	t.Helper()
	open := make(chan time.Duration, n)
	for range n {
		since := time.Now()
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		_ = nc.SetReadDeadline(since.Add(2 * within))
		go func() {
			_, _ = io.Copy(io.Discard, nc)
			open <- time.Since(since)
		}()
	}
	return func() (longest time.Duration) {
		t.Helper()
		for range n {
			longest = max(longest, <-open)
		}
		if longest > within {
			t.Errorf("a socket was open for %v", longest)
		}
		return longest
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
