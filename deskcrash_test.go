//go:build !hub

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// crashHere names, for the process that runs TestProgramThatCrashes alone, its
// data folder.
const crashHere = "PILOTHOUSE_TEST_CRASH_HERE"

func configIn(folder string) Config {
	return Config{Config: hub.Config{DemoSet: true, DemoSpeed: 1, DataDir: folder, Listen: "127.0.0.1:0", NoKeychain: true}}
}

// TestProgramThatCrashes brings the program down, when told to.
func TestProgramThatCrashes(t *testing.T) {
	folder := os.Getenv(crashHere)
	if folder == "" {
		t.Skip("run by TestCrashIsSaid")
	}
	if _, err := New(configIn(folder), uitest.New(t)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { panic("the mast is gone") }()
	<-done
}

// TestCrashIsSaid crashes the program, and asks the next what it has to say.
func TestCrashIsSaid(t *testing.T) {
	folder := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProgramThatCrashes$")
	child.Env = append(os.Environ(), crashHere+"="+folder)
	if out, err := child.CombinedOutput(); err == nil || !strings.Contains(string(out), "the mast is gone") {
		t.Fatalf("the child ended with %v: %s", err, out)
	}
	h, err := hub.New(configIn(folder).Config)
	if err != nil {
		t.Fatal(err)
	}
	p := &Program{Hub: h}
	said := p.reportCrashes()
	reports, err := filepath.Glob(filepath.Join(folder, "crash-*.txt"))
	if err != nil || len(reports) != 1 || said == nil || !strings.Contains(said.Error(), reports[0]) {
		t.Fatalf("said %v, with the reports %v, %v", said, reports, err)
	}
	if raw, err := os.ReadFile(reports[0]); err != nil || !strings.Contains(string(raw), "the mast is gone") {
		t.Errorf("the report says %q, %v", raw, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
