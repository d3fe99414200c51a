package model

import (
	"sync"
	"sync/atomic"
	"time"
)

// Scanner finds the numeric fields of a payload.
type Scanner interface {
	// Scan calls emit for each number in payload, in order, with the field's
	// JSON Pointer (RFC 6901), which is valid only during the call; the empty
	// pointer is a payload that is a bare number. A payload without numbers is
	// no error; one that cannot be read is, and then emit was not called, unless
	// the error has a method Partial() bool that says so.
	Scan(payload []byte, emit func(pointer []byte, value float64)) error
}

// Options configure a Store. The zero value works, but finds no numbers.
type Options struct {
	Limits  Limits
	Scanner Scanner
	// Rules tell kinds of devices apart by their topics; the first match wins.
	Rules []DeviceRule
	// Ports and Lanes are what arrivals are predicted from.
	Ports []Geofence
	Lanes []Lane
	// OnSecondWriter is told once of each client that begins to write a topic
	// which belongs to another identity. It must be quick, and not call the store.
	OnSecondWriter func(SecondWriter)
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

// Store is the live state of everything heard: the topic tree, the latest
// messages and numbers of each topic, devices, commands and events. It is safe
// for use from any goroutine.
type Store struct {
	now   func() time.Time
	start time.Time
	gen   atomic.Uint64

	mu        sync.Mutex
	asked     Limits // as they were asked for
	limits    Limits // with their defaults
	scanner   Scanner
	root      *node
	topics    map[string]*topic
	structure uint64 // grows when the tree's shape changes
	rate      rate
	stats     Stats
	pubs      publishers
	order     []*topic // as they came; shedNext walks it round
	shedNext  int
	emit      func([]byte, float64)
	release   func(uint32) // pubs.release
	cur       cursor

	onSecondWriter func(SecondWriter)

	dir      directory
	commands commandLog
	events   eventLog
	alarms   alarmBook
}

// cursor is the message being taken in.
type cursor struct {
	t    *topic
	at   int64
	next int
	fix  fixFields
	seen bool
}

// Stats count what came and what was let go since the start.
type Stats struct {
	// Messages and Bytes count what was taken in, not what was dropped whole.
	Messages, Bytes uint64
	// PerSecond is the message rate over the last seconds.
	PerSecond float64
	Topics    int
	// Devices counts those that were heard from, not those only ever commanded.
	Devices int
	// HistoryBytes and Samples are the memory in use for messages and series.
	HistoryBytes, Samples int
	// DroppedTopics counts messages on topics beyond the limit, BadTopics those
	// whose topic is not allowed, DroppedFields values of fields beyond the
	// limit, Unreadable payloads that began like JSON and were not, Shed
	// messages given up early because all history together reached its limit,
	// ShedSamples samples given up early because all series together did,
	// Cut messages of which only the front was kept because even that did not
	// help, DroppedDevices topics that got no device because of the limit.
	DroppedTopics, BadTopics, DroppedFields, Unreadable, Shed, ShedSamples, Cut, DroppedDevices uint64
}

// Dropped lists what was let go, by reason, without the reasons that never
// occurred.
func (s Stats) Dropped() []DropCount {
	var out []DropCount
	for _, d := range []DropCount{
		{"messages on topics beyond the topic limit", s.DroppedTopics},
		{"messages whose topic is not allowed", s.BadTopics},
		{"values of fields beyond the field limit", s.DroppedFields},
		{"messages shed from history to stay within memory", s.Shed},
		{"samples shed from series to stay within memory", s.ShedSamples},
		{"messages of which only the front was kept, to stay within memory", s.Cut},
		{"topics without a device, beyond the device limit", s.DroppedDevices},
	} {
		if d.Count > 0 {
			out = append(out, d)
		}
	}
	return out
}

// NewStore makes an empty Store.
func NewStore(o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{
		now:     o.Now,
		start:   o.Now(),
		asked:   o.Limits,
		limits:  o.Limits.withDefaults(),
		scanner: o.Scanner,
		root:    &node{},
		topics:  make(map[string]*topic),

		onSecondWriter: o.OnSecondWriter,
	}
	s.emit = s.onField
	s.pubs.init()
	s.release = s.pubs.release
	s.dir.init(o)
	s.commands.init()
	s.alarms.init()
	s.events.max, s.events.alarms = s.limits.Events, &s.alarms
	return s
}

// Generation grows with every change, so that a reader can tell cheaply that
// nothing happened.
func (s *Store) Generation() uint64 { return s.gen.Load() }

// Stats is a snapshot of the counts.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Topics, st.Devices = len(s.topics), s.dir.heard
	st.PerSecond = s.rate.perSecond(s.mono(s.now()))
	return st
}

// mono is the monotonic time since the start, never negative.
func (s *Store) mono(at time.Time) time.Duration { return max(0, at.Sub(s.start)) }
