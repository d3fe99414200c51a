package enrol

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
)

var errNoCertificate = errors.New("the TLS configuration has no certificate")

// policy is a copy of config for the endpoint: TLS 1.2 at least, HTTP/1.1, no
// session tickets (so that a revoked certificate is looked at each time), the
// authority in what is shown, and client certificates welcome and verified.
func (s *Server) policy(config *tls.Config) (*tls.Config, error) {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		return nil, errNoCertificate
	}
	c := config.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	c.NextProtos = []string{"http/1.1"}
	c.SessionTicketsDisabled = true
	c.ClientAuth = tls.VerifyClientCertIfGiven
	c.ClientCAs = x509.NewCertPool()
	c.ClientCAs.AddCert(s.registry.Authority())
	c.Certificates = nil
	for _, one := range config.Certificates {
		c.Certificates = append(c.Certificates, s.withAuthority(one))
	}
	if get := config.GetCertificate; get != nil {
		c.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			one, err := get(hello)
			if err != nil || one == nil {
				return one, err
			}
			whole := s.withAuthority(*one)
			return &whole, nil
		}
	}
	if choose := config.GetConfigForClient; choose != nil {
		c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			chosen, err := choose(hello)
			if err != nil || chosen == nil {
				return nil, err
			}
			return s.policy(chosen)
		}
	}
	return c, nil
}

// withAuthority is c with the authority at the end of its chain, where devices
// look for the fingerprint they were given.
func (s *Server) withAuthority(c tls.Certificate) tls.Certificate {
	authority := s.registry.Authority().Raw
	for _, der := range c.Certificate {
		if bytes.Equal(der, authority) {
			return c
		}
	}
	c.Certificate = append(append([][]byte{}, c.Certificate...), authority)
	return c
}
