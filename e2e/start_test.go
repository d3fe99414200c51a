//go:build linux

package e2e

import (
	"bytes"
	"context"
	"errors"
	"image"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

func TestSecondProgramOnTheSameFolder(t *testing.T) {
	desktop.Require(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*desktop.Deadline)
	defer cancel()
	display, err := desktop.StartDisplay(ctx, large)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := display.Close(); err != nil {
			t.Error(err)
		}
	})
	options := desktop.Options{Args: []string{"--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"}}
	first, err := display.Start(program, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Window(ctx, "Pilothouse"); err != nil {
		t.Fatal(err)
	}
	second, err := display.Start(program, options)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-second.Done():
	case <-ctx.Done():
		t.Fatal("the second program did not end")
	}
	if err := second.Err(); err != nil || !strings.Contains(second.Output(), "brought to the front") || !strings.Contains(second.Output(), "--listen") {
		t.Errorf("the second program ended with %v and said %q; it should hand over, and name the option that it could not", err, second.Output())
	}
	if err := first.Stop(); err != nil || first.Err() != nil {
		t.Errorf("the first program ended with %v, %v", err, first.Err())
	}
}

func TestNoDisplay(t *testing.T) {
	desktop.Require(t)
	for name, env := range map[string][]string{
		"none":    {"HOME=" + t.TempDir()},
		"no such": {"HOME=" + t.TempDir(), "DISPLAY=:64999", "WAYLAND_DISPLAY=wayland-64999", "XDG_RUNTIME_DIR=" + t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), desktop.Deadline)
			defer cancel()
			command := exec.CommandContext(ctx, program, "--data-dir", t.TempDir())
			command.Env = env
			var said bytes.Buffer
			command.Stdout, command.Stderr = &said, &said
			complains(t, command.Run(), said.String(), "no display", "xvfb-run")
		})
	}
}

// complains fails the test unless a program ended with status 1 and said all of
// the words.
func complains(t *testing.T, err error, said string, words ...string) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the program ended with %v, want status 1", err)
	}
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("the program said %q, want %q in it", said, word)
		}
	}
	if strings.Contains(said, "goroutine ") {
		t.Errorf("the program crashed: %s", said)
	}
}

// TestTakenPort starts the program on a port that another program has: devices
// find it on the next, and the window says so.
func TestTakenPort(t *testing.T) {
	taken, next := twoPorts(t)
	w := open(t, setup{args: []string{"--demo=false", "--page", "topics", "--listen", taken.Addr().String()}})
	w.isOn(topics)
	message := image.Rect(900, 650, 1266, 692)
	w.Sees("a message about the port", func(p image.Image) bool { return ink(p, message) > 0.02 })
	publish(t, next, "-t", "kitchen/thermometer", "-m", "21.5")
	w.Sees("the thermometer", func(p image.Image) bool { return ink(p, twoRows) > 0.01 })
}

// twoPorts takes a port whose successor is free, and tells that one's address.
func twoPorts(t *testing.T) (taken net.Listener, next string) {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		next := net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Addr().(*net.TCPAddr).Port+1))
		if free, err := net.Listen("tcp", next); err == nil {
			_ = free.Close()
			return l, next
		}
	}
	t.Fatal("no two ports in a row are free")
	return nil, ""
}
