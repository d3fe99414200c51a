package identity

import (
	"context"
	"errors"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Authenticator finds out who a client is.
type Authenticator interface {
	// Authenticate returns the name of the identity that a client has proved to
	// be. ErrNotMine passes the client on to the next authenticator; any other
	// error refuses it, and may be a *broker.Refusal. It may take its time, until
	// ctx ends.
	Authenticate(ctx context.Context, r *broker.ConnectRequest) (name string, err error)
}

// ErrNotMine tells that a client has nothing that an authenticator judges by.
var ErrNotMine = errors.New("the client shows no credentials of this sort")

// authenticate asks each authenticator. The name is empty for a client that
// proves nothing.
func (r *Registry) authenticate(ctx context.Context, q *broker.ConnectRequest) (string, error) {
	for _, a := range r.chain {
		name, err := a.Authenticate(ctx, q)
		switch {
		case err == nil && name != "":
			return name, nil
		case err != nil && !errors.Is(err, ErrNotMine):
			return "", err
		}
	}
	return "", nil
}

// certificates are the authenticator of clients with a certificate.
type certificates struct{ r *Registry }

// Authenticate implements Authenticator.
func (c certificates) Authenticate(_ context.Context, q *broker.ConnectRequest) (string, error) {
	if !showsCertificate(q) {
		return "", ErrNotMine
	}
	cert, fault := c.r.judge(q.TLS.PeerCertificates)
	if fault != nil {
		return "", refuse(fault.kind, fault.why)
	}
	return cert.Identity, nil
}

// passwords are the authenticator of clients with a user name and a password.
type passwords struct{ r *Registry }

// Authenticate implements Authenticator.
func (p passwords) Authenticate(ctx context.Context, q *broker.ConnectRequest) (string, error) {
	if q.Username == nil && q.Password == nil {
		return "", ErrNotMine
	}
	name, source := string(q.Username), sourceOf(q.Addr)
	if CheckName(name) != nil {
		if p.r.isOff(NameCheck) {
			return "", ErrNotMine
		}
		return "", &broker.Refusal{Code: packet.BadUserNameOrPassword, Reason: model.Sayf("the user name is none: %s", model.PhraseOf(errName)), Kind: watch.BadName}
	}
	rec := p.r.policy.Load().doc.Identities[fold(name)]
	if rec.Name != name {
		rec = record{} // its case has to be right too
	}
	if !p.r.isOff(Lockout) {
		if why := p.r.guesses.locked(name, source, p.r.o.Now()); !why.Empty() {
			return "", &broker.Refusal{Code: packet.BadUserNameOrPassword, Reason: why, Kind: watch.LockedOut}
		}
	}
	right := p.r.isOff(PasswordCheck)
	if !right {
		var err error
		if right, err = p.r.hashing.matches(ctx, source, rec.Password, q.Password); err != nil {
			return "", &broker.Refusal{Code: packet.ServerBusy, Reason: model.PhraseOf(err), Kind: watch.Flood}
		}
	}
	switch {
	case right && rec.Name != "":
		p.r.guesses.succeeded(name, source)
		return rec.Name, nil
	case rec.Name == "":
		p.r.guesses.failed(name, source, p.r.o.Now(), false)
		return "", &broker.Refusal{Code: packet.BadUserNameOrPassword, Reason: model.Sayf("nobody of the name %s is enrolled", p.r.shown(name)), Kind: watch.UnknownIdentity}
	}
	p.r.guesses.failed(name, source, p.r.o.Now(), true)
	return "", &broker.Refusal{Code: packet.BadUserNameOrPassword, Reason: model.Sayf("the password is not that of %s", name), Kind: watch.WrongPassword}
}
