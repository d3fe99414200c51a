package sqlite

import (
	"hash/crc32"
	"math"
	"strconv"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// Recent messages and samples are kept many to a row, as JSON that the views take
// apart: a row for each would cost ten times as much to write, and as much again
// to take away once it is sealed. A row of table recent_message is
//
//	id       the number of its first message
//	start    microseconds since 1970 that its times count from
//	heads    an array for each message: [arrival, topic, from, size, flags,
//	         publisher, device time], without what is missing at the end
//	data     the payloads, each once; from counts from its beginning. A negative
//	         from is a row of table payload
//	properties  an object of those of the messages that have any, by their place
//	crc      the CRC-32C of heads, data and properties, one after another
//
// and one of table recent_sample
//
//	id, start  as above
//	list     an array for each sample: [series, arrival, value]
//	crc      its CRC-32C

// What writes a row of each.
const (
	insertMessages = "INSERT INTO recent_message(id, start, heads, data, properties, crc) VALUES(?, ?, ?, ?, ?, ?)"
	insertSamples  = "INSERT INTO recent_sample(id, start, list, crc) VALUES(?, ?, ?, ?)"
)

// Bounds of a row.
const (
	rowMessages = 256
	rowSamples  = 512
	rowBytes    = 64 << 10 // of payloads; a single one may be larger
)

// checksum is the CRC-32C of parts.
func checksum(parts ...[]byte) int64 {
	table, sum := crc32.MakeTable(crc32.Castagnoli), uint32(0)
	for _, p := range parts {
		sum = crc32.Update(sum, table, p)
	}
	return int64(sum)
}

// rowHead is the head of a message as a row has it: times count from its start.
type rowHead struct {
	at, topic, from, size, flags, publisher, device int64
	timed                                           bool // device is known
}

// appendHead appends a head to the array in out.
func appendHead(out []byte, h rowHead) []byte {
	out = append(out, openerOf(out)...)
	out = strconv.AppendInt(out, h.at, 10)
	n := 3
	switch {
	case h.timed:
		n = 6
	case h.publisher != 0:
		n = 5
	case h.flags != 0:
		n = 4
	}
	values := [...]int64{h.topic, h.from, h.size, h.flags, h.publisher, h.device}
	for _, v := range values[:n] {
		out = append(out, ',')
		out = strconv.AppendInt(out, v, 10)
	}
	return append(out, ']')
}

// openerOf is what comes before the next array in out.
func openerOf(out []byte) string {
	if len(out) == 0 {
		return "[["
	}
	return ",["
}

// appendSample appends a sample to the array in out.
func appendSample(out []byte, series, at int64, v float64) []byte {
	out = append(out, openerOf(out)...)
	out = strconv.AppendInt(out, series, 10)
	out = append(out, ',')
	out = strconv.AppendInt(out, at, 10)
	out = append(out, ',')
	return append(appendNumber(out, v), ']')
}

// maxExact is below the numbers that a float64 no longer counts one by one.
const maxExact = 1 << 53

// appendNumber appends v so that reading it gives every bit back, and so that
// JSON as SQLite has it can hold it: what is no number is null.
func appendNumber(out []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(out, "null"...)
	case math.IsInf(v, 0):
		if v < 0 {
			out = append(out, '-')
		}
		return append(out, "9e999"...)
	}
	if v == 0 && !math.Signbit(v) {
		return append(out, '0')
	}
	// Most numbers of sensors have few decimals, which is found out faster than
	// what the shortest text of any number is.
	for d, scale := 0, 1.0; d <= 3; d, scale = d+1, scale*10 {
		m := math.Round(v * scale)
		if m/scale != v || math.Abs(m) >= maxExact || m == 0 {
			continue
		}
		return appendDecimal(out, int64(m), d)
	}
	return strconv.AppendFloat(out, v, 'g', -1, 64)
}

// appendDecimal appends m with d decimals.
func appendDecimal(out []byte, m int64, d int) []byte {
	if m < 0 {
		out, m = append(out, '-'), -m
	}
	whole := m
	for range d {
		whole /= 10
	}
	out = strconv.AppendInt(out, whole, 10)
	if d == 0 {
		return out
	}
	out = append(out, '.')
	rest := m - whole*int64([...]float64{1, 10, 100, 1000}[d])
	for unit := int64([...]float64{0, 1, 10, 100}[d]); unit > 0; unit /= 10 {
		out = append(out, byte('0'+rest/unit%10))
	}
	return out
}

// rowReader reads the arrays of a row.
type rowReader struct {
	in  []byte
	bad bool
}

// next goes to the next array; it reports whether there is one.
func (r *rowReader) next(first bool) bool {
	if r.bad = r.bad || len(r.in) == 0; r.bad {
		return false
	}
	if first {
		r.expect('[')
		r.expect('[')
		return !r.bad
	}
	if r.in[0] == ']' {
		r.bad = len(r.in) != 1
		return false
	}
	r.expect(',')
	r.expect('[')
	return !r.bad
}

// expect takes one byte.
func (r *rowReader) expect(c byte) {
	if len(r.in) == 0 || r.in[0] != c {
		r.bad, r.in = true, nil
		return
	}
	r.in = r.in[1:]
}

// more takes what is between two values, or the end of an array.
func (r *rowReader) more() bool {
	if len(r.in) > 0 && r.in[0] == ',' {
		r.in = r.in[1:]
		return true
	}
	r.expect(']')
	return false
}

// whole reads a whole number.
func (r *rowReader) whole() int64 {
	i, minus, v := 0, len(r.in) > 0 && r.in[0] == '-', int64(0)
	if minus {
		i++
	}
	from := i
	for ; i < len(r.in) && r.in[i] >= '0' && r.in[i] <= '9'; i++ {
		v = v*10 + int64(r.in[i]-'0')
	}
	if i == from || i-from > 19 {
		r.bad, r.in = true, nil
		return 0
	}
	r.in = r.in[i:]
	if minus {
		return -v
	}
	return v
}

// number reads what appendNumber wrote.
func (r *rowReader) number() float64 {
	i := 0
	for i < len(r.in) && r.in[i] != ']' && r.in[i] != ',' {
		i++
	}
	text := string(r.in[:i])
	r.in = r.in[i:]
	if text == "null" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(v, 0) {
		r.bad, r.in = true, nil
	}
	return v
}

// readHeads calls f with the head of each message of a row.
func readHeads(heads []byte, f func(rowHead)) error {
	r := rowReader{in: heads}
	for first := true; r.next(first); first = false {
		h := rowHead{at: r.whole()}
		r.expect(',')
		h.topic = r.whole()
		r.expect(',')
		h.from = r.whole()
		r.expect(',')
		h.size = r.whole()
		if r.more() {
			h.flags = r.whole()
			if r.more() {
				h.publisher = r.whole()
				if h.timed = r.more(); h.timed {
					h.device = r.whole()
					r.expect(']')
				}
			}
		}
		if r.bad {
			break
		}
		f(h)
	}
	if r.bad {
		return block.ErrDamaged
	}
	return nil
}

// readSamples calls f with each sample of a row.
func readSamples(list []byte, f func(series, at int64, v float64)) error {
	r := rowReader{in: list}
	for first := true; r.next(first); first = false {
		series := r.whole()
		r.expect(',')
		at := r.whole()
		r.expect(',')
		v := r.number()
		r.expect(']')
		if r.bad {
			break
		}
		f(series, at, v)
	}
	if r.bad {
		return block.ErrDamaged
	}
	return nil
}
