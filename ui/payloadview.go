package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// The ways to look at a payload.
const (
	asPretty = "pretty"
	asText   = "text"
	asHex    = "hex"
	// Comparisons with another message, and the payload as a picture.
	asDiff    = "diff"
	asHexDiff = "hexdiff"
	asPicture = "picture"
)

// payloadModes are these ways with what they are called.
func payloadModes() options {
	return options{{asPretty, i18n.T("Pretty")}, {asText, i18n.T("Text")}, {asHex, i18n.T("Hex")},
		{asDiff, i18n.T("Diff")}, {asHexDiff, i18n.T("Hex diff")}, {asPicture, i18n.T("Picture")}}
}

// maxShownText is how much text of a payload is laid out, in bytes: more than
// the largest payload that a link lets in, so that nothing is cut in practice.
const maxShownText = 64 << 20

// payloadView lays a payload out in lines and keeps them until it changes. It
// belongs to the presenter's goroutine.
type payloadView struct {
	topic   string
	at      time.Time
	mode    string
	columns int
	size    int
	lines   []string
	note    string
}

// window returns the lines from first on, how many there are in all, and a note
// on what is wrong with the payload or not shown of it.
func (v *payloadView) window(topic string, at time.Time, p []byte, w detailWant) (rows []widgets.Row, total int, note string) {
	if w.mode == asHex {
		return hexWindow(p, w.valueFirst, w.valueCount)
	}
	if v.topic != topic || !v.at.Equal(at) || v.mode != w.mode || v.columns != w.columns || v.size != len(p) {
		v.topic, v.at, v.mode, v.columns, v.size = topic, at, w.mode, w.columns, len(p)
		v.lay(p)
	}
	first := max(0, min(w.valueFirst, len(v.lines)))
	last := min(first+w.valueCount, len(v.lines))
	return textRows(v.lines[first:last], first), len(v.lines), v.note
}

// lay breaks the payload into lines no longer than the view is wide.
func (v *payloadView) lay(p []byte) {
	var text string
	var cut int
	v.note = ""
	limits := payload.Limits{MaxBytes: maxShownText}
	if v.mode == asText {
		text, cut = payload.Text(p, limits)
	} else {
		var err error
		if text, cut, err = payload.Pretty(p, limits); err != nil {
			v.note = err.Error()
		}
	}
	if cut > 0 {
		v.note = strings.TrimSpace(v.note + " " + i18n.Tf("%s more not shown; Value copies all.", formatBytes(cut)))
	}
	v.lines = wrap(text, max(v.columns, 20))
}

// wrap cuts text into lines of at most columns characters.
func wrap(text string, columns int) []string {
	if text == "" {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for end := frontOf(line, columns); end < len(line); end = frontOf(line, columns) {
			out = append(out, line[:end])
			line = line[end:]
		}
		out = append(out, line)
	}
	return out
}

// frontOf is how many bytes the first runes characters of s take, or all of it.
// Its cost does not depend on what follows.
func frontOf(s string, runes int) (end int) {
	if len(s) <= runes {
		return len(s)
	}
	for range runes {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
	}
	return end
}

func hexWindow(p []byte, first, count int) ([]widgets.Row, int, string) {
	total := payload.HexRows(len(p))
	first = max(0, min(first, total))
	text := strings.TrimSuffix(payload.Hex(p, first*payload.HexRowBytes, min(count, total-first)), "\n")
	if text == "" {
		return nil, total, ""
	}
	return textRows(strings.Split(text, "\n"), first), total, ""
}

func textRows(lines []string, first int) []widgets.Row {
	rows := make([]widgets.Row, len(lines))
	for i, l := range lines {
		rows[i] = widgets.Row{Key: strconv.Itoa(first + i), Cells: []widgets.Cell{{Text: l}}}
	}
	return rows
}
