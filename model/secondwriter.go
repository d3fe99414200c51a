package model

import "time"

// SecondWriter is an identity, or a client without one, that writes a topic
// which an identity wrote before.
type SecondWriter struct {
	Topic string
	// Owner is the first identity that wrote the topic, Publisher who writes it too.
	Owner, Publisher *Publisher
	// First and Last are when Publisher took over from another writer for the first
	// and the latest time; Turns counts how often.
	First, Last time.Time
	Turns       uint64
}

// maxOtherWriters is how many further writers of a topic get an event of their
// own.
const maxOtherWriters = 8

// otherWriters is what a topic remembers of those who write it beside its owner.
type otherWriters struct {
	latest SecondWriter
	names  []string // told already, at most maxOtherWriters
}

// wrote looks at a message from another session than the one before it. The
// first identity that the broker vouches for owns a topic; what an operator
// sends, and commands, are no claim to it.
func (s *Store) wrote(t *topic, m *Message) {
	p := m.Publisher
	if p == nil || p.Operator() || t.role == roleInbound || p.Name() == "unknown" {
		return
	}
	if t.owner == nil {
		if p.Vouched() {
			t.owner = p
		}
		return
	}
	if p.Identity == t.owner.Identity {
		return
	}
	if t.others == nil {
		t.others = &otherWriters{latest: SecondWriter{Topic: t.node.path, Owner: t.owner}}
	}
	o := &t.others.latest
	if o.Publisher == nil || o.Publisher.Name() != p.Name() {
		o.First, o.Turns = m.At, 0
	}
	o.Publisher, o.Last = p, m.At
	o.Turns++
	s.alarmWriter(t, m.At)
	s.tellWriter(t, m.At)
}

// alarmWriter raises the alarm of a topic that somebody else writes.
func (s *Store) alarmWriter(t *topic, at time.Time) {
	id := AlarmID{AlarmSecondWriter, t.node.path}
	if s.alarms.again(id, at) {
		return
	}
	a := Alarm{ID: id, Severity: SeverityAlarm, Began: at,
		Text: t.others.latest.Publisher.Name() + " writes " + t.node.path + ", which belongs to " + t.owner.Name()}
	if t.device != nil {
		a.Device = t.device.root
	}
	s.alarms.last(a)
}

// tellWriter makes an event of a writer that was not told of yet.
func (s *Store) tellWriter(t *topic, at time.Time) {
	o, name := t.others, t.others.latest.Publisher.Name()
	for _, known := range o.names {
		if known == name {
			return
		}
	}
	if len(o.names) == maxOtherWriters {
		return
	}
	o.names = append(o.names, name)
	text := phrase("began to write %s, which belongs to %s", t.node.path, t.owner.Name())
	e := Event{At: at, Kind: EventSecondWriter, Client: name, Addr: o.latest.Publisher.Addr, Serious: true, Text: text.String(), Phrase: &text}
	if t.device != nil {
		e.Device = t.device.root
	}
	s.events.add(e)
	if s.onSecondWriter != nil {
		s.onSecondWriter(o.latest)
	}
}

// AcceptWriter makes the latest other writer of a topic its owner, as when a
// device was replaced. It reports whether there was one that the broker vouches
// for.
func (s *Store) AcceptWriter(topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[topic]
	if t == nil || t.others == nil || !t.others.latest.Publisher.Vouched() {
		return false
	}
	t.owner, t.others = t.others.latest.Publisher, nil
	s.alarms.clear(AlarmID{AlarmSecondWriter, topic}, s.now())
	s.gen.Add(1)
	return true
}
