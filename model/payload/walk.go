package payload

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// SyntaxError is where and why JSON is broken (RFC 8259).
type SyntaxError struct {
	// Offset is the number of bytes before the fault.
	Offset int
	// Line and Column say the same for people: both count from 1, columns in
	// characters.
	Line, Column int
	// Found is what is there, and Expected what should be.
	Found, Expected string
}

// Error says so in a sentence.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("broken JSON at line %d, column %d: found %s where %s is expected", e.Line, e.Column, e.Found, e.Expected)
}

// syntaxError describes the fault at b[i].
func syntaxError(b []byte, i int, expected string) *SyntaxError {
	i = min(i, len(b))
	before := b[:i]
	found := "the end"
	if i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		found = `"` + string(appendVisible(nil, b[i:i+n], r, n)) + `"`
	}
	return &SyntaxError{
		Offset: i, Line: 1 + bytes.Count(before, []byte{'\n'}),
		Column: 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]),
		Found:  found, Expected: expected,
	}
}

// Check reports where and why payload is no valid JSON document, or nil. It
// takes time linear in the payload at any depth.
func Check(payload []byte) *SyntaxError {
	return walk(payload, func(byte, int, int) bool { return true })
}

// What walk expects next.
type expectation uint8

const (
	expectValue expectation = iota
	expectValueOrEnd
	expectKey
	expectKeyOrEnd
	expectColon
	expectCommaOrEnd
	expectNothing
)

// walker is a JSON document being read, at any depth without recursion.
type walker struct {
	b     []byte
	open  []byte // the brackets that are open
	state expectation
}

// walk calls token for each token of the document in b with its first byte and
// its place b[from:to], until it returns false or the grammar is broken. For an
// object's key the first byte is given as 'k'.
func walk(b []byte, token func(kind byte, from, to int) bool) *SyntaxError {
	w := walker{b: b}
	for i := 0; ; {
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			if w.state == expectNothing {
				return nil
			}
			return syntaxError(b, i, w.expected())
		}
		kind, end, err := w.next(i)
		if err != nil {
			return err
		}
		if !token(kind, i, end) {
			return nil
		}
		i = end
	}
}

// next reads the token at b[i] and moves on to what may follow it.
func (w *walker) next(i int) (kind byte, end int, err *SyntaxError) {
	c := w.b[i]
	switch w.state {
	case expectNothing:
		return 0, 0, syntaxError(w.b, i, w.expected())
	case expectColon:
		if c != ':' {
			return 0, 0, syntaxError(w.b, i, w.expected())
		}
		w.state = expectValue
		return c, i + 1, nil
	case expectCommaOrEnd:
		if c == ',' {
			w.state = expectValue
			if w.open[len(w.open)-1] == '{' {
				w.state = expectKey
			}
			return c, i + 1, nil
		}
		return w.close(i)
	case expectKey, expectKeyOrEnd:
		if c == '"' {
			w.state = expectColon
			end, err = w.text(i)
			return 'k', end, err
		}
		return w.close(i)
	}
	if c == ']' {
		return w.close(i)
	}
	return w.value(i)
}

// close reads the bracket that closes what is open, where one may stand.
func (w *walker) close(i int) (kind byte, end int, err *SyntaxError) {
	mayEnd := w.state == expectCommaOrEnd || w.state == expectKeyOrEnd || w.state == expectValueOrEnd
	n := len(w.open)
	if !mayEnd || n == 0 || w.b[i] != w.open[n-1]+2 { // ASCII: { is 2 before }, [ 2 before ]
		return 0, 0, syntaxError(w.b, i, w.expected())
	}
	w.open = w.open[:n-1]
	w.after()
	return w.b[i], i + 1, nil
}

// after sets what may follow a value.
func (w *walker) after() {
	w.state = expectCommaOrEnd
	if len(w.open) == 0 {
		w.state = expectNothing
	}
}

func (w *walker) value(i int) (kind byte, end int, err *SyntaxError) {
	c := w.b[i]
	switch {
	case c == '{' || c == '[':
		w.open = append(w.open, c)
		w.state = expectKeyOrEnd
		if c == '[' {
			w.state = expectValueOrEnd
		}
		return c, i + 1, nil
	case c == '"':
		end, err = w.text(i)
	case c == '-' || isDigit(c):
		end, err = w.number(i)
	default:
		word := literalAt(w.b[i:])
		if word == "" {
			return 0, 0, syntaxError(w.b, i, w.expected())
		}
		end = i + len(word)
	}
	w.after()
	return c, end, err
}

func (w *walker) text(i int) (int, *SyntaxError) {
	if end := skipString(w.b, i); end >= 0 {
		return end, nil
	}
	for i++; i < len(w.b); i++ {
		switch c := w.b[i]; {
		case c < 0x20:
			return 0, syntaxError(w.b, i, `an escape such as \n for a control character, or the closing quote,`)
		case c == '\\':
			n := escapeLength(w.b[i:])
			if n == 0 {
				return 0, syntaxError(w.b, i+1, `one of "\/bfnrt or u and four hexadecimal digits`)
			}
			i += n - 1
		}
	}
	return 0, syntaxError(w.b, i, "the closing quote")
}

func (w *walker) number(i int) (int, *SyntaxError) {
	if _, end, _ := jsonNumber(w.b, i); end >= 0 {
		return end, nil
	}
	if w.b[i] == '-' {
		i++
	}
	if i+1 < len(w.b) && w.b[i] == '0' && isDigit(w.b[i+1]) {
		return 0, syntaxError(w.b, i+1, "a number without leading zeros")
	}
	for i < len(w.b) && (isDigit(w.b[i]) || (w.b[i] == '.' && i+1 < len(w.b) && isDigit(w.b[i+1]))) {
		i++
	}
	if i < len(w.b) && (w.b[i] == '.' || w.b[i]|0x20 == 'e') {
		if i++; i < len(w.b) && (w.b[i] == '+' || w.b[i] == '-') {
			i++
		}
	}
	return 0, syntaxError(w.b, i, "a digit")
}

// expected names what may stand where the walker is.
func (w *walker) expected() string {
	closing := ""
	if n := len(w.open); n > 0 {
		closing = string(w.open[n-1] + 2)
	}
	switch w.state {
	case expectValueOrEnd:
		return "a value or " + closing
	case expectKey:
		return "a key in double quotes"
	case expectKeyOrEnd:
		return "a key in double quotes or }"
	case expectColon:
		return "a colon"
	case expectCommaOrEnd:
		return "a comma or " + closing
	case expectNothing:
		return "the end"
	}
	return "a value"
}
