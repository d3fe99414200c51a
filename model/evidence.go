package model

import "time"

// Evidence is what a device's liveness is judged from, each kind apart.
type Evidence struct {
	// LastSeen is the arrival of the device's latest message of its own, zero
	// when there was none yet.
	LastSeen time.Time
	// Messages counts the device's own messages.
	Messages uint64
	// Cadence and Spread are the learned time between its messages and the
	// standard deviation; zero when not learned.
	Cadence, Spread time.Duration
	// Suspicion is φ of [Cadence.Suspicion].
	Suspicion float64
	// Session is what is known of its connection to the broker.
	Session SessionState
	// SessionSince is when that began.
	SessionSince time.Time
	// Status is what its status topic last said, such as "offline".
	Status string
}

// SessionState is what is known of the connection behind a device.
type SessionState uint8

// The states of a device's session. A remote broker tells nothing.
const (
	SessionUnknown SessionState = iota
	SessionOpen
	SessionGoodbye // ended by DISCONNECT
	SessionBroken  // ended without a goodbye
	SessionWill    // ended without a goodbye, and its will was sent
	SessionShort   // the device opens a session for each message
)

// session is a client's connection, as the bundled broker tells it.
type session struct {
	pub     *Publisher
	open    bool
	end     SessionState
	opened  time.Duration
	changed int64
	devices []*device
}

// shortSession is the length below which a session that ends politely is taken
// for one that was opened to send a message and no more.
const shortSession = 5 * time.Second

// maxSessions bounds the sessions remembered. Closed ones that no device hangs
// on are forgotten at once.
const maxSessions = 1 << 17

// SessionOpened tells that the broker let a client in.
func (s *Store) SessionOpened(p *Publisher, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Operator() {
		return
	}
	ss := s.dir.sessions[p.ClientID]
	if ss == nil {
		if len(s.dir.sessions) >= maxSessions {
			return
		}
		ss = &session{}
		s.dir.sessions[p.ClientID] = ss
	}
	ss.pub, ss.open, ss.opened, ss.changed = p, true, s.mono(at), at.UnixNano()
	for _, d := range ss.devices {
		s.greeted(d, ss.opened)
	}
	s.events.add(Event{At: at, Kind: EventSessionOpened, Client: p.Name(), Addr: p.Addr, session: p.ClientID})
	s.gen.Add(1)
}

// greeted notes that the session of a device which was away is open again: that
// is a sign of life, from which on its next message is awaited.
func (s *Store) greeted(d *device, now time.Duration) {
	if d.state == Offline || d.state == Lost || d.state == Silent {
		d.cad.Resume(max(now, d.heard))
	}
}

// SessionClosed tells that a client's session ended, how (SessionGoodbye,
// SessionBroken or SessionWill) and why in plain words. It may be called again
// for a will that was sent later.
func (s *Store) SessionClosed(p *Publisher, at time.Time, end SessionState, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ss := s.dir.sessions[p.ClientID]
	if p.Operator() || ss == nil || ss.pub != p {
		return // another session has taken over since
	}
	if !ss.open && ss.end == end {
		return // told twice
	}
	now := s.mono(at)
	short := end == SessionGoodbye && now-ss.opened < shortSession
	ss.open, ss.end, ss.changed = false, end, at.UnixNano()
	for _, d := range ss.devices {
		d.oneWay = short
		s.judge(d, now, ss.changed)
	}
	if len(ss.devices) == 0 {
		delete(s.dir.sessions, p.ClientID)
	}
	s.events.add(Event{At: at, Kind: EventSessionClosed, Client: p.Name(), Addr: p.Addr, Text: why, session: p.ClientID})
	s.gen.Add(1)
}

// joinSession notes that a device speaks through p's session now.
func (s *Store) joinSession(d *device, p *Publisher) {
	d.pub = p
	if old := d.ss; old != nil && (p == nil || old.pub.ClientID != p.ClientID) {
		old.leave(d)
		if !old.open && len(old.devices) == 0 {
			delete(s.dir.sessions, old.pub.ClientID)
		}
	}
	if p == nil || d.ss != nil {
		return
	}
	if ss := s.dir.sessions[p.ClientID]; ss != nil {
		ss.join(d)
	}
}

func (ss *session) join(d *device) {
	d.ss, d.seat = ss, len(ss.devices)
	ss.devices = append(ss.devices, d)
}

// leave gives the seat of d to the last one.
func (ss *session) leave(d *device) {
	last := len(ss.devices) - 1
	ss.devices[d.seat] = ss.devices[last]
	ss.devices[d.seat].seat = d.seat
	ss.devices[last] = nil
	ss.devices = ss.devices[:last]
	d.ss = nil
}

// judge weighs the evidence for a device at a monotonic time and notes a change
// of state at the wall clock time at. It reports whether there was one.
func (s *Store) judge(d *device, now time.Duration, at int64) (changed bool) {
	next := s.weigh(d, now)
	if next == d.state {
		return false
	}
	was := d.state
	d.state, d.since = next, at
	if was == Unknown && next == Alive || next == Unknown {
		s.alarms.clear(AlarmID{AlarmLiveness, d.root}, time.Unix(0, at))
		return true
	}
	s.events.add(Event{At: time.Unix(0, at), Kind: EventLiveness, Device: d.root, From: was, To: next})
	return true
}

// weigh is the liveness of a device. A will that the broker sent outweighs all,
// for many a will says no more than "offline"; then what the device or its will
// said last counts until it speaks again; then the state of its session; then
// its silence.
func (s *Store) weigh(d *device, now time.Duration) Liveness {
	ss := s.sessionOf(d)
	ended := ss != nil && !ss.open && !d.oneWay
	switch {
	case ended && ss.end == SessionWill, d.gone && d.status == wordLost:
		return Lost
	case d.gone, ended && ss.end == SessionGoodbye:
		return Offline
	case ended:
		return Lost
	}
	return judge(d.cad.Known(), d.cad.Suspicion(now))
}

// sessionOf is the session that d speaks through; nil when that is not known,
// as when it has spoken through a session that has yet to be told of.
func (s *Store) sessionOf(d *device) *session {
	if ss := d.ss; ss != nil && (ss.pub == d.pub || d.heard < ss.opened) {
		return ss
	}
	return nil
}

// evidence collects what d's liveness was judged from.
func (s *Store) evidence(d *device, now time.Duration) Evidence {
	e := Evidence{
		Messages: d.count, Suspicion: d.cad.Suspicion(now),
		Status: [...]string{"", "online", "offline", "lost"}[d.status],
	}
	if d.cad.Known() {
		e.Cadence, e.Spread = d.cad.Mean(), d.cad.Spread()
	}
	if d.said != 0 {
		e.LastSeen = time.Unix(0, d.said)
	}
	ss := s.sessionOf(d)
	switch {
	case ss == nil:
		return e
	case ss.open:
		e.Session = SessionOpen
	case d.oneWay:
		e.Session = SessionShort
	default:
		e.Session = ss.end
	}
	e.SessionSince = time.Unix(0, ss.changed)
	return e
}
