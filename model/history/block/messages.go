package block

import (
	"encoding/binary"

	"github.com/klauspost/compress/s2"
)

// Bounds of a block of messages.
const (
	// FrameMessages is how many messages one frame holds at most.
	FrameMessages = 32
	// FrameBytes is the size in bytes above which a frame takes no further
	// message. A single message may be larger.
	FrameBytes = 16 << 10
	// MaxMessages is how many messages a block holds at most.
	MaxMessages = 1024
)

// Message is one message of a topic, as a block holds it.
type Message struct {
	// At and DeviceAt are microseconds since 1970: when it arrived, and when the
	// device says it was made, 0 where it does not say.
	At, DeviceAt int64
	// Publisher is a number by which the caller knows the publisher.
	Publisher int64
	// Flags are the caller's.
	Flags uint64
	// Payload and Properties are read-only.
	Payload, Properties []byte
}

// messagesFormat is the first byte of a block of messages.
const messagesFormat = 2

// PackMessages packs from 1 to [MaxMessages] messages in order of arrival. A
// payload equal to the one before it takes one byte.
func PackMessages(list []Message) []byte {
	var dir, body, raw []byte
	frames := 0
	for i := 0; i < len(list); {
		j, size := i, 0
		for j < len(list) && j-i < FrameMessages && (j == i || size+len(list[j].Payload) <= FrameBytes) {
			size += len(list[j].Payload)
			j++
		}
		raw = appendMessages(raw[:0], list[i:j])
		packed := s2.EncodeBetter(nil, raw)
		dir = binary.AppendVarint(dir, list[i].At)
		dir = binary.AppendUvarint(dir, uint64(list[j-1].At-list[i].At))
		dir = binary.AppendUvarint(dir, uint64(len(packed)))
		body = append(body, packed...)
		frames++
		i = j
	}
	out := binary.AppendUvarint([]byte{messagesFormat}, uint64(frames))
	return append(append(out, dir...), body...)
}

func appendMessages(out []byte, list []Message) []byte {
	out = binary.AppendUvarint(out, uint64(len(list)))
	var prev Message
	for i, m := range list {
		same := i > 0 && string(m.Payload) == string(prev.Payload)
		flags := m.Flags << 1
		if same {
			flags |= 1
		}
		out = binary.AppendUvarint(out, flags)
		out = binary.AppendVarint(out, m.At-prev.At)
		device := int64(0)
		if m.DeviceAt != 0 {
			device = m.DeviceAt - m.At
			if device >= 0 { // 0 stands for unknown
				device++
			}
		}
		out = binary.AppendVarint(out, device)
		out = binary.AppendVarint(out, m.Publisher)
		if !same {
			out = binary.AppendUvarint(out, uint64(len(m.Payload)))
			out = append(out, m.Payload...)
		}
		out = binary.AppendUvarint(out, uint64(len(m.Properties)))
		out = append(out, m.Properties...)
		prev = m
	}
	return out
}

// Messages is a block of messages opened for reading.
type Messages struct {
	frames []messageFrame
}

type messageFrame struct {
	start, stop int64
	data        []byte
}

// OpenMessages reads the directory of a block. The block must not change while
// the result is used.
func OpenMessages(data []byte) (Messages, error) {
	c := cursor{data: data}
	if c.byte() != messagesFormat {
		return Messages{}, ErrDamaged
	}
	n := c.uvarint()
	if n == 0 || n > MaxMessages {
		return Messages{}, ErrDamaged
	}
	frames := make([]messageFrame, n)
	lengths := make([]uint64, n)
	for i := range frames {
		frames[i].start = c.varint()
		frames[i].stop = frames[i].start + int64(c.uvarint())
		lengths[i] = c.uvarint()
	}
	for i := range frames {
		frames[i].data = c.take(lengths[i])
	}
	if c.bad {
		return Messages{}, ErrDamaged
	}
	return Messages{frames}, nil
}

// Frames is how many frames there are, from 1.
func (m Messages) Frames() int { return len(m.frames) }

// FrameAt is the last frame that starts at time at or before it, -1 for none.
func (m Messages) FrameAt(at int64) int {
	i := len(m.frames) - 1
	for i >= 0 && m.frames[i].start > at {
		i--
	}
	return i
}

// Stop is the time of the last message of frame i.
func (m Messages) Stop(i int) int64 { return m.frames[i].stop }

// Frame unpacks frame i. What it returns is the caller's to keep.
func (m Messages) Frame(i int) ([]Message, error) {
	size, err := s2.DecodedLen(m.frames[i].data)
	if err != nil || size > maxFrame {
		return nil, ErrDamaged
	}
	raw, err := s2.Decode(make([]byte, size), m.frames[i].data)
	if err != nil {
		return nil, ErrDamaged
	}
	c := cursor{data: raw}
	n := c.uvarint()
	if n == 0 || n > FrameMessages {
		return nil, ErrDamaged
	}
	list := make([]Message, n)
	var prev Message
	for i := range list {
		prev = c.message(&prev)
		list[i] = prev
	}
	if c.bad {
		return nil, ErrDamaged
	}
	return list, nil
}

// message reads the message that comes after prev in a frame.
func (c *cursor) message(prev *Message) Message {
	flags := c.uvarint()
	v := Message{Flags: flags >> 1, At: prev.At + c.varint()}
	if device := c.varint(); device > 0 {
		v.DeviceAt = v.At + device - 1
	} else if device < 0 {
		v.DeviceAt = v.At + device
	}
	v.Publisher = c.varint()
	if v.Payload = prev.Payload; flags&1 == 0 {
		v.Payload = c.take(c.uvarint())
	}
	v.Properties = c.take(c.uvarint())
	return v
}

// maxFrame bounds the memory that a damaged block can ask for. MQTT bounds a
// message to 256 MiB.
const maxFrame = 300 << 20
