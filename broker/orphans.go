package broker

import "slices"

// isOrphan reports whether a message in flight may go to another member of a
// shared subscription when its session ends: it was not sent, or its QoS is 1. A
// message of QoS 2 that was sent goes to nobody else [MQTT-4.8.2-5].
func (f *flight) isOrphan() bool {
	return f.share != nil && f.m != nil && (f.qos == 1 || !f.sent)
}

// orphansLocked are the messages of a session that ends which other members of
// their shared subscriptions may have, in order.
func (s *session) orphansLocked() (orphans []item) {
	var flights []flight
	for _, f := range s.flights {
		if f.isOrphan() {
			flights = append(flights, f)
		}
	}
	slices.SortFunc(flights, func(a, b flight) int { return int(a.seq) - int(b.seq) })
	for _, f := range flights {
		orphans = append(orphans, f.item)
	}
	for _, e := range s.queue.entries[s.queue.head:] {
		if e.share != nil && e.replay == nil {
			orphans = append(orphans, e.item)
		}
	}
	return orphans
}

// rehome gives the messages of a session that has ended to other members of their
// shared subscriptions (MQTT 5.0 section 4.8.2). It leaves in e how many are
// lost. On disk a message is with its new owner before it is not with the old
// one any more.
func (b *Broker) rehome(e *ending) {
	for _, it := range e.orphans {
		old := it.record
		if b.adopt(it) {
			e.lost--
		}
		if old != nil {
			b.journal.forget(old)
		}
	}
	e.orphans = nil
}

// adopt gives a message to a member of its shared subscription, if one may have
// it and takes it.
func (b *Broker) adopt(it item) bool {
	c := choice{turn: &it.share.turn, targets: b.subs.members(it.share)}
	c.targets = slices.DeleteFunc(c.targets, func(t target) bool { return !t.session.mayReceive(it.m.from, it.m.topic) })
	t := c.pick(it.m.qos)
	if t == nil || t.session.local != nil {
		return false
	}
	s, qos := t.session, min(it.m.qos, t.qos)
	next := item{m: it.m, qos: qos, retain: t.asIs && it.m.retain, ids: t.ids, generation: b.access.Generation(), share: it.share}
	if s.kept != nil && qos > 0 {
		next.record = s.newDelivery(&next)
	}
	accepted, on := s.enqueue(next)
	switch {
	case accepted && on.spool != nil:
		b.journal.enter(nil, []spooled{on}, nil)
		if c := s.conn.Load(); c != nil {
			s.pump(c)
		}
	case accepted && next.record != nil:
		b.journal.enter([]*delivery{next.record}, nil, nil)
	}
	return accepted
}

// members are the sessions in a group, as a route has them.
func (x *index) members(g *group) (targets []target) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range g.members {
		targets = append(targets, g.target(s))
	}
	return targets
}
