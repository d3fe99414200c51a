package packet

// MaxLength is the largest remaining length that four bytes can state (MQTT 5.0
// section 1.5.5).
const MaxLength = 268_435_455

// Header is a fixed header (MQTT 5.0 section 2.1.1).
type Header struct {
	Type   Type
	Flags  byte // the low four bits
	Length int  // bytes that follow the fixed header
}

// ParseHeader reads the fixed header at the start of b. It returns the number
// of bytes that the header takes, or 0 when b is too short to tell. The length
// takes at most four bytes and no more than it needs [MQTT-1.5.5-1].
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.Type, h.Flags = Type(b[0]>>4), b[0]&0x0f
	length, used, err := readVarint(b[1:])
	if err != nil || used == 0 {
		return h, 0, err
	}
	h.Length = int(length)
	return h, 1 + used, nil
}

// readVarint reads a variable byte integer. It returns used 0 when b ends
// before the integer does.
func readVarint(b []byte) (v uint32, used int, err error) {
	for i := range min(len(b), 4) {
		v |= uint32(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			if i > 0 && b[i] == 0 {
				return 0, 0, malformed("a length that takes more bytes than it needs")
			}
			return v, i + 1, nil
		}
	}
	if len(b) >= 4 {
		return 0, 0, malformed("a length of more than four bytes")
	}
	return 0, 0, nil
}

// AppendVarint appends v, at most MaxLength, as a variable byte integer.
func AppendVarint(dst []byte, v uint32) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// VarintSize is the number of bytes AppendVarint appends for v.
func VarintSize(v uint32) int {
	switch {
	case v < 1<<7:
		return 1
	case v < 1<<14:
		return 2
	case v < 1<<21:
		return 3
	}
	return 4
}

// appendFrame appends a fixed header for a body that write appends, and the
// body. The length is written last, so the body is moved by one to three bytes
// when it is longer than 127; packets on the hot path are sized first instead.
func appendFrame(dst []byte, t Type, flags byte, write func([]byte) []byte) []byte {
	start := len(dst)
	dst = append(dst, byte(t)<<4|flags, 0)
	dst = write(dst)
	return patchLength(dst, start+1)
}

// patchLength replaces the byte at position at by the variable byte integer
// that counts the bytes after it.
func patchLength(dst []byte, at int) []byte {
	length := len(dst) - at - 1
	extra := VarintSize(uint32(length)) - 1
	for range extra {
		dst = append(dst, 0)
	}
	copy(dst[at+1+extra:], dst[at+1:at+1+length])
	AppendVarint(dst[:at], uint32(length))
	return dst
}
