package payload

import (
	"unicode/utf16"
	"unicode/utf8"
)

// literalAt returns the JSON word true, false or null that b starts with, or "".
func literalAt(b []byte) string {
	for _, word := range [...]string{"true", "false", "null"} {
		if len(b) >= len(word) && string(b[:len(word)]) == word {
			return word
		}
	}
	return ""
}

// skipString returns the index after the JSON string whose opening quote is
// b[i], or -1 when it is broken (RFC 8259 section 7).
func skipString(b []byte, i int) int {
	for i++; i < len(b); {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			n := escapeLength(b[i:])
			if n == 0 {
				return -1
			}
			i += n
		case c < 0x20:
			return -1
		default:
			i++
		}
	}
	return -1
}

// escapeLength returns the length of the escape sequence that b starts with, or
// 0 when there is no such escape.
func escapeLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if hex4(b[2:]) >= 0 {
			return 6
		}
	}
	return 0
}

// hex4 returns the value of the four hexadecimal digits b starts with, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// appendKey appends to path the string whose opening quote is b[i], decoded and
// then escaped as a reference token of RFC 6901 section 3 (~ as ~0, / as ~1),
// and returns the index after it, or -1 when the string is broken. It stops
// appending soon after [MaxKeyBytes]. Bytes that are not UTF-8, and halves of
// surrogate pairs, become U+FFFD.
func appendKey(path, b []byte, i int) ([]byte, int) {
	limit := len(path) + MaxKeyBytes + 1
	for i++; i < len(b); {
		c := b[i]
		if len(path) > limit {
			path = path[:limit]
		}
		switch {
		case c == '"':
			return path, i + 1
		case c == '\\':
			r, n := unescape(b[i:])
			if n == 0 {
				return path, -1
			}
			path = appendToken(path, r)
			i += n
		case c < 0x20:
			return path, -1
		case c == '~' || c == '/':
			path = appendToken(path, rune(c))
			i++
		case c < utf8.RuneSelf:
			path = append(path, c)
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			path = utf8.AppendRune(path, r)
			i += n
		}
	}
	return path, -1
}

func appendToken(path []byte, r rune) []byte {
	switch r {
	case '~':
		return append(path, '~', '0')
	case '/':
		return append(path, '~', '1')
	}
	return utf8.AppendRune(path, r)
}

// unescape returns the character of the escape sequence b starts with and the
// number of bytes it took, 0 when there is no such escape.
func unescape(b []byte) (rune, int) {
	n := escapeLength(b)
	if n == 0 {
		return 0, 0
	}
	switch b[1] {
	case 'b':
		return '\b', n
	case 'f':
		return '\f', n
	case 'n':
		return '\n', n
	case 'r':
		return '\r', n
	case 't':
		return '\t', n
	case 'u':
		r := hex4(b[2:])
		if !utf16.IsSurrogate(r) {
			return r, n
		}
		if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(b[8:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, n
	}
	return rune(b[1]), n
}
