package attacks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/durable"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// The identities of the world, and the passwords that are looked for where they
// must not be.
const (
	victimName, victimRoot = "wight-sun", "solent/ferries/wight-sun"
	thiefName, thiefRoot   = "harbour-tug", "solent/tugs/harbour-tug"
	victimPassword         = "planted-victim-3f9a"
	thiefPassword          = "planted-thief-81c2"
	readerPassword         = "planted-reader-77d0"
)

// setup is how a world differs from a usual one.
type setup struct {
	off        []identity.Defence
	limits     broker.Limits
	registry   identity.Limits
	web        listen.Options
	thief      func(*identity.Identity)
	now        func() time.Time
	oldTLS     bool // a listener without the policy of package listen
	undefined  bool // a small broker without defences
	gullible   bool // the device that is lured does not check certificates
	via        impostor.Transport
	sockets    int
	topics     int
	reconnects int
	stored     bool // the broker keeps what it keeps on disk, and queues spill there
}

// world is a hub with everything around it.
type world struct {
	t        *testing.T
	setup    setup
	dir      string
	log      events
	logs     syncBuffer
	registry *identity.Registry
	broker   *broker.Broker // nil for one without defences
	store    *model.Store
	behind   atomic.Int64 // how far the registry's clock is, in nanoseconds
	target   impostor.Target
	victim   *victim
	audience *audience

	commands    int
	commanding  sync.WaitGroup
	stopCommand context.CancelFunc
}

// newWorld starts a hub with the listener for one transport, and the victim.
func newWorld(t *testing.T, via impostor.Transport, s setup) *world {
	t.Helper()
	if s.via != "" {
		via = s.via
	}
	w := &world{t: t, setup: s, dir: t.TempDir()}
	w.openRegistry()
	w.target = impostor.Target{Via: via, Addresses: make(map[impostor.Transport]string), Gullible: s.gullible,
		ThiefRoot: thiefRoot, Patience: patience, ConnectTime: w.connectTime(), Sockets: s.sockets, Topics: s.topics, Reconnects: s.reconnects}
	w.enrol()
	w.audience = newAudience(victimRoot, victimName)
	w.store = model.NewStore(model.Options{Scanner: &payload.Scanner{}})
	if s.undefined {
		w.openUndefended()
	} else {
		w.openBroker()
	}
	w.victim = startVictim(t, &w.target)
	t.Cleanup(func() {
		if w.victim != nil {
			w.victim.leave()
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	w.stopCommand = cancel
	w.commanding.Go(func() { w.commands = w.audience.command(ctx) })
	t.Cleanup(func() { cancel(); w.commanding.Wait() })
	return w
}

func (w *world) connectTime() time.Duration {
	if d := w.setup.limits.ConnectTime; d > 0 {
		return d
	}
	return 10 * time.Second
}

// openRegistry opens the registry with everything refused that can be.
func (w *world) openRegistry() {
	w.t.Helper()
	s := w.setup
	if s.registry.Connects == 0 {
		s.registry.Connects = 1000 // one attack tries many times; the limit has one of its own
	}
	now := s.now
	if now == nil {
		now = time.Now
	}
	w.behind.Store(int64(longAgo))
	late := func() time.Time { return now().Add(-time.Duration(w.behind.Load())) }
	r, err := identity.Open(identity.Options{Dir: w.dir, Secrets: secret.Memory(), Now: late, Limits: s.registry, OnEvent: w.log.addIdentity})
	if err != nil {
		w.t.Fatal(err)
	}
	w.registry = r
	w.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

// longAgo is when the victim was given the certificate that has expired since.
const longAgo = 48 * time.Hour

// enrol makes the identities, and what the attacker has stolen: an old
// certificate of the victim, too.
func (w *world) enrol() {
	w.t.Helper()
	home := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	thief := identity.Identity{Name: thiefName, Kind: "tug", Root: thiefRoot}
	if w.setup.thief != nil {
		w.setup.thief(&thief)
	}
	w.put(identity.Identity{Name: victimName, Kind: "ferry", Root: victimRoot, ClientIDs: []string{"ferry-" + victimName}, Sources: home}, victimPassword)
	w.put(thief, thiefPassword)
	w.put(identity.Identity{Name: "harbour-office", Role: identity.Reader, ClientIDs: []string{"witness", "late"}}, readerPassword)
	t := &w.target
	t.Expired = w.certificate(victimName)
	w.behind.Store(0)
	t.Victim = impostor.Victim{Credentials: w.credentials(victimName, "ferry-"+victimName, victimPassword), Name: "the Wight Sun", Root: victimRoot}
	t.Victim.Username, t.Victim.Password = victimName, victimPassword
	t.Thief = w.credentials(thiefName, thiefName, thiefPassword)
	t.Witness = w.credentials("harbour-office", "witness", readerPassword)
	t.Late = t.Witness
	t.Late.ClientID = "late"
	t.Authority = x509.NewCertPool()
	t.Authority.AddCert(w.registry.Authority().Certificate())
	for _, d := range w.setup.off {
		w.registry.SwitchOff(d)
	}
}

func (w *world) put(i identity.Identity, password string) {
	w.t.Helper()
	if err := errors.Join(w.registry.Put(i), w.registry.SetPassword(i.Name, password)); err != nil {
		w.t.Fatal(err)
	}
}

// credentials are a certificate where there is TLS, else a password.
func (w *world) credentials(name, clientID, password string) impostor.Credentials {
	w.t.Helper()
	if w.target.Via == impostor.TCP {
		return impostor.Credentials{ClientID: clientID, Username: name, Password: password}
	}
	return impostor.Credentials{ClientID: clientID, Certificate: w.certificate(name)}
}

func (w *world) certificate(name string) *tls.Certificate {
	w.t.Helper()
	cert, key, err := w.registry.IssueKey(name, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return &pair
}

// openBroker starts the real broker.
func (w *world) openBroker() {
	w.t.Helper()
	o := broker.Options{Limits: w.setup.limits, Access: w.registry, Logger: slog.New(slog.NewTextHandler(&w.logs, nil)),
		OnEvent: func(e broker.Event) { w.registry.Observe(e); w.log.addBroker(e) }}
	if w.setup.stored {
		s, err := durable.Open(w.dir + "/broker.db")
		if err != nil {
			w.t.Fatal(err)
		}
		o.Store, o.Spool = s, w.dir+"/spool"
	}
	b := broker.New(o)
	w.broker = b
	w.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.registry.OnRevoke(func(v identity.Revoked) {
		for _, id := range v.ClientIDs {
			b.Disconnect(id, packet.NotAuthorized)
		}
	})
	w.serve(func(ln net.Listener) error { return b.Serve(context.Background(), ln) })
	l, err := b.Attach(broker.LocalOptions{ClientID: "audience", OnMessages: func(batch []model.Message) {
		w.store.Ingest(batch)
		w.audience.take(batch)
	}})
	if err == nil {
		err = l.Subscribe("#", 1)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.audience.publish = func(ctx context.Context, topic string, payload []byte) error {
		_, err := l.Publish(ctx, topic, payload, 1, false, nil)
		return err
	}
}

// serve opens the listener for the world's transport.
func (w *world) serve(serve func(net.Listener) error) {
	w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.target.Addresses[w.target.Via] = ln.Addr().String()
	if w.target.Via != impostor.TCP {
		ln = w.encrypt(ln)
	}
	if w.target.Via == impostor.WSS {
		o := w.setup.web
		o.HandshakeTime = w.connectTime()
		o.OnRefuse = w.log.addWeb
		ln = listen.WebSocket(ln, o)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve(ln); err != nil && !errors.Is(err, net.ErrClosed) {
			w.t.Error(err)
		}
	}()
	w.t.Cleanup(func() { _ = ln.Close(); <-done })
}

func (w *world) encrypt(ln net.Listener) net.Listener {
	w.t.Helper()
	config, verify := w.registry.ServerTLS()
	if w.setup.oldTLS {
		return tls.NewListener(ln, &tls.Config{GetCertificate: config.GetCertificate, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS10})
	}
	secure, err := listen.TLS(ln, config, verify)
	if err != nil {
		w.t.Fatal(err)
	}
	return secure
}

// verdict stops the victim's work and says what it felt. It waits until all that
// was sent has come.
func (w *world) verdict(mayLose bool) effect {
	w.stopCommand()
	w.commanding.Wait()
	close(w.victim.stop)
	w.victim.work.Wait()
	var e effect
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if e = judge(w.victim, w.audience, w.commands); len(e.lost) == 0 || mayLose || time.Now().After(deadline) {
			break
		}
	}
	w.victim.client.Disconnect(100)
	w.victim = nil
	return e
}

// syncBuffer is a buffer for many goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// String is what was written.
func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
