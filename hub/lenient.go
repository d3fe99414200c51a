package hub

import (
	"net"
	"sync/atomic"
	"time"
)

// lenient is a listener whose connections have no deadlines for reading while off
// is set, so that silence is borne for ever. The demo shows with it what silent
// sockets do to a broker that does not close them.
type lenient struct {
	net.Listener
	off *atomic.Bool
}

func (l lenient) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lenientConn{nc, l.off}, nil
}

type lenientConn struct {
	net.Conn
	off *atomic.Bool
}

func (c *lenientConn) SetReadDeadline(t time.Time) error {
	if c.off.Load() {
		t = time.Time{}
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *lenientConn) SetDeadline(t time.Time) error {
	if c.off.Load() {
		return c.SetWriteDeadline(t)
	}
	return c.Conn.SetDeadline(t)
}
