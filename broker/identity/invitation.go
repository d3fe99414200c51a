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

// spentToken is a token that was good once, by its hash.
type spentToken struct {
	Hash string    `json:"hash"`
	At   time.Time `json:"at"`
	// Used tells that it was redeemed; otherwise nobody came in time.
	Used bool `json:"used,omitempty"`
}

// spentLife is how long it is remembered what became of a token, and maxSpent of
// how many, the latest.
const (
	spentLife = 24 * time.Hour
	maxSpent  = 1_000
)

// ErrInvitation tells that a token is not good, or not any more. The others are
// errors of its kind and say why, for a day after the token ended.
var (
	ErrInvitation        = errors.New("the token is not good: make a new one")
	ErrUnknownInvitation = fmt.Errorf("%w (nobody made it, or it was long ago)", ErrInvitation)
	ErrUsedInvitation    = fmt.Errorf("%w (it was used already)", ErrInvitation)
	ErrExpiredInvitation = fmt.Errorf("%w (it was good for ten minutes)", ErrInvitation)
)

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

// forgetInvitations ends those that are too old, and forgets what became of
// those that ended long ago.
func (d *document) forgetInvitations(now time.Time) {
	d.Invitations = slices.DeleteFunc(d.Invitations, func(i invitationRecord) bool {
		late := !now.Before(i.Expires)
		if late {
			d.Spent = append(d.Spent, spentToken{Hash: i.Hash, At: i.Expires})
		}
		return late
	})
	d.Spent = slices.DeleteFunc(d.Spent, func(s spentToken) bool { return now.Sub(s.At) >= spentLife })
	d.Spent = d.Spent[max(0, len(d.Spent)-maxSpent):]
}

// whyNot says why there is no open invitation for a token.
func (d *document) whyNot(hash string, now time.Time) error {
	at := slices.IndexFunc(d.Spent, func(s spentToken) bool { return s.Hash == hash && now.Sub(s.At) < spentLife })
	switch {
	case at < 0:
		return ErrUnknownInvitation
	case d.Spent[at].Used:
		return ErrUsedInvitation
	}
	return ErrExpiredInvitation
}

// Redeem uses a token up. ErrUsedInvitation, ErrExpiredInvitation or
// ErrUnknownInvitation when it is not good.
func (r *Registry) Redeem(token string) (i Invitation, err error) {
	hash := hashToken(token)
	is := func(i invitationRecord) bool { return i.Hash == hash }
	if d := r.policy.Load().doc; !slices.ContainsFunc(d.Invitations, is) {
		return i, fmt.Errorf("redeem an invitation: %w", d.whyNot(hash, r.clock.read())) // costs no write
	}
	err = r.change("redeem an invitation", func(d *document) error {
		now := r.clock.read()
		d.forgetInvitations(now)
		at := slices.IndexFunc(d.Invitations, is)
		if at < 0 {
			return d.whyNot(hash, now)
		}
		i = d.Invitations[at].Invitation
		d.Invitations = slices.Delete(d.Invitations, at, at+1)
		d.Spent = append(d.Spent, spentToken{Hash: hash, At: now, Used: true})
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
