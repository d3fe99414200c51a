package mqttlink

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pilothouse/pilothouse/model/connection"
)

// dial opens the byte stream to a broker: TCP, and TLS or WebSocket over it.
// It gives up after timeout; w, if not nil, is told how far it comes.
func dial(ctx context.Context, p Profile, at connection.Address, timeout time.Duration, asked *atomic.Bool, w *witness) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var config *tls.Config
	if at.Secure() {
		var err error
		if config, err = p.tlsConfig(at.Host, asked); err != nil {
			return nil, err
		}
		config.VerifyConnection = w.secured
	}
	if at.WebSocket() {
		return dialWebSocket(ctx, at, config, timeout, w)
	}
	conn, err := w.dialTCP(ctx, "tcp", at.HostPort())
	if err != nil || config == nil {
		return conn, err
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake's error is the one to tell
		return nil, &handshakeError{err}
	}
	return secure, nil
}

// handshakeError marks a failure that came after the TCP connection and before
// the end of the TLS handshake.
type handshakeError struct{ error }

func (e *handshakeError) Unwrap() error { return e.error }

// witness is told how far an attempt to connect comes. A nil one is told nothing.
type witness struct {
	// found is told of each address that is tried, connected of the one that
	// answered, and verified of the peer whose certificate was found good. They
	// may be called from any goroutine.
	found     func(address string)
	connected func(address string)
	verified  func(tls.ConnectionState)
}

// dialTCP opens a TCP connection.
func (w *witness) dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if w != nil {
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			w.found(address)
			return nil
		}
	}
	conn, err := d.DialContext(ctx, network, address)
	if err == nil && w != nil {
		w.connected(conn.RemoteAddr().String())
	}
	return conn, err
}

// secured is called when the peer's certificate has been verified.
func (w *witness) secured(s tls.ConnectionState) error {
	if w != nil {
		w.verified(s)
	}
	return nil
}
