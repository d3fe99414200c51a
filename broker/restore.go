package broker

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// useStore takes over what a store holds, and puts changes there from now on.
func (b *Broker) useStore(s Store) {
	if r, ok := s.(Recoverer); ok && r.Recovered() != nil {
		b.events.tell(StoreRecovered{now(), *r.Recovered()})
	}
	l := &loader{b: b, j: newJournal(b, s), at: time.Now(), messages: make(map[uint64]*message),
		sessions: make(map[uint64]*session), publishers: make(map[model.Publisher]*model.Publisher)}
	if err := s.Load(l.visit); err != nil {
		_ = s.Close()
		b.events.tell(StoreUnreadable{Stamp: now(), Err: err})
		return
	}
	b.journal = l.j
	b.retained.kept, b.retained.gone = l.j.shelve, l.j.unshelve
	go l.j.run()
	l.finish()
}

// loader makes state of records. Until it is done nobody else knows its journal.
type loader struct {
	b          *Broker
	j          *journal
	at         time.Time
	messages   map[uint64]*message
	sessions   map[uint64]*session
	shelves    []*message
	wills      []*keptWill
	publishers map[model.Publisher]*model.Publisher
	junk       []record
	damaged    map[*session]int // deliveries whose message is missing
	expired    map[*session]int // and whose message has expired
	lost       int
	queued     int
}

// raw is a record as it was found, kept to be deleted.
type raw struct {
	recordState
	key []byte
}

func (r *raw) appendKey(dst []byte) []byte   { return append(dst, r.key...) }
func (r *raw) appendValue(dst []byte) []byte { return dst }

// visit takes one record over. One that makes no sense is deleted.
func (l *loader) visit(key, value []byte) error {
	if !l.take(key, value) {
		r := &raw{key: slices.Clone(key)}
		r.stored = true
		l.junk = append(l.junk, r)
	}
	return nil
}

func (l *loader) take(key, value []byte) bool {
	if len(key) == 0 {
		l.lost++
		return false
	}
	k, v := decoder{b: key[1:]}, decoder{b: value}
	ok := false
	switch key[0] {
	case kindMessage:
		ok = l.message(&k, &v)
	case kindSession:
		ok = l.session(&k, &v)
	case kindRetained:
		ok = l.retained(&k)
	case kindSubscription:
		ok = l.subscription(&k, &v)
	case kindDelivery:
		if len(v.b) == 0 || v.b[0] != replayFlag {
			return l.delivery(&k, &v)
		}
		ok = l.replay(&k, &v)
	case kindReceived:
		ok = l.receipt(&k)
	case kindWill:
		ok = l.will(&k, &v)
	}
	if !ok {
		l.lost++
	}
	return ok
}

// number notes a number that is in use.
func (l *loader) number(k *decoder) uint64 {
	n := k.fixed()
	l.j.last = max(l.j.last, n)
	return n
}

// publisher is one publisher for all records that name it.
func (l *loader) publisher(v *decoder) *model.Publisher {
	p := v.publisher()
	if known := l.publishers[p]; known != nil {
		return known
	}
	l.publishers[p] = &p
	return &p
}

// askAgain is a generation of access rules that is none: whoever finds it asks.
const askAgain = ^uint64(0)

func (l *loader) message(k, v *decoder) bool {
	number := l.number(k)
	m, ok := decodeMessage(v, l.publisher)
	if k.err != nil || !ok {
		return false
	}
	m.number, m.stored = number, true
	l.messages[number] = m
	return true
}

// decodeMessage decodes what message.appendValue encodes.
func decodeMessage(v *decoder, publisher func(*decoder) *model.Publisher) (*message, bool) {
	m := &message{generation: askAgain}
	f := v.flags()
	m.qos, m.retain = f&3, f&4 != 0
	m.at, m.expires, m.from = v.time(), v.time(), publisher(v)
	m.topic, m.values = v.text(), v.bytes()
	m.payload = append([]byte{}, v.b...)
	return m, v.err == nil && m.qos <= 2 && checkPublishTopic(m.topic) == nil
}

func (l *loader) session(k, v *decoder) bool {
	kept := &keptSession{number: l.number(k), pub: l.publisher(v), expiry: time.Duration(v.number()), away: v.time()}
	if len(v.b) > 0 { // records of version 1.0 end here
		kept.head = spoolMark{int64(v.number()), v.number()}
		kept.tail = spoolMark{int64(v.number()), v.number()}
	}
	if v.err != nil || !kept.readGaps(v) {
		return false
	}
	if kept.tail.n < kept.head.n || kept.tail.at < kept.head.at || kept.head.at < 0 {
		return false
	}
	if k.err != nil || v.err != nil || CheckClientID(kept.pub.ClientID, len(kept.pub.ClientID)) != nil || l.b.sessions[kept.pub.ClientID] != nil {
		return false
	}
	kept.alive, kept.stored = true, true
	s := &session{b: l.b, id: kept.pub.ClientID, kept: kept, created: l.at, expiry: kept.expiry, awaySince: kept.away}
	if kept.away.IsZero() || kept.away.After(l.at) { // it was connected at the end
		s.awaySince, kept.away = l.at, l.at
	}
	s.pub.Store(kept.pub)
	l.b.sessions[s.id] = s
	l.sessions[kept.number] = s
	return true
}

func (l *loader) retained(k *decoder) bool {
	m := l.messages[l.number(k)]
	if m == nil || k.err != nil {
		return false
	}
	m.shelf = &shelved{m: m}
	m.shelf.alive, m.shelf.stored = true, true
	m.uses++
	l.shelves = append(l.shelves, m)
	return true
}

func (l *loader) subscription(k, v *decoder) bool {
	kept := &keptSubscription{owner: l.number(k), number: l.number(k)}
	f := v.flags()
	kept.qos, kept.noLocal, kept.asIs, kept.id, kept.whole = f&3, f&4 != 0, f&8 != 0, uint32(v.number()), v.text()
	s := l.sessions[kept.owner]
	group, filter, err := splitShare(kept.whole)
	if k.err != nil || v.err != nil || s == nil || s.subs[kept.whole] != nil || err != nil || model.CheckFilter(filter) != nil || kept.qos > 2 {
		return false
	}
	kept.alive, kept.stored = true, true
	if s.subs == nil {
		s.subs = make(map[string]*subscription)
	}
	s.subs[kept.whole] = &subscription{session: s, filter: filter, group: group, qos: kept.qos,
		noLocal: kept.noLocal, asIs: kept.asIs, id: kept.id, kept: kept}
	return true
}

// delivery takes over a message that waits or is in flight. One whose message is
// missing counts as dropped.
func (l *loader) delivery(k, v *decoder) bool {
	d := &delivery{owner: l.number(k), number: l.number(k)}
	f := v.flags()
	d.qos, d.retain, d.released = f&3, f&4 != 0, f&8 != 0
	d.packet = uint16(v.number())
	s := l.sessions[d.owner]
	if !d.released {
		d.m = l.messages[v.number()]
	}
	for len(v.b) > 0 {
		d.ids = append(d.ids, uint32(v.number()))
	}
	if k.err != nil || v.err != nil || s == nil || s.flights[d.packet].seq != 0 || d.qos == 0 || d.qos > 2 || d.released && d.packet == 0 {
		l.lost++
		return false
	}
	if !d.released && !l.hasMessage(s, d) {
		return false
	}
	d.s, d.alive, d.stored = s, true, true
	if d.m != nil {
		d.m.uses++
	}
	l.place(s, d)
	return true
}

// hasMessage reports whether a delivery still has a message, and counts it as
// dropped otherwise.
func (l *loader) hasMessage(s *session, d *delivery) bool {
	into := &l.damaged
	if d.m != nil {
		if _, alive := d.m.remaining(l.at); alive || d.packet != 0 {
			return true
		}
		into = &l.expired
	}
	l.miss(into, s, 1)
	return false
}

// miss counts messages that a session does not get.
func (l *loader) miss(into *map[*session]int, s *session, n int) {
	if n == 0 {
		return
	}
	if *into == nil {
		*into = make(map[*session]int)
	}
	(*into)[s] += n
}

// place puts a delivery into its session: in flight if it has a packet ID.
func (l *loader) place(s *session, d *delivery) {
	it := item{m: d.m, qos: d.qos, retain: d.retain, ids: d.ids, generation: askAgain, record: d}
	if d.packet == 0 {
		s.queue.push(it)
		l.b.queued.Add(int64(d.m.size()))
		l.queued++
		return
	}
	if s.flights == nil {
		s.flights = make(map[uint16]flight)
	}
	s.nextSeq++
	s.nextID = d.packet
	s.flights[d.packet] = flight{item: it, seq: s.nextSeq, sent: true, released: d.released}
	if d.m != nil {
		s.carryLocked(d.m.size())
	}
}

func (l *loader) receipt(k *decoder) bool {
	r := &received{owner: l.number(k)}
	s := l.sessions[r.owner]
	if k.err != nil || len(k.b) != 2 || s == nil {
		return false
	}
	r.packet = binary.BigEndian.Uint16(k.b)
	r.alive, r.stored = true, true
	if s.receipts == nil {
		s.receipts = make(map[uint16]*received)
	}
	s.receipts[r.packet] = r
	s.received.add(r.packet)
	return true
}

func (l *loader) will(k, v *decoder) bool {
	w := &will{}
	kept := &keptWill{owner: l.number(k), number: l.number(k), w: w}
	f := v.flags()
	w.qos, w.retain, w.hasExpiry = f&3, f&4 != 0, f&8 != 0
	kept.due = v.time()
	w.expiry, w.delay = uint32(v.number()), time.Duration(v.number())
	w.pub, w.topic, w.values = l.publisher(v), v.text(), v.bytes()
	w.payload = append([]byte(nil), v.b...)
	if k.err != nil || v.err != nil || checkPublishTopic(w.topic) != nil || w.qos > 2 {
		return false
	}
	kept.alive, kept.stored = true, true
	w.kept = kept
	l.wills = append(l.wills, kept)
	return true
}

// finish puts everything in its place, and lets time go on.
func (l *loader) finish() {
	for _, r := range l.junk {
		l.j.delete(r)
	}
	for _, m := range l.messages {
		if m.alive = m.uses > 0; !m.alive {
			l.j.delete(m)
		}
	}
	kept := 0
	for _, m := range l.shelves {
		if l.b.retained.restore(m) {
			kept++
		} else {
			l.j.unshelve(m)
		}
	}
	for s, n := range l.damaged {
		s.drop(DropDamaged, n)
	}
	for s, n := range l.expired {
		s.drop(DropExpired, n)
	}
	for _, s := range l.sessions {
		l.finishSession(s)
	}
	for _, w := range l.wills {
		l.finishWill(w)
	}
	if n := len(l.sessions); n+kept+l.lost > 0 {
		l.b.events.tell(StoreLoaded{Stamp: now(), Sessions: n, Retained: kept, Queued: l.queued, Lost: l.lost})
	}
}

// finishSession lets a session wait for its client, or end.
func (l *loader) finishSession(s *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subs {
		l.b.subs.add(sub)
	}
	if s.kept.tail.n > s.kept.head.n {
		s.spool = l.b.openSpool(s.kept)
		s.kept.spool = s.spool
		l.queued += int(s.kept.tail.n-s.kept.head.n) - s.kept.missing()
	}
	s.backlog.Store(!s.queue.empty() || s.spool != nil)
	since := s.awaySince
	left := min(s.expiry, l.b.limits.SessionExpiry) - l.at.Sub(since)
	l.j.updateSession(s.kept, s.pub.Load(), s.expiry, since)
	s.expires = l.b.timers.after(max(left, 0), func() { l.b.expire(s, since) })
}

// finishWill gives a will back to its session, or sends it: that of a client that
// was connected when the broker ended was not sent (MQTT 5.0 section 3.1.2.5).
func (l *loader) finishWill(k *keptWill) {
	s := l.sessions[k.owner]
	if s == nil {
		l.b.timers.after(0, func() { l.b.sendLateWill(k.w) })
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delay := min(k.w.delay, s.expiry)
	if !k.due.IsZero() {
		delay = min(max(k.due.Sub(l.at), 0), delay)
	}
	s.postponeWillLocked(k.w, delay)
}

// delete removes a record that was loaded.
func (j *journal) delete(r record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.touchLocked(r)
}

// restore keeps a message that was retained in an earlier run.
func (r *retainedStore) restore(m *message) bool {
	if _, alive := m.remaining(time.Now()); !alive {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.getLocked(m.topic) != nil || !r.hasRoomLocked(m) {
		return false
	}
	r.takeLocked(m)
	return true
}

// String names what was lost, for logs.
func (r Recovery) String() string {
	return fmt.Sprintf("%d records recovered, %d records or pages damaged; the damaged file is kept as %s", r.Records, r.Damaged, r.Aside)
}
