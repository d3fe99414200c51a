package hub

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
)

// Config is what a hub is told on its command line.
type Config struct {
	// Demo starts the ferry fleet. DemoSet tells that it was asked for or
	// refused.
	Demo, DemoSet bool
	// DemoSpeed is how many times faster than real time the fleet sails: 0.1 to
	// 100.
	DemoSpeed float64
	// DataDir is the folder of everything that is kept.
	DataDir string
	// Listen is the address that devices connect to, host:port; port 0 takes any
	// free one.
	Listen string
	// Connect is the URL of a broker elsewhere to watch instead of the one in
	// the program; empty for none.
	Connect string
}

// Bounds of Config.DemoSpeed.
const (
	minDemoSpeed = 0.1
	maxDemoSpeed = 100
)

// Register defines the flags of a hub, which fill c in. Finish is called after
// they were parsed.
func (c *Config) Register(fs *flag.FlagSet) {
	fs.BoolVar(&c.Demo, "demo", false, "sail the demo's ferry fleet (--demo=false keeps it in port)")
	fs.Float64Var(&c.DemoSpeed, "demo-speed", 10, "sail it `N` times faster than real time")
	fs.StringVar(&c.DataDir, "data-dir", "", "keep everything in `DIR` (default "+DefaultDataDir()+")")
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:1883", "let devices connect at `HOST:PORT`; port 0 takes any free one")
	fs.StringVar(&c.Connect, "connect", "", "watch the broker at `URL`, such as mqtt://host:1883, instead of the one inside")
}

// Finish fills in what the command line left open, and reports the first thing
// that cannot work.
func (c *Config) Finish(fs *flag.FlagSet) error {
	fs.Visit(func(f *flag.Flag) { c.DemoSet = c.DemoSet || f.Name == "demo" })
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q: options start with --, see %s --help", fs.Arg(0), fs.Name())
	}
	if c.DataDir == "" {
		c.DataDir = DefaultDataDir()
	}
	if !(c.DemoSpeed >= minDemoSpeed && c.DemoSpeed <= maxDemoSpeed) {
		return fmt.Errorf("--demo-speed %v: use a number from %v to %v", c.DemoSpeed, minDemoSpeed, maxDemoSpeed)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		return fmt.Errorf("--listen %q: write it as HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883", c.Listen)
	}
	if c.Connect != "" {
		if u, err := url.Parse(c.Connect); err != nil || u.Host == "" {
			return errors.New("--connect: write the broker's address as mqtt://HOST:PORT (or mqtts://, ws://, wss://)")
		}
	}
	return nil
}

// DefaultDataDir is where the system wants a program's data.
func DefaultDataDir() string {
	home, _ := os.UserHomeDir()
	either := func(variable, other string) string {
		if s := os.Getenv(variable); s != "" {
			return s
		}
		return other
	}
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(either("LOCALAPPDATA", home), "Pilothouse")
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Pilothouse")
	}
	return filepath.Join(either("XDG_DATA_HOME", filepath.Join(home, ".local", "share")), "pilothouse")
}
