package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// invitationLife is how long a token is good, and maxInvitations how many may be
// open.
const (
	invitationLife = 10 * time.Minute
	maxInvitations = 1_000
)

// Invitation lets one device enrol.
type Invitation struct {
	// ID names the invitation; it is told by the registry and is no secret.
	ID string `json:"id"`
	// For is the identity that the device becomes. Its name may be empty: then
	// the device proposes one and the operator decides.
	For Identity `json:"for"`
	// Expires is told by the registry.
	Expires time.Time `json:"expires"`
}

// invitationRecord is an invitation with the hash of its token.
type invitationRecord struct {
	Invitation
	Hash string `json:"hash"`
}

// ErrInvitation tells that a token is not good, or not any more.
var ErrInvitation = errors.New("the token is not known, was used already, or is older than ten minutes: make a new one")

// Invite makes a token that lets one device enrol within ten minutes. Only its
// hash is kept.
func (r *Registry) Invite(i Invitation) (token string, err error) {
	token = rand.Text() // 128 bits or more
	err = r.change("invite a device", func(d *document) error {
		if i.For.Name != "" {
			if err := i.For.check(); err != nil {
				return err
			}
		}
		now := r.clock.read()
		d.forgetInvitations(now)
		if len(d.Invitations) >= maxInvitations {
			return fmt.Errorf("%d invitations are open already: wait until some end", maxInvitations)
		}
		i.For, i.Expires = i.For.copied(), now.Add(invitationLife)
		hash := hashToken(token)
		i.ID = hash[:16]
		d.Invitations = append(d.Invitations, invitationRecord{i, hash})
		return nil
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte("pilothouse invitation " + token))
	return hex.EncodeToString(sum[:])
}

func (d *document) forgetInvitations(now time.Time) {
	d.Invitations = slices.DeleteFunc(d.Invitations, func(i invitationRecord) bool { return !now.Before(i.Expires) })
}

// Redeem uses a token up. ErrInvitation when it is not good.
func (r *Registry) Redeem(token string) (i Invitation, err error) {
	hash := hashToken(token)
	if !slices.ContainsFunc(r.policy.Load().doc.Invitations, func(i invitationRecord) bool { return i.Hash == hash }) {
		return i, fmt.Errorf("redeem an invitation: %w", ErrInvitation) // costs no write
	}
	err = r.change("redeem an invitation", func(d *document) error {
		d.forgetInvitations(r.clock.read())
		at := slices.IndexFunc(d.Invitations, func(i invitationRecord) bool { return i.Hash == hash })
		if at < 0 {
			return ErrInvitation
		}
		i = d.Invitations[at].Invitation
		d.Invitations = slices.Delete(d.Invitations, at, at+1)
		return nil
	})
	return i, err
}

// Withdraw ends an invitation by its ID. It is no error if there was none.
func (r *Registry) Withdraw(id string) error {
	return r.change("withdraw an invitation", func(d *document) error {
		d.Invitations = slices.DeleteFunc(d.Invitations, func(i invitationRecord) bool { return i.ID == id })
		return nil
	})
}

// Invitations returns those that are open, the oldest first.
func (r *Registry) Invitations() []Invitation {
	var open []Invitation
	now := r.clock.read()
	for _, i := range r.policy.Load().doc.Invitations {
		if now.Before(i.Expires) {
			i.For = i.For.copied()
			open = append(open, i.Invitation)
		}
	}
	return open
}
