package enrol

import (
	"time"

	"github.com/pilothouse/pilothouse/model/watch"
)

// Outcome says what became of a request.
type Outcome uint8

// The outcomes.
const (
	Asked          Outcome = iota // a device has asked, and waits for the operator
	Approved                      // the operator let it in
	Declined                      // the operator did not
	Collected                     // the device has fetched its certificate
	Renewed                       // a device got its next certificate
	TimedOut                      // nobody decided in time
	Uncollected                   // approved, and the device never came back
	Unopened                      // a token was spent, and the device did not go on
	UnknownToken                  // a token that nobody made
	UsedToken                     // a token that was used already
	ExpiredToken                  // a token that is too old
	BadRequest                    // not what the protocol says, or too big
	BadProof                      // not signed with the key, or a kind of key that is not accepted
	WrongName                     // a name that the invitation is not for
	BadCommitment                 // a nonce other than the one committed to
	UnknownTicket                 // a ticket that is unknown, or gone
	RenewalRefused                // no valid certificate, or a revoked one
	Flooded                       // more requests or connections than allowed
	Stalled                       // a connection that was slow to say what it wants
	Barred                        // an address that is not admitted
	Failed                        // the registry could not do it
	Closing                       // the server is closing
	outcomes       = int(Closing) + 1
)

// String says it in a few words.
func (o Outcome) String() string {
	words := [...]string{"asks to be let in", "approved", "declined", "has its certificate", "certificate renewed",
		"nobody decided in time", "approved, but the device did not come back", "began and did not go on",
		"unknown invitation", "invitation used twice", "invitation expired", "malformed request", "no proof of the key",
		"a name the invitation is not for", "commitment broken", "unknown ticket", "renewal refused", "too many requests",
		"silent connection", "address barred", "the registry failed", "closing"}
	if int(o) < outcomes {
		return words[o]
	}
	return "unknown"
}

// wire is the name of o in the protocol.
func (o Outcome) wire() string {
	names := [...]string{"asked", "approved", "declined", "collected", "renewed", "timed-out", "uncollected", "unopened",
		"unknown-token", "used-token", "expired-token", "bad-request", "bad-proof", "wrong-name", "bad-commitment",
		"unknown-ticket", "renewal-refused", "flooded", "stalled", "barred", "failed", "closing"}
	return names[o]
}

// parseOutcome is the outcome of that name in the protocol.
func parseOutcome(name string) (Outcome, bool) {
	for o := range Outcome(outcomes) {
		if o.wire() == name {
			return o, true
		}
	}
	return 0, false
}

// Kind is where an event of this outcome belongs on the page of attempts.
func (o Outcome) Kind() watch.Kind {
	switch o {
	case Asked, Approved, Declined, Collected, Renewed, TimedOut, Uncollected, Unopened:
		return watch.Enrolling
	case WrongName, BadCommitment:
		return watch.Impersonation
	case BadRequest, BadProof:
		return watch.Malformed
	case Flooded, Stalled:
		return watch.Flood
	case Barred:
		return watch.Banned
	}
	return watch.Other
}

// Event tells of one request. It holds no secrets.
type Event struct {
	At      time.Time
	Outcome Outcome
	// Addr is the device's address, ip:port.
	Addr string
	// Name is the identity that it is about, or that the device claimed to be;
	// empty when nothing is known.
	Name string
	// Detail says more, for people.
	Detail string
}
