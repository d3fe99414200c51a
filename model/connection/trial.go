package connection

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Stage is one stage of connecting to a broker.
type Stage uint8

// The stages, in their order.
const (
	StageSettings  Stage = iota // the profile and its files
	StageName                   // the host's address is looked up
	StageReach                  // TCP
	StageTLS                    // the certificates of both sides
	StageMQTT                   // CONNECT, in a WebSocket where that carries it
	StageSubscribe              // the subscriptions are granted
	stages
)

// State is how a stage went.
type State uint8

// The states of a stage.
const (
	Waiting State = iota
	Running
	Passed
	Partly // with a reservation, which the text tells
	Failed
	Skipped // there is nothing to do, or an earlier stage failed
)

// Step is how a stage of a [Trial] went.
type Step struct {
	State State
	// Text says it in plain words, Hint what can be done about it.
	Text, Hint model.Phrase
	// Took is how long the stage took.
	Took time.Duration
}

// Trial is how far an attempt to connect came. It is a value: a later state is
// another one.
type Trial struct {
	Steps [stages]Step
	// Chain is what the broker showed of itself, its own certificate first.
	Chain []Certificate
	// Offer is the certificate that the operator may choose to trust, because its
	// authority is unknown here; nil for none.
	Offer *Certificate
	// Done tells that nothing more will come.
	Done bool
}

// Passed tells whether all of it went well, with reservations at most.
func (t *Trial) Passed() bool {
	for _, s := range t.Steps {
		if s.State != Passed && s.State != Partly && s.State != Skipped {
			return false
		}
	}
	return t.Done && t.Steps[StageSubscribe].State != Skipped
}

// Failed is the stage that failed.
func (t *Trial) Failed() (Stage, bool) {
	for i, s := range t.Steps {
		if s.State == Failed {
			return Stage(i), true
		}
	}
	return 0, false
}

// Certificate is what a certificate says (RFC 5280).
type Certificate struct {
	Subject, Issuer     string
	Names               []string // DNS names and IP addresses
	NotBefore, NotAfter time.Time
	// Authority tells that it may sign others.
	Authority bool
	// SHA256 is the fingerprint.
	SHA256 [sha256.Size]byte
	// PEM is the certificate itself.
	PEM string
}

// NewCertificate says what c says.
func NewCertificate(c *x509.Certificate) Certificate {
	out := Certificate{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Names: append([]string(nil), c.DNSNames...),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, Authority: c.IsCA && c.BasicConstraintsValid, SHA256: sha256.Sum256(c.Raw),
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})),
	}
	for _, ip := range c.IPAddresses {
		out.Names = append(out.Names, ip.String())
	}
	return out
}

// ReadCertificate reads the first certificate of a text in PEM form.
func ReadCertificate(text string) (Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return Certificate{}, model.Faultf("there is no certificate in PEM form")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Certificate{}, err
	}
	return NewCertificate(c), nil
}

// Fingerprint is the SHA-256 fingerprint as people compare it: 32 bytes in
// hexadecimal, with colons.
func (c *Certificate) Fingerprint() string {
	digits := strings.ToUpper(hex.EncodeToString(c.SHA256[:]))
	parts := make([]string, 0, sha256.Size)
	for i := 0; i < len(digits); i += 2 {
		parts = append(parts, digits[i:i+2])
	}
	return strings.Join(parts, ":")
}
