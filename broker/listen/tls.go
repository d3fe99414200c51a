package listen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Verifier decides on the certificate that a client has shown, or not shown. Its
// error ends the handshake.
type Verifier func(tls.ConnectionState) error

var (
	errNoCertificate = errors.New("no certificate is configured: set Certificates, GetCertificate or GetConfigForClient")
	errPeerVerifier  = errors.New("VerifyPeerCertificate is skipped when a session is resumed: give a Verifier instead")
)

// TLS encrypts the connections of inner, with TLS 1.2 at least whatever config
// says. config is not changed, and must not be by its owner afterwards.
//
// With a verifier, clients are asked for a certificate, and verify is called for
// every handshake after config's own checks, resumed sessions included. The
// handshake is done by the first Read, within its deadline.
//
// A config without a certificate, or with VerifyPeerCertificate, is refused;
// inner is left open then.
func TLS(inner net.Listener, config *tls.Config, verify Verifier) (net.Listener, error) {
	policy, err := strict(config, verify)
	if err != nil {
		return nil, fmt.Errorf("listen with TLS on %v: %w", inner.Addr(), err)
	}
	return tls.NewListener(inner, policy), nil
}

// strict is a copy of config with the policy applied.
func strict(config *tls.Config, verify Verifier) (*tls.Config, error) {
	switch {
	case config == nil, len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil:
		return nil, errNoCertificate
	case config.VerifyPeerCertificate != nil:
		return nil, errPeerVerifier
	}
	c := config.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	if verify != nil {
		if c.ClientAuth == tls.NoClientCert {
			c.ClientAuth = tls.RequestClientCert
		}
		c.VerifyConnection = both(c.VerifyConnection, verify)
	}
	if choose := c.GetConfigForClient; choose != nil {
		c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			chosen, err := choose(hello)
			if err != nil || chosen == nil {
				return nil, err
			}
			return strict(chosen, verify)
		}
	}
	return c, nil
}

// both asks first, if there is one, and then second.
func both(first, second Verifier) Verifier {
	if first == nil {
		return second
	}
	return func(state tls.ConnectionState) error {
		if err := first(state); err != nil {
			return err
		}
		return second(state)
	}
}
