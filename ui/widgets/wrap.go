package widgets

import "strings"

// wrap breaks s into at most n lines of a width, at spaces and between characters of
// Chinese and Japanese; the last one is cut.
func wrap(s string, width float32, f *fitter, n int) []string {
	var lines []string
	line := ""
	words := breakable(s)
	for i, w := range words {
		next := strings.TrimLeft(line+w, " ")
		if line == "" || f.measure(strings.TrimRight(next, " ")) <= width {
			line = next
			continue
		}
		if len(lines) == n-1 {
			line += strings.Join(words[i:], "")
			break
		}
		lines = append(lines, f.cut(strings.TrimSpace(line), width))
		line = strings.TrimLeft(w, " ")
	}
	if line = strings.TrimSpace(line); line != "" {
		lines = append(lines, f.cut(line, width))
	}
	return lines
}

// breakable is s in pieces between which a line may end: words with the space before
// them, and single characters of scripts that have no spaces, with the punctuation
// that belongs to them.
func breakable(s string) []string {
	var out []string
	var piece strings.Builder
	end := func() {
		if piece.Len() > 0 {
			out = append(out, piece.String())
			piece.Reset()
		}
	}
	opened := false // what was just written may not end a line
	for i, word := range strings.Fields(s) {
		if i > 0 {
			end()
			piece.WriteByte(' ')
		}
		for _, r := range word {
			if wide := r >= 0x2e80; wide && !opened && !strings.ContainsRune(neverFirst, r) {
				if strings.TrimSpace(piece.String()) != "" {
					end()
				}
			}
			piece.WriteRune(r)
			opened = strings.ContainsRune(neverLast, r)
		}
	}
	end()
	return out
}

// Characters that may not begin a line, and those that may not end one (JIS X 4051).
const (
	neverFirst = "、。，．・：；？！）」』】》〉’”ーぁぃぅぇぉっゃゅょァィゥェォッャュョ～…"
	neverLast  = "（「『【《〈‘“"
)
