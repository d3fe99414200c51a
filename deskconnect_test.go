//go:build !hub

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// saved keeps a profile of a broker.
func saved(t *testing.T, p *Program, name, url string) connection.Profile {
	t.Helper()
	kept, err := p.Connections().Save(connection.Profile{ID: connection.NewID(), Name: name, URL: url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// turn turns the window to a broker.
func turn(t *testing.T, p *Program, a *uitest.App, id string) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.desk.Watch(id) }()
	a.Until(t, "turn of the window", patience, func() bool {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return true
		default:
			return false
		}
	})
}

// TestTurnsToAnotherBroker watches two brokers by turns. Neither is told what the
// other says, and the broker inside loses nothing meanwhile.
func TestTurnsToAnotherBroker(t *testing.T) {
	there := startMosquitto(t)
	dir := t.TempDir()
	p, a := start(t, func(c *Config) { c.DataDir = dir })
	inside := p.Source
	here := strings.TrimPrefix(p.Address, "mqtt://")
	yard := saved(t, p, "Yard", "mqtt://"+there)
	turn(t, p, a, yard.ID)
	if p.desk.Watched() != yard.ID || p.Source != inside {
		t.Fatalf("it watches %q", p.desk.Watched())
	}
	away := p.desk.watched
	eventually(t, "link there", patience, func() bool { return away.Link.Status().State == model.LinkUp })
	publish(t, here, "kitchen/lamp", "1")
	eventually(t, "topic there", patience, func() bool {
		publish(t, there, "yard/pump", "7")
		_, ok := away.Store.Topic("yard/pump")
		return ok
	})
	eventually(t, "message to the broker inside", patience, func() bool { _, ok := inside.Store.Topic("kitchen/lamp"); return ok })
	if _, mixed := inside.Store.Topic("yard/pump"); mixed {
		t.Error("the broker inside is said to have said what another did")
	}
	if _, mixed := away.Store.Topic("kitchen/lamp"); mixed {
		t.Error("another broker is said to have said what the one inside did")
	}
	turn(t, p, a, "")
	if p.desk.watched != inside {
		t.Error("it did not turn back")
	}
	a.Until(t, "end of the link there", patience, func() bool { return p.Connections().Remove(yard.ID) == nil })
	if _, err := os.Stat(filepath.Join(dir, "history-"+yard.ID+".db")); err != nil {
		t.Errorf("what was said there was not recorded apart: %v", err)
	}
}

// TestWatchesLastAgain starts with the broker that was watched last, and with the
// one inside when that is not to be.
func TestWatchesLastAgain(t *testing.T) {
	there, dir := startMosquitto(t), t.TempDir()
	first := func() (id string) {
		p, a := start(t, func(c *Config) { c.DataDir = dir })
		defer func() {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}()
		yard := saved(t, p, "Yard", "mqtt://"+there)
		turn(t, p, a, yard.ID)
		return yard.ID
	}
	id := first()
	p, a := start(t, func(c *Config) { c.DataDir = dir })
	if p.desk.Watched() != id || p.Broker == nil {
		t.Errorf("it watches %q, and has a broker: %v", p.desk.Watched(), p.Broker != nil)
	}
	turn(t, p, a, id) // again: its record goes over to the new link
	again := p.desk.watched
	eventually(t, "record of the new link", patience, func() bool { return again.History.Recorder() != nil })
	turn(t, p, a, "")
}

// TestFromConnectToInside starts the broker inside when it is asked for.
func TestFromConnectToInside(t *testing.T) {
	there := startMosquitto(t)
	p, a := start(t, func(c *Config) { c.Connect, c.DemoSet = "mqtt://"+there, false })
	if p.Broker != nil || p.Address != "" {
		t.Fatal("a broker runs already")
	}
	turn(t, p, a, "")
	if p.Broker == nil || p.desk.watched != p.Source || !p.Source.Inside() {
		t.Fatal("the broker inside is not watched")
	}
	publish(t, strings.TrimPrefix(p.Address, "mqtt://"), "kitchen/lamp", "1")
	eventually(t, "message", patience, func() bool { _, ok := p.Store.Topic("kitchen/lamp"); return ok })
}

// TestSettingsHoldUnlessAFlagDoes starts with settings, and with a flag over them.
func TestSettingsHoldUnlessAFlagDoes(t *testing.T) {
	s := ui.Settings{MemoryMiB: 64, History: &ui.HistorySettings{Place: "off", Days: 3, GiB: 2, Keep: []ui.KeepRule{{Filter: "cameras/#", Days: 1}}}}
	var c Config
	c.takeSettings(&s)
	r := c.Retention()
	if c.MemoryMiB != 64 || c.History != "off" || r.Bytes != 2<<30 || len(r.Rules) != 3 || r.Rules[0].Filter != "cameras/#" ||
		r.Rules[0].Messages != 24*time.Hour || r.Rules[1].Samples != 72*time.Hour {
		t.Errorf("taken over: %+v, %+v", c.Config, r)
	}
	for flag, held := range map[string]func(Config) bool{
		flagMemory: func(c Config) bool { return c.MemoryMiB == 0 }, flagHistory: func(c Config) bool { return c.History == "" },
		flagHistoryGiB: func(c Config) bool { return c.HistoryGiB == 0 }, flagHistoryKeep: func(c Config) bool { return len(c.HistoryKeep) == 0 },
	} {
		c := Config{Config: hub.Config{Given: map[string]bool{flag: true}}}
		if c.takeSettings(&s); !held(c) {
			t.Errorf("--%s does not hold: %+v", flag, c.Config)
		}
	}
	p, _ := start(t, func(c *Config) { c.Given = map[string]bool{flagMemory: true} })
	d := deskProgram{p}
	if d.Held(ui.SettingMemory) != "--memory" || d.Held(ui.SettingHistorySize) != "" {
		t.Errorf("it says that %q and %q hold", d.Held(ui.SettingMemory), d.Held(ui.SettingHistorySize))
	}
	d.SetMemory(64)
	if got := p.Store.Limits().HistoryBytes; got != 64<<20/3 {
		t.Errorf("the store keeps to %d bytes", got)
	}
	if err := d.SetHistory(s.History); err != nil {
		t.Error(err)
	}
	if place, u, err := d.Record(t.Context()); err != nil || place == "" || u.Bytes < 0 {
		t.Errorf("recorded into %q, %+v, %v", place, u, err)
	}
}

// TestSecondStartHandsOver starts the program a second time over the same folder.
func TestSecondStartHandsOver(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	dir := t.TempDir()
	p, a := start(t, func(c *Config) { c.DataDir = dir })
	f, _, _, err := workspace.Open(filepath.Join(dir, "night.pilothouse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Save(workspace.Workspace{Boards: []workspace.Board{{Name: "Night watch"}}}); err != nil {
		t.Fatal(err)
	}
	second := func(args ...string) (status int, said string) {
		t.Helper()
		var out, said2 bytes.Buffer
		done := make(chan int, 1)
		go func() { done <- run(append(args, "--data-dir", dir), &out, &said2) }()
		a.Until(t, "end of the second start", patience, func() bool {
			select {
			case status = <-done:
				return true
			default:
				return false
			}
		})
		return status, said2.String()
	}
	if status, said := second(); status != 0 || said != "" {
		t.Errorf("without arguments: status %d, %q", status, said)
	}
	if status, said := second("mqtt://mate@broker.example"); status != 0 {
		t.Errorf("with a link: status %d, %q", status, said)
	}
	windows := a.Driver().AllWindows()
	a.Until(t, "sheet of connections", patience, func() bool {
		_, found := uitest.Find(windows[len(windows)-1].Canvas().Overlays().Top(), func(e *widgets.Entry) bool { return e.Text == "broker.example" })
		return found
	})
	if status, said := second(filepath.Join(dir, "night.pilothouse"), "--demo"); status != 0 || !strings.Contains(said, "--demo") {
		t.Errorf("with a workspace: status %d, %q", status, said)
	}
	a.Until(t, "boards of the workspace", patience, func() bool { return slices.Equal(p.window.BoardNames(), []string{"Night watch"}) })
	bad := filepath.Join(dir, "bad.pilothouse")
	if err := os.WriteFile(bad, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, said := second(bad); status == 0 || !strings.Contains(said, "bad.pilothouse") {
		t.Errorf("with a broken workspace: status %d, %q", status, said)
	}
}
