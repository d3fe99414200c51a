package packet

// Connect is the CONNECT packet (MQTT 5.0 section 3.1).
type Connect struct {
	Version    Version
	CleanStart bool
	KeepAlive  uint16 // seconds, 0 for none
	ClientID   []byte
	Will       *Will
	// Username and Password are nil when absent.
	Username []byte
	Password []byte
	Props    Properties
}

// Will is the will message inside a CONNECT packet.
type Will struct {
	Topic   []byte
	Payload []byte
	QoS     byte
	Retain  bool
	Props   Properties
}

// Type implements Packet.
func (*Connect) Type() Type { return CONNECT }

// The bits of the connect flags (MQTT 5.0 section 3.1.2.3).
const (
	flagReserved = 1 << iota
	flagClean
	flagWill
	flagWillQoS1
	flagWillQoS2
	flagWillRetain
	flagPassword
	flagUsername

	flagsOfWillQoS = flagWillQoS1 | flagWillQoS2
)

func (p *Connect) decode(_ byte, body []byte, _ Version) error {
	*p = Connect{}
	c := cursor{b: body}
	flags, err := p.decodeStart(&c)
	if err != nil {
		return err
	}
	p.CleanStart = flags&flagClean != 0
	p.KeepAlive = c.u16()
	if p.Version == V5 {
		p.Props.read(&c, CONNECT)
	}
	p.ClientID = c.text()
	if flags&flagWill != 0 {
		p.Will = readWill(&c, flags, p.Version)
	}
	if flags&flagUsername != 0 {
		p.Username = present(c.text())
	}
	if flags&flagPassword != 0 {
		p.Password = present(c.binary())
	}
	if p.Props.Has(AuthData) && !p.Props.Has(AuthMethod) {
		c.fail(protocolError("authentication data without a method")) // section 3.1.2.11.10
	}
	return c.end()
}

// decodeStart reads the protocol name and level and the connect flags.
func (p *Connect) decodeStart(c *cursor) (flags byte, err error) {
	name := string(c.text())
	p.Version = Version(c.u8())
	if c.err != nil {
		return 0, c.err
	}
	known := name == "MQTT" || name == "MQIsdp" && p.Version == 3 // the latter is MQTT 3.1
	if !known {
		return 0, malformed("a protocol name that is not MQTT") // [MQTT-3.1.2-1]
	}
	if p.Version != V311 && p.Version != V5 { // [MQTT-3.1.2-2]
		return 0, &Error{Code: UnsupportedProtocolVersion, What: "a protocol level other than 4 and 5"}
	}
	flags = c.u8()
	will := flags&(flagsOfWillQoS|flagWillRetain) != 0
	switch {
	case c.err != nil:
		return 0, c.err
	case flags&flagReserved != 0:
		return 0, malformed("the reserved connect flag set") // [MQTT-3.1.2-3]
	case flags&flagWill == 0 && will:
		return 0, malformed("will flags without a will") // [MQTT-3.1.2-11]
	case flags&flagsOfWillQoS == flagsOfWillQoS:
		return 0, malformed("a will with QoS 3") // [MQTT-3.1.2-12]
	case p.Version == V311 && flags&flagPassword != 0 && flags&flagUsername == 0:
		return 0, malformed("a password without a user name") // 3.1.1: [MQTT-3.1.2-22]
	}
	return flags, nil
}

func readWill(c *cursor, flags byte, v Version) *Will {
	w := &Will{QoS: flags & flagsOfWillQoS >> 3, Retain: flags&flagWillRetain != 0}
	if v == V5 {
		w.Props.read(c, willBlock)
	}
	w.Topic = c.text()
	if c.err == nil {
		checkTopicName(c, w.Topic)
		checkResponseTopic(c, &w.Props)
	}
	w.Payload = c.binary()
	return w
}

// present makes a field that is there but empty differ from nil.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Append implements Packet. It writes the version in p, not v.
func (p *Connect) Append(dst []byte, _ Version) []byte {
	return appendFrame(dst, CONNECT, 0, func(dst []byte) []byte {
		dst = append(appendText(dst, "MQTT"), byte(p.Version), p.flags())
		dst = appendU16(dst, p.KeepAlive)
		if p.Version == V5 {
			dst = p.Props.append(dst)
		}
		dst = appendText(dst, p.ClientID)
		if w := p.Will; w != nil {
			if p.Version == V5 {
				dst = w.Props.append(dst)
			}
			dst = appendText(appendText(dst, w.Topic), w.Payload)
		}
		if p.Username != nil {
			dst = appendText(dst, p.Username)
		}
		if p.Password != nil {
			dst = appendText(dst, p.Password)
		}
		return dst
	})
}

func (p *Connect) flags() (f byte) {
	if p.CleanStart {
		f |= flagClean
	}
	if w := p.Will; w != nil {
		f |= flagWill | w.QoS<<3
		if w.Retain {
			f |= flagWillRetain
		}
	}
	if p.Username != nil {
		f |= flagUsername
	}
	if p.Password != nil {
		f |= flagPassword
	}
	return f
}
