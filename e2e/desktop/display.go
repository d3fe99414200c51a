//go:build linux

package desktop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a program may take to end after it was asked to.
const patience = 5 * time.Second

// Display is a running Xvfb server. Its zero value is not usable.
type Display struct {
	name string
	home string
	xvfb *exec.Cmd

	mu        sync.Mutex
	processes []*Process
	closed    bool
}

// Missing names those programs the package needs that are not installed here.
func Missing() []string {
	var missing []string
	for _, program := range []string{"Xvfb", "xdotool", "import"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	return missing
}

// StartDisplay starts a server with one screen of size pixels, 24 bits deep,
// on a free display number, and waits until it is ready.
func StartDisplay(ctx context.Context, size image.Point) (*Display, error) {
	if missing := Missing(); len(missing) > 0 {
		return nil, fmt.Errorf("starting a virtual display: %s not installed; run scripts/setup test", strings.Join(missing, ", "))
	}
	home, err := os.MkdirTemp("", "pilothouse-desktop-")
	if err != nil {
		return nil, fmt.Errorf("making a home folder for the display: %w", err)
	}
	d := &Display{home: home}
	err = d.furnish()
	if err == nil {
		err = d.start(ctx, size)
	}
	if err != nil {
		_ = os.RemoveAll(home)
		return nil, fmt.Errorf("starting a virtual display: %w", err)
	}
	return d, nil
}

// furnish makes the folders that programs expect in a home.
func (d *Display) furnish() error {
	var failures []error
	for _, folder := range []string{".config", ".cache", ".local/share"} {
		failures = append(failures, os.MkdirAll(filepath.Join(d.home, folder), 0o700))
	}
	return errors.Join(failures...)
}

// start runs Xvfb and reads the number it chose from a pipe.
func (d *Display) start(ctx context.Context, size image.Point) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	var complaints tail
	screen := fmt.Sprintf("%dx%dx24", size.X, size.Y)
	d.xvfb = exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", screen, "-nolisten", "tcp", "-noreset")
	d.xvfb.ExtraFiles = []*os.File{writer}
	d.xvfb.Stderr = &complaints
	d.xvfb.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = d.xvfb.Start()
	_ = writer.Close()
	if err != nil {
		return err
	}
	// A reader that nothing is written to is woken by closing it.
	stop := context.AfterFunc(ctx, func() { _ = reader.Close() })
	defer stop()
	number, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		endGroup(d.xvfb, syscall.SIGKILL)
		_ = d.xvfb.Wait()
		return fmt.Errorf("no display number came from Xvfb: %w: %s", errors.Join(err, ctx.Err()), complaints.String())
	}
	d.name = ":" + strings.TrimSpace(number)
	return nil
}

// Name is the value for DISPLAY, such as ":99".
func (d *Display) Name() string { return d.name }

// Close ends the programs that were started on the display, then the server,
// and removes their home folder. It may be called more than once.
func (d *Display) Close() error {
	d.mu.Lock()
	processes, closed := d.processes, d.closed
	d.processes, d.closed = nil, true
	d.mu.Unlock()
	if closed {
		return nil
	}
	var failures []error
	for _, p := range processes {
		failures = append(failures, p.Stop())
	}
	endGroup(d.xvfb, syscall.SIGTERM)
	kill := time.AfterFunc(patience, func() { endGroup(d.xvfb, syscall.SIGKILL) })
	_ = d.xvfb.Wait() // how a server ends that was told to tells nothing
	kill.Stop()
	failures = append(failures, os.RemoveAll(d.home))
	return errors.Join(failures...)
}

// environment is what programs on the display get: nothing that would lead
// them to the desktop or the settings of whoever runs this.
func (d *Display) environment(extra []string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"DISPLAY=" + d.name,
		"HOME=" + d.home,
		"XDG_CONFIG_HOME=" + d.home + "/.config",
		"XDG_DATA_HOME=" + d.home + "/.local/share",
		"XDG_CACHE_HOME=" + d.home + "/.cache",
		"XDG_RUNTIME_DIR=" + d.home,
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + d.home + "/no-bus",
		"LANG=en_GB.UTF-8",
		"LC_CTYPE=C.UTF-8", // the only one that needs not be generated
		"LIBGL_ALWAYS_SOFTWARE=1",
		"FYNE_SCALE=1",
	}, extra...)
}

// endGroup sends a signal to a started command and all it has started.
func endGroup(command *exec.Cmd, signal syscall.Signal) {
	_ = syscall.Kill(-command.Process.Pid, signal)
}
