package model

import "time"

// EventKind says what an [Event] tells.
type EventKind uint8

// The kinds of events.
const (
	EventLiveness      EventKind = iota // a device's liveness went from From to To
	EventSessionOpened                  // a client connected
	EventSessionClosed                  // a client's session ended; Text says why
	EventRefused                        // a client was not let in; Text says why
	EventDenied                         // a client did what it may not; Text says what
	EventTrouble                        // the broker or link had to drop or cut something
	EventDelay                          // a vessel will be late; Text says by how much
	EventCommand                        // a command ended well or badly
	EventLink                           // the link came up or went down
	EventSecondWriter                   // a client began to write a topic that belongs to another identity
)

// String is the kind in a word or two.
func (k EventKind) String() string {
	return [...]string{"liveness", "session opened", "session closed", "refused", "denied", "trouble", "delay", "command", "link", "second writer"}[min(k, EventSecondWriter)]
}

// Event is something that happened, for the log and for notices.
type Event struct {
	// Seq numbers the events from 1.
	Seq    uint64
	At     time.Time
	Kind   EventKind
	Device string // root topic of the device concerned, or empty
	Client string // publisher concerned, or empty
	Addr   string
	Text   string
	// Phrase is Text with its parts apart, nil when it was not made here.
	Phrase *Phrase
	// From and To are the states of an EventLiveness.
	From, To Liveness
	// Serious events deserve a notice on the desktop.
	Serious bool

	session string // client ID of the session concerned, or empty
}

// eventLog is a ring of the latest events.
type eventLog struct {
	ring []Event
	seq  uint64
	max  int
	// alarms hears of each event.
	alarms *alarmBook
}

func (l *eventLog) add(e Event) {
	l.seq++
	e.Seq = l.seq
	l.alarms.hear(&e)
	if len(l.ring) < l.max {
		l.ring = append(l.ring, e)
		return
	}
	l.ring[(l.seq-1)%uint64(len(l.ring))] = e
}

// since returns up to max events numbered above seq, the newest first.
func (l *eventLog) since(seq uint64, limit int) []Event {
	n := min(int(l.seq-min(seq, l.seq)), len(l.ring), max(0, limit))
	out := make([]Event, 0, n)
	for i := range n {
		out = append(out, l.ring[(l.seq-1-uint64(i))%uint64(len(l.ring))])
	}
	return out
}

// Note adds an event that happened outside the store.
func (s *Store) Note(e Event) {
	s.mu.Lock()
	s.events.add(e)
	s.mu.Unlock()
	s.gen.Add(1)
}

// Events returns up to limit events numbered above since, the newest first. Those of
// a session name its device, if it is known by now.
func (s *Store) Events(since uint64, limit int) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.events.since(since, limit)
	for i := range list {
		if e := &list[i]; e.Device == "" && e.session != "" {
			e.Device = s.dir.deviceOf(e.session)
		}
	}
	return list
}

// deviceOf is the root of the device that speaks through a session; empty for none,
// and for a session that carries several.
func (d *directory) deviceOf(clientID string) string {
	if ss := d.sessions[clientID]; ss != nil && len(ss.devices) == 1 {
		return ss.devices[0].root
	}
	return ""
}
