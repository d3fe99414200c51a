package enrol

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Device is the device's side of one enrolment.
type Device struct {
	// URL is the invitation.
	URL URL
	// Name is what the device wants to be called; empty leaves it to the
	// invitation.
	Name string
	// Host is what it calls itself, for the operator to read; may be empty.
	Host string
	// Dir is the folder for what it gets. It is made if need be; files in it are
	// never overwritten.
	Dir string
	// ShowCode is given the short code once, before the wait for the operator.
	ShowCode func(code string)
}

// Enrol makes a key, has it certified, and writes both into Dir. It takes as long
// as the operator does, ten minutes at most, or until ctx ends. The key is on
// disk only when all has gone well, and leaves the device never.
func (d *Device) Enrol(ctx context.Context) (Credentials, error) {
	if d.Name != "" && !validName(d.Name) {
		return Credentials{}, fmt.Errorf("the name %q: use 1 to %d letters, digits, dots, hyphens and underscores", d.Name, maxName)
	}
	if err := prepare(d.Dir); err != nil {
		return Credentials{}, err
	}
	authority, err := findAuthority(ctx, d.URL)
	if err != nil {
		return Credentials{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Credentials{}, fmt.Errorf("make a key: %w", err)
	}
	c := newClient(d.URL.Host, authority)
	defer c.close()
	reply, err := d.exchange(ctx, c, key)
	if err != nil {
		return Credentials{}, err
	}
	got, err := accept(reply, authority, key)
	if err != nil {
		return Credentials{}, fmt.Errorf("the hub at %s sent something that is of no use: %w", d.URL.Host, err)
	}
	got.Hub = d.URL.Host
	return got, save(d.Dir, got, key)
}

// exchange asks, shows the code, and waits.
func (d *Device) exchange(ctx context.Context, c *client, key crypto.Signer) (outcomeReply, error) {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return outcomeReply{}, fmt.Errorf("encode the public key: %w", err)
	}
	csr, err := newCSR(key, d.Name)
	if err != nil {
		return outcomeReply{}, err
	}
	nonce := newNonce()
	ticket, err := ask(ctx, c, askRequest{Token: d.URL.Token, CSR: csr, Commitment: commitment(spki, nonce), Name: d.Name, Host: plausible(d.Host)})
	if err != nil {
		return outcomeReply{}, err
	}
	script := transcript{publicKey: spki, token: d.URL.Token, authority: d.URL.Fingerprint, deviceNonce: nonce, hubNonce: ticket.Nonce}
	if d.ShowCode != nil {
		d.ShowCode(script.code())
	}
	return await(ctx, c, waitRequest{Ticket: ticket.Ticket, Nonce: nonce})
}

// tries is how often a device asks again when the hub has no time for it.
const tries = 5

// ask gets a ticket.
func ask(ctx context.Context, c *client, a askRequest) (askReply, error) {
	for try := 1; ; try++ {
		var reply askReply
		err := c.post(ctx, askPath, a, &reply)
		var no *Denied
		switch {
		case err == nil && (len(reply.Nonce) != nonceSize || reply.Ticket == ""):
			return reply, fmt.Errorf("the hub at %s gave no ticket: is it Pilothouse, of the same age?", c.host)
		case err == nil:
			return reply, nil
		case !errors.As(err, &no) || no.retry == 0 || try == tries:
			return reply, err
		case !pause(ctx, no.retry):
			return reply, fmt.Errorf("ask the hub at %s: %w", c.host, ctx.Err())
		}
	}
}

// How a device bears with a hub that it cannot reach while it waits.
const (
	retryPause = 2 * time.Second
	outage     = 2 * time.Minute
)

// await asks until the operator has decided.
func await(ctx context.Context, c *client, q waitRequest) (outcomeReply, error) {
	reached := time.Now()
	for {
		var reply outcomeReply
		err := c.post(ctx, waitPath, q, &reply)
		var no *Denied
		rest := retryPause
		switch {
		case err == nil && !reply.Waiting:
			return reply, nil
		case err == nil:
			reached = time.Now()
			continue
		case errors.As(err, &no) && no.retry > 0:
			reached, rest = time.Now(), no.retry
		case errors.As(err, &no), time.Since(reached) > outage:
			return reply, err
		}
		if !pause(ctx, rest) {
			return reply, fmt.Errorf("wait for the operator of the hub at %s: %w", c.host, ctx.Err())
		}
	}
}

// Credentials are what a device has got. The key is in its folder.
type Credentials struct {
	// Name is the identity's; ClientID and Root are what the device has to use.
	Name, ClientID, Root string
	// Hub is the address of the hub's enrolment endpoint, host:port.
	Hub string
	// Brokers are the addresses to connect to, the preferred one first.
	Brokers []string
	// Certificate is the device's, Authority the only root to trust.
	Certificate, Authority *x509.Certificate
}

// accept checks what the hub sent before anything of it is kept.
func accept(r outcomeReply, authority *x509.Certificate, key crypto.Signer) (Credentials, error) {
	if !bytes.Equal(r.Authority, authority.Raw) {
		return Credentials{}, ErrAuthority
	}
	certificate, err := acceptCertificate(r.Certificate, authority, key)
	if err != nil {
		return Credentials{}, err
	}
	if !validName(r.Name) || !presentable(r.ClientID) || !presentable(r.Root) || strings.ContainsAny(r.Root, "+#") || len(r.Brokers) > maxBrokers {
		return Credentials{}, errors.New("a name, client ID, topic root or list of brokers that cannot be")
	}
	for _, text := range r.Brokers {
		u, err := url.Parse(text)
		if err != nil || !presentable(text) || u.Host == "" || u.Scheme != "mqtts" && u.Scheme != "wss" {
			return Credentials{}, errors.New("a broker's address that is neither mqtts nor wss")
		}
	}
	return Credentials{Name: r.Name, ClientID: r.ClientID, Root: r.Root, Brokers: r.Brokers, Certificate: certificate, Authority: authority}, nil
}

// maxBrokers is the number of addresses that a device takes.
const maxBrokers = 16

// presentable reports whether s is text of moderate length on one line.
func presentable(s string) bool {
	const most = 512
	return len(s) <= most && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// acceptCertificate checks a certificate for key against the authority.
func acceptCertificate(der []byte, authority *x509.Certificate, key crypto.Signer) (*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	if !samePublicKey(certificate, key) {
		return nil, errors.New("the certificate is for another key")
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return nil, fmt.Errorf("verify the certificate: %w: if this device's clock is wrong (it says %s), set it and enrol again", err, time.Now().UTC().Format(time.RFC3339))
	}
	return certificate, nil
}
