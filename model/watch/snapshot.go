package watch

import (
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Role says what an identity is for, and so what it may do.
type Role string

// The roles.
const (
	RoleDevice   Role = "device"   // writes below its own root, reads its commands
	RoleOperator Role = "operator" // reads everything and sends commands
	RoleReader   Role = "reader"   // reads
	RoleBridge   Role = "bridge"   // another hub
)

// Roles lists the roles in the order to offer them.
func Roles() []Role { return []Role{RoleDevice, RoleOperator, RoleReader, RoleBridge} }

// Session is a snapshot of one session at the broker.
type Session struct {
	// Publisher is who the session belongs to; never nil.
	Publisher *model.Publisher
	// Role is that of its identity, empty without one.
	Role Role
	// Transport is how it came: "TCP", "TLS", "WebSocket", "secure WebSocket",
	// "Unix socket" or "in-process"; empty while it is away.
	Transport string
	// TLS names version and cipher of an encrypted session, such as "TLS 1.3".
	TLS string
	// Protocol is "MQTT 5" or "MQTT 3.1.1"; empty inside the process.
	Protocol string
	// Connected tells that the client is there; Since is when it came, or when it
	// left.
	Connected bool
	Since     time.Time
	// Filters are its subscriptions, a shared one with its $share prefix.
	Filters []string
	// Expected tells that its filters are what its role reads anyway: a wide
	// filter is then nothing to warn of.
	Expected bool
	// Queued messages wait in the session, Inflight ones are sent and not
	// acknowledged.
	Queued, QueuedBytes, Inflight int
	// Received and Sent count messages from and to the client.
	Received, ReceivedBytes, Sent, SentBytes uint64
	// Dropped counts messages to the client that were let go.
	Dropped uint64
}

// Operator reports whether the session is one of this program itself.
func (s *Session) Operator() bool { return s.Publisher.Operator() }

// Wide lists the filters of s that take in more than one device, unless they are
// expected: # and what begins with it or with a +.
func (s *Session) Wide() []string {
	if s.Expected || s.Operator() {
		return nil
	}
	var wide []string
	for _, f := range s.Filters {
		if WideFilter(f) {
			wide = append(wide, f)
		}
	}
	return wide
}

// WideFilter reports whether a filter takes in everything, or everything of some
// depth: its first level is a wildcard. The prefix of a shared subscription
// (MQTT 5.0 section 4.8.2) is looked through.
func WideFilter(filter string) bool {
	if rest, shared := strings.CutPrefix(filter, "$share/"); shared {
		_, filter, _ = strings.Cut(rest, "/")
	}
	first, _, _ := strings.Cut(filter, "/")
	return first == "#" || first == "+" || filter == "$SYS/#"
}

// Retained is a retained message with who left it.
type Retained struct {
	Topic   string
	Payload []byte // the front of it where it is long
	Size    int
	QoS     byte
	At      time.Time
	// Expires is zero for never.
	Expires time.Time
	// Publisher is nil when it is not known any more.
	Publisher *model.Publisher
}

// Identity is who the broker vouches for.
type Identity struct {
	Name string
	Role Role
	// Kind says what it is in a word, such as "ferry".
	Kind string
	// Root is the topic below which it may write, empty for none.
	Root string
	// ClientIDs are the client IDs bound to it; empty means just Name.
	ClientIDs []string
	// Created is when it was enrolled, LastSeen when it last spoke, zero for never.
	Created, LastSeen time.Time
	// Connected tells that it has an open session.
	Connected bool
	// Password tells that it may use one, which is weaker than a key.
	Password bool
	// Sources are the addresses it is pinned to; empty for any.
	Sources []string
	// Certificates counts those that are good now, and Expires is when the last
	// of them ends; zero when there is none.
	Certificates int
	Expires      time.Time
	// Revoked is when it was put out, with Why; zero while it is let in.
	Revoked time.Time
	Why     string
}

// Binds reports whether a client ID belongs to the identity.
func (i *Identity) Binds(clientID string) bool {
	if len(i.ClientIDs) == 0 {
		return clientID == i.Name
	}
	return slices.Contains(i.ClientIDs, clientID)
}

// Certificate is one certificate of the built-in authority.
type Certificate struct {
	// Serial is the serial number in hexadecimal.
	Serial   string
	Identity string
	// Purpose is "device", "this broker" or "authority".
	Purpose             string
	NotBefore, NotAfter time.Time
	// Fingerprint is the SHA-256 of its DER in lower-case hexadecimal.
	Fingerprint string
	// Revoked is when it was revoked, zero for never.
	Revoked time.Time
}

// Validity is how good a certificate is at some moment.
type Validity uint8

// The states of a certificate.
const (
	Valid     Validity = iota
	Ending             // valid, and less than a fifth of its time or [EndingWithin] is left
	NotYet             // its time has not begun: a clock may be wrong
	Ended              // its time is over
	Withdrawn          // revoked
)

// EndingWithin is how long before its end a certificate is spoken of.
const EndingWithin = 14 * 24 * time.Hour

// String says v in a few words.
func (v Validity) String() string {
	words := [...]string{"valid", "expires soon", "not valid yet", "expired", "revoked"}
	if int(v) < len(words) {
		return words[v]
	}
	return "unknown"
}

// At says how good c is at a time. A certificate that lives for less than
// seventy days is spoken of in its last fifth.
func (c *Certificate) At(now time.Time) Validity {
	early := min(EndingWithin, c.NotAfter.Sub(c.NotBefore)/5)
	switch {
	case !c.Revoked.IsZero():
		return Withdrawn
	case now.Before(c.NotBefore):
		return NotYet
	case !now.Before(c.NotAfter):
		return Ended
	case c.NotAfter.Sub(now) < early:
		return Ending
	}
	return Valid
}

// Ban keeps an identity, a client ID or an address out.
type Ban struct {
	// One of these says who; Addr is an address without a port.
	Identity, ClientID, Addr string
	Why                      string
	Since                    time.Time
}

// String says whom the ban keeps out.
func (b *Ban) String() string {
	switch {
	case b.Identity != "":
		return "identity " + b.Identity
	case b.ClientID != "":
		return "client " + b.ClientID
	}
	return "address " + b.Addr
}
