package block

import (
	"math"
	"math/bits"
)

// FrameSamples is how many samples one frame of a block holds.
const FrameSamples = 256

// maxDecimals is the number of decimals up to which values are coded as whole
// numbers of their last decimal.
const maxDecimals = 6

// floatFrame marks a frame of values coded as floating-point numbers, in place
// of the number of decimals.
const floatFrame = 7

// constantFrame stands in place of a Rice parameter in a frame of equal values.
const constantFrame = 63

// maxWhole is the largest whole number that is coded as one: sums of two are
// far from overflow, and it is exact in floating point.
const maxWhole = 1 << 52

// pow10 is 10 to the power d, exact for the few d there are.
func pow10(d int) float64 {
	return [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}[d]
}

// wholes turns values into whole numbers of the fewest decimals that give every
// value back bit for bit.
func wholes(v []float64, out []int64) (decimals int, ok bool) {
	d := 0
	for i := 0; i < len(v); {
		m := math.Round(v[i] * pow10(d))
		if math.Abs(m) <= maxWhole && math.Float64bits(float64(int64(m))/pow10(d)) == math.Float64bits(v[i]) {
			out[i] = int64(m)
			i++
			continue
		}
		if d++; d > maxDecimals {
			return 0, false
		}
		i = 0
	}
	return d, true
}

// appendFrame packs up to FrameSamples samples in order of time.
func appendFrame(out []byte, at []int64, v []float64) []byte {
	w := &writer{out: out}
	writeTimes(w, at)
	var buf [FrameSamples]int64
	m := buf[:len(v)]
	d, ok := wholes(v, m)
	if !ok {
		w.put(floatFrame, 3)
		writeFloats(w, v)
	} else {
		w.put(uint64(d), 3)
		writeWholes(w, m)
	}
	w.flush()
	return w.out
}

// writeTimes writes the pace and each interval's distance from it; the first
// time stands in the block's directory.
func writeTimes(w *writer, at []int64) {
	n := len(at) - 1
	if n <= 0 {
		return
	}
	pace := (at[n] - at[0]) / int64(n)
	var sum uint64
	for i := range n {
		sum += zigzag(at[i+1]-at[i]-pace) >> 1
	}
	k := riceParameter(sum, n)
	w.put64(uint64(pace))
	w.put(uint64(k), 6)
	for i := range n {
		w.rice(zigzag(at[i+1]-at[i]-pace), k)
	}
}

func writeWholes(w *writer, m []int64) {
	w.put64(uint64(m[0]))
	var sum uint64
	constant := true
	for i := 1; i < len(m); i++ {
		sum += zigzag(m[i]-m[i-1]) >> 1
		constant = constant && m[i] == m[0]
	}
	if constant {
		w.put(constantFrame, 6)
		return
	}
	k := riceParameter(sum, len(m)-1)
	w.put(uint64(k), 6)
	for i := 1; i < len(m); i++ {
		w.rice(zigzag(m[i]-m[i-1]), k)
	}
}

// writeFloats writes the bits in which each value differs from the one before.
func writeFloats(w *writer, v []float64) {
	prev := math.Float64bits(v[0])
	w.put64(prev)
	lead, size := uint(0), uint(0)
	for _, x := range v[1:] {
		b := math.Float64bits(x)
		diff := b ^ prev
		prev = b
		if diff == 0 {
			w.put(0, 1)
			continue
		}
		l, t := min(31, uint(bits.LeadingZeros64(diff))), uint(bits.TrailingZeros64(diff))
		if size > 0 && l >= lead && t >= 64-lead-size {
			w.put(2, 2)
		} else {
			lead, size = l, 64-l-t
			w.put(3, 2)
			w.put(uint64(lead), 5)
			w.put(uint64(size-1), 6)
		}
		wide(w, diff>>(64-lead-size), size)
	}
}

// wide appends the low n bits of v, up to 64.
func wide(w *writer, v uint64, n uint) {
	if n > 32 {
		w.put(v>>32, n-32)
		n = 32
	}
	w.put(v, n)
}

func takeWide(r *reader, n uint) uint64 {
	if n > 32 {
		high := r.take(n - 32)
		return high<<32 | r.take(32)
	}
	return r.take(n)
}

// readFrame unpacks n samples of which the first is at start.
func readFrame(in []byte, start int64, at []int64, v []float64) error {
	r := &reader{in: in}
	at[0] = start
	if n := len(at) - 1; n > 0 {
		pace := int64(r.take64())
		k := uint(r.take(6))
		if k > maxRice {
			return ErrDamaged
		}
		for i := range n {
			at[i+1] = at[i] + pace + unzigzag(r.rice(k))
		}
	}
	var err error
	if d := int(r.take(3)); d == floatFrame {
		err = readFloats(r, v)
	} else {
		err = readWholes(r, pow10(d), v)
	}
	if err == nil && r.over {
		err = ErrDamaged
	}
	return err
}

func readWholes(r *reader, scale float64, v []float64) error {
	m := int64(r.take64())
	v[0] = float64(m) / scale
	k := uint(r.take(6))
	if k > maxRice && k != constantFrame {
		return ErrDamaged
	}
	for i := 1; i < len(v); i++ {
		if k != constantFrame {
			m += unzigzag(r.rice(k))
		}
		v[i] = float64(m) / scale
	}
	return nil
}

func readFloats(r *reader, v []float64) error {
	prev := r.take64()
	v[0] = math.Float64frombits(prev)
	lead, size := uint(0), uint(0)
	for i := 1; i < len(v); i++ {
		if r.take(1) == 1 {
			if r.take(1) == 1 {
				lead, size = uint(r.take(5)), uint(r.take(6))+1
			}
			if size == 0 || lead+size > 64 {
				return ErrDamaged
			}
			prev ^= takeWide(r, size) << (64 - lead - size)
		}
		v[i] = math.Float64frombits(prev)
	}
	return nil
}
