package packet

import (
	"encoding/binary"
	"unicode/utf8"
)

// cursor reads a packet body from front to back. After the first fault every
// read returns zero and err stays.
type cursor struct {
	b   []byte
	err *Error
}

func (c *cursor) fail(e *Error) {
	if c.err == nil {
		c.err = e
	}
	c.b = nil
}

// take returns the next n bytes.
func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.fail(malformed("a packet that ends too early"))
		return nil
	}
	b := c.b[:n:n]
	c.b = c.b[n:]
	return b
}

func (c *cursor) u8() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) varint() uint32 {
	v, n, err := readVarint(c.b)
	if err != nil || n == 0 {
		c.fail(malformed("a broken variable byte integer"))
		return 0
	}
	c.b = c.b[n:]
	return v
}

// binary reads two bytes of length and that many bytes.
func (c *cursor) binary() []byte { return c.take(int(c.u16())) }

// text reads a UTF-8 encoded string [MQTT-1.5.4-1] [MQTT-1.5.4-2].
func (c *cursor) text() []byte {
	b := c.binary()
	if !validText(b) {
		c.fail(malformed("text that is not UTF-8 or holds U+0000"))
		return nil
	}
	return b
}

// id reads a packet identifier, which cannot be zero [MQTT-2.2.1-3].
func (c *cursor) id() uint16 {
	id := c.u16()
	if id == 0 && c.err == nil {
		c.fail(protocolError("a packet identifier of zero"))
	}
	return id
}

// end reports the fault of the whole packet: the first one, or bytes left over.
func (c *cursor) end() error {
	if c.err != nil {
		return c.err
	}
	if len(c.b) > 0 {
		return malformed("bytes after the end of the packet")
	}
	return nil
}

// validText reports whether b is UTF-8 without U+0000.
func validText(b []byte) bool {
	for i, x := range b {
		if x == 0 {
			return false
		}
		if x >= utf8.RuneSelf {
			return utf8.Valid(b[i:]) && !hasZero(b[i:])
		}
	}
	return true
}

func hasZero(b []byte) bool {
	for _, x := range b {
		if x == 0 {
			return true
		}
	}
	return false
}

func appendU16(dst []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(dst, v) }

// appendText appends two bytes of length and s, which is at most 65,535 bytes.
func appendText[T ~string | ~[]byte](dst []byte, s T) []byte {
	return append(appendU16(dst, uint16(len(s))), s...)
}
