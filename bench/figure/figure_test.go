package figure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGoals(t *testing.T) {
	for _, c := range []struct {
		f    Figure
		met  bool
		says string
	}{
		{AtLeast("rate", 2, "x", 2), true, "goal >= 2: met"},
		{AtLeast("rate", 1.9, "x", 2), false, "goal >= 2: MISSED"},
		{AtMost("time", 4, "ms", 4), true, "goal <= 4: met"},
		{AtMost("time", 4.1, "ms", 4), false, "goal <= 4: MISSED"},
		{Plain("part", 1, "ms"), true, "1 ms"},
	} {
		if c.f.Met != c.met || !strings.HasSuffix(c.f.String(), c.says) {
			t.Errorf("%+v says %q, want %q at its end", c.f, c.f.String(), c.says)
		}
	}
}

// TestMerge holds that figures replace their elders and leave all others alone.
func TestMerge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bench.json")
	for _, fresh := range [][]Figure{{Plain("a", 1, "s"), Plain("b", 2, "s")}, {AtMost("b", 3, "s", 4), Plain("c", 5, "s")}} {
		if err := Merge(path, fresh); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []Figure
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Name != "a" || got[1] != AtMost("b", 3, "s", 4) || got[2].Name != "c" {
		t.Errorf("the file holds %+v", got)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Merge(path, nil); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a broken file is met with %v", err)
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != "{" {
		t.Errorf("a broken file became %q, %v", left, err)
	}
}
