package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// CommandSpec describes a command: where it goes, what it says, the deliberate
// step before it is sent, and how its answer is known. Topic, Ack, Payload and
// AckValue are templates; see [Template].
type CommandSpec struct {
	// Name names the command, Label is what the button says.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Topic is where it is sent and Ack where the device answers. Without Ack no
	// answer is expected.
	Topic string `json:"topic"`
	Ack   string `json:"ack,omitempty"`
	// AckField is the JSON Pointer (RFC 6901) of the field that says how it went,
	// default "/ok": false, "false" and 0 are a refusal. When it is given, a
	// message without it is no answer.
	AckField string `json:"ack_field,omitempty"`
	// AckValue is what AckField has to be for the command to be done, such as the
	// state that was asked for; another value is no answer yet.
	AckValue string `json:"ack_value,omitempty"`
	// Payload is what is sent, default {"id": "{id}"}.
	Payload string `json:"payload,omitempty"`
	// QoS is 0, 1 or 2; nil is 1.
	QoS *byte `json:"qos,omitempty"`
	// Retain is refused by [CommandSpec.Check], with the reason.
	Retain bool `json:"retain,omitempty"`
	// Hold asks for a deliberate hand: the button must be held. Step may ask for
	// another step.
	Hold bool        `json:"hold,omitempty"`
	Step CommandStep `json:"step,omitempty"`
	// Timeout is how long to wait for the answer: default 5 s.
	Timeout time.Duration `json:"timeout_ns,omitempty"`
}

// CommandStep is a deliberate step before a command is sent.
type CommandStep string

// The deliberate steps. With none, a tap sends.
const (
	StepNone    CommandStep = ""
	StepConfirm CommandStep = "confirm" // a question is answered
	StepHold    CommandStep = "hold"    // the button is held
	StepType    CommandStep = "type"    // the name of the device is typed
)

// Second is the deliberate step that the command asks for.
func (c *CommandSpec) Second() CommandStep {
	if c.Step == StepNone && c.Hold {
		return StepHold
	}
	return c.Step
}

// Level is the QoS that the command is sent with.
func (c *CommandSpec) Level() byte {
	if c.QoS == nil {
		return 1
	}
	return *c.QoS
}

// Title is what to call the command.
func (c *CommandSpec) Title() string { return orElse(c.Label, c.Name) }

// DefaultCommandTimeout is how long an answer is waited for, and
// MaxCommandTimeout the longest.
const (
	DefaultCommandTimeout = 5 * time.Second
	MaxCommandTimeout     = time.Hour
)

// defaultCommandPayload is the payload of commands that say none.
const defaultCommandPayload = `{"id":"{id}"}`

// errQoS is what is wrong with any other quality of service.
var errQoS = Faultf("QoS is 0, 1 or 2")

// ErrRetainedCommand is why a command is never retained.
var ErrRetainedCommand = Faultf("a command is never retained: the broker would hand it, days later, to every device that connects, and the device would obey")

// Check says what is wrong with a command, nil for nothing.
func (c *CommandSpec) Check() error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return Faultf("the command has no name")
	case c.Retain:
		return ErrRetainedCommand
	case c.Level() > 2:
		return errQoS
	case !slices.Contains([]CommandStep{StepNone, StepConfirm, StepHold, StepType}, c.Step):
		return Faultf("the step %q is not known: it is confirm, hold or type", c.Step)
	case c.Timeout < 0 || c.Timeout > MaxCommandTimeout:
		return Faultf("an answer is waited for at most %s", MaxCommandTimeout)
	case c.AckField != "" && c.AckField[0] != '/':
		return Faultf("%q is no field: it begins with a /, as in /ok", c.AckField)
	case c.Ack == "" && c.AckField+c.AckValue != "":
		return Faultf("a field of the answer is named, but no topic that it comes on")
	}
	if _, err := c.parse(); err != nil {
		return err
	}
	if err := checkFixed(c.Topic); err != nil {
		return Faultf("send to %q: %w", c.Topic, err)
	}
	if err := checkFixed(c.Ack); c.Ack != "" && err != nil {
		return Faultf("an answer on %q: %w", c.Ack, err)
	}
	return nil
}

// checkFixed checks a topic as far as it can be told before its placeholders are
// filled in.
func checkFixed(topic string) error {
	if strings.Contains(topic, "{") {
		return nil
	}
	return CheckTopic(topic)
}

// templates are those of a command.
type templates struct{ topic, ack, payload, ackValue Template }

func (c *CommandSpec) parse() (t templates, err error) {
	for _, p := range []struct {
		what, text string
		into       *Template
	}{
		{"topic", c.Topic, &t.topic}, {"acknowledgement topic", c.Ack, &t.ack},
		{"payload", cmp.Or(c.Payload, defaultCommandPayload), &t.payload}, {"expected value", c.AckValue, &t.ackValue},
	} {
		if *p.into, err = ParseTemplate(p.text); err != nil {
			return t, Faultf("the %s of %s: %w", p.what, c.Title(), err)
		}
	}
	return t, nil
}

// Prompts are the values that are asked for before it is sent, each once.
func (c *CommandSpec) Prompts() []Prompt {
	t, err := c.parse()
	if err != nil {
		return nil
	}
	var out []Prompt
	for _, part := range []Template{t.topic, t.payload, t.ack, t.ackValue} {
		for _, p := range part.Prompts() {
			if !slices.ContainsFunc(out, func(q Prompt) bool { return q.Name == p.Name }) {
				out = append(out, p)
			}
		}
	}
	return out
}

// commandsDevice tells whether messages on a topic command a device: those on
// levels such as "command" and "set", below the device's root. The store is locked.
func (s *Store) commandsDevice(path string) bool {
	if strings.HasPrefix(path, "$") {
		return false
	}
	root, _ := s.rootOf(path)
	return roleBelow(root, path) == roleInbound
}
