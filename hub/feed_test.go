package hub

import (
	"errors"
	"net"
	"testing"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// The feed is told of a connection whose bytes were changed on the way, and not
// of one that merely ended.
func TestBrokenConnectionIsReported(t *testing.T) {
	who := &model.Publisher{ClientID: "pump", Identity: "pump", Addr: "192.0.2.7:1"}
	broken := &net.OpError{Op: "local error", Net: "tcp", Err: errors.New("tls: bad record MAC")}
	for _, c := range []struct {
		err  error
		want bool
	}{{broken, true}, {errors.New("connection reset by peer"), false}, {nil, false}} {
		r, ok := reportOf(broker.SessionClosed{Publisher: who, Err: c.err})
		if ok != c.want || ok && (r.Kind != watch.HandshakeFailed || r.Identity != "pump" || r.Addr != who.Addr || r.Said.Empty()) {
			t.Errorf("%v: %+v, %v", c.err, r, ok)
		}
	}
}
