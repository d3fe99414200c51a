package identity

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/model"
)

// Revoked tells whose live sessions are to be cut.
type Revoked struct {
	// Name is the identity, empty when it is none.
	Name string
	// ClientIDs are those bound to the identity, or the one that was banned.
	ClientIDs []string
	// Serial is the certificate that was revoked, empty for all of the identity.
	Serial string
	// Source is the address that was banned, as it was given; empty for none.
	Source string
	Why    string
	// Purge tells that the retained messages of the identity are to go, too.
	Purge bool

	matches func(*model.Publisher) bool
}

// Matches tells whether a session is to be cut.
func (v *Revoked) Matches(p *model.Publisher) bool {
	switch {
	case p.Addr == model.InProcess:
		return false
	case v.matches != nil:
		return v.matches(p)
	}
	return v.Name != "" && p.Identity == v.Name
}

// OnRevoke has f called after each revocation, ban and removal, without locks: it
// cuts the sessions that match. What a revoked session leaves is refused
// already.
func (r *Registry) OnRevoke(f func(Revoked)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onRevoke = append(r.onRevoke, f)
}

// revoked tells of a revocation.
func (r *Registry) revoked(v Revoked) {
	r.mu.Lock()
	all := slices.Clone(r.onRevoke)
	r.mu.Unlock()
	for _, f := range all {
		f(v)
	}
}

// Revoke takes an identity's rights away, with all its certificates and its
// password, until Restore. It is on disk when Revoke returns.
func (r *Registry) Revoke(name, why string) error { return r.revoke(name, why, false) }

// RevokeAndPurge is Revoke that also asks for the retained messages of the
// identity to go.
func (r *Registry) RevokeAndPurge(name, why string) error { return r.revoke(name, why, true) }

func (r *Registry) revoke(name, why string, purge bool) error {
	var gone Identity
	why = why[:min(len(why), maxWhy)]
	err := r.change("revoke "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		if !ok {
			return ErrUnknown
		}
		at := &Revocation{At: r.clock.read(), Why: why}
		if rec.Revoked == nil {
			rec.Revoked = at
		}
		d.Identities[fold(name)] = rec
		d.revokeCertificates(rec.Name, at)
		gone = rec.Identity
		return nil
	})
	if err == nil {
		r.revoked(Revoked{Name: gone.Name, ClientIDs: gone.clientIDs(), Why: why, Purge: purge})
	}
	return err
}

// revokeCertificates revokes what an identity has.
func (d *document) revokeCertificates(name string, at *Revocation) {
	for serial, c := range d.Certificate {
		if c.Identity == name && c.Revoked == nil {
			c.Revoked = at
			d.Certificate[serial] = c
		}
	}
}

// RevokeCertificate revokes one certificate, for ever. The live sessions of its
// identity are cut; they may come back with another.
func (r *Registry) RevokeCertificate(serial, why string) error {
	var owner Identity
	why = why[:min(len(why), maxWhy)]
	err := r.change("revoke the certificate "+quoted(serial), func(d *document) error {
		c, ok := d.Certificate[serial]
		if !ok {
			return errors.New("the authority has issued no such certificate")
		}
		owner = d.Identities[fold(c.Identity)].Identity
		if c.Revoked == nil {
			c.Revoked = &Revocation{At: r.clock.read(), Why: why}
			d.Certificate[serial] = c
		}
		return nil
	})
	if err == nil && owner.Name != "" {
		r.revoked(Revoked{Name: owner.Name, ClientIDs: owner.clientIDs(), Serial: serial, Why: why})
	}
	return err
}

// Restore gives an identity its rights back. Its certificates stay revoked: it
// needs a new one, or has its password.
func (r *Registry) Restore(name string) error {
	return r.change("restore "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		switch {
		case !ok:
			return ErrUnknown
		case rec.Revoked == nil:
			return fmt.Errorf("%s is not revoked", rec.Name)
		}
		rec.Revoked = nil
		d.Identities[fold(name)] = rec
		return nil
	})
}
