//go:build !hub

package main

import (
	"bytes"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/ui"
)

func TestParseConfig(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/somewhere")
	home := hub.DefaultDataDir()
	for _, c := range []struct {
		args []string
		want Config
	}{
		{nil, Config{Config: hub.Config{DemoSpeed: 10, Listen: "127.0.0.1:1883", DataDir: home}}},
		{[]string{"--demo", "--demo-speed", "0.1"}, Config{Config: hub.Config{Demo: true, DemoSet: true, DemoSpeed: 0.1, Listen: "127.0.0.1:1883", DataDir: home}}},
		{[]string{"--demo=false", "--demo-speed=100"}, Config{Config: hub.Config{DemoSet: true, DemoSpeed: 100, Listen: "127.0.0.1:1883", DataDir: home}}},
		{
			[]string{"--data-dir", "/data", "--listen", "[::1]:0", "--connect", "mqtts://broker.example:8883", "--page", "map"},
			Config{Config: hub.Config{DemoSpeed: 10, DataDir: "/data", Listen: "[::1]:0", Connect: "mqtts://broker.example:8883"}, Page: "map"},
		},
		{[]string{"mqtts://mate@broker.example", "--demo=false"}, Config{Config: hub.Config{DemoSet: true, DemoSpeed: 10, Listen: "127.0.0.1:1883", DataDir: home},
			Link: "mqtts://mate@broker.example"}},
		{[]string{"-version"}, Config{Config: hub.Config{DemoSpeed: 10, Listen: "127.0.0.1:1883", DataDir: home}, Version: true}},
	} {
		var out bytes.Buffer
		got, err := parseConfig(c.args, &out)
		for _, arg := range c.args {
			if name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "="); strings.HasPrefix(arg, "-") != got.Given[name] {
				t.Errorf("%v: of %s it says %v", c.args, arg, got.Given[name])
			}
		}
		got.Given = nil
		if err != nil || !reflect.DeepEqual(got, c.want) || out.Len() > 0 {
			t.Errorf("%v: %+v, %v, printed %q; want %+v", c.args, got, err, &out, c.want)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		args string
		says []string
	}{
		{"--demo-speed 0.09", []string{"--demo-speed 0.09", "0.1", "100"}},
		{"--demo-speed 101", []string{"0.1", "100"}},
		{"--demo-speed NaN", []string{"0.1", "100"}},
		{"--demo-speed -1", []string{"0.1", "100"}},
		{"--demo-speed fast", []string{"demo-speed", "fast"}},
		{"--listen 1883", []string{"--listen", "HOST:PORT", "127.0.0.1:1883"}},
		{"--listen localhost:", []string{"HOST:PORT"}},
		{"--listen ::1:1883", []string{"HOST:PORT", "[::1]:1883"}},
		{"--page home", append([]string{"--page", "home"}, ui.PageNames()...)},
		{"--connect broker", []string{"--connect", "mqtt://HOST:PORT"}},
		{"--connect mqtt://%zz", []string{"--connect", "mqtt://HOST:PORT"}},
		{"--conect mqtt://a", []string{"conect"}},
		{"map", []string{"map", "--help"}},
	} {
		var out bytes.Buffer
		_, err := parseConfig(strings.Fields(c.args), &out)
		if err == nil {
			t.Errorf("%s: accepted", c.args)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not mention %q", c.args, err, word)
			}
		}
	}
}

// TestConnectHidesSecrets looks for the password of a URL that is refused.
func TestConnectHidesSecrets(t *testing.T) {
	_, err := parseConfig([]string{"--connect", "mqtt://user:s3cret@"}, &bytes.Buffer{})
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error is %v", err)
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		args           []string
		status         int
		stdout, stderr []string // what each holds; nothing when empty
	}{
		{[]string{"--version"}, 0, []string{"pilothouse dev", runtime.Version()}, nil},
		{[]string{"--help"}, 0, nil, []string{"Usage: pilothouse", "-demo", "-demo-speed", "-data-dir", "-listen", "-connect", "-page", "-version"}},
		{[]string{"--page", "home"}, 2, nil, []string{"pilothouse: --page"}},
		{[]string{"--nonsense"}, 2, nil, []string{"nonsense"}},
	} {
		var stdout, stderr bytes.Buffer
		if got := run(c.args, &stdout, &stderr); got != c.status {
			t.Errorf("%v: status %d, want %d", c.args, got, c.status)
		}
		holds(t, stdout.String(), c.stdout)
		holds(t, stderr.String(), c.stderr)
	}
}

func holds(t *testing.T, text string, parts []string) {
	t.Helper()
	if len(parts) == 0 && text != "" {
		t.Errorf("printed %q, want nothing", text)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not hold %q", text, part)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	if _, err := parseConfig([]string{"-h"}, &bytes.Buffer{}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h gives %v", err)
	}
}

func TestDefaultDataDir(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("elsewhere the system has its own place")
	}
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_DATA_HOME", "")
	if got := hub.DefaultDataDir(); got != "/home/ada/.local/share/pilothouse" {
		t.Errorf("by default settings are in %s", got)
	}
	t.Setenv("XDG_DATA_HOME", "/data")
	if got := hub.DefaultDataDir(); got != "/data/pilothouse" {
		t.Errorf("with XDG_DATA_HOME settings are in %s", got)
	}
}

func TestCheckDisplay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only X11 and Wayland can be missing")
	}
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "wayland-9"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, c := range []struct {
		wayland, runtimeDir, display string
		ok                           bool
	}{
		{"", "", "", false},
		{"", "", "nonsense", false},
		{"", "", ":65011", false},
		{"", "", ":65011.0", false},
		{"", "", "unix:65011", false},
		{"", "", "elsewhere:10.0", true}, // by ssh -X: the attempt will tell
		{"wayland-9", dir, "", true},
		{filepath.Join(dir, "wayland-9"), "", "", true},
		{"wayland-8", dir, "", false},
	} {
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		t.Setenv("XDG_RUNTIME_DIR", c.runtimeDir)
		t.Setenv("DISPLAY", c.display)
		if err := checkDisplay(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestNoDisplay starts the program as on a machine without a screen.
func TestNoDisplay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only X11 and Wayland can be missing")
	}
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", "")
	dir := filepath.Join(t.TempDir(), "data")
	var stdout, stderr bytes.Buffer
	if got := run([]string{"--data-dir", dir}, &stdout, &stderr); got != 1 {
		t.Errorf("status %d, want 1", got)
	}
	holds(t, stderr.String(), []string{"there is no display", "WAYLAND_DISPLAY", "DISPLAY", "ssh -X", "xvfb-run"})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a data folder was made all the same: %v", err)
	}
}

func TestWantsDemo(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name  string
		cfg   Config
		saved *bool
		first bool
		want  bool
	}{
		{"first start", Config{}, nil, true, true},
		{"later, never chosen", Config{}, nil, false, false},
		{"chosen", Config{}, &yes, false, true},
		{"switched off", Config{}, &no, false, false},
		{"asked for", Config{Config: hub.Config{DemoSet: true, Demo: true}}, &no, false, true},
		{"refused", Config{Config: hub.Config{DemoSet: true}}, &yes, true, false},
		{"another broker", Config{Config: hub.Config{Connect: "mqtt://a"}}, &yes, true, false},
		{"another broker, asked for", Config{Config: hub.Config{Connect: "mqtt://a", DemoSet: true, Demo: true}}, nil, true, true},
	} {
		if got := c.cfg.wantsDemo(ui.Settings{Demo: c.saved}, c.first); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestFirstChartShowsFerries(t *testing.T) {
	keys := firstChart()
	if len(keys) != 6 {
		t.Errorf("%d series", len(keys))
	}
	if k := slices.Compact(keys); len(k) != len(keys) || keys[0].Pointer != "/sog" {
		t.Errorf("the series are %v", keys)
	}
}
