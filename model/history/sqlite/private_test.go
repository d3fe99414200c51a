//go:build !windows

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// The file and those beside it are their owner's alone, also when they were not.
func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	isPrivate(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil { // that is what is to be mended
		t.Fatal(err)
	}
	s, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	isPrivate(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func isPrivate(t *testing.T, path string) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if filepath.Ext(f) == ".lock" {
			continue // it says nothing
		}
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}
