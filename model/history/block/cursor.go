package block

import (
	"encoding/binary"
	"math"
)

// cursor reads a block without trust: once something does not fit, everything
// reads as zero and bad is set.
type cursor struct {
	data []byte
	bad  bool
}

func (c *cursor) fail() {
	c.data, c.bad = nil, true
}

func (c *cursor) byte() byte {
	if p := c.take(1); len(p) == 1 {
		return p[0]
	}
	return 0
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.data)) {
		c.fail()
		return nil
	}
	p := c.data[:n:n]
	c.data = c.data[n:]
	return p
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.data)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.data = c.data[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.data)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.data = c.data[n:]
	return v
}

func (c *cursor) float() float64 {
	if p := c.take(8); len(p) == 8 {
		return math.Float64frombits(binary.LittleEndian.Uint64(p))
	}
	return 0
}
