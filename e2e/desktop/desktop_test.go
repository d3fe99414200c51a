//go:build linux

package desktop

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	red   = color.NRGBA{R: 0xff, A: 0xff}
	green = color.NRGBA{G: 0xff, A: 0xff}
	lamp  = image.Rect(20, 20, 380, 90)
	dull  = Options{Width: 640, Height: 480}
	probe string // the path of the compiled testdata/probe
)

func TestMain(m *testing.M) {
	status, err := withProbe(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if status == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// withProbe compiles the probe, runs the tests and cleans up.
func withProbe(run func() int) (int, error) {
	folder, err := os.MkdirTemp("", "pilothouse-probe-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if len(Missing()) == 0 {
		if probe, err = Compile("testdata/probe", folder); err != nil {
			return 1, err
		}
	}
	return run(), nil
}

func TestKeysMouseAndPictures(t *testing.T) {
	w := Open(t, probe, dull)
	w.Sees("a red lamp", func(p image.Image) bool { return Share(p, lamp, red) == 1 })
	before := w.Shot()

	w.ClickAt(200, 125)
	w.Says("tapped")
	w.Sees("a green lamp", func(p image.Image) bool { return Share(p, lamp, green) == 1 })
	if got := Difference(before, w.Shot(), lamp); got != 1 {
		t.Errorf("the lamp's difference is %.2f, want 1", got)
	}

	w.Press("ctrl+k")
	w.Says("shortcut")
	w.Enter("Gurnard: 21.5 C!")
	w.Press("Return")
	w.Says("submitted: Gurnard: 21.5 C!\n")
}

func TestResize(t *testing.T) {
	w := Open(t, probe, dull)
	want := image.Pt(600, 440)
	w.Step(func(ctx context.Context) error { return w.Resize(ctx, want) })
	w.Sees("the larger size", func(p image.Image) bool { return p.Bounds().Size() == want })
	w.Step(func(ctx context.Context) error {
		got, err := w.Size(ctx)
		if err == nil && got != want {
			err = fmt.Errorf("Size() = %v, want %v", got, want)
		}
		return err
	})
}

func TestThemesDiffer(t *testing.T) {
	shot := func(theme string) image.Image {
		w := Open(t, probe, Options{Width: 640, Height: 480, Env: []string{"FYNE_THEME=" + theme}})
		w.Sees("a red lamp", func(p image.Image) bool { return Share(p, lamp, red) == 1 })
		return w.Shot()
	}
	corner := image.Rect(300, 250, 390, 290)
	if got := Difference(shot("dark"), shot("light"), corner); got < 0.9 {
		t.Errorf("dark and light differ in %.2f of an empty corner, want 0.9 or more", got)
	}
}

func TestWindowOfAProgramThatEnds(t *testing.T) {
	Require(t)
	display := startDisplay(t)
	p, err := display.Start(probe, Options{Args: []string{"-fault", "exit"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), Deadline)
	defer cancel()
	_, err = p.Window(ctx, "")
	if err == nil || !strings.Contains(err.Error(), "leaving at once") {
		t.Errorf("the error is %v, want what the program said", err)
	}
	if p.Err() == nil {
		t.Error("Err() is nil after a status of 3")
	}
}

func TestWindowThatNeverComes(t *testing.T) {
	Require(t)
	display := startDisplay(t)
	p, err := display.Start("sleep", Options{Args: []string{"60"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := p.Window(ctx, "Pilothouse"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v, want a deadline", err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	Require(t)
	display := startDisplay(t)
	// A program with a child of its own: both have to go.
	p, err := display.Start("sh", Options{Args: []string{"-c", "sleep 60 & echo child $!; wait"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitOutput(t.Context(), "child "); err != nil {
		t.Fatal(err)
	}
	var child int
	if _, err := fmt.Sscanf(p.Output(), "child %d", &child); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := display.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, pid := range []int{child, display.xvfb.Process.Pid} {
		gone := func() (bool, error) { return ended(pid), nil }
		if err := Until(t.Context(), fmt.Sprintf("the end of process %d", pid), gone); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(display.home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the home folder is still there: %v", err)
	}
	if _, err := display.Start("true", Options{}); err == nil {
		t.Error("a program was started on a closed display")
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	Require(t)
	display := startDisplay(t)
	p, err := display.Start("sh", Options{Args: []string{"-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitOutput(t.Context(), "deaf"); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("Stop() = %v, want that it was killed", err)
	}
}

// recorder is a test that remembers whether it failed.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Failed() bool { return false }

func TestFaultsFailATest(t *testing.T) {
	Require(t)
	for fault, want := range map[string]string{"thread": "Error in Fyne call thread", "panic": "panic: "} {
		t.Run(fault, func(t *testing.T) {
			display := startDisplay(t)
			p, err := display.Start(probe, Options{Args: []string{"-fault", fault}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), Deadline)
			defer cancel()
			if err := p.WaitOutput(ctx, want); err != nil {
				t.Fatal(err)
			}
			r := &recorder{TB: t}
			Tester{t: r}.end(p)
			if len(r.errors) != 1 || !strings.Contains(r.errors[0], want) {
				t.Errorf("the test heard %q, want %q", r.errors, want)
			}
		})
	}
}

func startDisplay(t *testing.T) *Display {
	t.Helper()
	display, err := StartDisplay(t.Context(), image.Pt(640, 480))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = display.Close() })
	return display
}

// ended reports whether a process is gone, or waits only to be reaped.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
