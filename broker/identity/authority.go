package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

// Lifetimes of certificates, and how far back they begin, for devices whose
// clocks are late.
const (
	authorityLife = 20 * 365 * 24 * time.Hour
	backdate      = time.Hour
)

// Authority is the certificate authority of the registry (RFC 5280). Its key is
// ECDSA on P-256, which small devices can verify.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pool *x509.CertPool
}

// Authority returns the certificate authority.
func (r *Registry) Authority() *Authority { return r.authority }

// Certificate is the authority's own certificate. It must not be changed.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }

// Fingerprint is the SHA-256 of the certificate's DER, in lower-case hexadecimal.
func (a *Authority) Fingerprint() string { return fingerprint(a.cert.Raw) }

// PEM is the certificate as a file that clients take for their trusted authority.
func (a *Authority) PEM() []byte { return certificatePEM(a.cert.Raw) }

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// newSerial is a serial number of 128 random bits (RFC 5280 section 4.1.2.2).
func newSerial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[0] = b[0]&0x7f | 0x40 // positive, and of one length
	return new(big.Int).SetBytes(b)
}

// serialOf is how a serial number is written: lower-case hexadecimal.
func serialOf(c *x509.Certificate) string { return hex.EncodeToString(c.SerialNumber.Bytes()) }

// newAuthority makes an authority and keeps its key.
func newAuthority(now time.Time, keep secret.Store) (*Authority, authorityRecord, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, authorityRecord{}, fmt.Errorf("make the authority's key: %w", err)
	}
	serial := newSerial()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Pilothouse"}, CommonName: fmt.Sprintf("Pilothouse authority %x", serial.Bytes()[:4])},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, authorityRecord{}, fmt.Errorf("make the authority's certificate: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, authorityRecord{}, fmt.Errorf("make the authority's key: %w", err)
	}
	rec := authorityRecord{DER: der, Secret: "authority-" + fingerprint(der)[:16]}
	if err := keep.Put(rec.Secret, secret.NewValue(plain)); err != nil {
		return nil, authorityRecord{}, fmt.Errorf("keep the authority's key: %w", err)
	}
	a, err := loadAuthority(rec, keep)
	return a, rec, err
}

// loadAuthority reads the authority's key, which has to be that of its
// certificate.
func loadAuthority(rec authorityRecord, keep secret.Store) (*Authority, error) {
	cert, err := x509.ParseCertificate(rec.DER)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	plain, err := keep.Get(rec.Secret)
	if err != nil {
		return nil, fmt.Errorf("the authority's key is not in %s; bring it back, or set the registry aside and enrol everything afresh: %w", keep.Place(), err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain.Reveal())
	if err != nil {
		return nil, errors.New("the authority's key is damaged")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("the authority's key is not that of its certificate")
	}
	a := &Authority{cert: cert, key: key, pool: x509.NewCertPool()}
	a.pool.AddCert(cert)
	return a, nil
}

// sign makes a certificate.
func (a *Authority) sign(t *x509.Certificate, public any) (*x509.Certificate, error) {
	t.SerialNumber = newSerial()
	t.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, public, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
