package listen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// copyBuffer is the size of the pieces in which messages are handed on. A
// connection has one only while it receives a message.
const copyBuffer = 8 << 10

// controlTime is how long the answer to a ping, or a last word, may take.
const (
	controlTime = 10 * time.Second
	goodbyeTime = time.Second
)

// ErrText is what Read returns after a client has sent a text frame: MQTT is in
// binary ones [MQTT-6.0.0-1].
var ErrText = errors.New("the client sent a text frame: MQTT packets are in binary ones")

// wsConn is the stream of bytes in the messages of a WebSocket, whose borders
// mean nothing [MQTT-6.0.0-2].
//
// The WebSocket library does not go on after a read deadline has passed, and the
// broker does. So a goroutine reads without one, and hands over through a pipe,
// whose deadlines do no harm.
type wsConn struct {
	net.Conn // the end of the pipe that is read from
	source   net.Conn
	ws       *websocket.Conn
	raw      *rawConn
	l        *WebSocketListener
	cause    atomic.Pointer[error] // why reading is over, when not as it should
}

// Opened is when the connection was accepted, before its handshake.
func (c *wsConn) Opened() time.Time { return c.raw.opened }

func newWSConn(l *WebSocketListener, ws *websocket.Conn, raw *rawConn) *wsConn {
	c := &wsConn{ws: ws, raw: raw, l: l}
	c.Conn, c.source = net.Pipe()
	_ = raw.limitWrites(time.Time{})
	ws.SetReadLimit(l.o.MessageBytes)
	ws.SetPingHandler(func(data string) error {
		err := ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(controlTime))
		if temporary := net.Error(nil); errors.Is(err, websocket.ErrCloseSent) || errors.As(err, &temporary) {
			return nil // a pong may be left out
		}
		return err
	})
	return c
}

// pump hands over messages until the WebSocket or the pipe is closed.
func (c *wsConn) pump() {
	defer func() { _ = c.source.Close() }()
	for {
		kind, r, err := c.ws.NextReader()
		if err == nil && kind != websocket.BinaryMessage {
			err = ErrText
			c.lastWord(websocket.CloseUnsupportedData)
		}
		if err == nil {
			err = c.handOver(r)
		}
		if err != nil {
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway,
				websocket.CloseNoStatusReceived, websocket.CloseAbnormalClosure) {
				c.cause.Store(&err)
			}
			return
		}
	}
}

// handOver copies one message to the pipe.
func (c *wsConn) handOver(r io.Reader) error {
	buf, ok := c.l.copies.Get().(*[copyBuffer]byte)
	if !ok {
		buf = new([copyBuffer]byte)
	}
	defer c.l.copies.Put(buf)
	for {
		n, err := r.Read(buf[:])
		if n > 0 {
			if _, err := c.source.Write(buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Read implements net.Conn. After a close frame it returns io.EOF; what else ended
// the WebSocket goes before a deadline that has passed since.
func (c *wsConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if cause := c.cause.Load(); err != nil && cause != nil {
		err = *cause
	}
	return n, err
}

// Write implements net.Conn: it sends one binary message. Writes come from one
// goroutine at a time.
func (c *wsConn) Write(p []byte) (int, error) {
	err := c.ws.WriteMessage(websocket.BinaryMessage, p)
	if late := net.Error(nil); errors.As(err, &late) && late.Timeout() {
		err = fmt.Errorf("%w: %w", os.ErrDeadlineExceeded, err) // the library hides which error it was
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// lastWord sends a close frame, if that can be done soon.
func (c *wsConn) lastWord(code int) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(goodbyeTime))
}

// Close implements net.Conn. It tries to say goodbye, for a second at most on the
// WebSocket and five on TLS below it.
func (c *wsConn) Close() error {
	c.lastWord(websocket.CloseNormalClosure)
	_ = c.Conn.Close()
	return c.ws.Close()
}

// Transport says what carries the connection.
func (c *wsConn) Transport() string { return "WebSocket" }

// LocalAddr implements net.Conn.
func (c *wsConn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr implements net.Conn: the address of the client.
func (c *wsConn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// SetDeadline implements net.Conn.
func (c *wsConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetWriteDeadline implements net.Conn. A write that has missed it cannot be
// followed by another.
func (c *wsConn) SetWriteDeadline(t time.Time) error { return c.raw.limitWrites(t) }

// tlsConn is a connection whose WebSocket is encrypted.
type tlsConn struct {
	*wsConn
	state func() tls.ConnectionState
}

// Transport says what carries the connection.
func (c *tlsConn) Transport() string { return "secure WebSocket" }

// ConnectionState is the state of TLS below the WebSocket.
func (c *tlsConn) ConnectionState() tls.ConnectionState { return c.state() }
