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
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

// Config is what a hub is told on its command line.
type Config struct {
	// Demo starts the ferry fleet. DemoSet tells that it was asked for or
	// refused.
	Demo, DemoSet bool
	// DemoSpeed is how many times faster than real time the fleet sails: 0.1 to
	// 100.
	DemoSpeed float64
	// Say translates the words for what the demo's devices say and are told; nil
	// leaves them in English.
	Say func(string) string
	// DataDir is the folder of everything that is kept, and Dir the folder itself
	// where it is held already.
	DataDir string
	Dir     *Dir
	// Given are the flags that the command line holds, by their names: they win
	// over what is remembered.
	Given map[string]bool
	// Listen is the address that devices connect to, host:port; port 0 takes any
	// free one.
	Listen string
	// Connect is the URL of a broker elsewhere to watch instead of the one in
	// the program; empty for none.
	Connect string

	// ListenTLS, ListenWS, ListenWSS and Enrol are further addresses, host:port,
	// and ListenUnix is the path of a socket; empty for none. Once a device was
	// invited, TLS and enrolment are open on their usual ports without.
	ListenTLS, ListenWS, ListenWSS, ListenUnix, Enrol string
	// Origins and Hosts are the web pages that may connect to a WebSocket, and
	// the names under which it may be reached, beside the usual ones.
	Origins, Hosts Words
	// AllowPlain lets clients of the network in without encryption, and
	// AllowAnonymous without an identity.
	AllowPlain, AllowAnonymous bool
	// NoKeychain keeps the authority's key in an encrypted file rather than the
	// system's keychain.
	NoKeychain bool
	// Version is what the broker tells of itself in $SYS.
	Version string
	// NewIdentities sets a registry aside that cannot be read.
	NewIdentities bool

	// History is where what is heard is recorded: a file, or a PostgreSQL
	// database by its URL; empty for a file in the data folder, "off" for
	// nowhere.
	History string
	// HistoryKeep says for how long what topics say is kept, the first rule that
	// matches, and HistoryGiB how large the history may grow; 0 for the default.
	HistoryKeep Keep
	HistoryGiB  float64
	// MemoryMiB is about how much memory the topics of a broker may take with their
	// messages and numbers; 0 for the default.
	MemoryMiB int

	// timed is put around what takes in the link's batches, by benchmarks.
	timed func(take func([]model.Message)) func([]model.Message)
}

// Words is a flag that may be given several times, or hold several words
// separated by commas.
type Words []string

// String implements flag.Value.
func (w *Words) String() string { return strings.Join(*w, ",") }

// Set implements flag.Value.
func (w *Words) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*w = append(*w, word)
		}
	}
	return nil
}

// Bounds of Config.DemoSpeed.
const (
	minDemoSpeed = 0.1
	maxDemoSpeed = 100
)

// Bounds of Config.MemoryMiB.
const (
	MinMemoryMiB = 16
	MaxMemoryMiB = 1 << 20
)

// Register defines the flags of a hub, which fill c in. Finish is called after
// they were parsed.
func (c *Config) Register(fs *flag.FlagSet) {
	fs.BoolVar(&c.Demo, "demo", false, "sail the demo's ferry fleet (--demo=false keeps it in port)")
	fs.Float64Var(&c.DemoSpeed, "demo-speed", 10, "sail it `N` times faster than real time")
	fs.StringVar(&c.DataDir, "data-dir", "", "keep everything in `DIR` (default "+DefaultDataDir()+")")
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:1883", "let devices connect at `HOST:PORT`; port 0 takes any free one")
	fs.StringVar(&c.Connect, "connect", "", "watch the broker at `URL`, such as mqtt://user@host:1883, instead of the one inside; "+PasswordVariable+" holds its password")
	fs.StringVar(&c.ListenTLS, "listen-tls", "", "let enrolled devices connect with TLS at `HOST:PORT` (usual: "+defaultTLS+", open once a device was invited)")
	fs.StringVar(&c.ListenWS, "listen-ws", "", "serve WebSocket at `HOST:PORT`, path /mqtt")
	fs.StringVar(&c.ListenWSS, "listen-wss", "", "serve WebSocket with TLS at `HOST:PORT`, path /mqtt")
	fs.StringVar(&c.ListenUnix, "listen-unix", "", "serve a Unix socket at `PATH`")
	fs.StringVar(&c.Enrol, "enrol", "", "let devices enrol at `HOST:PORT` (usual: "+defaultEnrol+", open once a device was invited)")
	fs.Var(&c.Origins, "ws-origin", "let web pages of `ORIGIN` connect by WebSocket, such as https://dash.example")
	fs.Var(&c.Hosts, "ws-host", "let clients reach the WebSocket as `NAME`")
	fs.BoolVar(&c.AllowPlain, "insecure-allow-plain", false, "INSECURE: let devices of the network connect without encryption")
	fs.BoolVar(&c.AllowAnonymous, "insecure-allow-anonymous", false, "INSECURE: let devices of the network connect without proving who they are")
	fs.BoolVar(&c.NoKeychain, "no-keychain", false, "keep the authority's key in an encrypted file, not in the system's keychain; "+PassphraseVariable+" opens it")
	fs.StringVar(&c.History, "history", "", "record into the `FILE` or the PostgreSQL database postgres://USER@HOST/NAME (default "+HistoryFile+" in the data folder; off records nothing)")
	fs.Var(&c.HistoryKeep, "history-keep", "keep what topics say for so many days, as `FILTER=DAYS`, and in a file in so much room, as cameras/#=2,5GiB; the first that matches counts (default #=30, numbers for a year)")
	fs.Float64Var(&c.HistoryGiB, "history-gib", 0, "let the history grow to `N` GiB (default 20)")
	fs.IntVar(&c.MemoryMiB, "memory", 0, "keep the topics of a broker, with their messages and numbers, within about `N` MiB (default: 1,000,000 topics, 256 MiB of messages, 192 MiB of numbers)")
	fs.BoolVar(&c.NewIdentities, "new-identities", false, "set a registry of identities aside that cannot be read, and begin a new one")
}

// Finish fills in what the command line left open, and reports the first thing
// that cannot work.
func (c *Config) Finish(fs *flag.FlagSet) error {
	c.Given = make(map[string]bool)
	fs.Visit(func(f *flag.Flag) { c.Given[f.Name] = true })
	c.DemoSet = c.Given["demo"]
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q: options start with --, see %s --help", fs.Arg(0), fs.Name())
	}
	if c.DataDir == "" {
		c.DataDir = DefaultDataDir()
	}
	if !(c.DemoSpeed >= minDemoSpeed && c.DemoSpeed <= maxDemoSpeed) {
		return fmt.Errorf("--demo-speed %v: use a number from %v to %v", c.DemoSpeed, minDemoSpeed, maxDemoSpeed)
	}
	if c.MemoryMiB != 0 && (c.MemoryMiB < MinMemoryMiB || c.MemoryMiB > MaxMemoryMiB) {
		return fmt.Errorf("--memory %d: use a number of MiB from %d to %d", c.MemoryMiB, MinMemoryMiB, MaxMemoryMiB)
	}
	if err := errors.Join(c.checkHistory(), c.checkAddresses()); err != nil {
		return err
	}
	if c.Connect != "" {
		if u, err := url.Parse(c.Connect); err != nil || u.Host == "" {
			return errors.New("--connect: write the broker's address as mqtt://HOST:PORT (or mqtts://, ws://, wss://)")
		}
	}
	return nil
}

// checkAddresses reports an address that makes no sense, or that would let the
// network in unprotected without having been told to.
func (c *Config) checkAddresses() error {
	for _, a := range []struct {
		flag, address string
		plain         bool
	}{
		{"--listen", c.Listen, true}, {"--listen-ws", c.ListenWS, true},
		{"--listen-tls", c.ListenTLS, false}, {"--listen-wss", c.ListenWSS, false}, {"--enrol", c.Enrol, false},
	} {
		if a.address == "" && a.flag != "--listen" {
			continue
		}
		if _, port, err := net.SplitHostPort(a.address); err != nil || port == "" {
			return fmt.Errorf("%s %q: write it as HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883", a.flag, a.address)
		}
		if a.plain && !isLoopback(a.address) && !c.AllowPlain {
			return fmt.Errorf("%s %s would let the network in without encryption: use --listen-tls (or --listen-wss) for other machines, or add --insecure-allow-plain if you trust everybody on the network", a.flag, a.address)
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
