package impostor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"github.com/gorilla/websocket"
)

// mqttProtocol is the WebSocket subprotocol of MQTT [MQTT-6.0.0-3].
const mqttProtocol = "mqtt"

// raw connects a socket, from a local address if one is given.
func (t *Target) raw(ctx context.Context, from string) (net.Conn, error) {
	d := net.Dialer{}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	nc, err := d.DialContext(ctx, "tcp", t.Addresses[t.Via])
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL) && from != "":
		return nil, fmt.Errorf("connect from %s: %w: %w", from, ErrNotHere, err)
	case err != nil:
		return nil, fmt.Errorf("connect to %s: %w", t.Addresses[t.Via], err)
	}
	return nc, nil
}

// config is how a device of these credentials speaks TLS.
func (t *Target) config(c Credentials) *tls.Config {
	config := &tls.Config{RootCAs: t.Authority, ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if c.Certificate != nil {
		config.Certificates = []tls.Certificate{*c.Certificate}
	}
	return config
}

// refused is an error of a connection that the other side did not want.
type refused struct{ err error }

func (r *refused) Error() string { return r.err.Error() }
func (r *refused) Unwrap() error { return r.err }

// dial connects over the target's transport. An error that is *refused came from
// the other side.
func (t *Target) dial(ctx context.Context, from string, c Credentials) (net.Conn, error) {
	nc, err := t.raw(ctx, from)
	if err != nil {
		return nil, err
	}
	if t.Via == TCP {
		return nc, nil
	}
	secure := tls.Client(nc, t.config(c))
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, &refused{err}
	}
	if t.Via == TLS {
		return secure, nil
	}
	return t.upgrade(ctx, secure, nil)
}

// upgrade makes a WebSocket of a connection.
func (t *Target) upgrade(ctx context.Context, nc net.Conn, header http.Header) (net.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{mqttProtocol},
		NetDialContext: func(context.Context, string, string) (net.Conn, error) { return nc, nil }}
	host := t.Addresses[t.Via]
	if h := header.Get("Host"); h != "" {
		host = h
	}
	ws, response, err := d.DialContext(ctx, "ws://"+host+t.Path, header) // encrypted below, if at all
	if err != nil {
		_ = nc.Close()
		if response != nil {
			_ = response.Body.Close()
			err = fmt.Errorf("HTTP %s", response.Status)
		}
		return nil, &refused{err}
	}
	_ = response.Body.Close()
	return &socket{Conn: ws.NetConn(), ws: ws}, nil
}

// socket is a WebSocket as a stream of bytes.
type socket struct {
	net.Conn
	ws   *websocket.Conn
	rest []byte
}

// Read implements net.Conn.
func (s *socket) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		_, b, err := s.ws.ReadMessage()
		if err != nil {
			return 0, err
		}
		s.rest = b
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Write implements net.Conn.
func (s *socket) Write(p []byte) (int, error) {
	if err := s.ws.WriteMessage(websocket.BinaryMessage, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// reset ends the connection below as a broken network does, without a goodbye.
func reset(nc net.Conn) {
	if s, ok := nc.(*socket); ok {
		nc = s.Conn
	}
	if c, ok := nc.(*tls.Conn); ok {
		nc = c.NetConn()
	}
	if c, ok := nc.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = nc.Close()
}
