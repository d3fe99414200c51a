package enrol

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Renew gets the next certificate for the device whose files are in dir, with the
// one it has, for the same key, and puts it in its place. It returns until when
// the new one is valid. An expired certificate cannot be renewed.
func Renew(ctx context.Context, dir string) (until time.Time, err error) {
	own, authority, settings, err := load(dir)
	if err != nil {
		return until, fmt.Errorf("renew the certificate in %s: %w", dir, err)
	}
	key, ok := own.PrivateKey.(crypto.Signer)
	if !ok {
		return until, fmt.Errorf("renew the certificate in %s: its key cannot sign", dir)
	}
	if time.Now().After(own.Leaf.NotAfter) {
		return until, fmt.Errorf("the certificate in %s expired on %s, or this device's clock is wrong (it says %s): set the clock, or enrol again",
			dir, own.Leaf.NotAfter.UTC().Format(time.RFC3339), time.Now().UTC().Format(time.RFC3339))
	}
	csr, err := newCSR(key, own.Leaf.Subject.CommonName)
	if err != nil {
		return until, err
	}
	c := newClient(settings.Hub, authority, own)
	defer c.close()
	var reply outcomeReply
	if err := c.post(ctx, renewPath, renewRequest{CSR: csr}, &reply); err != nil {
		return until, err
	}
	next, err := acceptCertificate(reply.Certificate, authority, key)
	if err != nil {
		return until, fmt.Errorf("the hub at %s sent something that is of no use: %w", settings.Hub, err)
	}
	return next.NotAfter, replace(filepath.Join(dir, CertificateFile), certificatePEM(next))
}

// load reads the files of an enrolled device.
func load(dir string) (own tls.Certificate, authority *x509.Certificate, c config, err error) {
	own, err = tls.LoadX509KeyPair(filepath.Join(dir, CertificateFile), filepath.Join(dir, KeyFile))
	if err != nil {
		return own, nil, c, err
	}
	text, err := os.ReadFile(filepath.Join(dir, AuthorityFile))
	if err != nil {
		return own, nil, c, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return own, nil, c, errors.New(AuthorityFile + " holds no certificate")
	}
	if authority, err = x509.ParseCertificate(block.Bytes); err != nil {
		return own, nil, c, fmt.Errorf("read %s: %w", AuthorityFile, err)
	}
	text, err = os.ReadFile(filepath.Join(dir, ConfigFile))
	if err != nil {
		return own, nil, c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return own, nil, c, fmt.Errorf("read %s: %w", ConfigFile, err)
	}
	return own, authority, c, nil
}
