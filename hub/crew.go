package hub

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/demo"
)

// crewTime is how long the certificates of the demo's devices are good for.
const crewTime = 24 * time.Hour

// demoMark is how the kinds of identities begin that the demo made, so that they
// are told from enrolled ones.
const demoMark = "demo "

// crew enrols the demo's devices as they connect, so that they speak TLS with
// identities like any other.
type crew struct {
	h *Hub

	mu     sync.Mutex
	papers map[string]demo.Credentials // by identity
	url    string                      // of the listener for them

	// unhurried tells that clients of that listener may be silent for as long as
	// they like: a defence that the demo can switch off.
	unhurried atomic.Bool
}

// credentials are what a device connects with. When it cannot be enrolled it
// connects as anybody on this machine does.
func (c *crew) credentials(d demo.Device) demo.Credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.papers[d.Name]; ok {
		return p
	}
	p, err := c.enrol(d)
	if err != nil {
		slog.Warn("A device of the demo has no identity", "device", d.Name, "error", err)
		return demo.Credentials{}
	}
	c.papers[d.Name] = p
	return p
}

// enrol gives a device an identity, a key and a certificate.
func (c *crew) enrol(d demo.Device) (demo.Credentials, error) {
	if c.url == "" {
		ln, err := c.h.open(transportTLS, "127.0.0.1:0", func(ln net.Listener) net.Listener { return lenient{ln, &c.unhurried} })
		if err != nil {
			return demo.Credentials{}, err
		}
		c.url = "mqtts://" + ln.Addr().String()
	}
	r := c.h.Registry
	if _, known := r.Get(d.Name); !known {
		if err := r.Put(identity.Identity{Name: d.Name, Kind: demoMark + d.Kind, Root: d.Root,
			ClientIDs: []string{d.ClientID}, Sources: crewSources()}); err != nil {
			return demo.Credentials{}, err
		}
	}
	config, err := c.h.clientTLS(d.Name, crewTime)
	return demo.Credentials{BrokerURL: c.url, TLS: config}, err
}

// clientTLS is how a client speaks to this broker as an identity: with a new key
// and certificate, trusting the authority alone.
func (h *Hub) clientTLS(name string, validFor time.Duration) (*tls.Config, error) {
	cert, key, err := h.Registry.IssueKey(name, validFor)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("use the certificate of %s: %w", name, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(h.Registry.Authority().Certificate())
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}, nil
}

// crewSources are where the fleet comes from: the address of this machine that
// programs use unless they choose another.
func crewSources() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }
