package model

import (
	"cmp"
	"net"
	"slices"
	"time"
)

// AlarmKind says what an [Alarm] is about.
type AlarmKind uint8

// The kinds of alarms.
const (
	AlarmLiveness     AlarmKind = iota // a device is silent or lost
	AlarmDelay                         // a vessel will be more than three minutes late
	AlarmSecondWriter                  // somebody else writes a topic that belongs to an identity
	AlarmRefused                       // a client is not let in, or does what it may not
	AlarmLimit                         // a value is outside its limits
)

// String is the kind in a word.
func (k AlarmKind) String() string {
	return [...]string{"liveness", "delay", "second writer", "refused", "limit"}[min(k, AlarmLimit)]
}

// Severity grows with urgency.
type Severity uint8

// The severities.
const (
	SeverityWarning Severity = iota + 1
	SeverityAlarm
)

// AlarmID names an alarm over its whole life.
type AlarmID struct {
	Kind AlarmKind
	// Source is what the alarm watches: a device's root, a topic with the pointer
	// of a field, or a client.
	Source string
}

// String is the kind and the source.
func (i AlarmID) String() string { return i.Kind.String() + " " + i.Source }

// Alarm is a condition that asks for attention from when it began until it ended
// (active and cleared, in the words of ISA-18.2).
type Alarm struct {
	// Seq numbers the changes of all alarms from 1.
	Seq uint64
	ID  AlarmID
	// Device is the root topic of the device concerned, or empty.
	Device   string
	Severity Severity
	Text     string
	Began    time.Time
	// Ended is zero while the alarm is active.
	Ended time.Time
}

// Active tells whether the condition still holds.
func (a *Alarm) Active() bool { return a.Ended.IsZero() }

// At is when the alarm changed to what it is.
func (a *Alarm) At() time.Time {
	if a.Active() {
		return a.Began
	}
	return a.Ended
}

// Bounds of alarms, and how long something that comes in single events has to be
// quiet to be over.
const (
	maxAlarms       = 2_000 // active at once
	maxAlarmChanges = 4_000 // remembered
	alarmQuiet      = time.Minute
)

// alarmBook is the alarms that are active, and the latest changes.
type alarmBook struct {
	active  map[AlarmID]*Alarm
	lasting map[AlarmID]time.Time // the latest of single events
	changes []Alarm
	seq     uint64
	limits  []watchedLimit
	limited bool // limits were set
}

func (b *alarmBook) init() {
	b.active, b.lasting = make(map[AlarmID]*Alarm), make(map[AlarmID]time.Time)
}

// raise makes an alarm active. One that is stays as it is, unless it has become
// more or less severe.
func (b *alarmBook) raise(a Alarm) {
	old := b.active[a.ID]
	switch {
	case old != nil && old.Severity == a.Severity:
		return
	case old == nil && len(b.active) >= maxAlarms:
		return // whatever floods so many has been told
	}
	b.active[a.ID] = &a
	b.changed(&a)
}

// clear ends an alarm, if it is active.
func (b *alarmBook) clear(id AlarmID, at time.Time) {
	if len(b.active) == 0 {
		return
	}
	a := b.active[id]
	if a == nil {
		return
	}
	delete(b.active, id)
	delete(b.lasting, id)
	a.Ended = at
	b.changed(a)
}

func (b *alarmBook) changed(a *Alarm) {
	b.seq++
	a.Seq = b.seq
	if len(b.changes) == maxAlarmChanges {
		b.changes = slices.Delete(b.changes, 0, maxAlarmChanges/2)
	}
	b.changes = append(b.changes, *a)
}

// last raises an alarm that is over when it was not raised again for alarmQuiet.
func (b *alarmBook) last(a Alarm) {
	b.raise(a)
	if b.active[a.ID] != nil {
		b.lasting[a.ID] = a.Began
	}
}

// again notes that what raised an active alarm came again; it reports whether the
// alarm is active.
func (b *alarmBook) again(id AlarmID, at time.Time) bool {
	if b.active[id] == nil {
		return false
	}
	b.lasting[id] = at
	return true
}

// quietAlarms ends what has been quiet for long enough.
func (s *Store) quietAlarms(now time.Time) {
	for id, at := range s.alarms.lasting {
		if id.Kind == AlarmSecondWriter { // who alone goes on writing takes no turns
			if t := s.topics[id.Source]; t != nil && t.others != nil && t.latest.pub == t.others.latest.Publisher {
				at = time.Unix(0, t.latest.at)
			}
		}
		if now.Sub(at) >= alarmQuiet {
			s.alarms.clear(id, at)
		}
	}
}

// hear makes alarms of events that begin or end one.
func (b *alarmBook) hear(e *Event) {
	switch e.Kind {
	case EventLiveness:
		b.hearLiveness(e)
	case EventDelay:
		b.raise(Alarm{ID: AlarmID{AlarmDelay, e.Device}, Device: e.Device, Severity: SeverityWarning, Text: e.Text, Began: e.At})
	case EventRefused, EventDenied:
		what := "was refused: "
		if e.Kind == EventDenied {
			what = "was denied: "
		}
		who := cmp.Or(e.Client, hostOf(e.Addr))
		b.last(Alarm{ID: AlarmID{AlarmRefused, who}, Device: e.Device, Severity: SeverityWarning, Text: cmp.Or(who, "somebody") + " " + what + e.Text, Began: e.At})
	}
}

func (b *alarmBook) hearLiveness(e *Event) {
	a := Alarm{ID: AlarmID{AlarmLiveness, e.Device}, Device: e.Device, Began: e.At}
	switch e.To {
	case Silent:
		a.Severity, a.Text = SeverityWarning, DisplayName(e.Device)+" fell silent"
	case Lost:
		a.Severity, a.Text = SeverityAlarm, DisplayName(e.Device)+" was lost"
	default:
		b.clear(a.ID, e.At)
		return
	}
	b.raise(a)
}

// hostOf is an address without its port, so that each attempt is not another
// source.
func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

// Alarms returns up to limit changes of alarms numbered above since, the newest
// first.
func (s *Store) Alarms(since uint64, limit int) []Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Alarm
	for i := len(s.alarms.changes) - 1; i >= 0 && len(out) < limit && s.alarms.changes[i].Seq > since; i-- {
		out = append(out, s.alarms.changes[i])
	}
	return out
}

// ActiveAlarms are the alarms that are active, the most severe first, then the
// newest.
func (s *Store) ActiveAlarms() []Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Alarm, 0, len(s.alarms.active))
	for _, a := range s.alarms.active {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), b.Began.Compare(a.Began), cmp.Compare(a.ID.Source, b.ID.Source))
	})
	return out
}
