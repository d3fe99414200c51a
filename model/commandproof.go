package model

import (
	"strings"
	"time"
)

// ProofState is what is known of one step of a command's way.
type ProofState uint8

// The states of a step.
const (
	ProofWaiting ProofState = iota // not known yet
	ProofDone
	ProofFailed
	ProofUnknowable // nobody can say, such as who listens at a broker elsewhere
	ProofSkipped    // it did not come to that, or nothing is expected
)

// ProofStep is one step of the way from the operator to the device.
type ProofStep struct {
	// Name is the step, State and Text what is known of it. At is when it was
	// known, zero when it is not.
	Name  string
	State ProofState
	Text  Phrase
	At    time.Time
}

// Proof is how far a command is known to have got, step by step: who was
// listening, what the broker took, which sessions acknowledged it, and what the
// device answered.
func (c *Command) Proof() []ProofStep {
	return []ProofStep{c.listeningStep(), c.acceptedStep(), c.deliveredStep(), c.answeredStep()}
}

// Text says who listens, before anything is sent.
func (a *Audience) Text() Phrase {
	switch {
	case !a.Known:
		return phrase("who listens cannot be known: this broker does not say")
	case a.Total == 0:
		return phrase("nobody is listening")
	}
	text := nameSome(a.Listeners, a.Total)
	away := 0
	for i := range a.Listeners {
		if !a.Listeners[i].Connected {
			away++
		}
	}
	if away == 1 && a.Total == 1 {
		return phrase("%s, which is away: the broker keeps it", text)
	}
	if away > 0 {
		return phrase("%s, %d of them away", text, away)
	}
	return text
}

// nameSome lists some listeners by name.
func nameSome(list []Listener, total int) Phrase {
	const most = 3
	var names []string
	for i := range list[:min(len(list), most)] {
		names = append(names, list[i].Name())
	}
	text := strings.Join(names, ", ")
	if total > len(names) {
		return phrase("%s and %d more", text, total-len(names))
	}
	return Quoted(text)
}

func (c *Command) listeningStep() ProofStep {
	p := ProofStep{Name: "Listening", State: ProofDone, Text: c.Audience.Text(), At: c.Sent}
	switch {
	case !c.Audience.Known:
		p.State = ProofUnknowable
	case c.Audience.Total == 0 && !c.Retain:
		p.State = ProofFailed
	}
	return p
}

func (c *Command) acceptedStep() ProofStep {
	p := ProofStep{Name: "Broker", At: c.Accepted}
	switch {
	case !c.Accepted.IsZero():
		p.State, p.Text = ProofDone, phrase("accepted at QoS %d, after %s", c.QoS, shortTime(c.Accepted.Sub(c.Sent)))
		if c.QoS == 0 {
			p.Text = phrase("written at QoS 0, which no broker acknowledges")
		}
	case c.State == CommandFailed:
		p.State, p.Text, p.At = ProofFailed, c.why, c.Done
	case c.State.Final():
		p.State, p.Text, p.At = ProofFailed, phrase("no acknowledgement came"), c.Done
	default:
		p.Text = phrase("waiting for the broker to accept it")
	}
	return p
}

func (c *Command) deliveredStep() ProofStep {
	p := ProofStep{Name: "Delivered"}
	switch {
	case c.Accepted.IsZero() && c.State.Final():
		p.State, p.Text = ProofSkipped, phrase("not sent")
	case c.Accepted.IsZero():
		p.Text = phrase("waiting for the broker")
	case !c.SessionsKnown:
		p.State, p.Text = ProofUnknowable, phrase("to whom cannot be known: this broker does not say")
	case c.Sessions == 0 && c.Retain:
		p.State, p.Text = ProofSkipped, phrase("to nobody yet: the broker keeps it for those who subscribe")
	case c.Sessions == 0:
		p.State, p.Text = ProofFailed, phrase("to nobody")
	case len(c.Deliveries) > 0:
		last := c.Deliveries[len(c.Deliveries)-1]
		list := make([]Listener, len(c.Deliveries))
		for i := range c.Deliveries {
			list[i] = c.Deliveries[i].Listener
		}
		p.State, p.At = ProofDone, last.At
		p.Text = phrase("acknowledged by %s, after %s", nameSome(list, len(list)), shortTime(last.At.Sub(c.Sent)))
		if len(list) < c.Sessions {
			p.Text = phrase("%s (%d of %d)", p.Text, len(list), c.Sessions)
		}
	case c.acknowledgeable():
		p.Text = phrase("handed to %s, none has acknowledged it yet", countSessions(c.Sessions))
	default:
		p.State, p.Text, p.At = ProofDone, phrase("handed to %s, which at QoS 0 acknowledge nothing", countSessions(c.Sessions)), c.Accepted
	}
	return p
}

// acknowledgeable tells whether some session may acknowledge the message.
func (c *Command) acknowledgeable() bool {
	if c.QoS == 0 {
		return false
	}
	for i := range c.Audience.Listeners {
		if c.Audience.Listeners[i].QoS > 0 {
			return true
		}
	}
	return c.Audience.Total != len(c.Audience.Listeners)
}

func (c *Command) answeredStep() ProofStep {
	p := ProofStep{Name: "Device", At: c.Done}
	switch {
	case c.State == CommandAcknowledged && c.Ack == "":
		p.State, p.Text = ProofSkipped, noAnswer()
	case c.State == CommandAcknowledged:
		p.State, p.Text = ProofDone, phrase("answered on %s after %s", c.Ack, shortTime(c.Done.Sub(c.Sent)))
	case c.State == CommandFailed && (c.Accepted.IsZero() || c.SessionsKnown && c.Sessions == 0):
		p.State, p.Text = ProofSkipped, phrase("not reached")
	case c.State.Final():
		p.State, p.Text = ProofFailed, c.why
	case c.Ack == "":
		p.State, p.Text = ProofSkipped, noAnswer()
	default:
		p.Text = phrase("an answer is awaited on %s, for %s", c.Ack, shortTime(c.Spec.Timeout))
	}
	return p
}

// story is the command in a line of the log: what, how far.
func (c *Command) story() *Phrase {
	text := phrase("%s %s", c.Spec.Title(), Phrase{Format: c.Outcome()})
	if c.User != "" {
		text = phrase("%s by %s %s", c.Spec.Title(), c.User, Phrase{Format: c.Outcome()})
	}
	if !c.why.Empty() {
		text = phrase("%s: %s", text, c.why)
	}
	if len(c.Deliveries) > 0 {
		text = phrase("%s; delivered to %s", text, c.Deliveries[0].Name())
	}
	return &text
}

// shortTime is a length of time with the digits that matter.
func shortTime(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func countSessions(n int) Phrase {
	if n == 1 {
		return phrase("1 session")
	}
	return phrase("%d sessions", n)
}
