package hub

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// crashIn names, for the process that runs TestCrashOfChild alone, the data
// folder to crash in.
const crashIn = "PILOTHOUSE_TEST_CRASH_IN"

// TestCrashOfChild brings its process down, when told to.
func TestCrashOfChild(t *testing.T) {
	path := os.Getenv(crashIn)
	if path == "" {
		t.Skip("run by TestCrashIsKept")
	}
	if _, _, err := dir(t, path).Crashes("pilothouse 1.2.3"); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { panic("the mast is gone") }()
	<-done
}

// TestCrashIsKept crashes a process and looks at what the next one finds.
func TestCrashIsKept(t *testing.T) {
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashOfChild$")
	cmd.Env = append(os.Environ(), crashIn+"="+folder)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "the mast is gone") {
		t.Fatalf("the child ended with %v: %s", err, out)
	}
	d := dir(t, folder)
	stop, crashed, err := d.Crashes("pilothouse 1.2.4")
	if err != nil {
		t.Fatal(err)
	}
	if crashed == "" {
		t.Fatal("nothing is said of the crash")
	}
	kept, err := filepath.Glob(filepath.Join(folder, "crash-*.txt"))
	if err != nil || len(kept) != 1 || crashed != kept[0] {
		t.Fatalf("kept: %v, %v; said: %v", kept, err, crashed)
	}
	report, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"pilothouse 1.2.3", "the mast is gone", "TestCrashOfChild"} {
		if !strings.Contains(string(report), part) {
			t.Errorf("the report does not say %q:\n%s", part, report)
		}
	}
	if info, err := os.Stat(kept[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the report is readable by others: %v, %v", info.Mode(), err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if crashed, err := reopen(d); crashed != "" || err != nil {
		t.Errorf("after an end in order: %v, %v", crashed, err)
	}
}

// reopen looks for crashes once more, and stops at once.
func reopen(d *Dir) (crashed string, err error) {
	stop, crashed, err := d.Crashes("pilothouse 1.2.5")
	if err == nil {
		err = stop()
	}
	return crashed, err
}

func TestOldCrashesAreLetGo(t *testing.T) {
	d := dir(t, t.TempDir())
	for i := range maxCrashes + 5 {
		if err := d.Write(fmt.Sprintf("crash-20200101-0000%02d.txt", i), []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Write(crashName, []byte("a new one, without its heading")); err != nil {
		t.Fatal(err)
	}
	if crashed, err := reopen(d); crashed == "" || err != nil {
		t.Fatalf("%v, %v", crashed, err)
	}
	kept, err := filepath.Glob(d.Path("crash-*.txt"))
	if err != nil || len(kept) != maxCrashes {
		t.Errorf("%d reports are kept: %v", len(kept), err)
	}
}
