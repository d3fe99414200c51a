package packet

// Suback is SUBACK or UNSUBACK (MQTT 5.0 sections 3.9 and 3.11).
type Suback struct {
	Kind Type
	ID   uint16
	// Codes has one code for each filter, in order. In MQTT 3.1.1 an UNSUBACK
	// has none and every failure of a SUBACK is 0x80.
	Codes []Code
	Props Properties
}

// Type implements Packet.
func (p *Suback) Type() Type { return p.Kind }

func (p *Suback) decode(_ byte, body []byte, v Version) error {
	p.Codes = p.Codes[:0]
	p.Props.Reset()
	c := cursor{b: body}
	p.ID = c.id()
	if v == V5 {
		p.Props.read(&c, p.Kind)
	}
	if p.Kind == UNSUBACK && v != V5 {
		return c.end()
	}
	for len(c.b) > 0 {
		code := Code(c.u8())
		if !subackHas(p.Kind, code, v) {
			c.fail(malformed("a reason code that this acknowledgement does not have"))
		}
		p.Codes = append(p.Codes, code)
	}
	if len(p.Codes) == 0 {
		c.fail(protocolError("an acknowledgement of nothing"))
	}
	return c.end()
}

func subackHas(t Type, code Code, v Version) bool {
	if v != V5 {
		return code <= GrantedQoS2 || code == UnspecifiedError
	}
	switch code {
	case Success, UnspecifiedError, ImplementationSpecific, NotAuthorized, TopicFilterInvalid, PacketIDInUse:
		return true
	case NoSubscriptionExisted:
		return t == UNSUBACK
	case GrantedQoS1, GrantedQoS2, QuotaExceeded, SharedNotSupported, SubscriptionIDsNotSupported, WildcardsNotSupported:
		return t == SUBACK
	}
	return false
}

// Append implements Packet.
func (p *Suback) Append(dst []byte, v Version) []byte {
	return appendFrame(dst, p.Kind, 0, func(dst []byte) []byte {
		dst = appendU16(dst, p.ID)
		if v == V5 {
			dst = p.Props.append(dst)
		} else if p.Kind == UNSUBACK {
			return dst
		}
		for _, code := range p.Codes {
			if v != V5 && code.Failed() {
				code = UnspecifiedError
			}
			dst = append(dst, byte(code))
		}
		return dst
	})
}
