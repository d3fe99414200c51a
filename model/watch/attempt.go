package watch

import (
	"net"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Report tells a [Feed] of an attempt, or of several of the same.
type Report struct {
	Kind Kind
	At   time.Time
	// Identity is who it was for certain, or who it claimed to be; ClientID is
	// what it called itself. Either may be empty.
	Identity, ClientID string
	// Addr is the remote address, with or without a port.
	Addr string
	// Topic is the topic or filter concerned, empty for none.
	Topic string
	// Said says in words what happened and why.
	Said model.Phrase
	// Count is how many attempts it stands for; 0 is one.
	Count uint64
}

// Mark is what the operator did about an attempt.
type Mark uint8

// The marks.
const (
	Open     Mark = iota // nothing yet
	Ignored              // and so are its repetitions
	Enrolled             // invited or let in
	BannedBy             // kept out from now on
	Restored             // a right was given back
)

// String says m in a word.
func (m Mark) String() string {
	words := [...]string{"open", "ignored", "enrolled", "banned", "restored"}
	if int(m) < len(words) {
		return words[m]
	}
	return "unknown"
}

// Attempt is what one party tried, as often as Count says.
type Attempt struct {
	// ID names the attempt in the feed; newer attempts have higher numbers.
	ID                 uint64
	Kind               Kind
	Identity, ClientID string
	// Addr is the remote address without its port.
	Addr string
	// Topic and Said are those of the latest report.
	Topic string
	Said  model.Phrase
	// First and Last are the times of the first and the latest of the Count.
	First, Last time.Time
	Count       uint64
	// Various tells that more names than these were used from Addr.
	Various bool
	Mark    Mark
	Marked  time.Time
}

// Who is whom to show: the identity, else the client ID, else the address.
func (a *Attempt) Who() string {
	switch {
	case a.Identity != "":
		return a.Identity
	case a.ClientID != "":
		return a.ClientID
	case a.Addr != "":
		return a.Addr
	}
	return "unknown"
}

// hostOf is an address without its port.
func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

// Gravity says how much attention a kind deserves.
type Gravity uint8

// The gravities.
const (
	Notice  Gravity = iota // worth knowing
	Caution                // something to look at
	Serious                // somebody tries to be who they are not, or gets in the way
)

// Gravity says how much attention k deserves.
func (k Kind) Gravity() Gravity {
	switch k {
	case Impersonation, Revoked, ClonedKey, WillDenied, CommandDenied, SecondWriter, Flood, UnknownIssuer, LockedOut, NewSource, DefenceOff, Banned:
		return Serious
	case Takeover, Enrolling, ExpiresSoon:
		return Notice
	}
	return Caution
}

// Refused reports whether k tells of something that the broker kept from
// happening; other kinds tell of something that happened.
func (k Kind) Refused() bool {
	switch k {
	case Takeover, SecondWriter, WideListener, ClockWrong, ExpiresSoon, Enrolling, DefenceOff:
		return false
	}
	return true
}
