package model

import (
	"strings"
	"time"
)

// device is a thing in the directory.
type device struct {
	root   string
	title  string
	rule   *DeviceRule // nil when guessed
	rank   int         // of the rule, from 1; 0 when guessed
	topics []*topic
	first  int64 // first heard, nanoseconds since 1970
	said   int64 // last own message, not replayed
	heard  time.Duration
	count  uint64 // own messages
	cad    Cadence
	pub    *Publisher
	status statusWord
	gone   bool // the status is that it is not there, and it has said nothing since
	ss     *session
	seat   int // its place in ss.devices
	state  Liveness
	since  int64 // when state was entered
	track  track
	place  Position
	placed bool
	voyage *voyageState // nil for what does not travel
	oneWay bool         // publishes through short sessions: their end says nothing
}

// statusWord is what a status topic last said.
type statusWord uint8

const (
	wordNone statusWord = iota
	wordOnline
	wordOffline
	wordLost
)

// directory holds the devices and the sessions behind them.
type directory struct {
	rules    []DeviceRule
	devices  map[string]*device
	order    []*device // as they came
	named    []*device // by root, in natural order; those of order when it was made
	heard    int       // devices that were heard from
	sessions map[string]*session
	ports    []Geofence
	lanes    []Lane
	passages *Passages
}

func (d *directory) init(o Options) {
	d.rules = o.Rules
	d.devices = make(map[string]*device)
	d.sessions = make(map[string]*session)
	d.ports, d.lanes = o.Ports, o.Lanes
	d.passages = NewPassages()
}

// assignDevice finds or makes the device that a new topic belongs to.
func (s *Store) assignDevice(t *topic) {
	path := t.node.path
	if strings.HasPrefix(path, "$") {
		return
	}
	root, rank := s.rootOf(path)
	d := s.dir.devices[root]
	if d == nil {
		if len(s.dir.devices) >= s.limits.Devices {
			s.stats.DroppedDevices++
			return
		}
		d = &device{root: root, title: DisplayName(root), rank: rank}
		if rank > 0 {
			d.rule = &s.dir.rules[rank-1]
		}
		s.dir.devices[root] = d
		s.dir.order = append(s.dir.order, d)
	}
	d.topics = append(d.topics, t)
	t.device = d
	t.role = roleBelow(root, path)
}

// rootOf is the device root of a topic and the rank of the rule that says so, 0
// for a guess. A topic below a device already known belongs to that device.
func (s *Store) rootOf(path string) (root string, rank int) {
	for i := range s.dir.rules {
		if root, ok := s.dir.rules[i].match(path); ok {
			return root, i + 1
		}
	}
	for up := path; ; {
		i := strings.LastIndexByte(up, '/')
		if i <= 0 {
			break
		}
		up = up[:i]
		if d := s.dir.devices[up]; d != nil && d.rule == nil && strings.Contains(up, "/") {
			return up, 0
		}
	}
	return guessRoot(path), 0
}

// heard tells a device of a message on one of its topics.
func (s *Store) heard(t *topic, m *Message) {
	if m.Publisher.Operator() {
		return
	}
	if len(s.commands.waiting) > 0 {
		s.acknowledged(t.node.path, m)
	}
	d := t.device
	if d == nil || t.role == roleInbound {
		return
	}
	at := t.latest.at
	if d.first == 0 {
		d.first, d.since = at, at
		s.dir.heard++
	}
	life := !m.Replayed
	if t.role == roleStatus {
		life = d.setStatus(m.Payload, m.Replayed) && life
	}
	if t.role == roleVoyage {
		s.claimed(d, m)
	}
	if !life {
		return
	}
	d.gone = false
	d.count++
	d.said, d.heard = at, t.latest.mono
	if d.state == Offline || d.state == Lost || d.state == Silent {
		d.cad.Resume(d.heard)
	} else {
		d.cad.Observe(d.heard)
	}
	if p := m.Publisher; p != d.pub || p != nil && d.ss == nil {
		s.joinSession(d, m.Publisher)
	}
	if d.state != Alive && d.state != Unknown || d.state == Unknown && d.cad.Known() {
		s.judge(d, d.heard, at)
	}
}

// maxStatus is the size of a status, in bytes, above which it is a report and
// no word.
const maxStatus = 256

// setStatus reads what a status topic says: the customary words, alone or as
// the "state" or "status" of a JSON object. It reports whether the message is
// one that only a working device sends: word of its absence comes from its will
// or with its goodbye, and an empty payload from whoever clears a retained one.
// A replay that repeats what was known says nothing new.
func (d *device) setStatus(payload []byte, replayed bool) (life bool) {
	if len(payload) == 0 {
		d.status, d.gone = wordNone, false
		return false
	}
	if len(payload) > maxStatus {
		return true
	}
	word := wordOf(string(payload))
	absent := word == wordOffline || word == wordLost
	if !replayed || word != d.status {
		d.status, d.gone = word, absent
	}
	return !absent
}

func wordOf(payload string) statusWord {
	text := strings.ToLower(strings.TrimSpace(payload))
	if strings.HasPrefix(text, "{") {
		for _, key := range []string{`"state"`, `"status"`} {
			if _, after, ok := strings.Cut(text, key); ok {
				text, _, _ = strings.Cut(strings.TrimLeft(after, ": \t\r\n"), ",")
				text = strings.TrimRight(text, "} \t\r\n")
				break
			}
		}
	}
	switch strings.Trim(text, `" `) {
	case "online", "connected", "alive", "up", "ready", "1", "true":
		return wordOnline
	case "offline", "disconnected", "down", "sleeping", "0", "false":
		return wordOffline
	case "lost":
		return wordLost
	}
	return wordNone
}
