package impostor

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// level is the protocol level of a CONNECT packet.
type level byte

const (
	v311 level = 4
	v5   level = 5
)

func (v level) String() string {
	if v == v5 {
		return "MQTT 5"
	}
	return "MQTT 3.1.1"
}

// The packet types that are used (MQTT 5.0 section 2.1.2).
const (
	typeConnect   = 1
	typeConnack   = 2
	typePublish   = 3
	typePuback    = 4
	typePubrec    = 5
	typePubrel    = 6
	typePubcomp   = 7
	typeSubscribe = 8
	typeSuback    = 9
	typePing      = 12
	typePong      = 13
	typeGoodbye   = 14
)

// mostBytes bounds the packets that are taken.
const mostBytes = 1 << 20

var errWire = errors.New("what the other side sent is not MQTT")

// message is what is published.
type message struct {
	topic   string
	payload []byte
	qos     byte
	retain  bool
	id      uint16
	alias   uint16 // MQTT 5 topic alias, 0 for none
}

// login is a CONNECT packet.
type login struct {
	Credentials
	version   level
	clean     bool
	keep      uint32 // seconds that a session is kept, MQTT 5
	keepAlive uint16
	will      *message
}

func text(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(s))), s...)
}

func packet(first byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{first}, uint64(len(body))), body...)
}

func (l *login) encode() []byte {
	b := append(text(nil, "MQTT"), byte(l.version))
	var flags byte
	if l.clean {
		flags |= 0x02
	}
	if w := l.will; w != nil {
		flags |= 0x04 | w.qos<<3
		if w.retain {
			flags |= 0x20
		}
	}
	if l.Password != "" {
		flags |= 0x40
	}
	if l.Username != "" {
		flags |= 0x80
	}
	b = append(b, flags)
	b = binary.BigEndian.AppendUint16(b, l.keepAlive)
	if l.version == v5 {
		b = binary.BigEndian.AppendUint32(append(b, 5, 0x11), l.keep)
	}
	b = text(b, l.ClientID)
	if w := l.will; w != nil {
		if l.version == v5 {
			b = append(b, 0)
		}
		b = text(text(b, w.topic), string(w.payload))
	}
	if l.Username != "" {
		b = text(b, l.Username)
	}
	if l.Password != "" {
		b = text(b, l.Password)
	}
	return packet(typeConnect<<4, b)
}

func (m *message) encode(v level) []byte {
	b := text(nil, m.topic)
	if m.qos > 0 {
		b = binary.BigEndian.AppendUint16(b, m.id)
	}
	switch {
	case v != v5:
	case m.alias > 0:
		b = binary.BigEndian.AppendUint16(append(b, 3, 0x23), m.alias)
	default:
		b = append(b, 0)
	}
	first := byte(typePublish<<4) | m.qos<<1
	if m.retain {
		first |= 1
	}
	return packet(first, append(b, m.payload...))
}

func subscribePacket(v level, id uint16, filter string, qos byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	if v == v5 {
		b = append(b, 0)
	}
	return packet(typeSubscribe<<4|2, append(text(b, filter), qos))
}

func ackPacket(kind byte, id uint16) []byte {
	first := kind << 4
	if kind == typePubrel {
		first |= 2
	}
	return packet(first, binary.BigEndian.AppendUint16(nil, id))
}

// readPacket reads one packet of at most mostBytes.
func readPacket(r *bufio.Reader) (first byte, body []byte, err error) {
	if first, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return 0, nil, err
	}
	if n > mostBytes {
		return 0, nil, fmt.Errorf("%w: a packet of %d bytes", errWire, n)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return first, body, err
}

// answer is a packet that answers one of ours.
type answer struct {
	kind    byte
	id      uint16
	code    byte
	present bool // CONNACK: the broker had a session
}

// readAnswer understands CONNACK, SUBACK and the acknowledgements.
func readAnswer(kind byte, body []byte, v level) (a answer, err error) {
	a.kind = kind
	if len(body) < 2 {
		return a, errWire
	}
	if kind == typeConnack {
		a.present, a.code = body[0]&1 == 1, body[1]
		return a, nil
	}
	a.id = binary.BigEndian.Uint16(body)
	rest := body[2:]
	if kind == typeSuback {
		if v == v5 {
			if rest, err = skipProperties(rest); err != nil {
				return a, err
			}
		}
		if len(rest) == 0 {
			return a, errWire
		}
		a.code = rest[0]
	} else if len(rest) > 0 {
		a.code = rest[0]
	}
	return a, nil
}

// readMessage understands PUBLISH.
func readMessage(first byte, body []byte, v level) (m message, err error) {
	m.qos, m.retain = first>>1&3, first&1 == 1
	if len(body) < 2 {
		return m, errWire
	}
	n := int(binary.BigEndian.Uint16(body))
	if body = body[2:]; len(body) < n {
		return m, errWire
	}
	m.topic, body = string(body[:n]), body[n:]
	if m.qos > 0 {
		if len(body) < 2 {
			return m, errWire
		}
		m.id, body = binary.BigEndian.Uint16(body), body[2:]
	}
	if v == v5 {
		if body, err = skipProperties(body); err != nil {
			return m, err
		}
	}
	m.payload = body
	return m, nil
}

// skipProperties returns what follows the properties.
func skipProperties(b []byte) ([]byte, error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || uint64(len(b)-used) < n {
		return nil, errWire
	}
	return b[uint64(used)+n:], nil
}

// codeText says what a reason code means, of MQTT 5 and the return codes of
// MQTT 3.1.1.
func codeText(code byte) string {
	words := map[byte]string{0x01: "protocol version refused", 0x02: "client ID refused", 0x03: "server unavailable",
		0x04: "bad user name or password", 0x05: "not authorised", 0x80: "refused", 0x82: "protocol error",
		0x81: "malformed packet", 0x83: "refused by the implementation", 0x85: "client ID not valid",
		0x86: "bad user name or password", 0x87: "not authorised", 0x89: "server busy", 0x8a: "banned",
		0x8b: "server shutting down", 0x8c: "bad authentication method", 0x8e: "session taken over",
		0x8f: "topic filter invalid", 0x90: "topic name invalid", 0x95: "packet too large", 0x97: "quota exceeded",
		0x98: "administrative action", 0x99: "payload format invalid", 0x9a: "retain not supported", 0x9f: "connection rate exceeded"}
	if w, ok := words[code]; ok {
		return fmt.Sprintf("0x%02x %s", code, w)
	}
	return fmt.Sprintf("0x%02x", code)
}
