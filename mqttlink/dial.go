package mqttlink

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// dial opens the byte stream to a broker: TCP, and TLS or WebSocket over it.
// It gives up after timeout.
func dial(ctx context.Context, p Profile, at endpoint, timeout time.Duration, asked *atomic.Bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var config *tls.Config
	if at.secure() {
		var err error
		if config, err = p.tlsConfig(at.host, asked); err != nil {
			return nil, err
		}
	}
	if at.webSocket() {
		return dialWebSocket(ctx, at, config, timeout)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at.address())
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
