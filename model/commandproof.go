package model

import (
	"fmt"
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
	Text  string
	At    time.Time
}

// Proof is how far a command is known to have got, step by step: who was
// listening, what the broker took, which sessions acknowledged it, and what the
// device answered.
func (c *Command) Proof() []ProofStep {
	return []ProofStep{c.listeningStep(), c.acceptedStep(), c.deliveredStep(), c.answeredStep()}
}

// Text says who listens, before anything is sent.
func (a *Audience) Text() string {
	switch {
	case !a.Known:
		return "who listens cannot be known: this broker does not say"
	case a.Total == 0:
		return "nobody is listening"
	}
	text := nameSome(a.Listeners, a.Total)
	away := 0
	for i := range a.Listeners {
		if !a.Listeners[i].Connected {
			away++
		}
	}
	if away == 1 && a.Total == 1 {
		return text + ", which is away: the broker keeps it"
	}
	if away > 0 {
		text += fmt.Sprintf(", %d of them away", away)
	}
	return text
}

// nameSome lists some listeners by name.
func nameSome(list []Listener, total int) string {
	const most = 3
	var names []string
	for i := range list[:min(len(list), most)] {
		names = append(names, list[i].Name())
	}
	text := strings.Join(names, ", ")
	if total > len(names) {
		text += fmt.Sprintf(" and %d more", total-len(names))
	}
	return text
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
		p.State, p.Text = ProofDone, fmt.Sprintf("accepted at QoS %d, after %s", c.QoS, shortTime(c.Accepted.Sub(c.Sent)))
		if c.QoS == 0 {
			p.Text = "written at QoS 0, which no broker acknowledges"
		}
	case c.State == CommandFailed:
		p.State, p.Text, p.At = ProofFailed, c.Detail, c.Done
	case c.State.Final():
		p.State, p.Text, p.At = ProofFailed, "no acknowledgement came", c.Done
	default:
		p.Text = "waiting for the broker to accept it"
	}
	return p
}

func (c *Command) deliveredStep() ProofStep {
	p := ProofStep{Name: "Delivered"}
	switch {
	case c.Accepted.IsZero() && c.State.Final():
		p.State, p.Text = ProofSkipped, "not sent"
	case c.Accepted.IsZero():
		p.Text = "waiting for the broker"
	case !c.SessionsKnown:
		p.State, p.Text = ProofUnknowable, "to whom cannot be known: this broker does not say"
	case c.Sessions == 0 && c.Retain:
		p.State, p.Text = ProofSkipped, "to nobody yet: the broker keeps it for those who subscribe"
	case c.Sessions == 0:
		p.State, p.Text = ProofFailed, "to nobody"
	case len(c.Deliveries) > 0:
		last := c.Deliveries[len(c.Deliveries)-1]
		list := make([]Listener, len(c.Deliveries))
		for i := range c.Deliveries {
			list[i] = c.Deliveries[i].Listener
		}
		p.State, p.At = ProofDone, last.At
		p.Text = fmt.Sprintf("acknowledged by %s, after %s", nameSome(list, len(list)), shortTime(last.At.Sub(c.Sent)))
		if len(list) < c.Sessions {
			p.Text += fmt.Sprintf(" (%d of %d)", len(list), c.Sessions)
		}
	case c.acknowledgeable():
		p.Text = fmt.Sprintf("handed to %s, none has acknowledged it yet", countOf(c.Sessions, "session"))
	default:
		p.State, p.Text, p.At = ProofDone, fmt.Sprintf("handed to %s, which at QoS 0 acknowledge nothing", countOf(c.Sessions, "session")), c.Accepted
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
		p.State, p.Text = ProofSkipped, noAnswer
	case c.State == CommandAcknowledged:
		p.State, p.Text = ProofDone, "answered on "+c.Ack+" after "+shortTime(c.Done.Sub(c.Sent))
	case c.State == CommandFailed && (c.Accepted.IsZero() || c.SessionsKnown && c.Sessions == 0):
		p.State, p.Text = ProofSkipped, "not reached"
	case c.State.Final():
		p.State, p.Text = ProofFailed, c.Detail
	case c.Ack == "":
		p.State, p.Text = ProofSkipped, noAnswer
	default:
		p.Text = "an answer is awaited on " + c.Ack + ", for " + shortTime(c.Spec.Timeout)
	}
	return p
}

// story is the command in a line of the log: what, how far.
func (c *Command) story() string {
	text := c.Spec.Title() + " " + c.Outcome()
	if c.User != "" {
		text = c.Spec.Title() + " by " + c.User + " " + c.Outcome()
	}
	if c.Detail != "" {
		text += ": " + c.Detail
	}
	if len(c.Deliveries) > 0 {
		text += "; delivered to " + c.Deliveries[0].Name()
	}
	return text
}

// shortTime is a length of time with the digits that matter.
func shortTime(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Millisecond:
		return "under 1 ms"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
