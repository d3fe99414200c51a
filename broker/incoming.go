package broker

import (
	"errors"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// handle handles one packet. An error ends the connection.
func (c *conn) handle(h packet.Header, body []byte) error {
	if c.session == nil {
		return c.connect(h, body)
	}
	switch h.Type {
	case packet.PUBLISH:
		return c.onPublish(h, body)
	case packet.PUBACK, packet.PUBREC, packet.PUBCOMP, packet.PUBREL:
		return c.onAck(h, body)
	case packet.SUBSCRIBE:
		return c.onSubscribe(h, body)
	case packet.UNSUBSCRIBE:
		return c.onUnsubscribe(h, body)
	case packet.PINGREQ: // [MQTT-3.12.4-1]
		p := packet.Ping{Kind: packet.PINGREQ}
		if err := packet.Read(&p, h, body, c.version); err != nil {
			return err
		}
		c.acks = append(c.acks, byte(packet.PINGRESP)<<4, 0)
		return nil
	case packet.DISCONNECT:
		return c.onDisconnect(h, body)
	}
	return &packet.Error{Code: packet.ProtocolError, What: "a " + h.Type.String() + " packet from a client"}
}

// onPublish handles a message from the client.
func (c *conn) onPublish(h packet.Header, body []byte) error {
	p := &c.publish
	if err := packet.ReadPublish(p, h, body, c.version); err != nil {
		return err
	}
	rt, err := c.routeOf(p)
	if err != nil {
		return err
	}
	if p.QoS == 2 {
		if repeated, err := c.receive(p.ID); repeated || err != nil {
			return err
		}
	}
	if err := c.router.mayPublish(rt, p.Retain); err != nil {
		c.deny(p, rt, err)
		return nil
	}
	if p.QoS > 0 && c.b.journal.refuses() && (p.Retain || rt.isKept(p.QoS)) {
		return c.refuseToKeep(p)
	}
	o := c.router.publish(rt, c.arrived(p))
	c.ticket = max(c.ticket, o.ticket)
	c.inbound.kept, c.inbound.received = nil, nil
	if p.QoS > 0 {
		code := packet.Success
		if o.matched == 0 && o.dropped == 0 {
			code = packet.NoMatchingSubscribers
		}
		c.acknowledge(p, code)
	}
	return nil
}

// routeOf is where the message in p goes. A topic that has a route was checked
// when it got that.
func (c *conn) routeOf(p *packet.Publish) (*route, error) {
	if p.Props.Empty() {
		if rt := c.router.known(p.Topic); rt != nil {
			return rt, nil
		}
	}
	if err := p.CheckTopic(); err != nil {
		return nil, err
	}
	topic := p.Topic
	if !p.Props.Empty() {
		var err error
		if topic, err = c.resolveAlias(p); err != nil {
			return nil, err
		}
	}
	return c.router.lookup(topic), nil
}

// arrived is the message in p.
func (c *conn) arrived(p *packet.Publish) *inbound {
	in := &c.inbound // set field by field: to write it as a whole is what a message would cost most
	in.payload, in.at, in.from, in.qos, in.retain = p.Payload, c.router.now, c.pub, p.QoS, p.Retain
	in.values, in.expiry, in.hasExpiry = nil, 0, false
	in.acknowledged, in.kept, in.received = nil, nil, nil
	if !p.Props.Empty() {
		c.values = packet.AppendForwarded(c.values[:0], &p.Props)
		in.values = c.values
		in.expiry, in.hasExpiry = p.Props.Number(packet.MessageExpiry), p.Props.Has(packet.MessageExpiry)
	}
	if s := c.session; p.QoS == 2 && s.kept != nil {
		in.received = s.newReceipt(p.ID)
	}
	return in
}

// newReceipt is the record of a QoS 2 message from a client whose session is
// kept. It comes to life if somebody is to have the message from disk.
func (s *session) newReceipt(id uint16) *received {
	r := &received{owner: s.kept.number, packet: id}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.receipts == nil {
		s.receipts = make(map[uint16]*received)
	}
	s.receipts[id] = r
	return r
}

// refuseToKeep answers a message that cannot be put on disk: MQTT 5 has a reason
// code, in MQTT 3.1.1 the connection is closed, as an acknowledgement would say
// otherwise.
func (c *conn) refuseToKeep(p *packet.Publish) error {
	if c.version != packet.V5 {
		return &departure{reason: NotStored, err: ErrNotStored, quiet: true}
	}
	c.unreceive(p)
	c.acknowledge(p, packet.QuotaExceeded)
	return nil
}

// unreceive forgets the packet ID of a message that is refused.
func (c *conn) unreceive(p *packet.Publish) {
	if p.QoS == 2 && c.version == packet.V5 { // a refused message is not released
		c.session.mu.Lock()
		c.session.received.remove(p.ID)
		c.session.mu.Unlock()
	}
}

// receive remembers the packet ID of a QoS 2 message. It reports true for one
// that came before, which it acknowledges again [MQTT-4.3.3-10].
func (c *conn) receive(id uint16) (repeated bool, err error) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.received.has(id) {
		c.acks = packet.AppendAck(c.acks, packet.PUBREC, id, packet.Success, c.version)
		if s.receipts[id] != nil {
			c.ticket = c.b.journal.mark()
		}
		return true, nil
	}
	if c.version == packet.V5 && s.received.n >= c.b.limits.Inflight { // [MQTT-3.3.4-9]
		return false, &packet.Error{Code: packet.ReceiveMaximumExceeded, What: "more QoS 2 messages at once than agreed"}
	}
	s.received.add(id)
	return false, nil
}

// acknowledge answers a message of QoS 1 or 2.
func (c *conn) acknowledge(p *packet.Publish, code packet.Code) {
	kind := packet.PUBACK
	if p.QoS == 2 {
		kind = packet.PUBREC
	}
	c.acks = packet.AppendAck(c.acks, kind, p.ID, ackCode(c.version, code), c.version)
}

// deny answers a message that may not be published: MQTT 5 has reason codes, in
// MQTT 3.1.1 it is acknowledged and dropped [MQTT-3.3.5-2].
func (c *conn) deny(p *packet.Publish, rt *route, err error) {
	action := ToPublish
	if p.Retain {
		action = ToRetain
	}
	c.b.denied(c.pub, action, rt.topic, err)
	if p.QoS == 0 {
		return
	}
	code := codeOf(err)
	if rt.fault != nil && !errors.Is(err, errReservedTopic) {
		code = packet.TopicNameInvalid
	}
	c.unreceive(p)
	c.acknowledge(p, code)
}

// resolveAlias is the topic of a message that may have a topic alias.
func (c *conn) resolveAlias(p *packet.Publish) ([]byte, error) {
	if p.Props.Has(packet.SubscriptionID) { // [MQTT-3.3.4-6]
		return nil, &packet.Error{Code: packet.ProtocolError, What: "a subscription identifier from a client"}
	}
	if !p.Props.Has(packet.TopicAlias) {
		return p.Topic, nil
	}
	alias := int(p.Props.Number(packet.TopicAlias))
	if alias == 0 || alias > c.b.limits.TopicAliases { // [MQTT-3.3.2-8] [MQTT-3.3.2-9]
		return nil, &packet.Error{Code: packet.TopicAliasInvalid, What: "a topic alias beyond the maximum, or 0"}
	}
	if c.aliasesIn == nil {
		c.aliasesIn = make([]string, c.b.limits.TopicAliases)
	}
	known := &c.aliasesIn[alias-1]
	switch {
	case len(p.Topic) == 0 && *known == "":
		return nil, &packet.Error{Code: packet.ProtocolError, What: "a topic alias that stands for nothing"}
	case len(p.Topic) == 0:
		c.topic = append(c.topic[:0], *known...)
		return c.topic, nil
	case *known != string(p.Topic):
		*known = string(p.Topic)
	}
	return p.Topic, nil
}

// onAck handles the acknowledgements, and PUBREL.
func (c *conn) onAck(h packet.Header, body []byte) error {
	p := &c.ack
	p.Kind = h.Type
	if err := packet.Read(p, h, body, c.version); err != nil {
		return err
	}
	if h.Type != packet.PUBREL {
		c.acks = c.session.acknowledged(c, p, c.acks)
		return nil
	}
	s := c.session
	s.mu.Lock()
	known := s.received.remove(p.ID)
	if r := s.receipts[p.ID]; r != nil { // a packet ID that is free must be so on disk
		delete(s.receipts, p.ID)
		if c.b.journal.kill(r) {
			c.ticket = c.b.journal.mark()
		}
	}
	s.mu.Unlock()
	code := packet.Success
	if !known {
		code = ackCode(c.version, packet.PacketIDNotFound)
	}
	c.acks = packet.AppendAck(c.acks, packet.PUBCOMP, p.ID, code, c.version) // [MQTT-4.3.3-11]
	return nil
}

// onDisconnect handles the client's goodbye.
func (c *conn) onDisconnect(h packet.Header, body []byte) error {
	var p packet.Disconnect
	if err := packet.Read(&p, h, body, c.version); err != nil {
		return err
	}
	if p.Props.Has(packet.SessionExpiry) {
		if !c.session.changeExpiry(p.Props.Number(packet.SessionExpiry)) {
			return &packet.Error{Code: packet.ProtocolError, What: "a session kept by DISCONNECT that CONNECT did not want kept"}
		}
	}
	if p.Code != packet.NormalDisconnection { // [MQTT-3.14.4-3]
		return &departure{reason: ClosedWithWill, quiet: true}
	}
	return &departure{reason: ClosedByClient, quiet: true}
}
