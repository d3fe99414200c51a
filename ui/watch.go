package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model/watch"
)

// Watch is who is at the broker inside, and what the operator may do about it.
// The first group of methods are snapshots for the presenter, which asks for
// them about once a second while they are shown: they must be quick. The others
// are called away from the main goroutine and may take until ctx ends; their
// errors are shown to the operator.
type Watch interface {
	// Feed is what was refused, denied or worth knowing lately; never nil.
	Feed() *watch.Feed
	// Sessions are all sessions, those of this program too.
	Sessions() []watch.Session
	// Listeners are where clients connect.
	Listeners() []watch.Listener
	// Identities, Certificates, Invitations that are good, requests that wait, and
	// Bans are what the registry knows.
	Identities() []watch.Identity
	Certificates() []watch.Certificate
	Invitations() []watch.Invitation
	Pending() []watch.Pending
	Bans() []watch.Ban
	// Retained returns up to limit retained messages that hold all words of
	// search, in topic, payload or publisher, by topic; and how many there are.
	Retained(search string, limit int) (found []watch.Retained, total int)
	// Impostor is the demo's rogue client, nil outside of the demo.
	Impostor() Impostor

	// Disconnect ends the connection of a client ID.
	Disconnect(ctx context.Context, clientID string) error
	// Ban keeps a party out from now on, its live sessions too; Unban lets it in.
	Ban(ctx context.Context, b watch.Ban) error
	Unban(ctx context.Context, b watch.Ban) error
	// Invite makes an invitation for one device; Withdraw takes one back.
	Invite(ctx context.Context, who watch.InviteFor) (watch.Offer, error)
	Withdraw(ctx context.Context, invitation string) error
	// Approve lets a device that asks in, as changed by the operator; Refuse does
	// not.
	Approve(ctx context.Context, request string, as watch.InviteFor) error
	Refuse(ctx context.Context, request string) error
	// MakeBundle enrols a device that cannot do it itself: it writes a file with
	// its key, its certificate, the authority and snippets to path.
	MakeBundle(ctx context.Context, who watch.InviteFor, path string) error
	// Revoke puts an identity out: its session ends, and with purge its retained
	// messages go. Restore takes it back.
	Revoke(ctx context.Context, name, why string, purge bool) error
	Restore(ctx context.Context, name string) error
	// RevokeCertificate revokes one certificate by its serial number.
	RevokeCertificate(ctx context.Context, serial, why string) error
	// SetRole changes what an identity is for.
	SetRole(ctx context.Context, name string, role watch.Role) error
	// DeleteRetained deletes the retained messages of topics.
	DeleteRetained(ctx context.Context, topics []string) error
}

// Impostor is the demo's rogue client. All methods return at once.
type Impostor interface {
	// State is what it is doing; Defences are the checks that it runs into.
	State() watch.Impostor
	Defences() []watch.Defence
	// Release starts it from the first attack; stepping has it wait for Step
	// before each. Stop ends it.
	Release(stepping bool)
	Step()
	Stop()
	// SetDefence switches a check off or on again.
	SetDefence(key string, off bool)
}
