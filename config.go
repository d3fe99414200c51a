package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/ui"
)

// Config is what the program is told on its command line.
type Config struct {
	// Demo starts the ferry fleet. DemoSet tells that it was asked for or
	// refused; otherwise it runs until the operator has chosen.
	Demo, DemoSet bool
	// DemoSpeed is how many times faster than real time the fleet sails: 0.1 to
	// 100.
	DemoSpeed float64
	// DataDir is where settings are kept.
	DataDir string
	// Listen is the address that devices connect to, host:port; port 0 takes any
	// free one.
	Listen string
	// Connect is the URL of a broker elsewhere to watch instead of the one in
	// the program; empty for none.
	Connect string
	// Page is the page to open first; empty for the one left last.
	Page string
	// Version asks for the version only.
	Version bool
}

// Bounds of Config.DemoSpeed.
const (
	minDemoSpeed = 0.1
	maxDemoSpeed = 100
)

// parseConfig reads the command line. It returns flag.ErrHelp when help was
// asked for, and printed.
func parseConfig(args []string, out io.Writer) (Config, error) {
	var c Config
	fs := flag.NewFlagSet("pilothouse", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() {
		fmt.Fprintf(out, "Usage: pilothouse [options]\n\nPilothouse shows what your devices say over MQTT, and who said it.\n\nOptions:\n")
		fs.PrintDefaults()
	}
	fs.BoolVar(&c.Demo, "demo", false, "sail the demo's ferry fleet (--demo=false keeps it in port)")
	fs.Float64Var(&c.DemoSpeed, "demo-speed", 10, "sail it `N` times faster than real time")
	fs.StringVar(&c.DataDir, "data-dir", "", "keep settings in `DIR` (default "+defaultDataDir()+")")
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:1883", "let devices connect at `HOST:PORT`; port 0 takes any free one")
	fs.StringVar(&c.Connect, "connect", "", "watch the broker at `URL`, such as mqtt://host:1883, instead of the one inside")
	fs.StringVar(&c.Page, "page", "", "open the page `NAME` first: "+strings.Join(ui.PageNames(), ", "))
	fs.BoolVar(&c.Version, "version", false, "print the version and end")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	fs.Visit(func(f *flag.Flag) { c.DemoSet = c.DemoSet || f.Name == "demo" })
	if fs.NArg() > 0 {
		return c, fmt.Errorf("unknown argument %q: options start with --, see pilothouse --help", fs.Arg(0))
	}
	if c.DataDir == "" {
		c.DataDir = defaultDataDir()
	}
	return c, c.check()
}

// check reports the first thing in c that cannot work.
func (c *Config) check() error {
	if !(c.DemoSpeed >= minDemoSpeed && c.DemoSpeed <= maxDemoSpeed) {
		return fmt.Errorf("--demo-speed %v: use a number from %v to %v", c.DemoSpeed, minDemoSpeed, maxDemoSpeed)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		return fmt.Errorf("--listen %q: write it as HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883", c.Listen)
	}
	if c.Page != "" && !slices.Contains(ui.PageNames(), c.Page) {
		return fmt.Errorf("--page %q: there is no such page; the pages are %s", c.Page, strings.Join(ui.PageNames(), ", "))
	}
	if c.Connect != "" {
		if u, err := url.Parse(c.Connect); err != nil || u.Host == "" {
			return fmt.Errorf("--connect: write the broker's address as mqtt://HOST:PORT (or mqtts://, ws://, wss://)")
		}
	}
	return nil
}

// defaultDataDir is where the system wants a program's data.
func defaultDataDir() string {
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(orElse(os.Getenv("LOCALAPPDATA"), home), "Pilothouse")
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Pilothouse")
	}
	return filepath.Join(orElse(os.Getenv("XDG_DATA_HOME"), filepath.Join(home, ".local", "share")), "pilothouse")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

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
