package broker

import (
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// onSubscribe handles SUBSCRIBE: each filter gets an answer of its own
// [MQTT-3.8.4-5] [MQTT-3.8.4-6].
func (c *conn) onSubscribe(h packet.Header, body []byte) error {
	var p packet.Subscribe
	if err := packet.Read(&p, h, body, c.version); err != nil {
		return err
	}
	c.settle()
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock() // nothing live comes between the answer and the retained messages
	s.replaying.Store(true)
	id := p.Props.Number(packet.SubscriptionID)
	ack := packet.Suback{Kind: packet.SUBACK, ID: p.ID}
	var replays []*subscription
	refuses := s.kept != nil && c.b.journal.refuses()
	for i := range p.Filters {
		if refuses {
			ack.Codes = append(ack.Codes, packet.QuotaExceeded)
			continue
		}
		code, replay := s.subscribeLocked(&p.Filters[i], id)
		ack.Codes = append(ack.Codes, code)
		if replay != nil {
			replays = append(replays, replay)
		}
	}
	c.acks = ack.Append(c.acks, c.version)
	for _, sub := range replays {
		s.replayLocked(sub)
	}
	c.answerSubscribeLocked(s.kept != nil && !refuses)
	if there := s.conn.Load(); there != nil {
		s.pumpLocked(there)
	}
	return nil
}

// answerSubscribeLocked sends the answer. When it promises something it goes out
// once that is on disk, with what is to be replayed; the session is not locked
// meanwhile, and its queue stands still. When that fails, the connection is
// ending already, by another goroutine.
func (c *conn) answerSubscribeLocked(promises bool) {
	s := c.session
	if !promises {
		c.answer()
		return
	}
	ticket := c.b.journal.mark()
	c.ticket = ticket
	c.answer()
	s.answering++
	s.mu.Unlock()
	_ = c.b.journal.await(c.b.ctx, ticket)
	s.mu.Lock()
	s.answering--
}

// subscribeLocked adds one subscription, and returns it if it is to have the
// retained messages.
func (s *session) subscribeLocked(f *packet.Filter, id uint32) (packet.Code, *subscription) {
	whole := string(f.Filter)
	group, filter, err := splitShare(whole)
	if err == nil {
		err = model.CheckFilter(filter)
	}
	if err != nil {
		s.b.denied(s.pub.Load(), ToSubscribe, whole, err)
		return packet.TopicFilterInvalid, nil
	}
	if err := s.b.access.Subscribe(s.pub.Load(), filter); err != nil {
		s.b.denied(s.pub.Load(), ToSubscribe, whole, err)
		return codeOf(err), nil
	}
	sub := &subscription{session: s, filter: filter, group: group, qos: f.QoS,
		noLocal: f.NoLocal, asIs: f.RetainAsPublished, id: id}
	isNew, ok := s.addSubscriptionLocked(whole, sub)
	if !ok {
		return packet.QuotaExceeded, nil
	}
	if group != "" || f.RetainHandling == 2 || f.RetainHandling == 1 && !isNew { // [MQTT-3.3.1-9] to [MQTT-3.3.1-11]
		return packet.Code(f.QoS), nil
	}
	return packet.Code(f.QoS), sub
}

// addSubscription adds sub in place of an earlier one to the same filter.
func (s *session) addSubscription(whole string, sub *subscription) (isNew, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addSubscriptionLocked(whole, sub)
}

// addSubscriptionLocked adds sub in place of an earlier one to the same filter
// [MQTT-3.8.4-3]. It reports false when the session has too many.
func (s *session) addSubscriptionLocked(whole string, sub *subscription) (isNew, ok bool) {
	_, had := s.subs[whole]
	l := &s.b.limits
	if s.ended || !had && (len(s.subs) >= l.Subscriptions || s.b.subs.len() >= l.SubscriptionsTotal) {
		return false, false
	}
	if s.subs == nil {
		s.subs = make(map[string]*subscription)
	}
	if s.kept != nil {
		s.keepSubscriptionLocked(whole, sub)
	}
	s.subs[whole] = sub
	return s.b.subs.add(sub), true
}

// keepSubscriptionLocked puts a subscription on disk, in place of an earlier one.
func (s *session) keepSubscriptionLocked(whole string, sub *subscription) {
	if old := s.subs[whole]; old != nil && old.kept != nil {
		s.b.journal.kill(old.kept)
	}
	sub.kept = &keptSubscription{owner: s.kept.number, whole: whole, qos: sub.qos, noLocal: sub.noLocal, asIs: sub.asIs, id: sub.id}
	s.b.journal.keepSubscription(sub.kept)
}

// dropSubscriptionLocked ends a subscription.
func (s *session) dropSubscriptionLocked(whole string, sub *subscription) {
	delete(s.subs, whole)
	s.b.subs.remove(s, sub.filter, sub.group)
	if sub.kept != nil {
		s.b.journal.kill(sub.kept)
	}
}

// onUnsubscribe handles UNSUBSCRIBE [MQTT-3.10.4-4].
func (c *conn) onUnsubscribe(h packet.Header, body []byte) error {
	var p packet.Unsubscribe
	if err := packet.Read(&p, h, body, c.version); err != nil {
		return err
	}
	ack := packet.Suback{Kind: packet.UNSUBACK, ID: p.ID}
	for _, f := range p.Filters {
		code := packet.Success
		if !c.session.unsubscribe(string(f)) {
			code = packet.NoSubscriptionExisted
		}
		ack.Codes = append(ack.Codes, code)
	}
	c.acks = ack.Append(c.acks, c.version)
	if c.session.kept != nil {
		c.ticket = c.b.journal.mark()
	}
	return nil
}

// unsubscribe reports whether there was such a subscription.
func (s *session) unsubscribe(whole string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, had := s.subs[whole]
	if had {
		s.dropSubscriptionLocked(whole, sub)
	}
	return had
}

// recheckSubscriptionsLocked removes the subscriptions that the client of a
// resumed session may no longer have.
func (s *session) recheckSubscriptionsLocked() {
	pub := s.pub.Load()
	for whole, sub := range s.subs {
		if err := s.b.access.Subscribe(pub, sub.filter); err != nil {
			s.dropSubscriptionLocked(whole, sub)
			s.b.denied(pub, ToSubscribe, whole, err)
		}
	}
}
