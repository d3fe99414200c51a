package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CommandSpec describes a command that a device understands.
type CommandSpec struct {
	// Name is its last topic level, Label what the button says.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Topic is where it is sent and Ack where the device answers; {device} in
	// either stands for the device's root topic. Without Ack no answer is
	// expected.
	Topic string `json:"topic"`
	Ack   string `json:"ack,omitempty"`
	// Hold asks for a deliberate second step: the button must be held.
	Hold bool `json:"hold,omitempty"`
	// Timeout is how long to wait for the answer: default 5 s.
	Timeout time.Duration `json:"timeout_ns,omitempty"`
}

// CommandState is how far a command is known to have got.
type CommandState uint8

// The states of a command; the last three are final.
const (
	CommandSent         CommandState = iota // handed to the link
	CommandAccepted                         // the broker has it
	CommandAcknowledged                     // the device says that it obeyed
	CommandTimedOut                         // no answer in time
	CommandFailed                           // not accepted, or refused by the device
)

// Final reports whether nothing more is expected.
func (c CommandState) Final() bool { return c >= CommandAcknowledged }

// String is the state in plain words.
func (c CommandState) String() string {
	return [...]string{"sent", "accepted", "acknowledged", "timed out", "failed"}[min(c, CommandFailed)]
}

// Command is one press of a button and what became of it.
type Command struct {
	ID     string
	Device string
	Spec   CommandSpec
	Topic  string
	Ack    string
	State  CommandState
	// Sent, Accepted and Done are when it reached each state.
	Sent, Accepted, Done time.Time
	// Sessions is how many subscribers the broker handed it to; SessionsKnown
	// is false for a remote broker, which does not say.
	Sessions      int
	SessionsKnown bool
	// Detail is why it failed, or what the device answered.
	Detail string

	deadline time.Duration
}

// DefaultCommandTimeout is how long an answer is waited for.
const DefaultCommandTimeout = 5 * time.Second

// commandLog holds the latest commands, the newest last, and those that wait
// for an answer by the topic it will come on.
type commandLog struct {
	list    []*Command
	waiting map[string][]*Command
	next    uint64
}

func (l *commandLog) init() { l.waiting = make(map[string][]*Command) }

// BeginCommand notes that a command is about to be sent to a device, and
// returns it with the payload to publish: {"id": ...}, which the device's
// answer repeats so that it can be told from the answer to another.
func (s *Store) BeginCommand(deviceRoot string, spec CommandSpec) (Command, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.commands.next++
	if spec.Timeout <= 0 {
		spec.Timeout = DefaultCommandTimeout
	}
	fill := func(t string) string { return strings.ReplaceAll(t, "{device}", deviceRoot) }
	c := &Command{
		ID:     strconv.FormatInt(s.start.UnixMilli(), 36) + "-" + strconv.FormatUint(s.commands.next, 10),
		Device: deviceRoot, Spec: spec, Topic: fill(spec.Topic), Ack: fill(spec.Ack),
		Sent: now, deadline: s.mono(now) + spec.Timeout,
	}
	s.commands.list = append(s.commands.list, c)
	if over := len(s.commands.list) - s.limits.Commands; over > 0 {
		s.commands.list = append(s.commands.list[:0], s.commands.list[over:]...)
	}
	if c.Ack != "" {
		s.commands.waiting[c.Ack] = append(s.commands.waiting[c.Ack], c)
	}
	s.gen.Add(1)
	payload, _ := json.Marshal(struct { // a struct of one string always marshals
		ID string `json:"id"`
	}{c.ID})
	return *c, payload
}

// CommandAccepted notes that the broker accepted a command, and how many
// sessions it handed it to, where it says so.
func (s *Store) CommandAccepted(id string, sessions int, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.commands.find(id)
	if c == nil {
		return
	}
	c.Accepted, c.Sessions, c.SessionsKnown = s.now(), sessions, known
	if c.State == CommandSent {
		c.State = CommandAccepted
		if c.Ack == "" {
			s.finish(c, CommandAcknowledged, "no answer is expected of this command")
		} else if known && sessions == 0 {
			s.finish(c, CommandFailed, "nobody is listening for it")
		}
	}
	s.gen.Add(1)
}

// CommandRejected notes that a command could not be sent.
func (s *Store) CommandRejected(id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.commands.find(id); c != nil && !c.State.Final() {
		s.finish(c, CommandFailed, err.Error())
	}
}

// Commands returns the latest commands to a device, or to all when device is
// empty, the newest first.
func (s *Store) Commands(device string, limit int) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Command
	for i := len(s.commands.list) - 1; i >= 0 && len(out) < limit; i-- {
		if c := s.commands.list[i]; device == "" || c.Device == device {
			out = append(out, *c)
		}
	}
	return out
}

func (l *commandLog) find(id string) *Command {
	for i := len(l.list) - 1; i >= 0; i-- {
		if l.list[i].ID == id {
			return l.list[i]
		}
	}
	return nil
}

// answer is what a device says on an acknowledgement topic. Fields of another
// type than expected are as if they were not there, but for OK: a device may
// well say "false" or 0.
type answer struct {
	ID     string `json:"id"`
	OK     any    `json:"ok"`
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

// maxAnswer is the size of an acknowledgement, in bytes, above which it is not
// read as one.
const maxAnswer = 4096

// acknowledged matches a device's answer with the command that waits for it: by
// its id where it has one, else the oldest that waits on this topic.
func (s *Store) acknowledged(path string, m *Message) {
	waiting := s.commands.waiting[path]
	if len(waiting) == 0 || m.Replayed || len(m.Payload) > maxAnswer {
		return
	}
	var a answer
	var kind *json.UnmarshalTypeError
	if err := json.Unmarshal(m.Payload, &a); err != nil && !errors.As(err, &kind) {
		a = answer{}
	}
	c := waiting[0]
	if a.ID != "" {
		if c = byID(waiting, a.ID); c == nil {
			return
		}
	}
	if a.refused() {
		reason := a.Reason
		if reason == "" {
			reason = a.Error
		}
		s.finish(c, CommandFailed, fmt.Sprintf("the device refused: %s", orElse(reason, "no reason given")))
		return
	}
	s.finish(c, CommandAcknowledged, "")
}

func (a answer) refused() bool { return a.OK == false || a.OK == "false" || a.OK == 0.0 }

func byID(list []*Command, id string) *Command {
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// finish brings a command to a final state.
func (s *Store) finish(c *Command, state CommandState, detail string) {
	c.State, c.Detail, c.Done = state, detail, s.now()
	rest := s.commands.waiting[c.Ack][:0]
	for _, w := range s.commands.waiting[c.Ack] {
		if w != c {
			rest = append(rest, w)
		}
	}
	if len(rest) == 0 {
		delete(s.commands.waiting, c.Ack)
	} else {
		s.commands.waiting[c.Ack] = rest
	}
	text := c.Spec.Name + " " + state.String()
	if detail != "" {
		text += ": " + detail
	}
	s.events.add(Event{At: c.Done, Kind: EventCommand, Device: c.Device, Text: text, Serious: state == CommandFailed || state == CommandTimedOut})
	s.gen.Add(1)
}

// expire ends the commands whose answer is overdue.
func (s *Store) expire(now time.Duration) {
	var late []*Command
	for _, waiting := range s.commands.waiting {
		for _, c := range waiting {
			if now >= c.deadline {
				late = append(late, c)
			}
		}
	}
	for _, c := range late {
		s.finish(c, CommandTimedOut, fmt.Sprintf("no answer on %s within %s", c.Ack, c.Spec.Timeout))
	}
}
