package impostor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// authority signs what it likes, and nobody has a reason to trust it.
type authority struct {
	pair tls.Certificate
	leaf *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of a false authority: %w", err)
	}
	template := certificate(name)
	template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make a false authority: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make a false authority: %w", err)
	}
	return &authority{pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf: leaf, key: key}, nil
}

// certificate is one for a name, and for hubs on this machine.
func certificate(name string, more ...string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		serial = big.NewInt(time.Now().UnixNano())
	}
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		DNSNames:    append([]string{"localhost"}, more...), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
}

// issue signs a certificate for names.
func (a *authority) issue(name string, more ...string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make the key of a false certificate: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate(name, more...), a.leaf, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a false certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.pair.Certificate[0]}, PrivateKey: key}, nil
}
