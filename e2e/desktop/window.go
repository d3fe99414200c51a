//go:build linux

package desktop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Window is a visible top-level window of a program. Positions are in pixels
// from its upper left corner.
type Window struct {
	process *Process
	id      string
}

// Window waits until the program shows a window whose title begins with title,
// gives it the keyboard and returns it. An empty title matches any window.
func (p *Process) Window(ctx context.Context, title string) (*Window, error) {
	w := &Window{process: p}
	search := []string{"search", "--onlyvisible", "--all", "--pid", strconv.Itoa(p.command.Process.Pid), "--name", "^" + quoteRegexp(title)}
	err := p.until(ctx, fmt.Sprintf("a window titled %q", title), func() (bool, error) {
		found, err := p.display.xdotool(ctx, search...)
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return false, err
		}
		w.id, _, _ = strings.Cut(strings.TrimSpace(found), "\n")
		return w.id != "", nil
	})
	if err != nil {
		return nil, err
	}
	return w, w.Focus(ctx)
}

// Process is the program the window belongs to.
func (w *Window) Process() *Process { return w.process }

// Display is where the window is shown.
func (w *Window) Display() *Display { return w.process.display }

// Focus gives the window the keyboard. There is no window manager to do it.
func (w *Window) Focus(ctx context.Context) error {
	return w.do(ctx, "windowfocus", "--sync", w.id)
}

// Resize makes the window size pixels large and moves it to the screen's upper
// left corner.
func (w *Window) Resize(ctx context.Context, size image.Point) error {
	return w.do(ctx, "windowmove", w.id, "0", "0", "windowsize", w.id, strconv.Itoa(size.X), strconv.Itoa(size.Y))
}

// Size is the window's present size in pixels.
func (w *Window) Size(ctx context.Context) (image.Point, error) {
	text, err := w.process.display.xdotool(ctx, "getwindowgeometry", "--shell", w.id)
	if err != nil {
		return image.Point{}, fmt.Errorf("asking for the size of window %s: %w", w.id, err)
	}
	var size image.Point
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "WIDTH":
			size.X, err = strconv.Atoi(value)
		case "HEIGHT":
			size.Y, err = strconv.Atoi(value)
		}
		if err != nil {
			return image.Point{}, fmt.Errorf("asking for the size of window %s: %w", w.id, err)
		}
	}
	return size, nil
}

// Key presses and releases keys, one after the other, in xdotool's words:
// "Return", "ctrl+k", "Escape".
func (w *Window) Key(ctx context.Context, keys ...string) error {
	return w.do(ctx, append([]string{"key", "--clearmodifiers"}, keys...)...)
}

// Type enters text as if typed, of characters a US keyboard has: for others
// xdotool changes the keyboard's layout for a moment, too short for GLFW.
func (w *Window) Type(ctx context.Context, text string) error {
	return w.do(ctx, "type", "--clearmodifiers", "--delay", "20", "--", text)
}

// Move moves the pointer.
func (w *Window) Move(ctx context.Context, at image.Point) error {
	return w.do(ctx, w.move(at)...)
}

// Click presses and releases the left button.
func (w *Window) Click(ctx context.Context, at image.Point) error {
	return w.do(ctx, append(w.move(at), "click", "1")...)
}

// Hold presses the left button for so long.
func (w *Window) Hold(ctx context.Context, at image.Point, d time.Duration) error {
	args := append(w.move(at), "mousedown", "1", "sleep", strconv.FormatFloat(d.Seconds(), 'f', 2, 64), "mouseup", "1")
	return w.do(ctx, args...)
}

// DoubleClick clicks the left button twice, quickly.
func (w *Window) DoubleClick(ctx context.Context, at image.Point) error {
	return w.do(ctx, append(w.move(at), "click", "--repeat", "2", "--delay", "80", "1")...)
}

// RightClick presses and releases the right button.
func (w *Window) RightClick(ctx context.Context, at image.Point) error {
	return w.do(ctx, append(w.move(at), "click", "3")...)
}

// Drag moves the pointer with the left button held, in a few steps.
func (w *Window) Drag(ctx context.Context, from, to image.Point) error {
	const steps = 12
	args := append(w.move(from), "mousedown", "1")
	for i := 1; i <= steps; i++ {
		args = append(args, w.move(from.Add(to.Sub(from).Mul(i).Div(steps)))...)
		args = append(args, "sleep", "0.05")
	}
	// A hand rests before it lets go, and a slow window catches up.
	return w.do(ctx, append(args, "sleep", "0.6", "mouseup", "1")...)
}

// Scroll turns the wheel by notches, towards the user (down) when positive.
func (w *Window) Scroll(ctx context.Context, at image.Point, notches int) error {
	button := "5"
	if notches < 0 {
		button, notches = "4", -notches
	}
	return w.do(ctx, append(w.move(at), "click", "--repeat", strconv.Itoa(notches), "--delay", "20", button)...)
}

// Picture is what the window shows now.
func (w *Window) Picture(ctx context.Context) (image.Image, error) {
	command := exec.CommandContext(ctx, "import", "-silent", "-window", w.id, "-depth", "8", "ppm:-")
	command.Env = w.process.display.environment(nil)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	ppm, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("taking a picture of window %s: %w: %s", w.id, err, strings.TrimSpace(complaints.String()))
	}
	return decodePPM(ppm)
}

// Wait takes pictures until one satisfies holds; what says in the error what
// was waited for.
func (w *Window) Wait(ctx context.Context, what string, holds func(image.Image) bool) error {
	return w.process.until(ctx, what, func() (bool, error) {
		picture, err := w.Picture(ctx)
		if err != nil {
			return false, err
		}
		return holds(picture), nil
	})
}

func (w *Window) move(at image.Point) []string {
	return []string{"mousemove", "--window", w.id, strconv.Itoa(at.X), strconv.Itoa(at.Y)}
}

func (w *Window) do(ctx context.Context, args ...string) error {
	if _, err := w.process.display.xdotool(ctx, args...); err != nil {
		return fmt.Errorf("window %s: %w", w.id, err)
	}
	return nil
}

// xdotool runs one chain of xdotool's commands and returns what it printed.
func (d *Display) xdotool(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "xdotool", args...)
	command.Env = d.environment(nil)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("xdotool %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(complaints.String()))
	}
	return string(output), nil
}

// quoteRegexp makes text match itself in the POSIX regular expressions of
// xdotool.
func quoteRegexp(text string) string {
	var quoted strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			quoted.WriteByte('\\')
		}
		quoted.WriteRune(r)
	}
	return quoted.String()
}
