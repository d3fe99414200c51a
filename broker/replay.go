package broker

import "slices"

// replayChunk is how many retained messages make one entry of a queue, and one
// record on disk.
const replayChunk = 1024

// keptReplay is retained messages, as they are on disk, that wait to be replayed
// to a new subscription: those of QoS 1 and 2, which are as pending as any others
// (MQTT 5.0 section 4.1). They keep their place among the deliveries of their
// session, and are taken out one by one as they go out.
type keptReplay struct {
	recordState
	owner, number uint64
	qos           byte
	ids           []uint32
	rest          []*message
}

func (k *keptReplay) appendKey(dst []byte) []byte {
	return appendNumber(appendNumber(append(dst, kindDelivery), k.owner), k.number)
}

// replayFlag tells a replay from a delivery, which has a QoS where this has none.
const replayFlag = 16

func (k *keptReplay) appendValue(dst []byte) []byte {
	e := encoder{append(dst, replayFlag)}
	e.number(uint64(k.qos))
	e.number(uint64(len(k.ids)))
	for _, id := range k.ids {
		e.number(uint64(id))
	}
	for _, m := range k.rest {
		e.number(m.number)
	}
	return e.b
}

// replayLocked queues the retained messages that match a subscription.
func (s *session) replayLocked(sub *subscription) {
	found := s.b.replayable(sub.filter)
	fit := found[:0]
	for _, m := range found {
		if sub.noLocal && m.from.ClientID == s.id || !s.mayReceive(m.from, m.topic) {
			continue
		}
		fit = append(fit, m)
	}
	it := item{qos: sub.qos, retain: true, generation: s.b.access.Generation()}
	if sub.id != 0 {
		it.ids = []uint32{sub.id}
	}
	if s.ended || s.conn.Load() == nil {
		return
	}
	if room := 2*s.b.limits.Retained - s.queue.replays; len(fit) > room {
		s.drop(DropQueueFull, len(fit)-room)
		fit = fit[:max(room, 0)]
	}
	for chunk := range slices.Chunk(fit, replayChunk) {
		it.among = nil
		if s.kept != nil {
			it.among = s.b.journal.keepReplay(s.kept, &it, chunk)
		}
		s.queue.pushReplay(it, chunk)
	}
}

// keepReplay makes a record of what is to be replayed, nil when none of it is of
// QoS 1 or 2.
func (j *journal) keepReplay(owner *keptSession, it *item, messages []*message) *keptReplay {
	k := &keptReplay{owner: owner.number, qos: it.qos, ids: it.ids}
	for _, m := range messages {
		if min(it.qos, m.qos) > 0 {
			k.rest = append(k.rest, m)
		}
	}
	if len(k.rest) == 0 {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	k.number, k.alive = j.numberLocked(), true
	for _, m := range k.rest {
		j.useLocked(m)
	}
	j.touchLocked(k)
	return k
}

// replayed notes that the first message of a replay waits no more: it was
// dropped.
func (j *journal) replayed(k *keptReplay) {
	if k == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.replayedLocked(k)
}

func (j *journal) replayedLocked(k *keptReplay) {
	if !k.alive {
		return
	}
	j.letGoLocked(k.rest[0])
	k.rest = k.rest[1:]
	k.alive = len(k.rest) > 0
	j.touchLocked(k)
}

// dropReplay gives up what waits to be replayed.
func (j *journal) dropReplay(k *keptReplay) {
	if k == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !k.alive {
		return
	}
	for _, m := range k.rest {
		j.letGoLocked(m)
	}
	k.rest, k.alive = nil, false
	j.touchLocked(k)
}

// replay takes over what waits to be replayed.
func (l *loader) replay(k, v *decoder) bool {
	r := &keptReplay{owner: l.number(k), number: l.number(k)}
	v.flags()
	r.qos = byte(min(v.number(), 3))
	for range min(v.number(), uint64(len(v.b))) {
		r.ids = append(r.ids, uint32(v.number()))
	}
	s, missing := l.sessions[r.owner], 0
	for len(v.b) > 0 {
		m := l.messages[v.number()]
		if m == nil || m.qos == 0 {
			missing++
			continue
		}
		r.rest = append(r.rest, m)
	}
	if k.err != nil || v.err != nil || s == nil || r.qos == 0 || r.qos > 2 {
		return false
	}
	l.miss(&l.damaged, s, missing)
	if len(r.rest) == 0 {
		return false
	}
	r.alive, r.stored = true, true
	for _, m := range r.rest {
		m.uses++
	}
	s.queue.pushReplay(item{qos: r.qos, retain: true, ids: r.ids, generation: askAgain, among: r}, slices.Clone(r.rest))
	l.queued += len(r.rest)
	return true
}
