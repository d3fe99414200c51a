package enrol

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/broker/brokertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	brokertest.Eventually(t, what, patience, ok)
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// authority is a certificate authority.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}
	return &authority{key: key, cert: sign(t, template, template, key.Public(), key)}
}

func sign(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// server is a TLS configuration with a certificate for 127.0.0.1, or for another
// host.
func (a *authority) server(t testing.TB, host ...string) *tls.Config {
	t.Helper()
	key := newKey(t)
	addresses := []net.IP{net.IPv4(127, 0, 0, 1)}
	if len(host) > 0 {
		addresses = nil
	}
	cert := sign(t, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "hub"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: host,
		IPAddresses: addresses, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, a.cert, key.Public(), a.key)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}

// client is a certificate for a device, good for so long.
func (a *authority) client(name string, public crypto.PublicKey, good time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(good),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, a.cert, public, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// memory is a registry for tests.
type memory struct {
	*authority
	mu      sync.Mutex
	open    map[string]Invitation
	used    map[string]bool
	expired map[string]bool
	names   map[string]bool
	revoked map[string]bool // by serial number
	broken  error           // what Enrol fails with
}

func newMemory(a *authority) *memory {
	return &memory{authority: a, open: make(map[string]Invitation), used: make(map[string]bool), expired: make(map[string]bool),
		names: make(map[string]bool), revoked: make(map[string]bool)}
}

func (m *memory) invite(i Invitation) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	token := rand.Text()
	m.open[token] = i
	return token
}

func (m *memory) Authority() *x509.Certificate { return m.cert }

func (m *memory) Redeem(token string) (Invitation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.open[token]
	switch {
	case m.used[token]:
		return i, ErrUsedToken
	case !ok:
		return i, ErrUnknownToken
	case m.expired[token]:
		return i, ErrExpiredToken
	}
	m.used[token] = true
	return i, nil
}

func (m *memory) unspent(token string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.open[token]
	return ok && !m.used[token]
}

func (m *memory) Exists(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.names[name]
}

func (m *memory) Enrol(i Invitation, name string, csr *x509.CertificateRequest) (Enrolled, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return Enrolled{}, m.broken
	}
	m.names[name] = true
	cert, err := m.client(name, csr.PublicKey, time.Hour)
	return Enrolled{Certificate: cert, Name: name, ClientID: name, Root: i.Root}, err
}

func (m *memory) Renew(old *x509.Certificate, csr *x509.CertificateRequest) (Enrolled, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.revoked[old.SerialNumber.String()] {
		return Enrolled{}, errors.New("revoked")
	}
	name := old.Subject.CommonName
	cert, err := m.client(name, csr.PublicKey, 2*time.Hour)
	return Enrolled{Certificate: cert, Name: name, ClientID: name}, err
}

// hub is a server with its registry, and what it told.
type hub struct {
	*Server
	registry *memory
	addr     string

	mu     sync.Mutex
	events []Event
}

// newHub serves enrolments on loopback until the test ends.
func newHub(t testing.TB, l Limits) *hub {
	t.Helper()
	a := newAuthority(t)
	return serveHub(t, l, newMemory(a), a.server(t))
}

func serveHub(t testing.TB, l Limits, m *memory, config *tls.Config) *hub {
	t.Helper()
	h := &hub{registry: m}
	s, err := New(Options{Registry: m, Limits: l, OnEvent: h.note,
		Brokers: func(host string) []string { return []string{"mqtts://" + net.JoinHostPort(host, "8883")} }})
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln, config) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hub) note(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *hub) told() []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

func (h *hub) count(o Outcome) (n int) {
	for _, e := range h.told() {
		if e.Outcome == o {
			n++
		}
	}
	return n
}

// one waits for exactly one request before the operator.
func (h *hub) one(t testing.TB) Pending {
	t.Helper()
	eventually(t, "request before the operator", func() bool { return len(h.Pending()) == 1 })
	return h.Pending()[0]
}

// invite makes an invitation to h.
func (h *hub) invite(i Invitation) URL { return h.Invite(h.addr, h.registry.invite(i)) }

// attempt is a device that is enrolling.
type attempt struct {
	dir  string
	code chan string
	done chan error
	got  Credentials
}

// begin starts to enrol a device.
func begin(t testing.TB, u URL, name string) *attempt {
	t.Helper()
	a := &attempt{dir: filepath.Join(t.TempDir(), "device"), code: make(chan string, 1), done: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d := Device{URL: u, Name: name, Host: "box", Dir: a.dir, ShowCode: func(code string) { a.code <- code }}
		got, err := d.Enrol(ctx)
		a.got = got
		a.done <- err
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return a
}

// end is what became of it.
func (a *attempt) end(t testing.TB) error {
	t.Helper()
	select {
	case err := <-a.done:
		return err
	case <-time.After(patience + time.Second):
		t.Fatal("the device never came to an end")
		return nil
	}
}

// direct is a client that does what no device does: it speaks the protocol by
// hand, with verification as always.
func (h *hub) direct(t testing.TB, own ...tls.Certificate) *client {
	t.Helper()
	c := newClient(h.addr, h.registry.cert, own...)
	t.Cleanup(c.close)
	return c
}

// asking is a correct first request, and the nonce it commits to.
func asking(t testing.TB, token, name string) (askRequest, *ecdsa.PrivateKey, []byte) {
	t.Helper()
	key := newKey(t)
	csr, err := newCSR(key, name)
	if err != nil {
		t.Fatal(err)
	}
	nonce := newNonce()
	return askRequest{Token: token, CSR: csr, Commitment: commitment(spkiOf(t, key), nonce)}, key, nonce
}

func spkiOf(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return spki
}

// wantDenied checks that the hub said no for that reason.
func wantDenied(t testing.TB, err error, o Outcome) {
	t.Helper()
	var no *Denied
	if !errors.As(err, &no) || no.Outcome != o {
		t.Fatalf("%v, want a refusal: %v", err, o)
	}
}
