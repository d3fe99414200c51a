//go:build !hub

package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// errNoDisplay is what a person without a screen is told.
var errNoDisplay = errors.New("there is no display to open a window on: neither WAYLAND_DISPLAY nor DISPLAY leads to one.\n" +
	"Start Pilothouse from a desktop session; over ssh, log in with ssh -X; on a machine without a screen, use a virtual one: xvfb-run pilothouse")

// displayTime is how long an X server may take to accept a connection.
const displayTime = 5 * time.Second

// checkDisplay reports whether a window can be opened, before Fyne tries and
// gives up with less of an explanation.
func checkDisplay() error {
	if runtime.GOOS != "linux" && !strings.HasSuffix(runtime.GOOS, "bsd") {
		return nil
	}
	if w := os.Getenv("WAYLAND_DISPLAY"); w != "" {
		if !filepath.IsAbs(w) {
			w = filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), w)
		}
		if _, err := os.Stat(w); err == nil {
			return nil
		}
	}
	host, number, ok := strings.Cut(os.Getenv("DISPLAY"), ":")
	if !ok {
		return errNoDisplay
	}
	if host != "" && host != "unix" { // a display elsewhere, as by ssh -X: the attempt will tell
		return nil
	}
	number, _, _ = strings.Cut(number, ".")
	ctx, cancel := context.WithTimeout(context.Background(), displayTime)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", "/tmp/.X11-unix/X"+number)
	if err != nil {
		if c, err = d.DialContext(ctx, "unix", "@/tmp/.X11-unix/X"+number); err != nil {
			return errNoDisplay
		}
	}
	return c.Close()
}
