package identity

import (
	"time"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Options configure a registry.
type Options struct {
	// Dir is the folder of the registry. It is made with mode 0700.
	Dir string
	// Secrets keep the authority's key.
	Secrets secret.Store
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// OnEvent is told what the broker itself cannot tell: failed TLS handshakes,
	// certificates that end soon, clock trouble, defences that are off. It is
	// called from any goroutine and must not block.
	OnEvent func(Event)
	// Hosts are the names and addresses that the server's certificate is for,
	// beside localhost and its addresses.
	Hosts []string
	// OpenLoopback lets anonymous clients of this machine in. They may do all but
	// touch what belongs to an identity.
	OpenLoopback bool
	// AllowPlain lets clients beyond this machine in without encryption, and
	// AllowAnonymous without an identity. Both are for networks that are trusted.
	AllowPlain, AllowAnonymous bool
	// Authenticators are asked in order, after that for certificates and before
	// that for passwords.
	Authenticators []Authenticator
	// Limits bound the cost of attacks. A zero field means its default.
	Limits Limits
}

// Limits bound what attacks can cost, and how fast one identity may come and go.
type Limits struct {
	// Hashes is how many passwords are checked at once: each takes 19 MiB and
	// some 20 ms. HashQueue is how many more may wait, and HashQueueEach how many
	// of those from one address. 2, 256 and 32.
	Hashes, HashQueue, HashQueueEach int
	// Failures is how many wrong passwords an address may give for one identity
	// until it is locked out for Lockout, which doubles with each further one up
	// to an hour. 5 and one minute.
	Failures int
	Lockout  time.Duration
	// FailuresEach is how many wrong passwords an address may give for any
	// identities in an hour. 50. FailuresTotal is how many one identity may
	// suffer from all addresses in an hour; then only addresses that it came from
	// before are heard. 100.
	FailuresEach, FailuresTotal int
	// Connects is how often one identity, or one anonymous client ID, may connect
	// from one address at once, and ConnectEvery how soon it may again; for user
	// names this is decided before the password is looked at. 20 and one second.
	Connects     int
	ConnectEvery time.Duration
	// Listen is how long a newcomer waits that would take over a live session of
	// its identity: if that speaks meanwhile, there are two devices with one key,
	// and the newcomer is refused. 1.5 s.
	Listen time.Duration
	// Takeovers is how many takeovers of a live session by the same key within a
	// minute show two devices; that one is refused. 3. Quarantine is how long
	// the other keeps the line then. 10 minutes.
	Takeovers  int
	Quarantine time.Duration
	// Grace is how long an older certificate of a device is good for when it has
	// a new one. 7 days. Warn is how long before its end a certificate without a
	// successor is warned of. 30 days.
	Grace, Warn time.Duration
}

func (l Limits) withDefaults() Limits {
	setInt := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	setTime := func(p *time.Duration, d time.Duration) {
		if *p <= 0 {
			*p = d
		}
	}
	setInt(&l.Hashes, 2)
	setInt(&l.HashQueue, 256)
	setInt(&l.HashQueueEach, 32)
	setInt(&l.Failures, 5)
	setInt(&l.FailuresEach, 50)
	setInt(&l.FailuresTotal, 100)
	setInt(&l.Connects, 20)
	setInt(&l.Takeovers, 3)
	setTime(&l.Lockout, time.Minute)
	setTime(&l.ConnectEvery, time.Second)
	setTime(&l.Listen, 1500*time.Millisecond)
	setTime(&l.Quarantine, 10*time.Minute)
	setTime(&l.Grace, 7*24*time.Hour)
	setTime(&l.Warn, 30*24*time.Hour)
	return l
}

// Event is something the registry saw that the broker does not tell.
type Event struct {
	At   time.Time
	Kind watch.Kind
	// Identity is the name of whom it concerns, empty when it is not known.
	// Serial is that of the certificate, Addr the address it came from.
	Identity, Serial, Addr string
	Reason                 model.Phrase
}
