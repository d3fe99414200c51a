// Package watch is the vocabulary of who is there and what was refused: the
// kinds of attempts, a feed of them coalesced with exact counts, and snapshots
// of sessions, retained messages, identities and certificates. The broker and
// its registry fill it in, the window shows it.
package watch

// Kind says what was attempted, or what is wrong.
type Kind uint8

// The kinds of attempts.
const (
	Other           Kind = iota // none of the others
	Impersonation               // a client ID, user name or session of another identity
	WrongPassword               // a password that is not the identity's
	LockedOut                   // too many wrong passwords: refused whatever it says
	NewSource                   // the right password from an address it is not pinned to
	Anonymous                   // no credentials where they are required
	PlainRefused                // no encryption where it is required
	UnknownIdentity             // a certificate or user name that nobody enrolled
	UnknownIssuer               // a certificate of another authority
	Expired                     // a certificate that is expired or not valid yet
	Revoked                     // a revoked certificate or identity
	Banned                      // an identity, client ID or address the operator banned
	ClonedKey                   // one key in two devices, held
	Flapping                    // reconnects or takeovers beyond the rate of one identity
	BadName                     // a client ID or user name outside of the alphabet
	TopicDenied                 // a topic that it may not publish to
	RetainDenied                // a retained message that it may not leave
	WillDenied                  // a will that it may not leave
	FilterDenied                // a filter that it may not subscribe to
	DeliveryDenied              // a message that it may not receive
	CommandDenied               // a command that only operators may send
	Takeover                    // a session taken over by a newer connection
	SecondWriter                // a topic that a second identity began to write
	WideListener                // a subscription that takes in everything
	Flood                       // more connections or silent sockets than allowed
	Malformed                   // packets that the standard forbids
	OriginRefused               // a web page that is not on the list
	DowngradeTried              // a TLS version below the minimum
	HandshakeFailed             // a TLS or WebSocket handshake that failed
	QuotaReached                // topics, retained messages or bytes beyond an identity's quota
	ClockWrong                  // a clock that cannot be right
	ExpiresSoon                 // a certificate close to its end
	Enrolling                   // a device asks to be let in
	DefenceOff                  // a defence is switched off
	kinds           = int(DefenceOff) + 1
)

// String names k in a few words, as a heading.
func (k Kind) String() string {
	words := [...]string{"Refused", "Impersonation refused", "Wrong password", "Locked out", "New source, held", "Anonymous refused",
		"Plain connection refused", "Unknown identity", "Unknown authority", "Certificate out of date", "Revoked key tried", "Banned",
		"Two devices, one key", "Flapping", "Bad name", "Topic denied", "Retain denied", "Will refused", "Filter denied", "Delivery denied",
		"Command denied", "Session taken over", "Second writer", "Listens to everything", "Flood", "Malformed packets", "Origin refused",
		"Old TLS refused", "Handshake failed", "Quota reached", "Clock wrong", "Certificate expires soon", "Wants to be enrolled",
		"Defence switched off"}
	if int(k) < kinds {
		return words[k]
	}
	return "Unknown"
}
