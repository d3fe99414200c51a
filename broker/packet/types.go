package packet

import "strconv"

// Version is an MQTT protocol level as the CONNECT packet states it (MQTT 5.0
// section 3.1.2.2).
type Version byte

// The protocol levels that this package speaks.
const (
	V311 Version = 4
	V5   Version = 5
)

// String is the name people use for v, such as "3.1.1".
func (v Version) String() string {
	switch v {
	case V311:
		return "3.1.1"
	case V5:
		return "5"
	}
	return "level " + strconv.Itoa(int(v))
}

// Type is a control packet type (MQTT 5.0 section 2.1.2).
type Type byte

// The control packet types. AUTH exists in MQTT 5 only.
const (
	CONNECT Type = iota + 1
	CONNACK
	PUBLISH
	PUBACK
	PUBREC
	PUBREL
	PUBCOMP
	SUBSCRIBE
	SUBACK
	UNSUBSCRIBE
	UNSUBACK
	PINGREQ
	PINGRESP
	DISCONNECT
	AUTH
)

// String is the standard's name of t.
func (t Type) String() string {
	names := [...]string{"reserved", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
		"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"}
	if int(t) < len(names) {
		return names[t]
	}
	return "type " + strconv.Itoa(int(t))
}

// Packet is any control packet of this package.
type Packet interface {
	// Type is the control packet type.
	Type() Type
	// Append appends the encoded packet to dst and returns the longer slice. It
	// trusts its caller for the values: it writes what it is given.
	Append(dst []byte, v Version) []byte

	decode(flags byte, body []byte, v Version) error
}

// Decode decodes the body of one packet whose fixed header was h. The body must
// be exactly the h.Length bytes that follow the header. For a CONNECT packet v
// is ignored: it states its own version. Errors are of type *Error.
func Decode(h Header, body []byte, v Version) (Packet, error) {
	p := blank(h.Type, v)
	if p == nil {
		return nil, protocolError("a packet of a reserved type")
	}
	if err := Read(p, h, body, v); err != nil {
		return nil, err
	}
	return p, nil
}

// Read decodes the body of one packet into p, which must be of type h.Type. It
// spares the allocation of Decode where p is used again.
func Read(p Packet, h Header, body []byte, v Version) error {
	if h.Length != len(body) {
		return malformed("a packet whose length is not what its header says")
	}
	if h.Type != PUBLISH && h.Flags != fixedFlags(h.Type) {
		return malformed("reserved flags set in the fixed header") // [MQTT-2.1.3-1]
	}
	return p.decode(h.Flags, body, v)
}

// fixedFlags is the value that the low four bits must have (MQTT 5.0 section
// 2.1.3).
func fixedFlags(t Type) byte {
	switch t {
	case PUBREL, SUBSCRIBE, UNSUBSCRIBE:
		return 2
	}
	return 0
}

func blank(t Type, v Version) Packet {
	switch t {
	case CONNECT:
		return &Connect{}
	case CONNACK:
		return &Connack{}
	case PUBLISH:
		return &Publish{}
	case PUBACK, PUBREC, PUBREL, PUBCOMP:
		return &Ack{Kind: t}
	case SUBSCRIBE:
		return &Subscribe{}
	case SUBACK, UNSUBACK:
		return &Suback{Kind: t}
	case UNSUBSCRIBE:
		return &Unsubscribe{}
	case PINGREQ, PINGRESP:
		return &Ping{Kind: t}
	case DISCONNECT:
		return &Disconnect{}
	case AUTH:
		if v == V5 {
			return &Auth{}
		}
	}
	return nil
}
