package payload

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// appendVisible appends the character r, encoded as raw in n bytes, so that it
// can be seen and changes nothing around it: control characters, marks that
// turn the writing direction, and all else that does not print are written as
// \uXXXX; bytes that are not UTF-8 as \xXX.
func appendVisible(out, raw []byte, r rune, n int) []byte {
	switch {
	case r >= ' ' && r < 0x7f:
		return append(out, byte(r))
	case r == utf8.RuneError && n == 1:
		return fmt.Appendf(out, `\x%02X`, raw[0])
	case unicode.IsPrint(r):
		return append(out, raw[:n]...)
	case r > 0xffff:
		return fmt.Appendf(out, `\U%08X`, r)
	}
	return fmt.Appendf(out, `\u%04X`, r)
}

// isText reports whether b is UTF-8 text without control characters other than
// tabs and the ends of lines. The last character may be cut off when b is the
// start of something longer.
func isText(b []byte, cut bool) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if c < ' ' && !isSpace(c) || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return cut && len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:])
		}
		i += n
	}
	return true
}
