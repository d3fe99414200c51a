package enrol

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
)

// maxCSR is the size of the largest signing request in bytes. Those of the keys
// that are accepted have about 250.
const maxCSR = 4 << 10

// parseCSR reads a PKCS#10 request and checks that whoever made it has the key.
func parseCSR(der []byte) (*x509.CertificateRequest, error) {
	if len(der) > maxCSR {
		return nil, fmt.Errorf("the signing request has %d bytes, more than the %d allowed", len(der), maxCSR)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("read the signing request: %w", err)
	}
	if keyKind(csr.PublicKey) == "" {
		return nil, errors.New("the device's key has to be ECDSA P-256 or Ed25519")
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("the signing request is not signed with the key it is for: %w", err)
	}
	return csr, nil
}

// keyKind names the kinds of keys that are accepted, and is empty for others.
func keyKind(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return "ECDSA P-256"
		}
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return ""
}

// claims reports whether the request asks for no other name than name. One
// without any name is content with the one it is given.
func claims(csr *x509.CertificateRequest, name string) bool {
	asked := append(append([]string{}, csr.DNSNames...), csr.EmailAddresses...)
	if csr.Subject.CommonName != "" {
		asked = append(asked, csr.Subject.CommonName)
	}
	for _, ip := range csr.IPAddresses {
		asked = append(asked, ip.String())
	}
	for _, uri := range csr.URIs {
		asked = append(asked, uri.String())
	}
	for _, one := range asked {
		if one != name {
			return false
		}
	}
	return true
}

// newCSR makes a request for name, signed with key.
func newCSR(key crypto.Signer, name string) ([]byte, error) {
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
	if err != nil {
		return nil, fmt.Errorf("make a signing request: %w", err)
	}
	return der, nil
}

// samePublicKey reports whether the certificate is for the key.
func samePublicKey(c *x509.Certificate, key crypto.Signer) bool {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	return err == nil && bytes.Equal(spki, c.RawSubjectPublicKeyInfo)
}
