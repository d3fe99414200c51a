package mqttlink

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
)

// stream is a WebSocket connection as the byte stream that MQTT takes it for
// (MQTT 3.1.1 section 6): packets need not align with frames.
type stream struct {
	*websocket.Conn
	frame io.Reader // the frame being read, nil between frames
	write sync.Mutex
}

var _ net.Conn = (*stream)(nil)

// Read implements net.Conn for one goroutine at a time.
func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.frame == nil {
			kind, frame, err := s.NextReader()
			if err != nil {
				var closed *websocket.CloseError
				if errors.As(err, &closed) {
					return 0, io.EOF
				}
				return 0, err
			}
			if kind != websocket.BinaryMessage {
				return 0, malformed("a WebSocket frame of text")
			}
			s.frame = frame
		}
		n, err := s.frame.Read(p)
		if errors.Is(err, io.EOF) {
			if s.frame = nil; n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}

// Write implements net.Conn for any number of goroutines.
func (s *stream) Write(p []byte) (int, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.WriteMessage(websocket.BinaryMessage, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// SetDeadline implements net.Conn.
func (s *stream) SetDeadline(t time.Time) error {
	if err := s.SetReadDeadline(t); err != nil {
		return err
	}
	return s.SetWriteDeadline(t)
}

// dialWebSocket opens a WebSocket with the subprotocol mqtt. The proxy of the
// environment is used, as browsers do.
func dialWebSocket(ctx context.Context, at connection.Address, config *tls.Config, timeout time.Duration, w *witness) (net.Conn, error) {
	d := websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		NetDialContext:   w.dialTCP,
		TLSClientConfig:  config,
		HandshakeTimeout: timeout,
		Subprotocols:     []string{"mqtt"},
		ReadBufferSize:   readBuffer,
	}
	conn, answer, err := d.DialContext(ctx, at.URL(), nil)
	if answer != nil {
		defer func() { _ = answer.Body.Close() }() // at most its first bytes, in memory
	}
	if errors.Is(err, websocket.ErrBadHandshake) && answer != nil {
		return nil, &Error{Kind: KindNotMQTT, Detail: model.Sayf("it answered HTTP %d instead of opening a WebSocket", answer.StatusCode)}
	}
	if err != nil {
		return nil, err
	}
	return &stream{Conn: conn}, nil
}
