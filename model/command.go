package model

import (
	"slices"
	"strconv"
	"time"
)

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

// noAnswer is said of commands without a topic that the device answers on.
func noAnswer() Phrase { return phrase("no answer is expected of this command") }

// Outcome is how far the command got in a word or two: its state, but of one that
// no answer is expected of never that a device obeyed.
func (c *Command) Outcome() string {
	switch {
	case c.Obeyed() || c.State != CommandAcknowledged:
		return c.State.String()
	case c.Retain:
		return "accepted and kept"
	}
	return "accepted"
}

// Why is Detail with its parts apart.
func (c *Command) Why() Phrase {
	if c.why.Empty() {
		return Quoted(c.Detail)
	}
	return c.why
}

// Obeyed tells whether the device itself said that it did what was asked.
func (c *Command) Obeyed() bool { return c.State == CommandAcknowledged && c.Ack != "" }

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
	why    Phrase // the same
	// User is who sent it, QoS, Payload and Retain what was sent.
	User    string
	QoS     byte
	Payload []byte
	Retain  bool
	// Audience is who was listening when it was sent.
	Audience Audience
	// Deliveries are the sessions that acknowledged it, in order; at most
	// [MaxListeners].
	Deliveries []Delivery

	ackValue string
	deadline time.Duration
}

// Delivery is a session's acknowledgement of a message.
type Delivery struct {
	Listener
	At time.Time
}

// commandLog holds the latest commands, the newest last, and those that wait
// for an answer by the topic it will come on.
type commandLog struct {
	list    []*Command
	waiting map[string][]*Command
	next    uint64
}

func (l *commandLog) init() { l.waiting = make(map[string][]*Command) }

// Order asks for a command to be sent.
type Order struct {
	// Device is the root topic of the device, empty for a command to none. Name is
	// what {name} stands for; empty for the last level of Device.
	Device, Name string
	Spec         CommandSpec
	// Answers are those to the command's prompts, by name.
	Answers map[string]string
	// Value is what {value} stands for: a slider's number or a switch's word.
	Value string
	// User is who sends it.
	User string
	// Audience is who is listening.
	Audience Audience
	// Message is sent as it is, in place of what the spec's templates make; nil for
	// those. It may be retained, unless its topic is one that commands a device.
	Message *Outgoing
}

// BeginCommand notes that a command is about to be sent, and returns it with the
// payload to publish. A command that cannot be sent, such as for a value that is
// missing, is an error and leaves nothing behind.
func (s *Store) BeginCommand(o Order) (Command, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if o.Spec.Timeout <= 0 {
		o.Spec.Timeout = DefaultCommandTimeout
	}
	c := &Command{
		ID:     strconv.FormatInt(s.start.UnixMilli(), 36) + "-" + strconv.FormatUint(s.commands.next+1, 10),
		Device: o.Device, Spec: o.Spec, User: o.User, QoS: o.Spec.Level(), Audience: o.Audience,
		Sent: now, deadline: s.mono(now) + o.Spec.Timeout,
	}
	if err := s.fillCommand(c, &o); err != nil {
		return Command{}, err
	}
	s.commands.next++
	s.commands.list = append(s.commands.list, c)
	if over := len(s.commands.list) - s.limits.Commands; over > 0 {
		s.commands.list = append(s.commands.list[:0], s.commands.list[over:]...)
	}
	if c.Ack != "" {
		s.commands.waiting[c.Ack] = append(s.commands.waiting[c.Ack], c)
	}
	s.gen.Add(1)
	return c.clone(), nil
}

// PreviewCommand is where a command would go and what it would say, without
// sending it; its id is not yet given.
func (s *Store) PreviewCommand(o Order) (topic, payload string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Command{ID: "…", Device: o.Device, Spec: o.Spec, User: o.User, Sent: s.now()}
	err = s.fillCommand(&c, &o)
	return c.Topic, string(c.Payload), err
}

// fillCommand fills the templates of a command in.
func (s *Store) fillCommand(c *Command, o *Order) error {
	if o.Message != nil {
		return s.fillMessage(c, o.Message)
	}
	if err := o.Spec.Check(); err != nil {
		return err
	}
	t, err := o.Spec.parse()
	if err != nil {
		return err
	}
	v := &commandValues{s: s, c: c, answers: o.Answers, asked: o.Value, name: o.Name}
	if c.Topic, err = t.topic.topic(v); err != nil {
		return Faultf("the topic of %s: %w", o.Spec.Title(), err)
	}
	if o.Spec.Ack != "" {
		if c.Ack, err = t.ack.topic(v); err != nil {
			return Faultf("the acknowledgement topic of %s: %w", o.Spec.Title(), err)
		}
	}
	payload, err := t.payload.fill(v)
	if err != nil {
		return Faultf("the payload of %s: %w", o.Spec.Title(), err)
	}
	c.Payload = []byte(payload)
	if c.ackValue, err = t.ackValue.fill(v); err != nil {
		return Faultf("the expected value of %s: %w", o.Spec.Title(), err)
	}
	return nil
}

// fillMessage makes a command of a message that is sent as it is.
func (s *Store) fillMessage(c *Command, m *Outgoing) error {
	if err := CheckTopic(m.Topic); err != nil {
		return err
	}
	if m.QoS > 2 {
		return errQoS
	}
	if m.Retain && len(m.Payload) > 0 && s.commandsDevice(m.Topic) {
		return ErrRetainedCommand
	}
	c.Topic, c.Payload, c.QoS, c.Retain = m.Topic, slices.Clone(m.Payload), m.QoS, m.Retain
	return nil
}

// clone is a copy for readers.
func (c *Command) clone() Command {
	out := *c
	out.Deliveries = slices.Clone(c.Deliveries)
	return out
}

// CommandDelivered notes that a session acknowledged a command.
func (s *Store) CommandDelivered(id string, to Listener, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.commands.find(id)
	if c == nil || len(c.Deliveries) >= MaxListeners ||
		slices.ContainsFunc(c.Deliveries, func(d Delivery) bool { return d.ClientID == to.ClientID }) {
		return
	}
	c.Deliveries = append(c.Deliveries, Delivery{to, at})
	s.gen.Add(1)
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
		switch {
		case known && sessions == 0 && !c.Retain:
			s.finish(c, CommandFailed, phrase("nobody is listening for it"))
		case c.Ack == "":
			s.finish(c, CommandAcknowledged, noAnswer())
		}
	}
	s.gen.Add(1)
}

// CommandRejected notes that a command could not be sent.
func (s *Store) CommandRejected(id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.commands.find(id); c != nil && !c.State.Final() {
		s.finish(c, CommandFailed, PhraseOf(err))
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
			out = append(out, c.clone())
		}
	}
	return out
}

// Command returns one of the latest commands by its id.
func (s *Store) Command(id string) (Command, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.commands.find(id); c != nil {
		return c.clone(), true
	}
	return Command{}, false
}

func (l *commandLog) find(id string) *Command {
	for i := len(l.list) - 1; i >= 0; i-- {
		if l.list[i].ID == id {
			return l.list[i]
		}
	}
	return nil
}

// finish brings a command to a final state.
func (s *Store) finish(c *Command, state CommandState, why Phrase) {
	c.State, c.why, c.Detail, c.Done = state, why, "", s.now()
	if !why.Empty() {
		c.Detail = why.String()
	}
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
	story := c.story()
	s.events.add(Event{At: c.Done, Kind: EventCommand, Device: c.Device, Client: c.User, Text: story.String(), Phrase: story, Serious: state == CommandFailed || state == CommandTimedOut})
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
		s.finish(c, CommandTimedOut, phrase("no answer on %s within %s", c.Ack, c.Spec.Timeout))
	}
}
