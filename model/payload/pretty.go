package payload

import (
	"unicode/utf8"
)

// Bounds of [Pretty].
const (
	// DefaultPrettyBytes is how much text Pretty returns unless told.
	DefaultPrettyBytes = 256 << 10
	// maxIndent is how many levels are indented: below, nesting stays visible
	// by its brackets, and a thousand levels do not take a million spaces.
	maxIndent = 32
	indent    = "  "
)

// Limits bound what [Pretty] returns.
type Limits struct {
	// MaxBytes is the size of the text in bytes, give or take one character;
	// zero means DefaultPrettyBytes.
	MaxBytes int
}

// Pretty lays out payload for reading: JSON indented, with its numbers and the
// order of its keys as they were written, and everything else as it is. What
// does not print is written as an escape. Beyond the limits it stops;
// truncated is the number of bytes of payload that are not shown.
//
// When payload starts as JSON but is broken, it is shown as it is, and err, a
// [*SyntaxError], says where and why.
func Pretty(payload []byte, limits Limits) (text string, truncated int, err error) {
	p := printer{limit: limits.MaxBytes, payload: payload}
	if p.limit <= 0 {
		p.limit = DefaultPrettyBytes
	}
	p.out = make([]byte, 0, min(p.limit, 2*len(payload))+2*utf8.UTFMax)
	if trimmed := trimSpace(payload); len(trimmed) > 0 && looksStructured(trimmed) {
		broken := Check(payload)
		if broken == nil {
			shown := p.json()
			return string(p.out), len(trimSpaceRight(payload)) - shown, nil
		}
		err = broken
	}
	shown := p.raw(0, len(payload), true)
	return string(p.out), len(payload) - shown, err
}

// Text shows payload as text as it is, whatever it is, with an escape for what
// does not print. truncated is the number of bytes beyond the limits.
func Text(payload []byte, limits Limits) (text string, truncated int) {
	p := printer{limit: limits.MaxBytes, payload: payload}
	if p.limit <= 0 {
		p.limit = DefaultPrettyBytes
	}
	shown := p.raw(0, len(payload), true)
	return string(p.out), len(payload) - shown
}

// trimSpaceRight returns b without the white space after it, which a layout
// leaves out and which does not count as cut.
func trimSpaceRight(b []byte) []byte {
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

type printer struct {
	payload []byte
	out     []byte
	limit   int
}

// raw writes payload[from:to] and returns where it stopped. Ends of lines and
// tabs are kept where lines is set.
func (p *printer) raw(from, to int, lines bool) int {
	for i := from; i < to; {
		if len(p.out) >= p.limit {
			return i
		}
		c := p.payload[i]
		if c >= ' ' && c < 0x7f || lines && (c == '\n' || c == '\t') {
			p.out = append(p.out, c)
			i++
			continue
		}
		if lines && c == '\r' && i+1 < to && p.payload[i+1] == '\n' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(p.payload[i:to])
		p.out = appendVisible(p.out, p.payload[i:to], r, n)
		i += n
	}
	return to
}

// json writes the document, which is valid, and returns where it stopped.
func (p *printer) json() int {
	depth, stop := 0, 0
	var previous byte
	_ = walk(p.payload, func(kind byte, from, to int) bool { // valid: it was checked
		if stop = from; len(p.out) >= p.limit {
			return false
		}
		switch kind {
		case '}', ']':
			if depth--; previous != kind-2 {
				p.newLine(depth)
			}
		case ',', ':':
		default:
			if previous == '{' || previous == '[' || previous == ',' {
				p.newLine(depth)
			}
		}
		if stop = p.raw(from, to, false); stop < to {
			return false
		}
		switch kind {
		case '{', '[':
			depth++
		case ':':
			p.out = append(p.out, ' ')
		}
		previous = kind
		return true
	})
	return stop
}

func (p *printer) newLine(depth int) {
	p.out = append(p.out, '\n')
	for range min(depth, maxIndent) {
		p.out = append(p.out, indent...)
	}
}
