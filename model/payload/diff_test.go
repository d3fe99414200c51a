package payload_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model/payload"
)

// marked writes a comparison as diff tools do.
func marked(lines []payload.DiffLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%c%s|", " -+"[l.Kind], l.Text)
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range [][3]string{
		{"", "", ""}, {"a", "a", " a|"}, {"a", "b", "-a|+b|"}, {"", "a\nb", "+a|+b|"}, {"a\nb", "", "-a|-b|"},
		{"a\nb\nc", "a\nx\nc", " a|-b|+x| c|"}, {"a\nb\nc", "a\nc", " a|-b| c|"}, {"a\nc", "a\nb\nc", " a|+b| c|"},
		{"a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc", "-a|-b| c|+b| a| b|-b| a|+c|"},
	} {
		if got := marked(payload.Diff(c[0], c[1])); got != c[2] {
			t.Errorf("%q to %q: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

// TestDiffIsBothTexts takes any two texts: both can be read from their comparison,
// with the right numbers.
func TestDiffIsBothTexts(t *testing.T) {
	text := rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "c", ""}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		var before, after []string
		for _, l := range payload.Diff(strings.Join(a, "\n"), strings.Join(b, "\n")) {
			if l.Kind != payload.DiffNew {
				if before = append(before, l.Text); l.Old != len(before) {
					t.Fatalf("old line %d is numbered %d", len(before), l.Old)
				}
			}
			if l.Kind != payload.DiffGone {
				if after = append(after, l.Text); l.New != len(after) {
					t.Fatalf("new line %d is numbered %d", len(after), l.New)
				}
			}
		}
		if strings.Join(before, "\n") != strings.Join(a, "\n") || strings.Join(after, "\n") != strings.Join(b, "\n") {
			t.Fatalf("%q to %q reads %q to %q", a, b, before, after)
		}
	})
}

// TestDiffIsBounded compares texts that have nothing in common.
func TestDiffIsBounded(t *testing.T) {
	var a, b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&a, "a%d\n", i)
		fmt.Fprintf(&b, "b%d\n", i)
	}
	began := time.Now()
	if got := payload.Diff(a.String(), b.String()); len(got) != 200_001 {
		t.Errorf("%d lines", len(got))
	}
	if took := time.Since(began); took > 30*time.Second { // well under a second alone
		t.Errorf("it took %v", took)
	}
}

func TestHexDiff(t *testing.T) {
	a := []byte(strings.Repeat("x", 40))
	b := append([]byte(nil), a...)
	b[17] = 0
	got := payload.HexDiff(a, b[:33])
	kinds := ""
	for _, l := range got {
		kinds += string(" -+"[l.Kind])
	}
	if kinds != " -+-+" || !strings.Contains(got[2].Text, "78 00 78") {
		t.Errorf("%q: %+v", kinds, got)
	}
	if got := payload.HexDiff(nil, a); len(got) != 3 || got[0].Kind != payload.DiffNew {
		t.Errorf("from nothing: %+v", got)
	}
}
