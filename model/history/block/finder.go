package block

import (
	"bytes"

	"github.com/klauspost/compress/s2"
)

// Finder finds single messages in blocks, in memory that it uses again and
// again. It is for one goroutine; the zero value is ready.
type Finder struct {
	raw []byte
}

// maxFinderBytes is the size of an unpacked frame above which its memory is not
// kept.
const maxFinderBytes = 1 << 20

// LastBefore unpacks the last message of a block at or before a time; ok is false
// when there is none. The message is the caller's to keep.
func (f *Finder) LastBefore(data []byte, at int64) (m Message, ok bool, err error) {
	frame, ok := lastFrame(data, at)
	if !ok || frame == nil {
		return m, false, damagedUnless(ok)
	}
	size, err := s2.DecodedLen(frame)
	if err != nil || size > maxFrame {
		return m, false, ErrDamaged
	}
	if size > cap(f.raw) {
		f.raw = make([]byte, size)
	}
	raw, err := s2.Decode(f.raw[:cap(f.raw)], frame)
	if err != nil {
		return m, false, ErrDamaged
	}
	if cap(f.raw) > maxFinderBytes {
		f.raw = nil
	}
	c := cursor{data: raw}
	n := c.uvarint()
	if n == 0 || n > FrameMessages {
		return m, false, ErrDamaged
	}
	ok = false
	for prev := (Message{}); n > 0; n-- {
		if prev = c.message(&prev); c.bad || prev.At > at {
			break
		}
		m, ok = prev, true
	}
	m.Payload, m.Properties = bytes.Clone(m.Payload), bytes.Clone(m.Properties)
	return m, ok, damagedUnless(!c.bad)
}

// lastFrame is the packed bytes of the last frame of a block that starts at or
// before a time, nil for none; whole is false when the block is damaged.
func lastFrame(data []byte, at int64) (frame []byte, whole bool) {
	c := cursor{data: data}
	if c.byte() != messagesFormat {
		return nil, false
	}
	n := c.uvarint()
	if n == 0 || n > MaxMessages {
		return nil, false
	}
	var before, size, offset uint64 // offset is of the frames that were passed
	found := false
	for range n {
		start := c.varint()
		c.uvarint() // how long it lasts
		length := c.uvarint()
		if length > uint64(len(data)) {
			return nil, false
		}
		if start <= at {
			before, size, found = offset, length, true
		}
		offset += length
	}
	if c.bad || offset > uint64(len(c.data)) {
		return nil, false
	}
	if !found {
		return nil, true
	}
	return c.data[before : before+size], true
}

func damagedUnless(whole bool) error {
	if whole {
		return nil
	}
	return ErrDamaged
}
