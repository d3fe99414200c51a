package watch

import (
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Listener is an address at which the broker lets clients connect.
type Listener struct {
	// URL is what a client is told, such as "mqtts://192.0.2.7:8883".
	URL string
	// Address is the address listened on, Transport as in Session.
	Address, Transport string
	// Loopback tells that only this machine reaches it.
	Loopback bool
	// Encrypted tells that it speaks TLS, Anonymous that clients come in without
	// proving who they are.
	Encrypted, Anonymous bool
	// Connections are open now; Refused counts those that were not let in.
	Connections int
	Refused     uint64
	// Err says why it does not listen, empty while it does.
	Err string
}

// Warnings says what is unsafe about l, in words for the operator; nil when
// nothing is.
func (l *Listener) Warnings() []string {
	var out []string
	if l.Loopback {
		return out
	}
	if !l.Encrypted {
		out = append(out, "Anyone on the network can read and change what is said here: it is not encrypted.")
	}
	if l.Anonymous {
		out = append(out, "Anyone on the network is let in without proving who they are.")
	}
	return out
}

// Defence is one of the checks that keep attackers out. It can be switched off
// in the demo, to show what it is for.
type Defence struct {
	// Key names it, Name says it in words, About what it prevents.
	Key, Name, About string
	Off              bool
}

// Outcome is what became of an attack of the demo's impostor.
type Outcome uint8

// The outcomes.
const (
	Waiting   Outcome = iota // its turn has not come
	Trying                   // under way
	Refused                  // it failed: the defence held
	Succeeded                // it had an effect
	Unproven                 // it could not be carried out, which proves nothing
)

// String says o in a word or two.
func (o Outcome) String() string {
	words := [...]string{"waiting", "trying …", "refused", "succeeded", "not carried out"}
	if int(o) < len(words) {
		return words[o]
	}
	return "unknown"
}

// Trial is one attack of the impostor.
type Trial struct {
	// Name says what is tried, Transport over what, Defence is the key of the
	// check that it runs into.
	Name, Transport, Defence string
	Outcome                  Outcome
	// Detail says how it went, such as the reason for the refusal.
	Detail model.Phrase
	At     time.Time
	Took   time.Duration
}

// Impostor is what the demo's rogue client is doing.
type Impostor struct {
	// Running tells that it is at work, Stepping that it waits for a word before
	// each attack.
	Running, Stepping bool
	// Victim is the root topic of the device that it goes for.
	Victim string
	// Started and Ended are zero when it has not.
	Started, Ended time.Time
	Trials         []Trial
	// Err says why it could not start or go on, empty when nothing is wrong.
	Err string
}

// Score is how an impostor did.
type Score struct{ Refused, Succeeded, Unproven, Total int }

// Score counts the trials that are over, and all of them.
func (i *Impostor) Score() Score {
	s := Score{Total: len(i.Trials)}
	for _, t := range i.Trials {
		switch t.Outcome {
		case Refused:
			s.Refused++
		case Succeeded:
			s.Succeeded++
		case Unproven:
			s.Unproven++
		}
	}
	return s
}

// Done is how many trials are over.
func (s Score) Done() int { return s.Refused + s.Succeeded + s.Unproven }
