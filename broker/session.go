package broker

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// session is what the broker keeps for one client ID, whether its client is
// connected or not (MQTT 5.0 section 4.1).
type session struct {
	b     *Broker
	id    string
	local *Local // not nil for a session inside the process

	conn atomic.Pointer[conn] // nil while the client is away
	pub  atomic.Pointer[model.Publisher]
	// replaying tells that retained messages wait, which live ones of QoS 0 must
	// not overtake; backlog that anything waits.
	replaying, backlog atomic.Bool
	gate               gate
	stats              sessionStats

	mu       sync.Mutex
	subs     map[string]*subscription // by filter with its $share prefix
	queue    queue
	spool    *spool // what does not fit into the queue, nil for nothing so far
	flights  map[uint16]flight
	resend   []uint16  // flights of an earlier connection, still to be sent again
	unacked  int       // flights that take room in the client's window
	aloft    int       // bytes of the messages in flight
	created  time.Time // zero until a connection was attached
	nextID   uint16
	nextSeq  uint64
	received idSet // QoS 2 messages from the client that are not released
	// kept is the session on disk, nil for none. It is set before the session has
	// subscriptions, and not changed.
	kept      *keptSession
	receipts  map[uint16]*received // of those that are on disk
	expiry    time.Duration
	awaySince time.Time
	expires   *time.Timer
	will      *will
	willTimer *time.Timer
	ended     bool
	// answering counts the answers to SUBSCRIBE that wait for the disk, and which
	// nothing from the queue overtakes.
	answering int
}

// flight is a message of QoS 1 or 2 that was sent and is not acknowledged.
type flight struct {
	item
	seq      uint64
	sent     bool // on this connection or an earlier one
	released bool // PUBREC came; the message itself is gone
	counted  bool // takes room in the window of this connection
}

// sessionStats counts what one session received and sent.
type sessionStats struct {
	in, inBytes, out, outBytes atomic.Uint64
	drops                      [dropReasons]atomic.Uint64
	reported                   [dropReasons]atomic.Uint64
}

// dropped is the number of messages to the client that were let go.
func (st *sessionStats) dropped() (n uint64) {
	for i := range st.drops {
		n += st.drops[i].Load()
	}
	return n
}

func (s *session) online() bool { return s.local != nil || s.conn.Load() != nil }

// mayReceive asks Access whether a message of from may go to this session.
func (s *session) mayReceive(from *model.Publisher, topic string) bool {
	if s.local != nil {
		return true
	}
	to := s.pub.Load()
	if err := s.b.access.Deliver(to, from, topic); err != nil {
		s.b.denied(to, ToReceive, topic, err)
		return false
	}
	return true
}

// enqueue sends it, or lets it wait. It reports false when the message was
// dropped, and what the journal has to be told when the spool of a kept session
// has it.
func (s *session) enqueue(it item) (accepted bool, on spooled) {
	if s.gate.crowded() {
		s.room(&it)
	}
	accepted, full, on := s.tryEnqueue(it, false)
	for full && s.room(&it) { // others may be quicker and fill it again
		accepted, full, on = s.tryEnqueue(it, false)
	}
	if full && s.b.spoolDir != "" {
		accepted, full, on = s.tryEnqueue(it, true)
	}
	if full {
		reason := DropQueueFull
		if it.qos == 0 {
			reason = DropSlow
		}
		s.drop(reason, 1)
	}
	return accepted, on
}

// giveUp forgets a message that was to be sent for the first time.
func (s *session) giveUp(it *item) {
	s.forget(it.record)
	s.b.journal.replayed(it.among)
}

// forget gives a message up that was not sent.
func (s *session) forget(d *delivery) {
	if d != nil {
		s.b.journal.forget(d)
	}
}

// tryEnqueue reports whether it took the message, and if not, whether that was
// because the queue is full. What does not fit goes to the spool with spill, or
// when others are there already.
func (s *session) tryEnqueue(it item, spill bool) (accepted, full bool, on spooled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false, false, on
	}
	c := s.conn.Load()
	behind := !s.spoolEmptyLocked() && it.qos > 0
	if !behind && s.queue.empty() && c != nil && s.canSendLocked(c, it) {
		return s.sendLocked(c, it), false, on
	}
	size := it.m.size()
	switch {
	case behind || spill && !s.fitsLocked(size):
		place, ok := s.spoolLocked(&it)
		if !ok {
			return false, true, on
		}
		if s.kept != nil {
			on = place
		}
	case !s.fitsLocked(size):
		return false, true, on
	default:
		s.queue.push(it)
		s.b.queued.Add(int64(size))
		s.backlog.Store(true)
	}
	if c != nil {
		s.pumpLocked(c) // room that came between the look and the mark would be missed
	}
	return true, false, on
}

// fitsLocked reports whether the queue in memory takes a message of size.
func (s *session) fitsLocked(size int) bool {
	return s.queue.count < s.b.limits.QueueMessages && s.mayHoldLocked(s.queue.bytes, size)
}

// mayHoldLocked reports whether a message of size may be held on top of so many
// bytes.
func (s *session) mayHoldLocked(held, size int) bool {
	l := &s.b.limits
	return held+size <= l.QueueBytes && (held < fairShare || s.b.queued.Load()+int64(size) <= int64(l.QueueBytesTotal))
}

// room waits until the queue of a connected client has room again, for a message
// it. Where there is no spool that takes what is acknowledged, publishers of that
// are held as long as the client moves at all.
func (s *session) room(it *item) bool {
	c, size := s.conn.Load(), it.m.size()
	if c == nil {
		return false
	}
	h := holding{hold: s.b.limits.Hold, enough: c.out.limit, sure: it.qos > 0 && s.b.spoolDir == ""}
	ready := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.conn.Load() != c || s.queueDrainsLocked() && (!s.spoolEmptyLocked() || s.mayHoldLocked(s.queue.bytes, size))
	}
	return s.gate.wait(h, ready, c.out.written.Load)
}

// drainedShare is the part of a queue that has to become free before publishers
// that were held back go on. Where there is a spool for the rest, this is what a
// subscriber has to manage in the time that they are held: with the limits'
// defaults some 8,000 messages or 2.5 MiB a second.
const drainedShare = 64

// queueDrainsLocked reports whether the queue has room again.
func (s *session) queueDrainsLocked() bool {
	l := &s.b.limits
	if !s.spoolEmptyLocked() {
		return s.spool.held() < l.SpoolBytes-l.SpoolBytes/drainedShare &&
			s.b.spooled.Load() < l.SpoolBytesTotal-l.SpoolBytesTotal/drainedShare
	}
	return s.queue.count < l.QueueMessages-l.QueueMessages/drainedShare && s.queue.bytes < l.QueueBytes-l.QueueBytes/drainedShare
}

// canSendLocked reports whether a message can go out on c now.
func (s *session) canSendLocked(c *conn, it item) bool {
	if s.holds(it.qos) {
		return c.out.roomy() && len(s.flights) < c.window && (s.aloft == 0 || s.mayHoldLocked(s.aloft, it.m.size()))
	}
	return c.out.roomy() && (it.qos == 0 ||
		s.unacked < c.window && len(s.resend) == 0 && (s.aloft == 0 || s.mayHoldLocked(s.aloft, it.m.size())))
}

// pump sends what waits, as far as there is room.
func (s *session) pump(c *conn) {
	if !s.backlog.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn.Load() == c {
		s.pumpLocked(c)
	}
	if s.queueDrainsLocked() {
		s.gate.wake()
	}
}

func (s *session) pumpLocked(c *conn) {
	s.resendLocked(c)
	for s.answering == 0 && (!s.queue.empty() || s.refillLocked()) {
		it := s.queue.front()
		if !s.canSendLocked(c, it) {
			break
		}
		s.b.queued.Add(-int64(s.queue.pop()))
		s.sendLocked(c, it)
	}
	s.replaying.Store(s.queue.replays > 0)
	s.backlog.Store(!s.queue.empty() || len(s.resend) > 0 || !s.spoolEmptyLocked())
}

// sendLocked sends a message for the first time. It reports false when it was
// dropped instead.
func (s *session) sendLocked(c *conn, it item) bool {
	t := time.Now()
	if _, alive := it.m.remaining(t); !alive {
		s.drop(DropExpired, 1)
		s.giveUp(&it)
		return false
	}
	if it.generation != s.b.access.Generation() && !s.mayReceive(it.m.from, it.m.topic) {
		s.drop(DropRevoked, 1)
		s.giveUp(&it)
		return false
	}
	f := it.m.forward(t)
	f.QoS, f.Retain, f.SubscriptionIDs = it.qos, it.retain, it.ids
	if f.Size(c.version) > c.maxPacket { // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
		s.drop(DropTooLarge, 1)
		s.giveUp(&it)
		return false
	}
	if it.qos > 0 {
		f.ID = s.newFlightLocked(it)
	}
	if s.holds(it.qos) {
		s.resend = append(s.resend, f.ID)
		s.backlog.Store(true)
		return true
	}
	c.forward(&f, true)
	s.sent(1, uint64(len(it.m.payload)))
	return true
}

// newFlightLocked remembers a message as in flight under a free packet ID
// [MQTT-2.2.1-4].
func (s *session) newFlightLocked(it item) uint16 {
	if s.flights == nil {
		s.flights = make(map[uint16]flight)
	}
	for {
		s.nextID++
		if _, taken := s.flights[s.nextID]; !taken && s.nextID != 0 {
			break
		}
	}
	s.nextSeq++
	s.carryLocked(it.m.size())
	if s.kept != nil {
		replayed := it.record == nil
		if replayed {
			it.record = s.newDelivery(&it)
		}
		s.b.journal.launch(it.record, s.nextID, replayed, it.among)
		it.among = nil
	}
	goes := !s.holds(it.qos)
	if goes {
		s.unacked++
	}
	s.flights[s.nextID] = flight{item: it, seq: s.nextSeq, sent: goes, counted: goes}
	return s.nextID
}

// holds reports whether messages go out only when they are on disk with their
// packet ID: those of QoS 2, as they could come twice otherwise.
func (s *session) holds(qos byte) bool { return qos == 2 && s.kept != nil }

// newDelivery is the record of a message to a session that is kept.
func (s *session) newDelivery(it *item) *delivery {
	return &delivery{s: s, m: it.m, owner: s.kept.number, qos: it.qos, retain: it.retain, ids: it.ids}
}

// carryLocked counts bytes that are in flight, or are not any more.
func (s *session) carryLocked(bytes int) {
	s.aloft += bytes
	s.b.queued.Add(int64(bytes))
}

func (s *session) sent(messages, bytes uint64) {
	s.stats.out.Add(messages)
	s.stats.outBytes.Add(bytes)
	s.b.counts.out.Add(messages)
	s.b.counts.outBytes.Add(bytes)
}

// drop counts messages to this session that were let go.
func (s *session) drop(reason DropReason, n int) {
	s.stats.drops[reason].Add(uint64(n))
	s.b.counts.drops[reason].Add(uint64(n))
	s.b.reportDrops(s, reason)
}

// ackCode is what a code of 0 to 0x10 becomes in MQTT 3.1.1, which has none.
func ackCode(v packet.Version, code packet.Code) packet.Code {
	if v != packet.V5 {
		return packet.Success
	}
	return code
}
