package watch

import "time"

// InviteFor says who is to be invited.
type InviteFor struct {
	// Name of the identity; empty leaves it to the device to say.
	Name string
	Role Role
	// Kind and Root are as in Identity.
	Kind, Root string
}

// Invitation is a token that lets one device ask to be enrolled.
type Invitation struct {
	// ID names it; it is not the token.
	ID string
	InviteFor
	Created, Expires time.Time
	// Used is when a device came with it, zero for not yet.
	Used time.Time
}

// Offer is an invitation in the forms in which it reaches a device. It holds the
// token: it is shown and never kept.
type Offer struct {
	Invitation
	// URL holds the hub's address, the token and the authority's fingerprint.
	URL string
	// Command enrols a machine that has this program.
	Command string
	// QR is the URL as a QR code (ISO/IEC 18004) without its quiet zone: rows of
	// modules, true for dark.
	QR [][]bool
}

// Pending is a device that asks to be enrolled and waits for the operator.
type Pending struct {
	// ID names the request.
	ID string
	// Invitation is the ID of the invitation that it came with.
	Invitation string
	// Name, Role, Kind and Root are what it would get.
	InviteFor
	// Code is the short code that the device shows too: the operator compares.
	Code string
	Addr string
	At   time.Time
	// Expires is when the request lapses.
	Expires time.Time
	// Renews tells that an identity of this name exists and gets a new key.
	Renews bool
}
