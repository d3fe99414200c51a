package ui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/ui/widgets"
)

// laid is all of a payload as a view of a width shows it.
func laid(p string, mode string, columns int) (lines []string, note string) {
	var v payloadView
	rows, total, note := v.window("a", noon, []byte(p), detailWant{mode: mode, columns: columns, valueCount: 1 << 30})
	if total != len(rows) {
		panic(fmt.Sprintf("%d lines of %d", len(rows), total))
	}
	return cells(rows), note
}

func cells(rows []widgets.Row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Cells[0].Text
	}
	return out
}

func TestPayloadModes(t *testing.T) {
	for _, c := range []struct {
		payload, mode string
		want          []string
		note          bool
	}{
		{`{"a":1,"b":[2,3]}`, asPretty, []string{"{", `  "a": 1,`, `  "b": [`, "    2,", "    3", "  ]", "}"}, false},
		{`{"a":1}`, asText, []string{`{"a":1}`}, false},
		{"21.5", asPretty, []string{"21.5"}, false},
		{"", asPretty, nil, false},
		{"", asHex, nil, false},
		{"two\nlines", asText, []string{"two", "lines"}, false},
		{`{"a": `, asPretty, []string{`{"a": `}, true},
		{`{"a": `, asText, []string{`{"a": `}, false},
		{`{"v": NaN}`, asPretty, []string{`{"v": NaN}`}, true},
	} {
		got, note := laid(c.payload, c.mode, 80)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") || (note != "") != c.note {
			t.Errorf("%q as %s: %q, note %q", c.payload, c.mode, got, note)
		}
	}
	if got, _ := laid("Hi", asHex, 80); len(got) != 1 || !strings.Contains(got[0], "48 69") || !strings.Contains(got[0], "Hi") {
		t.Errorf("as hex: %q", got)
	}
}

// TestWindowIsPartOfTheWhole compares windows with the whole, in each mode.
func TestWindowIsPartOfTheWhole(t *testing.T) {
	payload := []byte(`{"list": [` + strings.Repeat("1, ", 500) + `2]}`)
	for _, mode := range []string{asPretty, asText, asHex} {
		all, _ := laid(string(payload), mode, 40)
		var v payloadView
		for _, w := range [][2]int{{0, 10}, {7, 5}, {len(all) - 3, 100}, {len(all) + 5, 10}, {0, 0}, {-4, 3}} {
			rows, total, _ := v.window("a", noon, payload, detailWant{mode: mode, columns: 40, valueFirst: w[0], valueCount: w[1]})
			first := max(0, min(w[0], len(all)))
			want := all[first:min(first+w[1], len(all))]
			if total != len(all) || strings.Join(cells(rows), "\n") != strings.Join(want, "\n") {
				t.Errorf("%s from %d, %d lines: %d of %d, want %d of %d", mode, w[0], w[1], len(rows), total, len(want), len(all))
			}
			if len(rows) > 0 && rows[0].Key != fmt.Sprint(first) {
				t.Errorf("%s: the first row has the key %s, want %d", mode, rows[0].Key, first)
			}
		}
	}
}

func TestPayloadViewFollowsChanges(t *testing.T) {
	var v payloadView
	show := func(topic string, at time.Time, p string, columns int) string {
		rows, _, _ := v.window(topic, at, []byte(p), detailWant{mode: asText, columns: columns, valueCount: 10})
		return strings.Join(cells(rows), "|")
	}
	long := strings.Repeat("x", 30)
	for _, s := range [][2]string{
		{show("a", noon, "1", 80), "1"}, {show("a", noon.Add(1), "2", 80), "2"}, {show("b", noon.Add(1), "3", 80), "3"},
		{show("b", noon.Add(1), long, 80), long}, {show("b", noon.Add(1), long, 20), long[:20] + "|" + long[20:]},
	} {
		if s[0] != s[1] {
			t.Errorf("shown %q, want %q", s[0], s[1])
		}
	}
}

func TestGiantPayload(t *testing.T) {
	number := make([]byte, 10<<20)
	for i := range number {
		number[i] = byte('0' + i%10)
	}
	for _, c := range []struct {
		name    string
		payload []byte
		kept    bool // all of it is laid out, in columns of 80
	}{
		{"text", number, true},
		{"one JSON string", append(append([]byte(`"`), number...), '"'), true},
		{"JSON", []byte("[" + strings.Repeat("12345678,", 1<<20) + "1]"), false},
		{"brackets", []byte(strings.Repeat("[", 10<<20)), false},
	} {
		for _, mode := range []string{asPretty, asText, asHex} {
			var v payloadView
			began := time.Now()
			rows, total, note := v.window("a", noon, c.payload, detailWant{mode: mode, columns: 80, valueCount: 60})
			if took := time.Since(began); took > time.Minute { // seconds under the race detector on a busy machine; hours if it were quadratic
				t.Errorf("%s as %s took %v", c.name, mode, took)
			}
			if len(rows) != 60 {
				t.Errorf("%s as %s: %d rows in view of %d", c.name, mode, len(rows), total)
			}
			if strings.Contains(note, "not shown") {
				t.Errorf("%s as %s is cut: %s", c.name, mode, note)
			}
			if want := (len(c.payload) + 79) / 80; c.kept && mode == asText && total != want {
				t.Errorf("%s has %d lines, want %d", c.name, total, want)
			}
		}
	}
}

// TestWhatIsCutIsSaid goes beyond what is laid out at all.
func TestWhatIsCutIsSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 65 MiB")
	}
	var v payloadView
	p := []byte(strings.Repeat("0123456\n", (maxShownText+1<<20)/8))
	if _, _, note := v.window("a", noon, p, detailWant{mode: asText, columns: 80, valueCount: 1}); !strings.Contains(note, "1.0 MiB more not shown") {
		t.Errorf("the note is %q", note)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil}, {"ab", []string{"ab"}}, {"abc", []string{"abc"}}, {"abcd", []string{"abc", "d"}}, {"abcdef", []string{"abc", "def"}},
		{"a\n\nb", []string{"a", "", "b"}}, {"äöü", []string{"äöü"}}, {"äöüß", []string{"äöü", "ß"}}, {"a\n", []string{"a", ""}},
		{"\xff\xff\xff\xff", []string{"\xff\xff\xff", "\xff"}},
	} {
		got := wrap(c.text, 3)
		if strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) {
			t.Errorf("wrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// TestWrapLosesNothing wraps random text and puts it together again.
func TestWrapLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		runes := make([]rune, r.IntN(200))
		for i := range runes {
			runes[i] = []rune("ab \nä€😀")[r.IntN(7)]
		}
		text, columns := string(runes), 1+r.IntN(30)
		for _, line := range wrap(text, columns) {
			if n := len([]rune(line)); n > columns {
				t.Fatalf("a line of %d characters in %d columns", n, columns)
			}
		}
		if got := strings.Join(wrap(text, columns), ""); got != strings.ReplaceAll(text, "\n", "") {
			t.Fatalf("wrap lost something of %q: %q", text, got)
		}
	}
}
