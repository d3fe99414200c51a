package enrol

import (
	"crypto/x509"
	"errors"
)

// Reasons for which a Registry does not redeem a token. Registries wrap them; what
// they no longer remember is ErrUnknownToken.
var (
	ErrUnknownToken = errors.New("the invitation is not known, or not any more")
	ErrUsedToken    = errors.New("the invitation was used already")
	ErrExpiredToken = errors.New("the invitation has expired")
)

// Registry is what the endpoint needs to know of identities. Its methods are
// called from many goroutines.
type Registry interface {
	// Authority is the certificate that the devices' certificates, and the
	// endpoint's own, chain to.
	Authority() *x509.Certificate
	// Redeem takes a token out of circulation and returns what it was made for.
	// Of several calls with one token exactly one succeeds.
	Redeem(token string) (Invitation, error)
	// Exists reports whether there is an identity of that name, or was one that
	// is revoked.
	Exists(name string) bool
	// Enrol adds or updates the invited identity under the given name and issues
	// a client certificate for the key of csr, which has been verified. The
	// certificate's names and extensions are the registry's choice, never those
	// of csr.
	Enrol(i Invitation, name string, csr *x509.CertificateRequest) (Enrolled, error)
	// Renew issues the next certificate for the identity that old belongs to, and
	// for the key of csr. old was verified against Authority and in time; whether
	// it, or its identity, is revoked is for the registry to find out.
	Renew(old *x509.Certificate, csr *x509.CertificateRequest) (Enrolled, error)
}

// Invitation is what a token stands for.
type Invitation struct {
	// Name is the identity to enrol. Empty lets the device choose a name that
	// nobody has.
	Name string
	// Role, Kind and Root are shown to the operator: the identity's role, kind of
	// device and topic root. All may be empty.
	Role, Kind, Root string
}

// Enrolled is what a device gets.
type Enrolled struct {
	Certificate *x509.Certificate
	// Name is the identity's, ClientID and Root what it has to use.
	Name, ClientID, Root string
}
