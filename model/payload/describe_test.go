package payload

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		payload, hint string
		kind          Kind
		summary       string
	}{
		{"", "", KindEmpty, ""},
		{" \n", "", KindText, ""},
		{"21.5\n", "", KindNumber, "21.5"},
		{"21.5 °C", "", KindText, "21.5 °C"},
		{"21.5", "text/plain", KindText, "21.5"},
		{"true", "", KindBool, "true"},
		{"null", "", KindNull, "null"},
		{"NaN", "", KindText, "NaN"},
		{"{ \"lat\" : 50.7,\n\t\"name\": \"Red  Eagle\" }", "", KindObject, `{"lat":50.7,"name":"Red Eagle"}`},
		{`{"a":"\"  :  "}`, "", KindObject, `{"a":"\" : "}`},
		{"[1, 2]", "", KindArray, "[1,2]"},
		{"[INFO] ready  now", "", KindText, "[INFO] ready now"},
		{`"word"`, "", KindString, `"word"`},
		{`"word" he said`, "", KindText, `"word" he said`},
		{`{"a":`, "", KindBrokenJSON, `{"a":`},
		{`{"a":`, "text/plain; charset=utf-8", KindText, `{"a":`},
		{"line\r\nline\ttab", "", KindText, "line line tab"},
		{"evil\u202Egnp.exe", "", KindText, `evil\u202Egnp.exe`},
		{"zero\u200Bwidth\uFEFF", "", KindText, `zero\u200Bwidth\uFEFF`},
		{"esc\x1b[31m", "", KindBinary, "8 bytes: 65 73 63 1b 5b 33 31 6d"},
		{"\xff\xfe", "", KindBinary, "2 bytes: ff fe"},
		{"text", "application/octet-stream", KindBinary, "text"},
		{"\x89PNG\r\n\x1a\n1234", "", KindPNG, "PNG image, 12 bytes"},
		{"\xff\xd8\xff\xe0", "", KindJPEG, "JPEG image, 4 bytes"},
		{"GIF89a;", "", KindGIF, "GIF image, 7 bytes"},
		{"grüße 😀", "", KindText, "grüße 😀"},
	} {
		d := Describe([]byte(c.payload), ContentType(c.hint))
		if d.Kind != c.kind || d.Summary != c.summary || d.Size != len(c.payload) {
			t.Errorf("%q: %v, %q; want %v, %q", c.payload, d.Kind, d.Summary, c.kind, c.summary)
		}
		if (d.Err != nil) != (c.kind == KindBrokenJSON) {
			t.Errorf("%q: error %v", c.payload, d.Err)
		}
	}
}

func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := KindEmpty; k <= KindBinary; k++ {
		if seen[k.String()] {
			t.Errorf("%q names two kinds", k)
		}
		seen[k.String()] = true
		if k.Image() && k.JSON() {
			t.Errorf("%v is both", k)
		}
	}
	if Kind(200).String() != "binary" || !KindGIF.Image() || !KindArray.JSON() {
		t.Error("kinds are mixed up")
	}
}

func TestSummaryIsBounded(t *testing.T) {
	for _, c := range []struct {
		payload string
		runes   int
		want    string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"abcdef", 1, "…"},
		{"abcdef", 0, ""},
		{"abc\u202Edef", 8, "abc…"},
		{"abc\u202Edef", 9, "abc…"},
		{"abc\u202Edef", 10, `abc\u202E…`},
		{"grüße", 4, "grü…"},
		{strings.Repeat(" ", 10000) + "x", 20, "…"},
		{"a" + strings.Repeat(" ", 10000) + "x", 20, "a…"},
		{strings.Repeat("é", 100), 10, "ééééééééé…"},
		{"\xff\xd8\xff", 8, "JPEG im…"},
		{strings.Repeat("\x00", 1000), 14, "1000 bytes: 0…"},
	} {
		if got := Summary([]byte(c.payload), c.runes); got != c.want {
			t.Errorf("Summary(%.20q, %d) = %q, want %q", c.payload, c.runes, got, c.want)
		}
	}
}

// Whatever comes in, what goes to the screen is bounded, printable text.
func FuzzShow(f *testing.F) {
	for _, seed := range []string{
		sixFields, "21.5", "{", "\xff\xfe\x00", "a\u202eb", "[1,[2]]", `{"a":"\u202e"}`, "x\r\ny", "[[[[[", `"\"`, "é",
		"\xff\xd8\xff", strings.Repeat("{\"a\":[", 50),
	} {
		f.Add([]byte(seed), 20)
	}
	f.Fuzz(func(t *testing.T, payload []byte, n int) {
		n %= 400
		s := Summary(payload, n)
		if utf8.RuneCountInString(s) > max(n, 0) || !printable(s, "") {
			t.Fatalf("Summary(%q, %d) = %q", payload, n, s)
		}
		d := Describe(payload, "")
		if !printable(d.Summary, "") || d.Size != len(payload) {
			t.Fatalf("Describe(%q) = %+v", payload, d)
		}
		text, truncated, err := Pretty(payload, Limits{MaxBytes: max(n, 0)})
		if !printable(text, "\n\t") || truncated < 0 || truncated > len(payload) {
			t.Fatalf("Pretty(%q, %d) = %q, %d, %v", payload, n, text, truncated, err)
		}
		if n > 0 && len(text) > n+maxIndent*len(indent)+16 {
			t.Fatalf("Pretty(%q, %d) returns %d bytes", payload, n, len(text))
		}
		if rows := HexRows(len(payload)); strings.Count(Hex(payload, 0, rows), "\n") != min(rows, maxHexRows) {
			t.Fatalf("Hex(%q) has not %d rows", payload, rows)
		}
		if at, _, ok := Position(payload); ok && !at.Valid() {
			t.Fatalf("Position(%q) = %v", payload, at)
		}
	})
}

func printable(s, also string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) && !strings.ContainsRune(also, r)
	})
}

func TestLargePayloadsAreCheapToSummarize(t *testing.T) {
	large := bytes.Repeat([]byte(`{"a": 1} `), 10<<20/9)
	if n := testing.AllocsPerRun(10, func() { Summary(large, 80) }); n > 2 {
		t.Errorf("%v allocations", n)
	}
}
