package hub

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// dir opens a data folder until the test ends.
func dir(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestFailedWriteKeepsTheOldFile has the new file fail to take the old one's
// place.
func TestFailedWriteKeepsTheOldFile(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "settings.json")
	if err := os.MkdirAll(filepath.Join(target, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (&Dir{path: folder}).Write("settings.json", []byte("new")); err == nil || !strings.Contains(err.Error(), target) {
		t.Errorf("the error is %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("a failed write left %v behind, %v", entries, err)
	}
	if err := (&Dir{path: filepath.Join(folder, "missing")}).Write("file", nil); err == nil {
		t.Error("a file was written in a folder that is not there")
	}
}

func TestDataDirIsHeldByOne(t *testing.T) {
	d := dir(t, t.TempDir())
	second, err := OpenDir(d.path)
	if err == nil {
		_ = second.Close()
		t.Fatal("two programs hold one data folder")
	}
	if !strings.Contains(err.Error(), d.path) || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("%q does not say which folder and what to do", err)
	}
}

// TestDataDirIsHeldAgainstOtherProcesses asks a process of its own.
func TestDataDirIsHeldAgainstOtherProcesses(t *testing.T) {
	d := dir(t, t.TempDir())
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpenFolderOfParent$", "-test.v")
	cmd.Env = append(os.Environ(), parentFolder+"="+d.path)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "another Pilothouse is using") {
		t.Errorf("the other process says %v: %s", err, out)
	}
}

// parentFolder names, for the process that runs TestOpenFolderOfParent alone,
// the folder to open.
const parentFolder = "PILOTHOUSE_TEST_FOLDER"

func TestOpenFolderOfParent(t *testing.T) {
	path := os.Getenv(parentFolder)
	if path == "" {
		t.Skip("run by TestDataDirIsHeldAgainstOtherProcesses")
	}
	d, err := OpenDir(path)
	if err == nil {
		_ = d.Close()
		t.Fatal("the folder could be opened")
	}
	t.Log(err)
}

func TestDataDirThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDir(filepath.Join(file, "below")); err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("a folder below a file: %v", err)
	}
}
