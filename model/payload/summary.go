package payload

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// SummaryRunes is how many characters a [Document]'s summary has at most.
const SummaryRunes = 160

// summarySlack is how many bytes a summary looks at for each character it may
// show: enough for UTF-8, and for some white space that is left out.
const summarySlack = 6

// Summary shows the start of payload in one line of at most maxRunes
// characters, the last of which is an ellipsis when there is more. White space
// is folded, and left out of JSON outside strings; what does not print is
// written as an escape; what is not text is shown as its size and first bytes.
// Its cost depends on maxRunes and not on the payload.
func Summary(payload []byte, maxRunes int) string {
	if maxRunes <= 0 {
		return ""
	}
	look := payload[:min(len(payload), maxRunes*summarySlack+utf8.UTFMax)]
	cut := len(look) < len(payload)
	if kind, ok := image(look); ok {
		return clip(kind.String()+", "+strconv.Itoa(len(payload))+" bytes", maxRunes)
	}
	if !isText(look, cut) {
		return clip(hexSummary(payload, maxRunes), maxRunes)
	}
	trimmed := look
	for len(trimmed) > 0 && isSpace(trimmed[0]) {
		trimmed = trimmed[1:]
	}
	s := summarizer{out: make([]byte, 0, min(len(trimmed), maxRunes+16)), room: maxRunes,
		json: len(trimmed) > 0 && looksStructured(trimmed)}
	if more := s.run(trimmed); more || cut {
		s.ellipsis()
	}
	return string(s.out)
}

// hexSummary is for payloads that are not text.
func hexSummary(payload []byte, maxRunes int) string {
	out := strconv.AppendInt(nil, int64(len(payload)), 10)
	out = append(out, " bytes:"...)
	const digits = "0123456789abcdef"
	for i, c := range payload {
		if len(out) > maxRunes || i == 32 {
			return string(out) + " …"
		}
		out = append(out, ' ', digits[c>>4], digits[c&15])
	}
	return string(out)
}

// clip shortens ASCII text that may end in an ellipsis.
func clip(s string, maxRunes int) string {
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	return s[:maxRunes-1] + "…"
}

type summarizer struct {
	out    []byte
	room   int // characters that still fit
	last   int // where the last unit of the output starts
	json   bool
	quoted bool // inside a JSON string
	space  bool // white space was left out before this
}

// run writes b until there is no more room, and reports whether some is left.
func (s *summarizer) run(b []byte) bool {
	for i := 0; i < len(b); {
		r, n := rune(b[i]), 1
		if r >= utf8.RuneSelf {
			if !utf8.FullRune(b[i:]) {
				return true // cut off by the look-ahead
			}
			r, n = utf8.DecodeRune(b[i:])
		}
		if unicode.IsSpace(r) {
			s.space = !s.json || s.quoted
			i += n
			continue
		}
		if s.space && len(s.out) > 0 && !s.unit([]byte{' '}, 1) {
			return true
		}
		s.space = false
		if s.json && s.quoted && r == '\\' && i+1 < len(b) { // an escaped quote ends no string
			if c := b[i+1]; c >= ' ' && c < 0x7f {
				n = 2
			}
		} else if s.json && r == '"' {
			s.quoted = !s.quoted
		}
		if !s.char(b[i:i+n], r, n) {
			return true
		}
		i += n
	}
	return false
}

// char writes one character, or one escape of JSON.
func (s *summarizer) char(raw []byte, r rune, n int) bool {
	if r < utf8.RuneSelf && r >= ' ' && r != 0x7f {
		return s.unit(raw[:n], n)
	}
	var scratch [16]byte
	text := appendVisible(scratch[:0], raw, r, n)
	return s.unit(text, utf8.RuneCount(text))
}

// unit writes text of n characters if there is room for all of it.
func (s *summarizer) unit(text []byte, n int) bool {
	if n > s.room {
		return false
	}
	s.last = len(s.out)
	s.out = append(s.out, text...)
	s.room -= n
	return true
}

// ellipsis ends the line with an ellipsis, in place of the last unit where
// there is no room left.
func (s *summarizer) ellipsis() {
	if s.room == 0 {
		s.out = s.out[:s.last]
	}
	s.out = append(s.out, "…"...)
}
