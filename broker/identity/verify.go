package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// fault is why a certificate is no good.
type fault struct {
	kind watch.Kind
	why  model.Phrase
	// cert is the certificate as far as it is known.
	cert Certificate
}

// Error implements error.
func (f *fault) Error() string { return f.why.String() }

// judge finds out whose certificate it is, or why it is no good. Only a
// certificate that the registry knows is good, whatever the authority has signed.
func (r *Registry) judge(shown []*x509.Certificate) (Certificate, *fault) {
	leaf := shown[0]
	pol := r.policy.Load()
	known, entered := pol.doc.Certificate[serialOf(leaf)]
	entered = entered && known.Fingerprint == fingerprint(leaf.Raw)
	if !r.isOff(CertificateCheck) {
		if f := r.verifyChain(leaf); f != nil {
			f.cert = known
			return Certificate{}, f
		}
		if !entered {
			return Certificate{}, &fault{watch.UnknownIdentity, model.Sayf("the certificate of %s is not in the registry: enrol it again", quoted(leaf.Subject.CommonName)), Certificate{}}
		}
	} else if !entered {
		known = Certificate{Identity: leaf.Subject.CommonName} // whatever it says
	}
	if r.isOff(RevocationCheck) {
		return known, nil
	}
	m := pol.members[known.Identity]
	switch {
	case known.Revoked != nil:
		return Certificate{}, &fault{watch.Revoked, model.Sayf("the certificate of %s is revoked", known.Identity), known}
	case m == nil:
		return Certificate{}, &fault{watch.UnknownIdentity, model.Sayf("nobody of the name %s is enrolled", quoted(known.Identity)), known}
	case m.Revoked != nil:
		return Certificate{}, &fault{watch.Revoked, model.Sayf("%s is revoked", known.Identity), known}
	}
	return known, nil
}

// verifyChain says what is wrong with a certificate by itself: issuer, purpose
// and time.
func (r *Registry) verifyChain(leaf *x509.Certificate) *fault {
	now := r.clock.read()
	_, err := leaf.Verify(x509.VerifyOptions{Roots: r.authority.pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		known := r.policy.Load().doc.Certificate[serialOf(leaf)]
		if !known.Retires.IsZero() && !now.Before(known.Retires) {
			return &fault{kind: watch.Expired, why: model.Sayf("the certificate was replaced by a newer one, and its grace is over")}
		}
		return nil
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return r.outOfDate(leaf, now)
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return &fault{kind: watch.UnknownIssuer, why: model.Sayf("the certificate of %s is of another authority, %s", quoted(leaf.Subject.CommonName), quoted(leaf.Issuer.CommonName))}
	}
	return &fault{kind: watch.UnknownIssuer, why: model.Sayf("the certificate of %s cannot be verified: %s", quoted(leaf.Subject.CommonName), err.Error())}
}

// outOfDate tells an expired certificate from a clock that is wrong.
func (r *Registry) outOfDate(leaf *x509.Certificate, now time.Time) *fault {
	who := quoted(leaf.Subject.CommonName)
	if late := leaf.NotBefore.Sub(now); late > 0 {
		return &fault{kind: watch.ClockWrong, why: model.Sayf("the certificate of %s is not valid yet: by it the clock of this computer is at least %s behind", who, late.Round(time.Second).String())}
	}
	return &fault{kind: watch.Expired, why: model.Sayf("the certificate of %s expired on %s", who, leaf.NotAfter.UTC().Format("2006-01-02"))}
}

// verifyState decides about a TLS handshake, resumed ones included.
func (r *Registry) verifyState(state *tls.ConnectionState) *fault {
	if len(state.PeerCertificates) == 0 {
		return nil // may have a password, which CONNECT shows
	}
	_, f := r.judge(state.PeerCertificates)
	return f
}
