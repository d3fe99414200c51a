package packet

// Ack is PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 5.0 sections 3.4 to 3.7).
type Ack struct {
	Kind Type
	ID   uint16
	Code Code // always Success in MQTT 3.1.1
	// Props may hold a reason string and user properties.
	Props Properties
}

// Type implements Packet.
func (p *Ack) Type() Type { return p.Kind }

func (p *Ack) decode(_ byte, body []byte, v Version) error {
	p.Code = Success
	p.Props.Reset()
	c := cursor{b: body}
	p.ID = c.id()
	if v == V5 && len(c.b) > 0 {
		p.Code = Code(c.u8())
		if !ackHas(p.Kind, p.Code) {
			c.fail(protocolError("a reason code that this acknowledgement does not have")) // [MQTT-3.4.2-1]
		}
		if len(c.b) > 0 {
			p.Props.read(&c, p.Kind)
		}
	}
	return c.end()
}

func ackHas(t Type, code Code) bool {
	if t == PUBREL || t == PUBCOMP {
		return code == Success || code == PacketIDNotFound
	}
	switch code {
	case Success, NoMatchingSubscribers, UnspecifiedError, ImplementationSpecific, NotAuthorized,
		TopicNameInvalid, PacketIDInUse, QuotaExceeded, PayloadFormatInvalid:
		return true
	}
	return false
}

// Append implements Packet. It leaves out what MQTT 5 lets it: a reason code of
// 0 without properties.
func (p *Ack) Append(dst []byte, v Version) []byte {
	if v != V5 || p.Props.Empty() {
		return AppendAck(dst, p.Kind, p.ID, p.Code, v)
	}
	return appendFrame(dst, p.Kind, fixedFlags(p.Kind), func(dst []byte) []byte {
		return p.Props.append(append(appendU16(dst, p.ID), byte(p.Code)))
	})
}

// AppendAck appends an acknowledgement without properties.
func AppendAck(dst []byte, t Type, id uint16, code Code, v Version) []byte {
	first := byte(t)<<4 | fixedFlags(t)
	if v != V5 || code == Success {
		return append(dst, first, 2, byte(id>>8), byte(id))
	}
	return append(dst, first, 3, byte(id>>8), byte(id), byte(code))
}
