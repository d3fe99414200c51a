package enrol

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Options configure a Server.
type Options struct {
	// Registry redeems tokens and issues certificates.
	Registry Registry
	// Brokers lists the broker's addresses for a device that reached the hub
	// under the given host name or IP address: mqtts and wss URLs, the preferred
	// one first.
	Brokers func(host string) []string
	// Admit refuses addresses with an error that says why; nil admits all.
	Admit func(netip.Addr) error
	// OnEvent is told of every attempt, from any goroutine. It must not block.
	OnEvent func(Event)
	// OnChange is told that Pending has changed, from any goroutine. It must not
	// block.
	OnChange func()
	Limits   Limits
}

// Server is the hub's side of enrolments. Make one with New.
type Server struct {
	registry Registry
	brokers  func(string) []string
	admit    func(netip.Addr) error
	onEvent  func(Event)
	onChange func()
	limits   Limits

	desk     *desk
	issuing  sync.Mutex // one device at a time, so that no two get one name
	requests *rates
	dials    *rates
	crowd    *crowd
	mux      *http.ServeMux
	http     *http.Server
	done     chan struct{} // closed by Close
	once     sync.Once
}

// New makes a server that listens nowhere yet.
func New(o Options) (*Server, error) {
	if o.Registry == nil || o.Brokers == nil {
		return nil, errors.New("an enrolment server needs a registry, and the broker's addresses")
	}
	l := o.Limits.withDefaults()
	s := &Server{registry: o.Registry, brokers: o.Brokers, admit: o.Admit, onEvent: o.OnEvent, onChange: o.OnChange, limits: l,
		requests: newRates(l), dials: newRates(l), crowd: &crowd{from: make(map[netip.Addr]int)}, done: make(chan struct{})}
	s.desk = newDesk(l, s.tellOf, s.changed)
	s.mux = s.routes()
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: l.RequestTime,
		ReadTimeout:       l.RequestTime,
		WriteTimeout:      l.PollTime + l.RequestTime,
		IdleTimeout:       l.RequestTime,
		MaxHeaderBytes:    8 << 10,
		Protocols:         &protocols,
		ConnContext:       withVisitor,
		ErrorLog:          log.New(io.Discard, "", 0), // what devices did wrong is told by events
	}
	return s, nil
}

// Serve accepts devices on ln, which it closes, until the server is closed or
// the listener fails. config has to hold a certificate that chains to the
// registry's authority and names the host in the invitations; the authority is
// added to what is shown. Clients may, and need not, have a certificate.
func (s *Server) Serve(ln net.Listener, config *tls.Config) error {
	policy, err := s.policy(config)
	if err != nil {
		_ = ln.Close()
		return fmt.Errorf("serve enrolments on %v: %w", ln.Addr(), err)
	}
	tell := func(o Outcome, addr, detail string) { s.tell(o, addr, "", detail) }
	guarded := &door{Listener: ln, limits: s.limits, rates: s.dials, admit: s.admit, tell: tell, crowd: s.crowd}
	err = s.http.Serve(tls.NewListener(guarded, policy))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve enrolments on %v: %w", ln.Addr(), err)
}

// partingTime is how long Close waits for answers that are on their way.
const partingTime = time.Second

// Close ends the listeners and the connections, and forgets the requests that
// are open. It may be called twice.
func (s *Server) Close() error {
	s.once.Do(func() {
		close(s.done)
		s.desk.close()
	})
	ctx, cancel := context.WithTimeout(context.Background(), partingTime)
	defer cancel()
	if s.http.Shutdown(ctx) == nil {
		return nil
	}
	return s.http.Close()
}

// Invite is the URL of an invitation for devices that reach the hub at host,
// host:port.
func (s *Server) Invite(host, token string) URL {
	return URL{Host: host, Token: token, Fingerprint: Fingerprint(s.registry.Authority())}
}

func (s *Server) tell(o Outcome, addr, name, detail string) {
	if s.onEvent != nil {
		s.onEvent(Event{At: time.Now(), Outcome: o, Addr: addr, Name: name, Detail: detail})
	}
}

func (s *Server) tellOf(o Outcome, t *ticket) { s.tell(o, t.addr, t.name, "") }

func (s *Server) changed() {
	if s.onChange != nil {
		s.onChange()
	}
}

// checkIssued makes sure that a certificate is what the device can use, before
// it is told of it.
func (s *Server) checkIssued(e Enrolled, csr *x509.CertificateRequest) error {
	if e.Certificate == nil || !bytes.Equal(e.Certificate.RawSubjectPublicKeyInfo, csr.RawSubjectPublicKeyInfo) {
		return errors.New("the registry issued no certificate for the device's key")
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.registry.Authority())
	_, err := e.Certificate.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return fmt.Errorf("the registry issued a certificate that is of no use: %w", err)
	}
	return nil
}
