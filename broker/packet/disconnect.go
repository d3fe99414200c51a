package packet

// Ping is PINGREQ or PINGRESP (MQTT 5.0 sections 3.12 and 3.13).
type Ping struct{ Kind Type }

// Type implements Packet.
func (p *Ping) Type() Type { return p.Kind }

func (*Ping) decode(_ byte, body []byte, _ Version) error {
	if len(body) > 0 {
		return malformed("a ping with a body")
	}
	return nil
}

// Append implements Packet.
func (p *Ping) Append(dst []byte, _ Version) []byte { return append(dst, byte(p.Kind)<<4, 0) }

// Disconnect is the DISCONNECT packet (MQTT 5.0 section 3.14). In MQTT 3.1.1 it
// is empty and comes from clients only.
type Disconnect struct {
	Code  Code
	Props Properties
}

// Type implements Packet.
func (*Disconnect) Type() Type { return DISCONNECT }

func (p *Disconnect) decode(_ byte, body []byte, v Version) error {
	*p = Disconnect{}
	c := cursor{b: body}
	if v != V5 || len(body) == 0 {
		return c.end()
	}
	p.Code = Code(c.u8())
	if !disconnectHas(p.Code) {
		c.fail(protocolError("a reason code that DISCONNECT does not have")) // [MQTT-3.14.2-1]
	}
	if len(c.b) > 0 {
		p.Props.read(&c, DISCONNECT)
	}
	return c.end()
}

func disconnectHas(code Code) bool {
	switch code {
	case NormalDisconnection, DisconnectWithWill, NotAuthorized, ServerBusy, ServerShuttingDown:
		return true
	case BadAuthenticationMethod, PacketIDInUse, PacketIDNotFound:
		return false
	}
	return code >= UnspecifiedError && code <= ImplementationSpecific ||
		code >= KeepAliveTimeout && code <= WildcardsNotSupported
}

// Append implements Packet.
func (p *Disconnect) Append(dst []byte, v Version) []byte {
	if v != V5 || p.Code == NormalDisconnection && p.Props.Empty() {
		return append(dst, byte(DISCONNECT)<<4, 0)
	}
	return appendFrame(dst, DISCONNECT, 0, func(dst []byte) []byte {
		dst = append(dst, byte(p.Code))
		if p.Props.Empty() {
			return dst
		}
		return p.Props.append(dst)
	})
}

// Auth is the AUTH packet of MQTT 5 (section 3.15).
type Auth struct {
	Code  Code
	Props Properties
}

// Type implements Packet.
func (*Auth) Type() Type { return AUTH }

func (p *Auth) decode(_ byte, body []byte, _ Version) error {
	*p = Auth{}
	c := cursor{b: body}
	if len(body) == 0 {
		return nil
	}
	p.Code = Code(c.u8())
	if p.Code != Success && p.Code != ContinueAuthentication && p.Code != ReAuthenticate {
		c.fail(protocolError("a reason code that AUTH does not have")) // [MQTT-3.15.2-1]
	}
	p.Props.read(&c, AUTH)
	if c.err == nil && !p.Props.Has(AuthMethod) {
		c.fail(protocolError("an AUTH packet without a method"))
	}
	return c.end()
}

// Append implements Packet.
func (p *Auth) Append(dst []byte, _ Version) []byte {
	if p.Code == Success && p.Props.Empty() {
		return append(dst, byte(AUTH)<<4, 0)
	}
	return appendFrame(dst, AUTH, 0, func(dst []byte) []byte {
		return p.Props.append(append(dst, byte(p.Code)))
	})
}

// AppendDisconnect appends an MQTT 5 DISCONNECT packet without properties.
func AppendDisconnect(dst []byte, code Code) []byte {
	p := Disconnect{Code: code}
	return p.Append(dst, V5)
}
