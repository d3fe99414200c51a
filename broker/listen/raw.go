package listen

import (
	"net"
	"sync"
	"time"
)

// rawConn is a connection below HTTP and below the WebSocket. It counts as a
// handshake until it is taken over or closed.
type rawConn struct {
	net.Conn
	l      *WebSocketListener
	host   string // the client's address, without the port
	opened time.Time

	mu       sync.Mutex
	deadline time.Time // of writing
	told     bool      // that it was refused
	settled  bool      // not a handshake any more
	failed   error     // of the first read that failed during the handshake
}

// Read implements net.Conn.
func (c *rawConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.mu.Lock()
		if !c.settled && c.failed == nil {
			c.failed = err
		}
		c.mu.Unlock()
	}
	return n, err
}

// failure is why the handshake failed, nil when that is not known.
func (c *rawConn) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// SetWriteDeadline implements net.Conn. The WebSocket below sets it before each
// frame, to zero for data: that means the deadline of the connection's user.
func (c *rawConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.IsZero() {
		t = c.deadline
	}
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn, with writing as in SetWriteDeadline.
func (c *rawConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// limitWrites sets the deadline of the connection's user, also for a write that
// goes on.
func (c *rawConn) limitWrites(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	return c.Conn.SetWriteDeadline(t)
}

// refuse reports why the connection does not become a WebSocket, once.
func (c *rawConn) refuse(r Refusal) {
	c.mu.Lock()
	first := !c.told
	c.told = true
	c.mu.Unlock()
	if first {
		c.l.refused(c.Conn, r)
	}
}

// settle ends the handshake, and reports whether it was still going on.
func (c *rawConn) settle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settled {
		return false
	}
	c.settled = true
	c.l.handshakes.leave(c.host)
	return true
}

// Close implements net.Conn.
func (c *rawConn) Close() error {
	if c.settle() {
		c.refuse(Refusal{Reason: HandshakeFailed, Err: c.failure()})
	}
	return c.Conn.Close()
}
