package block

import (
	"encoding/binary"
	"math/bits"
)

// writer appends bits to bytes, the most significant first.
type writer struct {
	out  []byte
	acc  uint64
	held uint // bits in acc, fewer than 8 between calls
}

// put appends the low n bits of v, at most 56.
func (w *writer) put(v uint64, n uint) {
	w.acc = w.acc<<n | v&(1<<n-1)
	w.held += n
	for w.held >= 8 {
		w.held -= 8
		w.out = append(w.out, byte(w.acc>>w.held))
	}
}

// put64 appends all of v.
func (w *writer) put64(v uint64) {
	w.put(v>>32, 32)
	w.put(v&(1<<32-1), 32)
}

// flush pads the last byte with zeros.
func (w *writer) flush() {
	if w.held > 0 {
		w.put(0, 8-w.held)
	}
}

// reader takes bits from bytes. Beyond the end it reads zeros and notes it.
type reader struct {
	in   []byte
	acc  uint64 // the next bits, left-aligned
	held uint
	over bool
}

// fill brings at least 56 bits in, or all there are.
func (r *reader) fill() {
	if len(r.in) >= 8 {
		n := (64 - r.held) / 8
		r.acc |= binary.BigEndian.Uint64(r.in) >> r.held
		r.in = r.in[n:]
		r.held += 8 * n
		r.acc &= ^uint64(0) << (64 - r.held)
		return
	}
	for r.held <= 56 && len(r.in) > 0 {
		r.acc |= uint64(r.in[0]) << (56 - r.held)
		r.in = r.in[1:]
		r.held += 8
	}
}

// take reads n bits, from 0 to 56.
func (r *reader) take(n uint) uint64 {
	if r.held < n {
		if r.fill(); r.held < n {
			r.over, r.acc, r.held = true, 0, 0
			return 0
		}
	}
	v := r.acc >> (64 - n)
	r.acc <<= n
	r.held -= n
	return v
}

func (r *reader) take64() uint64 { return r.take(32)<<32 | r.take(32) }

// riceEscape is the quotient above which a number is written as it is.
const riceEscape = 24

// rice appends v as a Rice code with parameter k.
func (w *writer) rice(v uint64, k uint) {
	q := v >> k
	if q >= riceEscape {
		w.put(1<<riceEscape-1, riceEscape)
		w.put64(v)
		return
	}
	w.put(1<<(q+1)-2, uint(q)+1)
	w.put(v, k)
}

// rice reads what writer.rice wrote.
func (r *reader) rice(k uint) uint64 {
	if r.held < 32 {
		r.fill()
	}
	q := uint(bits.LeadingZeros64(^r.acc))
	if q >= riceEscape {
		r.take(riceEscape)
		return r.take64()
	}
	r.take(q + 1)
	return uint64(q)<<k | r.take(k)
}

// riceParameter is the parameter under which numbers of this mean are short.
func riceParameter(sum uint64, n int) uint {
	if n == 0 {
		return 0
	}
	return min(maxRice, uint(bits.Len64(sum/uint64(n))))
}

// maxRice is the largest parameter of a Rice code.
const maxRice = 48

func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
