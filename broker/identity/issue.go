package identity

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Bounds on the lifetime of a client's certificate. DefaultLife is what 0 means.
const (
	DefaultLife = 365 * 24 * time.Hour
	minLife     = time.Minute
	maxLife     = 5 * 365 * 24 * time.Hour
)

// maxCertificates bounds those that one identity has in date.
const maxCertificates = 16

// Certificate is what the registry knows of a certificate it issued.
type Certificate struct {
	// Serial is its serial number in lower-case hexadecimal, and Fingerprint the
	// SHA-256 of its DER, Key that of its public key.
	Serial      string `json:"serial"`
	Fingerprint string `json:"fingerprint"`
	Key         string `json:"key"`
	// Identity is the name of its owner.
	Identity  string    `json:"identity"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	// Retires is when it ends because there is a newer one, zero for not.
	Retires time.Time   `json:"retires,omitzero"`
	Revoked *Revocation `json:"revoked,omitempty"`
}

// Ends is when c is no longer good.
func (c *Certificate) Ends() time.Time {
	if !c.Retires.IsZero() && c.Retires.Before(c.NotAfter) {
		return c.Retires
	}
	return c.NotAfter
}

// Certificates returns all certificates that are not long over, those of identities
// that were removed included, the one that ends first in front. It is the
// authority's revocation list, too.
func (r *Registry) Certificates() []Certificate {
	all := slices.Collect(maps.Values(r.policy.Load().doc.Certificate))
	slices.SortFunc(all, func(a, b Certificate) int {
		return cmp.Or(a.Ends().Compare(b.Ends()), strings.Compare(a.Serial, b.Serial))
	})
	for i, c := range all {
		if c.Revoked != nil {
			at := *c.Revoked
			all[i].Revoked = &at
		}
	}
	return all
}

// Issue makes a certificate for an identity from its signing request, of which
// only the key counts. The older certificates of a device are good for a while
// longer ([Limits.Grace]), those of others until they end.
func (r *Registry) Issue(name string, csr *x509.CertificateRequest, validFor time.Duration) (*x509.Certificate, error) {
	if csr == nil {
		return nil, fmt.Errorf("issue a certificate for %s: there is no signing request", quoted(name))
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: the signing request is not signed by its key: %w", quoted(name), err)
	}
	return r.issue(name, csr.PublicKey, validFor)
}

// IssueKey makes a key and a certificate for it, for devices that cannot make
// their own. The key is not kept.
func (r *Registry) IssueKey(name string, validFor time.Duration) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key for %s: %w", quoted(name), err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key for %s: %w", quoted(name), err)
	}
	cert, err := r.issue(name, key.Public(), validFor)
	if err != nil {
		return nil, nil, err
	}
	return certificatePEM(cert.Raw), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// issue signs a public key for an identity and enters the certificate.
func (r *Registry) issue(name string, public crypto.PublicKey, validFor time.Duration) (cert *x509.Certificate, err error) {
	if validFor == 0 {
		validFor = DefaultLife
	}
	if validFor < minLife || validFor > maxLife {
		return nil, fmt.Errorf("issue a certificate for %s: it is valid for %v to %v", quoted(name), minLife, maxLife)
	}
	if err := checkKey(public); err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: %w", quoted(name), err)
	}
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: %w", quoted(name), err)
	}
	err = r.change("issue a certificate for "+quoted(name), func(d *document) error {
		now := r.clock.read()
		rec, err := d.mayIssue(name, fingerprint(spki), now)
		if err != nil {
			return err
		}
		cert, err = r.authority.sign(&x509.Certificate{
			Subject:   pkix.Name{Organization: []string{"Pilothouse"}, CommonName: rec.Name},
			NotBefore: now.Add(-backdate), NotAfter: earlier(now.Add(validFor), r.authority.cert.NotAfter),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, public)
		if err != nil {
			return err
		}
		if rec.Role == Device {
			d.retire(rec.Name, now.Add(r.limits.Grace))
		}
		c := Certificate{Serial: serialOf(cert), Fingerprint: fingerprint(cert.Raw), Key: fingerprint(spki), Identity: rec.Name,
			NotBefore: cert.NotBefore, NotAfter: cert.NotAfter}
		d.Certificate[c.Serial] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return cert, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// mayIssue looks for what stands against a certificate for a key. It forgets
// certificates that have long ended.
func (d *document) mayIssue(name, key string, now time.Time) (record, error) {
	rec, ok := d.Identities[fold(name)]
	switch {
	case !ok:
		return rec, ErrUnknown
	case rec.Revoked != nil:
		return rec, errors.New("it is revoked: restore it first")
	}
	good := 0
	for serial, c := range d.Certificate {
		switch {
		case now.After(c.NotAfter.Add(maxLife)):
			delete(d.Certificate, serial)
		case c.Key == key && c.Revoked != nil:
			return rec, errors.New("a certificate of this key was revoked: make a new key")
		case c.Key == key && c.Identity != rec.Name:
			return rec, fmt.Errorf("the key is that of %s: make a new key", c.Identity)
		case c.Identity == rec.Name && c.Revoked == nil && now.Before(c.Ends()):
			good++
		}
	}
	if good >= maxCertificates {
		return rec, fmt.Errorf("it has %d certificates already: revoke those that are not needed", good)
	}
	return rec, nil
}

// retire has the certificates of an identity end by t.
func (d *document) retire(name string, t time.Time) {
	for serial, c := range d.Certificate {
		if c.Identity == name && c.Revoked == nil && c.Ends().After(t) {
			c.Retires = t
			d.Certificate[serial] = c
		}
	}
}

// checkKey reports why a key is not good enough.
func checkKey(public crypto.PublicKey) error {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() || k.Curve == elliptic.P384() {
			return nil
		}
	case ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= 2048 && n <= 4096 {
			return nil
		}
	}
	return errors.New("its key is not of a kind that is taken: use ECDSA on P-256 or P-384, Ed25519, or RSA of 2,048 to 4,096 bits")
}
