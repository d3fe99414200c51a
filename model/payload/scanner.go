package payload

import "strconv"

// Bounds of a [Scanner].
const (
	// DefaultMaxBytes is the size of the largest payload that is scanned.
	DefaultMaxBytes = 1 << 20
	// MaxDepth is how deep objects and arrays may be nested.
	MaxDepth = 32
	// MaxFields is how many fields of one payload are emitted.
	MaxFields = 256
	// MaxElements is how many elements of an array are looked into.
	MaxElements = 64
	// MaxKeyBytes is the longest object key in bytes, as a pointer holds it.
	MaxKeyBytes = 256
	// MaxPointerBytes is the longest JSON Pointer in bytes.
	MaxPointerBytes = 1024
)

// Scanner finds the numeric fields of payloads: numbers, and booleans as 0 and
// 1, at any depth of JSON (RFC 8259), or a plain number standing alone. The
// zero value is ready to use. It keeps its working memory between calls, so
// that a scan allocates nothing once warm; it is not safe for concurrent use.
type Scanner struct {
	// MaxBytes is the largest payload scanned; zero means DefaultMaxBytes.
	MaxBytes int

	data    []byte
	path    []byte  // JSON Pointer of the value being read
	names   []byte  // pointers of the fields found so far, end to end
	fields  []field // values found so far
	depth   int
	muted   bool // the value being read is beyond a bound: check, do not keep
	partial ScanError
	skipped Skipped
}

type field struct {
	end   int // of its pointer in names
	value float64
}

// Scan calls emit for each numeric field of payload in document order, once the
// whole payload has proved valid. The pointer (RFC 6901; empty for a number
// that is the whole payload) is valid only during the call. When keys repeat,
// the last call is the one that counts. emit must not call the Scanner.
//
// A payload that is empty, text, or binary has no fields and is no error. An
// error is always a [ScanError].
func (s *Scanner) Scan(payload []byte, emit func(pointer []byte, value float64)) error {
	limit := s.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if len(payload) > limit {
		return ErrTooLarge
	}
	s.data, s.path, s.names, s.fields = trimSpace(payload), s.path[:0], s.names[:0], s.fields[:0]
	s.depth, s.muted, s.partial = 0, false, 0
	defer func() { s.data = nil }()
	if len(s.data) == 0 {
		return nil
	}
	if !looksStructured(s.data) {
		s.bare()
	} else if end, err := s.value(0); err != 0 {
		return err
	} else if end != len(s.data) {
		return ErrSyntax
	}
	from := 0
	for _, f := range s.fields {
		emit(s.names[from:f.end:f.end], f.value)
		from = f.end
	}
	if s.partial != 0 {
		return s.partial
	}
	return nil
}

// Skipped returns what was left out since the Scanner was made.
func (s *Scanner) Skipped() Skipped { return s.skipped }

// looksStructured tells a JSON object or array from text that happens to start
// with a bracket, such as a log line "[INFO] ready".
func looksStructured(b []byte) bool {
	if b[0] != '[' {
		return b[0] == '{'
	}
	b = trimSpace(b[1:])
	if len(b) == 0 {
		return true
	}
	switch c := b[0]; c {
	case '{', '[', ']', '"', '-':
		return true
	case 't', 'f', 'n':
		return len(literalAt(b)) > 0
	default:
		return isDigit(c)
	}
}

// bare reads a payload that is no object or array.
func (s *Scanner) bare() {
	switch string(s.data) {
	case "true":
		s.keep(1)
	case "false":
		s.keep(0)
	default:
		if v, isNumber, inRange := plainNumber(s.data); isNumber {
			s.number(v, inRange)
		}
	}
}

// value reads the value at data[i:] and returns the index after it and the
// white space that follows.
func (s *Scanner) value(i int) (int, ScanError) {
	if i >= len(s.data) {
		return 0, ErrSyntax
	}
	switch c := s.data[i]; c {
	case '{':
		return s.nested(i, true)
	case '[':
		return s.nested(i, false)
	case '"':
		end := skipString(s.data, i)
		if end < 0 {
			return 0, ErrSyntax
		}
		return s.space(end), 0
	case 't', 'f', 'n':
		word := literalAt(s.data[i:])
		if word == "" {
			return 0, ErrSyntax
		}
		if c == 't' {
			s.keep(1)
		} else if c == 'f' {
			s.keep(0)
		}
		return s.space(i + len(word)), 0
	default:
		if c != '-' && !isDigit(c) {
			return 0, ErrSyntax
		}
		v, end, inRange := jsonNumber(s.data, i)
		if end < 0 {
			return 0, ErrSyntax
		}
		s.number(v, inRange)
		return s.space(end), 0
	}
}

// nested reads an object or array one level down.
func (s *Scanner) nested(i int, object bool) (end int, err ScanError) {
	if s.depth == MaxDepth {
		return 0, ErrTooDeep
	}
	s.depth++
	if i = s.space(i + 1); object {
		end, err = s.object(i)
	} else {
		end, err = s.array(i)
	}
	s.depth--
	if err != 0 {
		return 0, err
	}
	return s.space(end), 0
}

// object reads what follows an opening brace, up to and with the closing one.
func (s *Scanner) object(i int) (int, ScanError) {
	if i < len(s.data) && s.data[i] == '}' {
		return i + 1, 0
	}
	base, muted := len(s.path), s.muted
	for {
		if i >= len(s.data) || s.data[i] != '"' {
			return 0, ErrSyntax
		}
		end := s.key(i)
		if end < 0 {
			return 0, ErrSyntax
		}
		if i = s.space(end); i >= len(s.data) || s.data[i] != ':' {
			return 0, ErrSyntax
		}
		var err ScanError
		i, err = s.value(s.space(i + 1))
		s.path, s.muted = s.path[:base], muted
		if err != 0 {
			return 0, err
		}
		more, next := s.separator(i, '}')
		if next < 0 {
			return 0, ErrSyntax
		}
		if i = next; !more {
			return i, 0
		}
	}
}

// array reads what follows an opening bracket, up to and with the closing one.
func (s *Scanner) array(i int) (int, ScanError) {
	if i < len(s.data) && s.data[i] == ']' {
		return i + 1, 0
	}
	base, muted := len(s.path), s.muted
	for n := 0; ; n++ {
		if n < MaxElements {
			s.path = strconv.AppendInt(append(s.path, '/'), int64(n), 10)
		} else {
			s.muted = true
			s.leaveOut(&s.skipped.Elements)
		}
		var err ScanError
		i, err = s.value(i)
		s.path, s.muted = s.path[:base], muted
		if err != 0 {
			return 0, err
		}
		more, next := s.separator(i, ']')
		if next < 0 {
			return 0, ErrSyntax
		}
		if i = next; !more {
			return i, 0
		}
	}
}

// separator reads a comma, or the bracket that closes. It returns next < 0 when
// there is neither.
func (s *Scanner) separator(i int, closing byte) (more bool, next int) {
	switch {
	case i < len(s.data) && s.data[i] == ',':
		return true, s.space(i + 1)
	case i < len(s.data) && s.data[i] == closing:
		return false, i + 1
	}
	return false, -1
}

// key reads the object key at data[i:], appends it to the path, and returns the
// index after it, or -1. A key that is too long mutes the value it names.
func (s *Scanner) key(i int) int {
	base := len(s.path)
	var end int
	s.path, end = appendKey(append(s.path, '/'), s.data, i)
	if len(s.path)-base > MaxKeyBytes+1 {
		s.path = s.path[:base]
		s.leaveOut(&s.skipped.Names)
		s.muted = true
	}
	return end
}

func (s *Scanner) number(v float64, inRange bool) {
	if inRange {
		s.keep(v)
		return
	}
	if !s.muted {
		s.skipped.Range++
		s.partial = ErrRange
	}
}

// keep remembers the value at the current path.
func (s *Scanner) keep(v float64) {
	switch {
	case s.muted:
	case len(s.path) > MaxPointerBytes:
		s.leaveOut(&s.skipped.Names)
	case len(s.fields) == MaxFields:
		s.leaveOut(&s.skipped.Fields)
	default:
		s.names = append(s.names, s.path...)
		s.fields = append(s.fields, field{end: len(s.names), value: v})
	}
}

// leaveOut counts what a bound leaves out, unless it is in something left out
// and counted already.
func (s *Scanner) leaveOut(count *uint64) {
	if s.muted && count != &s.skipped.Elements {
		return
	}
	*count++
	if s.partial == 0 {
		s.partial = ErrFieldLimit
	}
}

func (s *Scanner) space(i int) int {
	for i < len(s.data) && isSpace(s.data[i]) {
		i++
	}
	return i
}
