package identity

import (
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Defence is one thing that keeps attackers out. All are on; they can be switched
// off one by one to show what they are good for.
type Defence uint8

// The defences.
const (
	BindClientID     Defence = iota // a client ID is used by its identity alone
	BindUserName                    // a user name goes with its identity alone
	BindRoot                        // a topic root is written by its identity alone
	CommandRule                     // commands come from operators only
	WillRule                        // wills follow the rules
	RetainRule                      // retained messages follow the rules
	FilterRule                      // filters are checked
	DeliveryRule                    // each delivery is checked
	PasswordCheck                   // a password has to be the right one
	Lockout                         // too many wrong passwords lock out
	SourcePin                       // an identity comes from its own addresses
	CloneQuarantine                 // one key in two devices is held
	TakeoverLimit                   // reconnects have a rate
	CertificateCheck                // a certificate is of the authority, and in date
	RevocationCheck                 // what is revoked stays out
	BanCheck                        // what is banned stays out
	PlainRefusal                    // beyond this machine: encrypted
	AnonymousRefusal                // beyond this machine: with an identity
	NameCheck                       // user names keep to their alphabet
	TopicQuota                      // an identity writes to a bounded number of topics
	defences         = int(TopicQuota) + 1
)

// Defences are all defences.
func Defences() []Defence {
	all := make([]Defence, defences)
	for i := range all {
		all[i] = Defence(i)
	}
	return all
}

// String says what d does.
func (d Defence) String() string {
	words := [...]string{"client IDs are bound to identities", "user names are bound to identities", "topic roots are bound to identities",
		"commands come from operators only", "wills are checked", "retained messages are checked", "filters are checked",
		"deliveries are checked", "passwords are checked", "wrong passwords lock out", "sources are pinned",
		"cloned keys are held", "reconnects have a rate", "certificates are checked", "revocations count", "bans count",
		"plain connections are refused", "anonymous clients are refused", "user names keep to their alphabet", "topics have a quota"}
	if int(d) < defences {
		return words[d]
	}
	return "unknown"
}

// SwitchOff switches a defence off, until SwitchOn or the end of the process. It
// is for demonstrations and for tests of attacks. Each switch is told as an event.
func (r *Registry) SwitchOff(d Defence) { r.setOff(d, true) }

// SwitchOn switches a defence on again.
func (r *Registry) SwitchOn(d Defence) { r.setOff(d, false) }

// IsOff tells whether a defence is switched off.
func (r *Registry) IsOff(d Defence) bool { return r.isOff(d) }

func (r *Registry) isOff(d Defence) bool { return r.off.Load()&(1<<d) != 0 }

func (r *Registry) setOff(d Defence, off bool) {
	if int(d) >= defences || r.isOff(d) == off {
		return
	}
	why := model.Sayf("the defence “%s” is on again", d.String())
	if off {
		r.off.Or(1 << d)
		why = model.Sayf("the defence “%s” is switched off", d.String())
	} else {
		r.off.And(^uint64(1 << d))
	}
	r.generation.Add(1)
	r.tell(Event{Kind: watch.DefenceOff, Reason: why})
}
