package broker

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// BenchmarkIdleConnection measures the memory of connections that subscribed,
// received something and are idle.
func BenchmarkIdleConnection(b *testing.B) {
	const conns = 4000
	_, addr := serve(b, Options{Limits: Limits{Connections: conns + 10, ConnectionsPerAddr: conns + 10}})
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	for b.Loop() {
		before := heap()
		ncs := make([]net.Conn, conns)
		buf := make([]byte, 64)
		for i := range ncs {
			ncs[i] = idleClient(b, addr, i, buf)
		}
		after := heap()
		b.ReportMetric(float64(after-before)/conns, "B/conn")
		for _, nc := range ncs {
			_ = nc.Close()
		}
	}
}

// idleClient connects with as little memory on its own side as can be.
func idleClient(b *testing.B, addr string, i int, buf []byte) net.Conn {
	b.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	p := packet.Connect{Version: packet.V311, CleanStart: true, KeepAlive: 60, ClientID: fmt.Appendf(nil, "idle-%d", i)}
	s := packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: fmt.Appendf(nil, "command/%d", i)}}}
	m := packet.Publish{Topic: fmt.Appendf(nil, "state/%d", i), Payload: []byte("ok")}
	out := m.Append(s.Append(p.Append(nil, packet.V311), packet.V311), packet.V311)
	if _, err := nc.Write(append(out, 0xc0, 0)); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(nc, buf[:4+5+2]); err != nil {
		b.Fatal(err)
	}
	return nc
}
