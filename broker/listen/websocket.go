package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Options configure a WebSocket listener. A zero field means its default.
type Options struct {
	// Path is the path of the URL. "/mqtt".
	Path string
	// Origins are the web pages that may connect, such as
	// "https://dash.example"; "*" is all. By default those of the same host and
	// port. Clients that send no Origin are not web pages, and may connect.
	Origins []string
	// Hosts are the names, without port, under which clients may reach the
	// listener; "*" is all. By default IP addresses, localhost and the name of
	// this machine, so that a web page cannot come in by DNS rebinding.
	Hosts []string
	// MessageBytes is the largest WebSocket message, all its frames together.
	// It is handed on in pieces, never held. 4 MiB.
	MessageBytes int64
	// HandshakeTime is how long a client may take until it is a WebSocket, TLS
	// included. 8 s, as the broker gives for all that comes before CONNECT.
	HandshakeTime time.Duration
	// Handshakes bounds the handshakes that go on at once, those that are done
	// and wait for Accept included. 1,024.
	Handshakes int
	// HandshakesPerAddr bounds those from one IP address, so that nobody can keep
	// others out. Half of Handshakes, and 64 at least.
	HandshakesPerAddr int
	// OnRefuse is told of connections that are refused, from any goroutine. It
	// must not block.
	OnRefuse func(Refusal)
}

func (o Options) withDefaults() Options {
	if o.Path == "" {
		o.Path = "/mqtt"
	}
	if o.MessageBytes <= 0 {
		o.MessageBytes = 4 << 20
	}
	if o.HandshakeTime <= 0 {
		o.HandshakeTime = 8 * time.Second
	}
	if o.Handshakes <= 0 {
		o.Handshakes = 1024
	}
	if o.HandshakesPerAddr <= 0 {
		o.HandshakesPerAddr = max(64, o.Handshakes/2)
	}
	o.Origins, o.Hosts = slices.Clone(o.Origins), slices.Clone(o.Hosts)
	return o
}

// The sizes of buffers: a connection owns one for reading, and shares those for
// writing, which hold what a broker writes at once.
const (
	readBuffer  = 512
	writeBuffer = 32 << 10
	headerBytes = 4 << 10
)

// WebSocketListener accepts MQTT connections over WebSocket. Make one with
// [WebSocket].
type WebSocketListener struct {
	inner    net.Listener
	o        Options
	http     *http.Server
	upgrader websocket.Upgrader
	copies   sync.Pool // of *[copyBuffer]byte

	handshakes handshakes
	refusals   atomic.Uint64
	accepted   chan *wsConn
	failures   chan error
	done       chan struct{}
	close      sync.Once
	ended      sync.WaitGroup // of serve
	err        error          // of Close
}

// WebSocket accepts MQTT connections over WebSocket (RFC 6455, MQTT 5.0 section
// 6) from the connections of inner. Handshakes are done aside, so that a slow
// one holds nobody up. Connections over TLS have the method ConnectionState.
//
// The protocol is that of github.com/gorilla/websocket: it lets its user own the
// HTTP server, the buffers and the deadlines, and the client side uses it too.
func WebSocket(inner net.Listener, o Options) *WebSocketListener {
	o = o.withDefaults()
	l := &WebSocketListener{inner: inner, o: o, accepted: make(chan *wsConn), failures: make(chan error), done: make(chan struct{})}
	l.copies.New = func() any { return new([copyBuffer]byte) }
	l.upgrader = websocket.Upgrader{ReadBufferSize: readBuffer, WriteBufferSize: writeBuffer, WriteBufferPool: new(sync.Pool),
		Subprotocols: []string{subprotocol}, CheckOrigin: func(*http.Request) bool { return true }} // checked before
	l.http = &http.Server{Handler: http.HandlerFunc(l.handle), ReadTimeout: o.HandshakeTime, MaxHeaderBytes: headerBytes,
		DisableGeneralOptionsHandler: true, ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, nc net.Conn) context.Context { return context.WithValue(ctx, rawKey{}, nc) }}
	l.http.SetKeepAlivesEnabled(false)
	l.ended.Go(l.serve)
	return l
}

// subprotocol is the WebSocket subprotocol of MQTT [MQTT-6.0.0-3].
const subprotocol = "mqtt"

// rawKey is the key of a request's rawConn in its context.
type rawKey struct{}

// serve takes connections from inner until the listener is closed. Failures are
// Accept's to return.
func (l *WebSocketListener) serve() {
	for {
		err := l.http.Serve(bounded{l})
		if errors.Is(err, http.ErrServerClosed) {
			return
		}
		select {
		case l.failures <- err:
		case <-l.done:
			return
		}
	}
}

// bounded is the inner listener as the HTTP server sees it: with a bound on the
// handshakes, and closed by the WebSocketListener alone.
type bounded struct{ l *WebSocketListener }

// Accept implements net.Listener.
func (b bounded) Accept() (net.Conn, error) {
	l := b.l
	for {
		nc, err := l.inner.Accept()
		if err != nil {
			return nil, err
		}
		host := hostOf(nc)
		if !l.handshakes.enter(host, l.o.Handshakes, l.o.HandshakesPerAddr) {
			l.refused(nc, Refusal{Reason: TooManyHandshakes})
			_ = nc.Close()
			continue
		}
		raw := &rawConn{Conn: nc, l: l, host: host, opened: time.Now()}
		_ = raw.limitWrites(raw.opened.Add(l.o.HandshakeTime))
		return raw, nil
	}
}

// Close implements net.Listener.
func (bounded) Close() error { return nil }

// Addr implements net.Listener.
func (b bounded) Addr() net.Addr { return b.l.inner.Addr() }

// refused counts and reports a refusal.
func (l *WebSocketListener) refused(nc net.Conn, r Refusal) {
	select {
	case <-l.done:
		return
	default:
	}
	l.refusals.Add(1)
	if l.o.OnRefuse != nil {
		if a := nc.RemoteAddr(); a != nil {
			r.Addr = a.String()
		}
		l.o.OnRefuse(r)
	}
}

// Refused is the number of connections that were refused so far.
func (l *WebSocketListener) Refused() uint64 { return l.refusals.Load() }

// Accept implements net.Listener. It returns connections whose handshake is
// done.
func (l *WebSocketListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		c.raw.settle()
		go c.pump()
		if state, ok := c.raw.Conn.(interface{ ConnectionState() tls.ConnectionState }); ok {
			return &tlsConn{c, state.ConnectionState}, nil
		}
		return c, nil
	case err := <-l.failures:
		return nil, err
	case <-l.done:
		return nil, &net.OpError{Op: "accept", Net: "websocket", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Addr implements net.Listener: the address of the inner listener.
func (l *WebSocketListener) Addr() net.Addr { return l.inner.Addr() }

// Close implements net.Listener. It closes the inner listener and ends the
// handshakes that go on. It can be called twice.
func (l *WebSocketListener) Close() error {
	l.close.Do(func() {
		close(l.done)
		l.err = l.inner.Close()
		_ = l.http.Close() // closes no listener, and the errors of clients are theirs
		l.ended.Wait()
	})
	return l.err
}

// handle answers one request.
func (l *WebSocketListener) handle(w http.ResponseWriter, r *http.Request) {
	raw, ok := r.Context().Value(rawKey{}).(*rawConn)
	if !ok {
		return
	}
	if reason, status := l.judge(r); status != 0 {
		raw.refuse(refusalOf(r, reason))
		if status == http.StatusUpgradeRequired {
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Sec-WebSocket-Version", "13")
		}
		http.Error(w, reason.String(), status)
		return
	}
	ws, err := l.upgrader.Upgrade(w, r, nil)
	if err != nil {
		raw.refuse(refusalOf(r, NotWebSocket))
		return
	}
	c := newWSConn(l, ws, raw)
	select {
	case l.accepted <- c:
	case <-l.done:
		_ = c.Close()
	}
}

// judge says why a request is refused, with the HTTP status; 0 is for none.
func (l *WebSocketListener) judge(r *http.Request) (Reason, int) {
	offers := websocket.Subprotocols(r)
	switch {
	case !hostAllowed(l.o.Hosts, r.Host):
		return HostRefused, http.StatusForbidden
	case !originAllowed(l.o.Origins, r):
		return OriginRefused, http.StatusForbidden
	case r.URL.Path != l.o.Path:
		return PathUnknown, http.StatusNotFound
	case r.Method != http.MethodGet || r.ProtoMajor != 1 || !websocket.IsWebSocketUpgrade(r):
		return NotWebSocket, http.StatusUpgradeRequired
	case !slices.Contains(offers, subprotocol):
		return SubprotocolMissing, http.StatusBadRequest
	}
	return 0, 0
}

func refusalOf(r *http.Request, why Reason) Refusal {
	return Refusal{Reason: why, Origin: quoted(strings.Join(r.Header["Origin"], " ")), Host: quoted(r.Host)}
}
