package payload

import (
	"strconv"
	"unsafe"
)

// exactPowers are the powers of ten that a float64 holds exactly.
const exactPowers = 22

// pow10 returns 10^n, exactly, for 0 <= n <= exactPowers.
func pow10(n int) float64 {
	return [exactPowers + 1]float64{
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	}[n]
}

// decimal is a number literal taken apart: mantissa times ten to the exponent.
type decimal struct {
	mantissa uint64
	exponent int
	digits   int // significant digits in mantissa
	negative bool
	inexact  bool // some digits did not fit, or the exponent is absurd
}

// digit appends one decimal digit.
func (d *decimal) digit(c byte) {
	if d.digits >= 18 {
		d.inexact = true
		return
	}
	d.mantissa = d.mantissa*10 + uint64(c-'0')
	if d.mantissa != 0 {
		d.digits++
	}
}

// value returns the float64 nearest to the literal, exactly as
// strconv.ParseFloat does, and false when it is out of range. A product or
// quotient of two exactly represented numbers is correctly rounded (Clinger
// 1990), which covers nearly every number that devices send.
func (d *decimal) value(literal []byte) (float64, bool) {
	if d.inexact || d.mantissa >= 1<<53 || d.exponent > exactPowers || d.exponent < -exactPowers {
		return parseFloat(literal)
	}
	v := float64(d.mantissa)
	if d.exponent < 0 {
		v /= pow10(-d.exponent)
	} else {
		v *= pow10(d.exponent)
	}
	if d.negative {
		v = -v
	}
	return v, true
}

// parseFloat is strconv.ParseFloat over bytes. The string shares the literal's
// memory and does not outlive the call: the error, which would hold it, is
// dropped.
func parseFloat(literal []byte) (float64, bool) {
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(literal), len(literal)), 64) //nolint:gosec // the string is not kept
	return v, err == nil
}

// jsonNumber reads the number literal of RFC 8259 section 6 at b[i:], and
// returns its value and the index after it. It returns end < 0 when the grammar
// is broken; ok is false when the number does not fit a float64.
func jsonNumber(b []byte, i int) (v float64, end int, ok bool) {
	var d decimal
	start := i
	if b[i] == '-' {
		d.negative = true
		i++
	}
	from := i
	for i < len(b) && isDigit(b[i]) {
		d.digit(b[i])
		i++
	}
	if i == from || (b[from] == '0' && i > from+1) {
		return 0, -1, false
	}
	if i < len(b) && b[i] == '.' {
		i++
		from = i
		for i < len(b) && isDigit(b[i]) {
			d.digit(b[i])
			i++
		}
		if i == from {
			return 0, -1, false
		}
		d.exponent = from - i
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i = d.readExponent(b, i+1); i < 0 {
			return 0, -1, false
		}
	}
	v, ok = d.value(b[start:i])
	return v, i, ok
}

// readExponent reads the sign and digits after an e, and returns the index
// after them, or -1 when there are none.
func (d *decimal) readExponent(b []byte, i int) int {
	negative := false
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		negative = b[i] == '-'
		i++
	}
	from, e := i, 0
	for i < len(b) && isDigit(b[i]) {
		if e < 10000 {
			e = e*10 + int(b[i]-'0')
		} else {
			d.inexact = true
		}
		i++
	}
	if i == from {
		return -1
	}
	if negative {
		e = -e
	}
	d.exponent += e
	return i
}

// plainNumber reads a payload that is nothing but a number. It is more lenient
// than JSON, as devices are: a plus sign, leading zeros, and a point without
// digits before or after it are understood. A unit, or anything else around the
// number, makes it text.
func plainNumber(b []byte) (v float64, isNumber, inRange bool) {
	var d decimal
	i := 0
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		d.negative = b[i] == '-'
		i++
	}
	seen, from := 0, i
	for i < len(b) && isDigit(b[i]) {
		d.digit(b[i])
		i++
	}
	seen += i - from
	if i < len(b) && b[i] == '.' {
		i++
		from = i
		for i < len(b) && isDigit(b[i]) {
			d.digit(b[i])
			i++
		}
		seen += i - from
		d.exponent = from - i
	}
	if seen == 0 {
		return 0, false, false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i = d.readExponent(b, i+1); i < 0 {
			return 0, false, false
		}
	}
	if i != len(b) {
		return 0, false, false
	}
	v, inRange = d.value(b)
	return v, true, inRange
}

func isDigit(c byte) bool { return c-'0' < 10 }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// trimSpace returns b without the white space of RFC 8259 section 2 around it.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}
