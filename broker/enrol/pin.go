package enrol

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrAuthority is returned when the hub cannot show the authority that the
// invitation is of.
var ErrAuthority = errors.New("the authority is not the one in the invitation")

// dialTime is how long connecting to the hub may take, TLS included.
const dialTime = 15 * time.Second

// findAuthority asks the hub for its chain and returns the certificate in it with
// the fingerprint. It connects with no root at all, so that the handshake fails
// with what was shown and nothing can be said on the connection: the fingerprint
// is what makes the certificate a root, for the connections to come.
func findAuthority(ctx context.Context, u URL) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}}
	nc, err := dialer.DialContext(ctx, "tcp", u.Host)
	if err == nil {
		_ = nc.Close()
		return nil, fmt.Errorf("ask %s for its certificate: a chain without a root was accepted", u.Host)
	}
	var shown *tls.CertificateVerificationError
	if !errors.As(err, &shown) {
		return nil, unreachable(u.Host, err)
	}
	for _, c := range shown.UnverifiedCertificates {
		if Fingerprint(c) == u.Fingerprint && c.IsCA {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: somebody may be between this device and the hub, or the hub was set up anew. "+
		"Nothing was sent. Ask for a new invitation; if it fails again, do not enrol over this network", u.Host, ErrAuthority)
}

// unreachable explains a connection that did not come about.
func unreachable(host string, err error) error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("connect to the hub at %s: %w: the name is not known here; try the hub's IP address in the invitation", host, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("connect to the hub at %s: %w", host, err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("connect to the hub at %s: %w: is this device in the same network, and the port open in the hub's firewall?", host, err)
	}
	return fmt.Errorf("connect to the hub at %s: %w: is Pilothouse running there?", host, err)
}

// explainTLS says what a person can do about a certificate that was not accepted.
func explainTLS(host string, err error) error {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("verify the hub at %s: %w: if this device's clock is wrong (it says %s), set it and try again",
			host, err, time.Now().UTC().Format(time.RFC3339))
	case errors.As(err, &name):
		return fmt.Errorf("verify the hub at %s: %w: ask for an invitation with an address that the hub's certificate names", host, err)
	}
	return fmt.Errorf("verify the hub at %s: %w", host, err)
}
