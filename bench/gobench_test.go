package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGoFigures holds that medians count, and of several benchmarks the worst.
func TestGoFigures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	text := `goos: linux
BenchmarkIngest/object-2   	 100	 9000 ns/op	 400000 messages/s	 0 B/op	 0 allocs/op
BenchmarkIngest/object-2   	 100	 9000 ns/op	 600000 messages/s	 0 B/op	 0 allocs/op
BenchmarkIngest/object-2   	 100	 9000 ns/op	 700000 messages/s	 0 B/op	 0 allocs/op
BenchmarkTreeView/filter/dev77-2  10	 9000000 ns/op
BenchmarkTreeView/filter/zzz-2    10	 61000000 ns/op
BenchmarkTreeView/unchanged-2     10	 99000000 ns/op
PASS
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := goFigures(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Value != 600_000 || !got[0].Met || got[1].Value != 61 || got[1].Met {
		t.Errorf("figures are %+v", got)
	}
}
