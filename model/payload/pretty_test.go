package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPretty(t *testing.T) {
	for _, c := range []struct {
		name, payload, want string
	}{
		{"object", `{"b":1.50,"a":[1e2,{"x":null}],"e":{},"f":[]}`,
			"{\n  \"b\": 1.50,\n  \"a\": [\n    1e2,\n    {\n      \"x\": null\n    }\n  ],\n  \"e\": {},\n  \"f\": []\n}"},
		{"white space", " [ 1 ,\n 2 ] \n", "[\n  1,\n  2\n]"},
		{"long number", `[123456789012345678901234567890.10]`, "[\n  123456789012345678901234567890.10\n]"},
		{"marks in strings", "{\"a\":\"x\u202Ey\"}", "{\n  \"a\": \"x\\u202Ey\"\n}"},
		{"text", "line\r\nline\t\x07", "line\nline\t\\u0007"},
		{"lone carriage return", "a\rb", `a\u000Db`},
		{"invalid UTF-8", "a\xffb", `a\xFFb`},
		{"beyond the basic plane", "\U000E0041", `\U000E0041`},
		{"number", "21.5", "21.5"},
		{"empty", "", ""},
	} {
		text, truncated, err := Pretty([]byte(c.payload), Limits{})
		if text != c.want || truncated != 0 || err != nil {
			t.Errorf("%s: %q, %d, %v; want %q", c.name, text, truncated, err, c.want)
		}
	}
}

func TestPrettySaysWhatIsCut(t *testing.T) {
	text, truncated, err := Pretty([]byte("abcdefghij"), Limits{MaxBytes: 4})
	if text != "abcd" || truncated != 6 || err != nil {
		t.Errorf("text: %q, %d, %v", text, truncated, err)
	}
	text, truncated, err = Pretty([]byte(`{"a":"`+strings.Repeat("x", 1000)+`","b":1} `), Limits{MaxBytes: 100})
	if len(text) != 100 || truncated != 1000+14-100+len("\n   ") || err != nil {
		t.Errorf("string: %q, %d, %v", text, truncated, err)
	}
}

func TestBrokenJSONIsExplained(t *testing.T) {
	for payload, want := range map[string]string{
		`{"a":`:               "line 1, column 6: found the end where a value is expected",
		`{"a" 1}`:             `line 1, column 6: found "1" where a colon is expected`,
		`{a:1}`:               `line 1, column 2: found "a" where a key in double quotes or } is expected`,
		`{"a":1,}`:            `line 1, column 8: found "}" where a key in double quotes is expected`,
		"{\"é\":1\n \"b\":2}": `line 2, column 2: found "\"" where a comma or } is expected`,
		`[1,]`:                `line 1, column 4: found "]" where a value is expected`,
		`[1}`:                 `line 1, column 3: found "}" where a comma or ] is expected`,
		`[`:                   "line 1, column 2: found the end where a value or ] is expected",
		`{} x`:                `line 1, column 4: found "x" where the end is expected`,
		`[NaN]`:               "", // a log line for all we know
		`{"a":NaN}`:           `line 1, column 6: found "N" where a value is expected`,
		`[01]`:                `line 1, column 3: found "1" where a number without leading zeros is expected`,
		`[1.]`:                `line 1, column 4: found "]" where a digit is expected`,
		`[-]`:                 `line 1, column 3: found "]" where a digit is expected`,
		`[1e+]`:               `line 1, column 5: found "]" where a digit is expected`,
		`["\x"]`:              `line 1, column 4: found "x" where one of "\/bfnrt or u and four hexadecimal digits is expected`,
		`["abc`:               "line 1, column 6: found the end where the closing quote is expected",
		"[\"a\nb\"]":          `line 1, column 4: found "\u000A" where an escape such as \n for a control character, or the closing quote, is expected`,
	} {
		text, _, err := Pretty([]byte(payload), Limits{})
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", payload, err)
			}
			continue
		}
		var syntax *SyntaxError
		want = "broken JSON at " + strings.ReplaceAll(want, `"\""`, `"""`)
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%q: %v; want %s", payload, err, want)
		}
		if text == "" {
			t.Errorf("%q: nothing is shown", payload)
		}
	}
}

// Megabytes of anything, and nesting of any depth, take time linear in their
// size: were it not so, they would take hours.
func TestPrettyIsLinear(t *testing.T) {
	const size = 3 << 20
	for name, payload := range map[string][]byte{
		"brackets":       bytes.Repeat([]byte("["), size),
		"closed":         append(bytes.Repeat([]byte("["), size/2), bytes.Repeat([]byte("]"), size/2)...),
		"objects":        append(append(bytes.Repeat([]byte(`{"a":`), size/6), '1'), bytes.Repeat([]byte("}"), size/6)...),
		"one string":     []byte(`["` + strings.Repeat("x", size) + `"]`),
		"one number":     []byte(`[` + strings.Repeat("1", size) + `]`),
		"digits":         bytes.Repeat([]byte("1"), size),
		"invalid UTF-8":  bytes.Repeat([]byte("\xff"), size),
		"escapes":        []byte(`["` + strings.Repeat(`\u0041`, size/6) + `"]`),
		"broken late":    []byte(`["` + strings.Repeat("\u00e9\n", size/3)),
		"white space":    bytes.Repeat([]byte(" "), size),
		"quotes":         bytes.Repeat([]byte(`"`), size),
		"open at bottom": append(bytes.Repeat([]byte(`[{"k":`), size/6), 'x'),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			text, truncated, _ := Pretty(payload, Limits{})
			_ = Describe(payload, "")
			_ = Summary(payload, 100)
			_, _, _ = Position(payload)
			var s Scanner
			_ = s.Scan(payload, func([]byte, float64) {})
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if len(text) > DefaultPrettyBytes+100 || truncated == 0 && name != "white space" {
				t.Errorf("%d bytes of text, %d cut", len(text), truncated)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{sixFields, `{"a":[1,2,{"b":"\u00e9\n"}]}`, "[1,]", `{"a":1,}`, `[-0.5e+3]`, `"x"`, "tru", "[}", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		err := Check(payload)
		if valid := json.Valid(payload); valid != (err == nil) {
			t.Fatalf("Check(%q) = %v, json.Valid says %v", payload, err, valid)
		}
		if err != nil {
			if err.Offset > len(payload) || err.Line < 1 || err.Column < 1 || err.Error() == "" {
				t.Fatalf("Check(%q) = %+v", payload, err)
			}
			return
		}
		if !looksStructured(trimSpace(payload)) || !printable(string(payload), " \n\r\t") {
			return // shown as it is, or with escapes
		}
		text, truncated, _ := Pretty(payload, Limits{})
		var want, got bytes.Buffer
		if json.Compact(&want, payload) != nil || json.Compact(&got, []byte(text)) != nil || truncated > 0 || want.String() != got.String() {
			t.Fatalf("Pretty(%q) = %q, %d cut", payload, text, truncated)
		}
	})
}

func TestHex(t *testing.T) {
	payload := []byte("0123456789abcdef\x00\xffxyz")
	first := "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
	second := "00000010  00 ff 78 79 7a                                    |..xyz|\n"
	for _, c := range []struct {
		offset, rows int
		want         string
	}{
		{0, 1, first}, {0, 2, first + second}, {0, 100, first + second}, {16, 5, second}, {20, 1, second},
		{-5, 1, first}, {32, 1, ""}, {0, 0, ""},
	} {
		if got := Hex(payload, c.offset, c.rows); got != c.want {
			t.Errorf("Hex(%d, %d) = %q, want %q", c.offset, c.rows, got, c.want)
		}
	}
	if n := strings.Count(Hex(make([]byte, 1<<20), 0, 1<<20), "\n"); n != maxHexRows || HexRows(17) != 2 || HexRows(0) != 0 {
		t.Errorf("%d rows", n)
	}
}
