package packet

// Connack is the CONNACK packet (MQTT 5.0 section 3.2).
type Connack struct {
	SessionPresent bool
	// Code is a reason code, or the return code 0 to 5 of a decoded MQTT 3.1.1
	// packet.
	Code  Code
	Props Properties
}

// Type implements Packet.
func (*Connack) Type() Type { return CONNACK }

func (p *Connack) decode(_ byte, body []byte, v Version) error {
	*p = Connack{}
	c := cursor{b: body}
	flags := c.u8()
	p.SessionPresent, p.Code = flags == 1, Code(c.u8())
	if flags > 1 {
		c.fail(malformed("reserved acknowledge flags set")) // [MQTT-3.2.2-1]
	}
	if v == V5 {
		p.Props.read(&c, CONNACK)
		if p.Code != Success && !p.Code.Failed() {
			c.fail(malformed("a reason code that CONNACK does not have"))
		}
	} else if p.Code > 5 {
		c.fail(malformed("a return code that is reserved"))
	}
	if p.SessionPresent && p.Code != Success {
		c.fail(protocolError("a session present in a refusal")) // [MQTT-3.2.2-6]
	}
	return c.end()
}

// Append implements Packet. In MQTT 3.1.1 a reason code becomes the return code
// nearest to it.
func (p *Connack) Append(dst []byte, v Version) []byte {
	return appendFrame(dst, CONNACK, 0, func(dst []byte) []byte {
		present := byte(0)
		if p.SessionPresent {
			present = 1
		}
		if v == V5 {
			return p.Props.append(append(dst, present, byte(p.Code)))
		}
		code := byte(p.Code)
		if p.Code.Failed() {
			code = p.Code.ReturnCode()
		}
		return append(dst, present, code)
	})
}
