package impostor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model/watch"

	"github.com/pilothouse/pilothouse/model"
)

// Transport is what a client connects over.
type Transport string

// The transports.
const (
	TCP Transport = "TCP"
	TLS Transport = "TLS"
	WSS Transport = "WSS" // WebSocket over TLS
)

// Credentials are what a client says of itself, and proves. They print without
// their secrets.
type Credentials struct {
	ClientID           string
	Username, Password string
	Certificate        *tls.Certificate // nil for none
}

// Format implements [fmt.Formatter]: the client ID, never a secret.
func (c Credentials) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "credentials of %q", c.ClientID)
}

// Victim is the device that is attacked, with all that was stolen from it.
type Victim struct {
	Credentials
	// Name is what to call the device before an audience.
	Name string
	// Root is the topic below which everything is the victim's.
	Root string
}

// Target is where an attack goes, and what the attacker has to begin with.
type Target struct {
	// Addresses are host:port by transport; those that are missing cannot be
	// attacked.
	Addresses map[Transport]string
	// Via is the transport to use.
	Via Transport
	// Path is that of the WebSocket, "/mqtt" when empty.
	Path string
	// ServerName is the name in the broker's certificate, "localhost" when empty.
	ServerName string
	// Authority is what an honest device trusts.
	Authority *x509.CertPool

	Victim Victim
	// Thief is an enrolled device that has gone bad, and ThiefRoot its own root.
	Thief     Credentials
	ThiefRoot string
	// Witness may read the victim's topics and the thief's, and does so while an
	// attack runs. Late is one like it that comes afterwards.
	Witness, Late Credentials

	// Elsewhere is the local IP address from which stolen things are used,
	// "127.0.0.77" when empty. It has to be one of this machine.
	Elsewhere string
	// Sockets is how many silent sockets are opened, Reconnects how often a
	// session is reopened in a takeover war, and Topics how many topics are made:
	// 200, 300 and 2,000 when 0, at most 20,000, 20,000 and 2,000,000.
	Sockets, Reconnects, Topics int
	// ConnectTime is how long the broker lets a connection be silent, 8 s when 0.
	ConnectTime time.Duration
	// Patience is how long an answer is waited for, 5 s when 0.
	Patience time.Duration
	// Expired is a certificate of the victim whose time is over, nil for none.
	Expired *tls.Certificate
	// Linger is how much longer the victim is watched after an attack; if it
	// succeeded, an audience sees its effect for as long. At most 10 s.
	Linger time.Duration
	// Began is called, if not nil, when all is ready and the attack begins.
	Began func()
	// Gullible makes the device that is lured to a man in the middle trust any
	// authority.
	Gullible bool
}

// Outcome is how an attack ended.
type Outcome struct {
	// Succeeded tells that the attack had an effect.
	Succeeded bool
	// Evidence is what was seen, in a sentence, and Said the same for a window in
	// any language; zero for attacks that have no audience.
	Evidence string
	Said     model.Phrase
	// Victim is how the victim was heard meanwhile, in a few words.
	Victim model.Phrase
}

// held is the outcome of an attack without effect, before an audience.
func held(seen model.Phrase) Outcome { return Outcome{Evidence: seen.String(), Said: seen} }

// broken is the outcome of one that had an effect.
func broken(seen model.Phrase) Outcome {
	return Outcome{Succeeded: true, Evidence: seen.String(), Said: seen}
}

// Attack is one thing to try.
type Attack struct {
	// Name says it in a few words.
	Name string
	// Plain says to an audience what is tried, with %s for the victim's name.
	Plain string
	// Rows are the numbers of the threats in the model.
	Rows []int
	// Transports are those on which the attack has a meaning.
	Transports []Transport
	// Defence names what is meant to stop it.
	Defence string
	// Kinds are what the operator may be told: one of them.
	Kinds []watch.Kind
	// Run tries it. The error says that it could not be tried; it wraps
	// [ErrNotHere] when this machine does not allow it.
	Run func(ctx context.Context, t Target) (Outcome, error)
}

// ErrNotHere tells that an attack cannot be tried on this machine or over this
// transport.
var ErrNotHere = errors.New("cannot be tried here")

// complete fills in defaults and checks what is needed.
func (t *Target) complete() error {
	if t.Addresses[t.Via] == "" {
		return fmt.Errorf("impostor: no address for %s: %w", t.Via, ErrNotHere)
	}
	if t.Victim.Root == "" || t.Victim.ClientID == "" || t.ThiefRoot == "" || t.Thief.ClientID == "" {
		return errors.New("impostor: the victim and the thief need a client ID and a root each")
	}
	setText := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	setText(&t.Path, "/mqtt")
	setText(&t.ServerName, "localhost")
	setText(&t.Elsewhere, "127.0.0.77")
	setText(&t.Victim.Name, t.Victim.ClientID)
	t.Linger = min(t.Linger, 10*time.Second)
	t.Sockets = bounded(t.Sockets, 200, 20_000)
	t.Reconnects = bounded(t.Reconnects, 300, 20_000)
	t.Topics = bounded(t.Topics, 2_000, 2_000_000)
	if t.Patience <= 0 {
		t.Patience = 5 * time.Second
	}
	if t.ConnectTime <= 0 {
		t.ConnectTime = 8 * time.Second
	}
	return nil
}

// bounded is n, or d when it is not set, and at most limit.
func bounded(n, d, limit int) int {
	if n <= 0 {
		return d
	}
	return min(n, limit)
}
