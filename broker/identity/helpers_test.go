package identity_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/brokertest"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	brokertest.Eventually(t, what, patience, ok)
}

// clock is a clock that a test sets.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset).Round(0)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// house is a real broker with a real registry, on a plain and a TLS port.
type house struct {
	t          testing.TB
	dir        string
	secrets    secret.Store
	clock      *clock
	r          *identity.Registry
	b          *broker.Broker
	plain, tls string
	between    atomic.Value // a func() that runs between an answer and its session

	mu     sync.Mutex
	events []identity.Event
	seen   []broker.Event
}

// abroad is the least last byte of 127.0.0.x that the house takes for 192.0.2.x.
const abroad = 100

// mapped is a listener that takes some addresses of this machine for others.
type mapped struct{ net.Listener }

type mappedConn struct {
	net.Conn
	addr net.Addr
}

func (c mappedConn) RemoteAddr() net.Addr { return c.addr }

func (l mapped) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	a := *nc.RemoteAddr().(*net.TCPAddr)
	if ip := a.IP.To4(); ip != nil && ip[3] >= abroad {
		a.IP = net.IPv4(192, 0, 2, ip[3])
	}
	return mappedConn{nc, &a}, nil
}

// newHouse starts one; change may change the options.
func newHouse(t testing.TB, change ...func(*identity.Options)) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), secrets: secret.Memory(), clock: &clock{}}
	o := identity.Options{Dir: h.dir, Secrets: h.secrets, Now: h.clock.now, OnEvent: h.onIdentity, OpenLoopback: true,
		Limits: identity.Limits{Listen: 50 * time.Millisecond}}
	for _, f := range change {
		f(&o)
	}
	var err error
	if h.r, err = identity.Open(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.r.Close(); err != nil {
			t.Error(err)
		}
	})
	h.b = broker.New(broker.Options{Access: lateNews{h.r, h}, OnEvent: h.onBroker})
	h.r.Guard(h.b)
	config, verify := h.r.ServerTLS()
	raw := h.listen()
	safe, err := listen.TLS(h.listen(), config, verify)
	if err != nil {
		t.Fatal(err)
	}
	h.plain, h.tls = raw.Addr().String(), safe.Addr().String()
	h.serve(raw, safe)
	return h
}

func (h *house) listen() net.Listener {
	h.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	return mapped{ln}
}

func (h *house) serve(listeners ...net.Listener) {
	var group sync.WaitGroup
	for _, ln := range listeners {
		group.Go(func() {
			if err := h.b.Serve(context.Background(), ln); err != nil {
				h.t.Error(err)
			}
		})
	}
	h.t.Cleanup(func() {
		if err := h.b.Close(); err != nil {
			h.t.Error(err)
		}
		group.Wait()
	})
}

func (h *house) onIdentity(e identity.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *house) onBroker(e broker.Event) {
	h.r.Observe(e)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, e)
}

// kinds counts what the operator is told of one kind, by the broker and by the
// registry.
func (h *house) count(kind watch.Kind) (n uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.Kind == kind {
			n++
		}
	}
	for _, e := range h.seen {
		switch e := e.(type) {
		case broker.Refused:
			if e.Kind == kind {
				n += e.Count
			}
		case broker.Denied:
			if e.Kind == kind {
				n += e.Count
			}
		}
	}
	return n
}

// told waits for the operator to be told of one kind, for which there are two
// seconds on a machine at rest.
func (h *house) told(kind watch.Kind) {
	h.t.Helper()
	eventually(h.t, fmt.Sprintf("event %q", kind), func() bool { return h.count(kind) > 0 })
}

// closed waits for the end of a session and says how it ended.
func (h *house) closed(clientID string) broker.SessionClosed {
	h.t.Helper()
	var found broker.SessionClosed
	eventually(h.t, "end of "+clientID, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, e := range h.seen {
			if e, ok := e.(broker.SessionClosed); ok && e.Publisher.ClientID == clientID {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// enrol makes a ferry with a certificate.
func (h *house) enrol(i identity.Identity) *tls.Certificate {
	h.t.Helper()
	h.put(i)
	return h.certificate(i.Name)
}

func (h *house) put(i identity.Identity) {
	h.t.Helper()
	if err := h.r.Put(i); err != nil {
		h.t.Fatal(err)
	}
}

// certificate issues one.
func (h *house) certificate(name string) *tls.Certificate {
	h.t.Helper()
	certPEM, keyPEM, err := h.r.IssueKey(name, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		h.t.Fatal(err)
	}
	return &c
}

func ferry(name string) identity.Identity {
	return identity.Identity{Name: name, Kind: "ferry", Root: "solent/ferries/" + name}
}

// visit is how a client comes.
type visit struct {
	id       string
	from     byte // last byte of 127.0.0.x, 1 when 0
	cert     *tls.Certificate
	tls      bool
	config   *tls.Config
	user     string
	password string
	version  packet.Version
	keep     bool // the session
	change   func(*packet.Connect)
}

// knock connects and returns the answer; an error says that there was none.
func (h *house) knock(v visit) (*client, *packet.Connack, error) {
	h.t.Helper()
	if v.from == 0 {
		v.from = 1
	}
	d := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, v.from)}}
	addr := h.plain
	if v.cert != nil || v.tls || v.config != nil {
		addr = h.tls
	}
	nc, err := d.DialContext(context.Background(), "tcp", addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = nc.Close() })
	if addr == h.tls {
		secure := tls.Client(nc, h.clientConfig(v))
		if err := secure.HandshakeContext(context.Background()); err != nil {
			return nil, nil, err
		}
		nc = secure
	}
	c := &client{t: h.t, nc: nc, r: bufio.NewReader(nc), v: v.version}
	if c.v == 0 {
		c.v = packet.V5
	}
	p := &packet.Connect{Version: c.v, CleanStart: !v.keep, ClientID: []byte(v.id)}
	if v.keep && c.v == packet.V5 {
		p.Props.SetNumber(packet.SessionExpiry, 3_600)
	}
	if v.user != "" {
		p.Username = []byte(v.user)
	}
	if v.password != "" {
		p.Password = []byte(v.password)
	}
	if v.change != nil {
		v.change(p)
	}
	if _, err := nc.Write(p.Append(nil, c.v)); err != nil {
		return nil, nil, err
	}
	got, err := c.next()
	if err != nil {
		return nil, nil, err
	}
	ack, ok := got.(*packet.Connack)
	if !ok {
		h.t.Fatalf("received %v instead of CONNACK", got.Type())
	}
	return c, ack, nil
}

func (h *house) clientConfig(v visit) *tls.Config {
	config := v.config
	if config == nil {
		pool := x509.NewCertPool()
		pool.AddCert(h.r.Authority().Certificate())
		config = &tls.Config{RootCAs: pool, ServerName: "localhost"}
	}
	if v.cert != nil {
		config = config.Clone()
		// whatever the server asks for: an attacker does not choose politely
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return v.cert, nil }
	}
	return config
}

// come connects and has to be let in.
func (h *house) come(v visit) *client {
	h.t.Helper()
	c, ack, err := h.knock(v)
	if err != nil {
		h.t.Fatalf("%s: %v", v.id, err)
	}
	if ack.Code != packet.Success {
		h.t.Fatalf("%s: CONNACK %v", v.id, ack.Code)
	}
	return c
}

// refused connects and has to be refused; it returns the reason code, Success
// when the handshake failed already.
func (h *house) refused(v visit) packet.Code {
	h.t.Helper()
	_, ack, err := h.knock(v)
	if err != nil {
		return packet.Success
	}
	if ack.Code == packet.Success {
		h.t.Fatalf("%s was let in", v.id)
	}
	return ack.Code
}

func retained(p *packet.Publish) { p.Retain = true }

// window attaches the operator's own session.
func (h *house) window() *broker.Local {
	h.t.Helper()
	l, err := h.b.Attach(broker.LocalOptions{ClientID: "pilothouse", OnMessages: func([]model.Message) {}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = l.Close() })
	return l
}

// tool finds a program, and skips the test without it, except in CI.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}
