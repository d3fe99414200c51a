package listen_test

import (
	"errors"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

// maxIdle is what the listener and the broker may hold for an idle connection
// together, in bytes.
const maxIdle = 24 << 10

func TestIdleConnectionsAreSmall(t *testing.T) {
	const n = 200
	ln := listen.WebSocket(tcp(t), listen.Options{})
	b := serve(t, ln, broker.Options{})
	before := held()
	for i := range n {
		nc, r, _ := upgrade(t, ln.Addr().String(), "/mqtt", "127.0.0.1", asks)
		id := string(rune('a'+i/26)) + string(rune('a'+i%26))
		packet := "\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02" + id
		if _, err := nc.Write(frame(0x82, packet)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 6)); err != nil { // CONNACK in its frame
			t.Fatal(err)
		}
	}
	if st := b.Stats(); st.Connections != n {
		t.Fatalf("%d connections", st.Connections)
	}
	ours := int64(0)
	eventually(t, "rest", func() bool {
		ours = (held() - before) / n
		return ours < maxIdle
	})
	t.Logf("%d bytes for a connection, the test's own buffers (5 KiB) included", ours)
}

// held is the memory in use, stacks included.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// flaky fails to accept once.
type flaky struct {
	net.Listener
	failed atomic.Bool
}

var errFlaky = errors.New("out of luck")

func (f *flaky) Accept() (net.Conn, error) {
	if f.failed.CompareAndSwap(false, true) {
		return nil, errFlaky
	}
	return f.Listener.Accept()
}

func TestAcceptGoesOnAfterAFailure(t *testing.T) {
	ln := listen.WebSocket(&flaky{Listener: tcp(t)}, listen.Options{})
	if _, err := ln.Accept(); !errors.Is(err, errFlaky) {
		t.Fatal(err)
	}
	b := serve(t, ln, broker.Options{})
	exchange(t, b, "ws://"+ln.Addr().String()+"/mqtt", nil)
}
