package broker

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Silent connections beyond the cap of an address make way, the oldest first,
// and a client that comes to the point gets in.
func TestSilentConnectionsMakeWay(t *testing.T) {
	var log eventLog
	b, addr := serve(t, Options{OnEvent: log.add, Limits: Limits{PendingPerAddr: 5, ConnectTime: time.Hour}})
	var silent []net.Conn
	for range 20 {
		silent = append(silent, dial(t, addr).nc)
	}
	for i, nc := range silent[:15] {
		_ = nc.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, nc); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Fatalf("connection %d is still open", i)
		}
	}
	connect(t, addr, "honest", packet.V5).quiet()
	eventually(t, "count", func() bool { return b.Stats().Connections == 5 }) // 4 and the honest one
	eventually(t, "exact report", func() bool {
		n := uint64(0)
		for _, e := range log.all() {
			if r, ok := e.(Refused); ok && r.Kind == watch.Flood {
				n += r.Count
			}
		}
		return n == 16
	})
}

// Without regard to the address there is a cap as well.
func TestPendingInAllAreBounded(t *testing.T) {
	b, addr := serve(t, Options{Limits: Limits{Pending: 3, ConnectTime: time.Hour}})
	for range 10 {
		dial(t, addr)
	}
	eventually(t, "7 of 10 gone", func() bool { st := b.Stats(); return st.Accepted == 10 && st.Connections == 3 })
}
