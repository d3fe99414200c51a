package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// serverLife is how long the server's own certificate is valid, and serverRenew
// how long before its end it is replaced.
const (
	serverLife  = 90 * 24 * time.Hour
	serverRenew = 30 * 24 * time.Hour
)

// serverCertificate is the server's own, made when it is needed: its key is in
// memory only.
type serverCertificate struct {
	r *Registry

	mu    sync.Mutex
	cert  *tls.Certificate
	hosts []string
}

// ServerTLS returns what broker/listen.TLS needs: the server's own certificate,
// renewed by itself, and the judgement of clients' certificates. A client without
// a certificate is let through to CONNECT, where it needs a password. Failed
// handshakes are told as events with address and reason.
func (r *Registry) ServerTLS() (*tls.Config, listen.Verifier) {
	base := &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert, GetCertificate: r.server.get}
	config := base.Clone()
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) { return r.configFor(base, hello) }
	return config, func(state tls.ConnectionState) error {
		if f := r.verifyState(&state); f != nil {
			return f
		}
		return nil
	}
}

var errBannedAddress = model.Faultf("the address is banned")

// configFor judges a client by what is known before its handshake, and prepares
// to judge its certificate with its address at hand.
func (r *Registry) configFor(base *tls.Config, hello *tls.ClientHelloInfo) (*tls.Config, error) {
	addr := hello.Conn.RemoteAddr().String()
	if r.isBannedAddr(addr) {
		r.tell(Event{Kind: watch.Banned, Addr: addr, Reason: model.PhraseOf(errBannedAddress)})
		return nil, errBannedAddress
	}
	if best := slices.Max(append(hello.SupportedVersions, 0)); best < tls.VersionTLS12 {
		why := model.Sayf("it offers %s at most, and TLS 1.2 is the least", tls.VersionName(best))
		r.tell(Event{Kind: watch.DowngradeTried, Addr: addr, Reason: why})
		return nil, errors.New(why.String())
	}
	c := base.Clone()
	c.VerifyConnection = func(state tls.ConnectionState) error {
		f := r.verifyState(&state)
		if f == nil {
			return nil
		}
		r.tell(Event{Kind: f.kind, Identity: f.cert.Identity, Serial: serialOf(state.PeerCertificates[0]), Addr: addr, Reason: f.why})
		return f
	}
	return c, nil
}

// get is the server's certificate, renewed when it is due.
func (s *serverCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.r.clock.read()
	if s.cert != nil && now.Before(s.cert.Leaf.NotAfter.Add(-serverRenew)) {
		return s.cert, nil
	}
	cert, err := s.r.makeServer(now, append(slices.Clone(s.r.o.Hosts), s.hosts...))
	if err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	s.cert = cert
	return cert, nil
}

// SetHosts changes what the server's certificate is for, beside Options.Hosts.
func (r *Registry) SetHosts(hosts []string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.server.hosts, r.server.cert = slices.Clone(hosts), nil
}

// makeServer makes a key and a certificate for a server.
func (r *Registry) makeServer(now time.Time, hosts []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"Pilothouse"}, CommonName: "Pilothouse hub"},
		NotBefore: now.Add(-backdate), NotAfter: earlier(now.Add(serverLife), r.authority.cert.NotAfter),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if h != "" {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	leaf, err := r.authority.sign(t, key.Public())
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
