package mqttlink

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// maxPEM is the largest certificate file that is read, in bytes.
const maxPEM = 4 << 20

// tlsConfig builds the settings for one attempt, so that certificates renewed
// on disk are taken up: TLS 1.2 at least, full verification. asked is set when
// the broker wants a client certificate.
func (p Profile) tlsConfig(host string, asked *atomic.Bool) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if p.ServerName != "" {
		config.ServerName = p.ServerName
	}
	var err error
	if config.RootCAs, err = p.roots(); err != nil {
		return nil, err
	}
	own := &tls.Certificate{}
	if p.CertFile != "" {
		if own, err = p.clientCertificate(); err != nil {
			return nil, err
		}
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked.Store(true)
		return own, nil
	}
	return config, nil
}

// roots are what to trust; nil is what the system trusts.
func (p Profile) roots() (*x509.CertPool, error) {
	if p.CAFile == "" && p.Trusted == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if p.CAFile != "" {
		pem, err := readPEM(p.CAFile)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &Error{Kind: KindFile, Detail: model.Sayf("no certificate in %s", p.CAFile)}
		}
	}
	if p.Trusted != "" && !pool.AppendCertsFromPEM([]byte(p.Trusted)) {
		return nil, &Error{Kind: KindFile, Detail: model.Sayf("the certificate that was chosen to be trusted cannot be read")}
	}
	return pool, nil
}

func (p Profile) clientCertificate() (*tls.Certificate, error) {
	cert, err := readPEM(p.CertFile)
	if err != nil {
		return nil, err
	}
	key, err := readPEM(p.KeyFile)
	if err != nil {
		return nil, err
	}
	own, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, &Error{Kind: KindFile, Detail: model.Sayf("%s and %s: %s", p.CertFile, p.KeyFile, err.Error()), Err: err}
	}
	if own.Leaf != nil && time.Now().After(own.Leaf.NotAfter) {
		return nil, &Error{Kind: KindTLSClient, Detail: model.Sayf("the certificate in %s expired on %s", p.CertFile, day(own.Leaf.NotAfter))}
	}
	return &own, nil
}

func readPEM(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxPEM {
		err = fmt.Errorf("%s: too large for a certificate", name)
	}
	if err != nil {
		return nil, &Error{Kind: KindFile, Detail: model.PhraseOf(err), Err: err}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, &Error{Kind: KindFile, Detail: model.PhraseOf(err), Err: err}
	}
	return b, nil
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
