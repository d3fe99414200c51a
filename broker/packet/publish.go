package packet

import "bytes"

// Publish is the PUBLISH packet (MQTT 5.0 section 3.3).
type Publish struct {
	Dup    bool
	QoS    byte
	Retain bool
	ID     uint16 // 0 with QoS 0
	// Topic is empty only with a topic alias.
	Topic   []byte
	Payload []byte
	Props   Properties
}

// Type implements Packet.
func (*Publish) Type() Type { return PUBLISH }

func (p *Publish) decode(flags byte, body []byte, v Version) error {
	if err := p.decodeUnchecked(flags, body, v); err != nil {
		return err
	}
	return p.CheckTopic()
}

// ReadPublish decodes into p as Read does, but for CheckTopic, which is left to
// the caller: one who has met the topic before need not do it again.
func ReadPublish(p *Publish, h Header, body []byte, v Version) error {
	if h.Length != len(body) {
		return malformed("a packet whose length is not what its header says")
	}
	return p.decodeUnchecked(h.Flags, body, v)
}

func (p *Publish) decodeUnchecked(flags byte, body []byte, v Version) error {
	p.Dup, p.QoS, p.Retain, p.ID = flags&8 != 0, flags>>1&3, flags&1 != 0, 0
	if p.QoS == 3 {
		return malformed("a message with QoS 3") // [MQTT-3.3.1-4]
	}
	if p.Dup && p.QoS == 0 {
		return malformed("a message of QoS 0 marked as sent again") // [MQTT-3.3.1-2]
	}
	c := cursor{b: body}
	p.Topic = c.binary()
	if p.QoS > 0 {
		p.ID = c.id()
	}
	if v == V5 {
		p.Props.read(&c, PUBLISH)
		if !p.Props.Empty() {
			checkResponseTopic(&c, &p.Props)
		}
	}
	if c.err != nil {
		return c.err
	}
	p.Payload = c.b
	return nil
}

// CheckTopic reports why the topic cannot be that of a message, nil when it can,
// or when there is a topic alias instead.
func (p *Publish) CheckTopic() error {
	if len(p.Topic) == 0 && p.Props.Has(TopicAlias) {
		return nil
	}
	var c cursor
	checkTopicName(&c, p.Topic)
	if c.err != nil {
		return c.err
	}
	return nil
}

// checkTopicName refuses what no topic name may be: empty [MQTT-4.7.3-1], with a
// wildcard [MQTT-3.3.2-2], not UTF-8 or with U+0000 [MQTT-4.7.3-2].
func checkTopicName(c *cursor, topic []byte) {
	if len(topic) == 0 {
		c.fail(protocolError("an empty topic"))
		return
	}
	if !validText(topic) {
		c.fail(malformed("a topic that is not UTF-8 or holds U+0000"))
		return
	}
	for _, b := range topic {
		if b == '+' || b == '#' {
			c.fail(&Error{Code: TopicNameInvalid, What: "a topic to publish to that holds a wildcard"})
			return
		}
	}
}

// checkResponseTopic refuses wildcards in a response topic [MQTT-3.3.2-14].
func checkResponseTopic(c *cursor, ps *Properties) {
	if ps.Has(ResponseTopic) && bytes.ContainsAny(ps.Text(ResponseTopic), "+#") {
		c.fail(protocolError("a response topic that holds a wildcard"))
	}
}

// Append implements Packet.
func (p *Publish) Append(dst []byte, v Version) []byte {
	flags := p.QoS << 1
	if p.Dup {
		flags |= 8
	}
	if p.Retain {
		flags |= 1
	}
	return appendFrame(dst, PUBLISH, flags, func(dst []byte) []byte {
		dst = appendText(dst, p.Topic)
		if p.QoS > 0 {
			dst = appendU16(dst, p.ID)
		}
		if v == V5 {
			dst = p.Props.append(dst)
		}
		return append(dst, p.Payload...)
	})
}
