//go:build linux

package desktop

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Deadline is how long one step of a test may take: far more than it needs, so
// that only a step that never succeeds reaches it.
const Deadline = 30 * time.Second

// faults are what a sound program never writes: Fyne's complaint about a call
// from the wrong goroutine, the race detector's, and a crash.
var faults = []string{"*** Error in Fyne call thread", "WARNING: DATA RACE", "panic: ", "fatal error: "}

// Program compiles the package in dir, or the program named by PILOTHOUSE_BIN
// when that is set, and returns its path. It belongs in TestMain: the caller
// removes the folder into, and compiling takes minutes when the cache is cold.
func Program(dir, into string) (string, error) {
	if program := os.Getenv("PILOTHOUSE_BIN"); program != "" {
		return filepath.Abs(program)
	}
	return Compile(dir, into)
}

// Compile compiles the package in dir to a program in the folder into.
func Compile(dir, into string) (string, error) {
	program := filepath.Join(into, "program")
	compile := exec.Command("go", "build", "-o", program, ".")
	compile.Dir = dir
	if output, err := compile.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compiling the program in %s: %w\n%s", dir, err, output)
	}
	return program, nil
}

// Tester is a window with a test that it fails: every step has a deadline, and
// an error of any step ends the test.
type Tester struct {
	*Window
	t testing.TB
}

// Open starts the program on a display of its own and waits for its window,
// whatever its title. Where Xvfb or the like is missing it skips the test, or
// fails it when CI is set. When the test ends everything is stopped; the test
// fails when the program did not stop when asked, crashed, or called Fyne from
// a wrong goroutine. When it has failed, the last picture and the output are
// kept in failed/ at the module's root.
func Open(t testing.TB, program string, o Options) Tester {
	t.Helper()
	Require(t)
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 800
	}
	ctx, cancel := context.WithTimeout(context.Background(), Deadline)
	defer cancel()
	display, err := StartDisplay(ctx, image.Pt(o.Width, o.Height))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := display.Close(); err != nil {
			t.Error(err)
		}
	})
	process, err := display.Start(program, o)
	if err != nil {
		t.Fatal(err)
	}
	tester := Tester{t: t}
	t.Cleanup(func() { tester.end(process) })
	tester.Window, err = process.Window(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	return tester
}

// Require skips the test where a virtual display cannot be started, or fails
// it when CI is set.
func Require(t testing.TB) {
	t.Helper()
	missing := Missing()
	switch {
	case len(missing) == 0:
	case os.Getenv("CI") != "":
		t.Fatalf("%s not installed: run scripts/setup test", strings.Join(missing, ", "))
	default:
		t.Skipf("%s not installed: run scripts/setup test", strings.Join(missing, ", "))
	}
}

// Step runs one step with a deadline and ends the test when it fails:
//
//	window.Step(func(ctx context.Context) error { return window.Key(ctx, "ctrl+k") })
func (w Tester) Step(step func(context.Context) error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Deadline)
	defer cancel()
	if err := step(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// Press presses keys, as Key does.
func (w Tester) Press(keys ...string) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Key(ctx, keys...) })
}

// Enter types text, as Type does.
func (w Tester) Enter(text string) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Type(ctx, text) })
}

// ClickAt clicks, as Click does.
func (w Tester) ClickAt(x, y int) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Click(ctx, image.Pt(x, y)) })
}

// Shot is what the window shows now.
func (w Tester) Shot() image.Image {
	w.t.Helper()
	var picture image.Image
	w.Step(func(ctx context.Context) (err error) {
		picture, err = w.Picture(ctx)
		return err
	})
	return picture
}

// Sees waits until a picture of the window satisfies holds.
func (w Tester) Sees(what string, holds func(image.Image) bool) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Wait(ctx, what, holds) })
}

// Says waits until the program has written text.
func (w Tester) Says(text string) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Process().WaitOutput(ctx, text) })
}

// end keeps the evidence of a failed test, stops the program and reads its
// output for faults.
func (w Tester) end(process *Process) {
	if w.t.Failed() {
		w.keepEvidence(process)
	}
	if err := process.Stop(); err != nil {
		w.t.Error(err)
	}
	if err := process.Fault(); err != nil {
		w.t.Errorf("%v", err)
	}
}

// keepEvidence writes the output and, if there is a window, its picture.
func (w Tester) keepEvidence(process *Process) {
	folder := filepath.Join(moduleRoot(), "failed")
	name := filepath.Join(folder, strings.NewReplacer("/", "-", " ", "-").Replace(w.t.Name()))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		w.t.Log(err)
		return
	}
	if err := os.WriteFile(name+".log", []byte(process.Output()), 0o644); err != nil {
		w.t.Log(err)
	}
	if w.Window == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	picture, err := w.Picture(ctx)
	if err != nil {
		w.t.Log(err)
		return
	}
	if err := WritePNG(name+".png", picture); err != nil {
		w.t.Log(err)
	}
	w.t.Logf("the last picture and the output are in %s.png and .log", name)
}

// moduleRoot is the nearest folder upwards with a go.mod, or the working
// directory.
func moduleRoot() string {
	start, err := os.Getwd()
	if err != nil {
		return "."
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			return start
		}
	}
}

// WritePNG writes a picture to a file.
func WritePNG(name string, picture image.Image) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("writing a picture: %w", err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, picture); err != nil {
		_ = file.Close()
		return fmt.Errorf("writing the picture %s: %w", name, err)
	}
	return file.Close()
}
