package broker

import (
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

var errImpersonation = &Refusal{Code: packet.NotAuthorized, Reason: model.Sayf("the client ID belongs to another identity"), Kind: watch.Impersonation}

// open gives a connection its session: a new one, or the one that is kept for its
// client ID (MQTT 5.0 section 3.1.4). An older connection of the same client is
// ended, and not waited for.
func (b *Broker) open(c *conn, p *packet.Connect, w *will, assigned bool) error {
	s, end, err := b.claim(c, p.CleanStart)
	if err != nil {
		return err
	}
	resumed, promised := s.attach(c, p, w, assigned, &end)
	if promised != nil {
		_ = b.journal.await(b.ctx, b.journal.mark()) // while the disk fails, what needs it is refused later
		c.welcome(promised)
	}
	b.counts.opened.Add(1)
	b.displace(c, &end)
	b.events.tell(SessionOpened{Stamp: now(), Publisher: c.pub, Version: c.version, Resumed: resumed, Transport: c.transport})
	return nil
}

// claim finds or makes the session for a connection and locks it, so that nobody
// else may attach in between. It ends the session that gives way to it.
func (b *Broker) claim(c *conn, clean bool) (s *session, end ending, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, gone, err := b.claimLocked(c, clean)
	if err != nil {
		return nil, end, err
	}
	b.pending.remove(c)
	if gone != nil {
		end = b.endLocked(gone)
		if gone.id != s.id {
			end.evicted = gone.pub.Load()
		}
	}
	s.mu.Lock()
	return s, end, nil
}

// claimLocked finds or makes the session for a connection; gone is one that has
// to end for it. A session belongs to its identity.
func (b *Broker) claimLocked(c *conn, clean bool) (s, gone *session, err error) {
	if b.closed {
		return nil, nil, &Refusal{Code: packet.ServerShuttingDown, Reason: model.Sayf("the broker is closing")}
	}
	s = b.sessions[c.pub.ClientID]
	if s != nil {
		owner := s.pub.Load().Identity
		if s.local != nil || owner != "" && owner != c.pub.Identity {
			return nil, nil, errImpersonation
		}
		if !clean && owner == c.pub.Identity && !s.fleeting() {
			return s, nil, nil
		}
		gone = s
	} else if len(b.sessions) >= b.limits.Sessions {
		if gone = b.oldestAwayLocked(); gone == nil {
			return nil, nil, &Refusal{Code: packet.QuotaExceeded, Reason: model.Sayf("too many sessions"), Kind: watch.Flood}
		}
	}
	s = &session{b: b, id: c.pub.ClientID}
	s.pub.Store(c.pub)
	b.sessions[s.id] = s
	return s, gone, nil
}

// oldestAwayLocked is the session that has been away longest, of those that
// nobody is vouched for; nil for none.
func (b *Broker) oldestAwayLocked() (oldest *session) {
	var since time.Time
	for _, s := range b.sessions {
		if s.online() || s.pub.Load().Identity != "" {
			continue
		}
		s.mu.Lock()
		if oldest == nil || s.awaySince.Before(since) {
			oldest, since = s, s.awaySince
		}
		s.mu.Unlock()
	}
	return oldest
}

// fleeting tells that a session ends with its connection.
func (s *session) fleeting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expiry == 0 || s.ended
}

// detachLocked takes the older connection off a session that is taken over, and
// the will that is to be sent for it: one with a delay is not, as its client is
// back in time [MQTT-3.1.3-9].
func (s *session) detachLocked() (old *conn, due *will) {
	old = s.conn.Load()
	if w := s.will; w != nil && w.delay == 0 && old != nil {
		due = w
	} else {
		s.b.journal.dropWill(w)
	}
	s.will = nil
	s.b.timers.stop(s.willTimer)
	s.b.timers.stop(s.expires)
	s.willTimer, s.expires = nil, nil
	return old, due
}

// attach makes c the connection of s, which claim has locked, and unlocks it: the
// CONNACK packet goes first, then what waited. When that promises a session that
// is not on disk yet, it is left to the caller, as promised.
func (s *session) attach(c *conn, p *packet.Connect, w *will, assigned bool, end *ending) (resumed bool, promised []byte) {
	defer s.mu.Unlock()
	if resumed = !s.created.IsZero(); resumed {
		end.conn, end.will = s.detachLocked()
	}
	s.pub.Store(c.pub)
	s.will = w
	s.expiry = s.b.expiryOf(p)
	c.session = s
	c.router.stats = &s.stats
	ack := c.connack(p, resumed, assigned, s.expiry)
	if s.b.journal != nil && !resumed && s.expiry > 0 {
		promised = ack // nothing else goes out yet: nobody has subscribed
	} else {
		c.welcome(ack)
	}
	if resumed {
		s.recheckSubscriptionsLocked()
		s.resumeLocked()
	} else {
		s.created = time.Now()
	}
	s.keepLocked(resumed)
	s.conn.Store(c)
	c.attached.Store(s)
	s.pumpLocked(c)
	return resumed, promised
}

// welcome sends the CONNACK packet.
func (c *conn) welcome(ack []byte) {
	c.out.greet(ack)
}

// keepLocked notes on disk that the client is there.
func (s *session) keepLocked(resumed bool) {
	j := s.b.journal
	if j == nil {
		return
	}
	if resumed {
		j.updateSession(s.kept, s.pub.Load(), s.expiry, time.Time{})
	} else if s.expiry > 0 {
		s.kept = j.keepSession(s.pub.Load(), s.expiry)
	}
	j.keepWill(s.will, s.kept)
}

// displace ends the connection that was taken over, and sends the will of its
// client.
func (b *Broker) displace(c *conn, e *ending) {
	sent := e.will != nil && b.sendWill(e.will)
	b.rehome(e)
	if e.evicted != nil {
		b.events.tell(SessionExpired{Stamp: now(), Publisher: e.evicted, Lost: e.lost})
	}
	if e.conn == nil {
		return
	}
	b.events.tell(TakenOver{Stamp: now(), Old: e.conn.pub, New: c.pub})
	b.counts.takenOver.Add(1)
	e.conn.kick(departure{reason: SessionTaken, code: packet.SessionTakenOver, willSent: sent}) // [MQTT-3.1.4-3]
}

// ending is what is left to do, without locks, after a session has ended.
type ending struct {
	conn *conn
	will *will
	lost int // messages that waited
	// orphans are those among them that another member of a shared subscription
	// may have.
	orphans []item
	// evicted had a session that gave way to another client's.
	evicted *model.Publisher
}

// endLocked ends a session for good; b.mu is locked.
func (b *Broker) endLocked(s *session) (e ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return e
	}
	s.ended = true
	if b.sessions[s.id] == s {
		delete(b.sessions, s.id)
	}
	for _, sub := range s.subs {
		b.subs.remove(s, sub.filter, sub.group)
	}
	switch {
	case s.kept == nil:
		s.spool.close(true)
	case b.closed:
		b.leftSpools = append(b.leftSpools, s.spool)
	default:
		s.discardLocked()
	}
	onDisk, _ := s.spool.state()
	e = ending{conn: s.conn.Load(), will: s.will, lost: s.queue.count + len(s.flights) + onDisk}
	if !b.closed {
		e.orphans = s.orphansLocked()
	}
	s.conn.Store(nil)
	s.will = nil
	b.queued.Add(-int64(s.queue.bytes + s.aloft))
	s.aloft = 0
	s.subs, s.queue, s.flights, s.resend = nil, queue{}, nil, nil
	s.backlog.Store(false)
	b.timers.stop(s.willTimer)
	b.timers.stop(s.expires)
	return e
}

// discardLocked removes a session from disk.
func (s *session) discardLocked() {
	j := s.b.journal
	var gone []*delivery
	for _, f := range s.flights {
		if !f.isOrphan() {
			gone = append(gone, f.record)
		}
	}
	for _, e := range s.queue.entries[s.queue.head:] {
		if e.share == nil {
			gone = append(gone, e.record)
		}
		j.dropReplay(e.among)
	}
	j.forget(gone...)
	for _, sub := range s.subs {
		j.kill(sub.kept)
	}
	for _, r := range s.receipts {
		j.kill(r)
	}
	j.dropSpool(s.spool)
	j.kill(s.kept)
}

// connEnded is called when the connection c has ended.
func (b *Broker) connEnded(c *conn, d *departure) {
	s := c.session
	if s == nil {
		return
	}
	e := SessionClosed{Stamp: now(), Publisher: c.pub, Reason: d.reason, Err: d.err, WillSent: d.willSent}
	s.mu.Lock()
	mine := s.conn.Load() == c
	var due *will
	if mine {
		s.conn.Store(nil)
		due, e.WillPending = s.takeWillLocked(d, s.expiry)
		e.Kept = s.expiry > 0 && d.reason != BrokerClosing
		s.awaySince = time.Now()
		s.b.journal.updateSession(s.kept, c.pub, s.expiry, s.awaySince)
		if e.Kept {
			since := s.awaySince
			s.expires = b.timers.after(s.expiry, func() { b.expire(s, since) })
		}
	}
	s.mu.Unlock()
	s.gate.wake()
	if mine && !e.Kept {
		b.end(s)
	}
	if due != nil {
		e.WillSent = b.sendWill(due)
	}
	b.events.tell(e)
}

// end ends a session whose client is away.
func (b *Broker) end(s *session) {
	var e ending
	b.mu.Lock()
	if s.conn.Load() == nil {
		e = b.endLocked(s)
	}
	b.mu.Unlock()
	b.rehome(&e)
}

// expire ends a session whose client has been away too long.
func (b *Broker) expire(s *session, since time.Time) {
	b.mu.Lock()
	s.mu.Lock()
	due := s.conn.Load() == nil && s.awaySince.Equal(since)
	s.mu.Unlock()
	if !due {
		b.mu.Unlock()
		return
	}
	e := b.endLocked(s)
	b.mu.Unlock()
	b.counts.expired.Add(1)
	if e.will != nil {
		b.sendWill(e.will)
	}
	b.rehome(&e)
	b.events.tell(SessionExpired{Stamp: now(), Publisher: s.pub.Load(), Lost: e.lost})
}

// changeExpiry changes how long the session is kept, as DISCONNECT may: but not
// from nothing to something [MQTT-3.14.2-2].
func (s *session) changeExpiry(seconds uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry == 0 && seconds > 0 {
		return false
	}
	s.expiry = s.b.boundExpiry(seconds)
	return true
}

// expiryOf is how long a session is kept without a connection.
func (b *Broker) expiryOf(p *packet.Connect) time.Duration {
	switch {
	case p.Version == packet.V5:
		return b.boundExpiry(p.Props.Number(packet.SessionExpiry))
	case p.CleanStart: // 3.1.1: [MQTT-3.1.2-6]
		return 0
	}
	return b.limits.SessionExpiry
}

func (b *Broker) boundExpiry(seconds uint32) time.Duration {
	return min(time.Duration(seconds)*time.Second, b.limits.SessionExpiry)
}

// localPublisher is the publisher of a session inside the process.
func localPublisher(o *LocalOptions) *model.Publisher {
	return &model.Publisher{ClientID: o.ClientID, Identity: o.Identity, Addr: model.InProcess}
}
