package broker

import (
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// will is the message that a client leaves for when it is lost (MQTT 5.0 section
// 3.1.2.5).
type will struct {
	topic   string
	payload []byte
	values  []byte
	expiry  uint32

	hasExpiry bool
	qos       byte
	retain    bool
	delay     time.Duration
	pub       *model.Publisher
	kept      *keptWill // nil for one that is not on disk
}

// newWill is the will in a CONNECT packet, if the client may leave it.
func (c *conn) newWill(p *packet.Connect) (*will, error) {
	w := p.Will
	if w == nil {
		return nil, nil
	}
	topic := string(w.Topic)
	if err := checkPublishTopic(topic); err != nil {
		if errors.Is(err, errReservedTopic) {
			return nil, err
		}
		return nil, &Refusal{Code: packet.TopicNameInvalid, Reason: model.PhraseOf(err)}
	}
	if err := c.b.access.Will(c.pub, topic, w.Retain); err != nil {
		return nil, err
	}
	return &will{
		topic: topic, payload: append([]byte(nil), w.Payload...),
		values: packet.AppendForwarded(nil, &w.Props),
		expiry: w.Props.Number(packet.MessageExpiry), hasExpiry: w.Props.Has(packet.MessageExpiry),
		qos: w.QoS, retain: w.Retain, pub: c.pub,
		delay: time.Duration(w.Props.Number(packet.WillDelay)) * time.Second,
	}, nil
}

// sendWill publishes a will, if its client still may. It reports whether it did.
func (b *Broker) sendWill(w *will) bool {
	defer b.journal.dropWill(w)
	if err := b.access.Will(w.pub, w.topic, w.retain); err != nil {
		b.denied(w.pub, ToLeaveWill, w.topic, err)
		return false
	}
	r := router{b: b, pub: w.pub, trusted: true, now: time.Now()}
	rt := r.lookup([]byte(w.topic))
	r.publish(rt, &inbound{payload: w.payload, values: w.values, expiry: w.expiry, hasExpiry: w.hasExpiry,
		at: r.now, from: w.pub, qos: w.qos, retain: w.retain})
	r.rest()
	return true
}

// takeWillLocked decides about the will of a connection that has ended: it is to
// be sent now, later, or never.
func (s *session) takeWillLocked(d *departure, keep time.Duration) (sendNow *will, pending bool) {
	w := s.will
	s.will = nil
	switch {
	case w == nil, d.reason == BrokerClosing:
		return nil, false
	case d.reason == ClosedByClient:
		s.b.journal.dropWill(w)
		return nil, false
	case min(w.delay, keep) <= 0: // [MQTT-3.1.3-9]
		return w, false
	}
	s.postponeWillLocked(w, min(w.delay, keep))
	return nil, true
}

// postponeWillLocked has a will sent after a delay.
func (s *session) postponeWillLocked(w *will, delay time.Duration) {
	s.will = w
	s.b.journal.postponeWill(w, time.Now().Add(delay))
	s.willTimer = s.b.timers.after(delay, func() { s.willDue(w) })
}

// willDue sends a will whose delay has passed.
func (s *session) willDue(w *will) {
	s.mu.Lock()
	due := s.will == w && s.conn.Load() == nil
	if due {
		s.will = nil
	}
	s.mu.Unlock()
	if due {
		s.b.sendLateWill(w)
	}
}

// sendLateWill sends a will when the connection is long gone.
func (b *Broker) sendLateWill(w *will) {
	if b.sendWill(w) {
		b.events.tell(WillPublished{Stamp: now(), Publisher: w.pub, Topic: w.topic})
	}
}
