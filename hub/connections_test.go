package hub

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
)

// TestPasswordsStayInTheirPlace keeps a password and looks for it in every file.
func TestPasswordsStayInTheirPlace(t *testing.T) {
	const password = "planted-hush-7731"
	h := start(t, nil)
	c := h.Connections()
	text := password
	p, err := c.Save(connection.Profile{ID: connection.NewID(), URL: "mqtt://127.0.0.1:1", User: "mate"}, &text)
	if err != nil || !p.HasPassword {
		t.Fatalf("%+v, %v", p, err)
	}
	err = filepath.WalkDir(h.Dir.Path(""), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(password)) {
			t.Errorf("%s tells the password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	how, err := c.profile(p, nil)
	if err != nil || how.Password.Reveal() != password {
		t.Errorf("read again: %v, %v", how.Password, err)
	}
	// The registry keeps its own secrets in the same place.
	again, err := newConnections(h).Book()
	if err != nil || len(again.Profiles) != 1 || !again.Profiles[0].Same(p) {
		t.Errorf("read anew: %+v, %v", again, err)
	}
	if err := c.Remove(p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.profile(p, nil); err == nil {
		t.Error("the password of a profile that was removed is still there")
	}
	if place, _, err := c.Keeper(); err != nil || !strings.Contains(place, "secrets.sealed") {
		t.Errorf("kept in %q, %v", place, err)
	}
}

func TestConnectionsFileIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, connectionsName)
	newer := []byte(`{"version":7,"profiles":{}}`)
	if err := os.WriteFile(path, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	h := start(t, func(c *Config) { c.DataDir = dir })
	c := h.Connections()
	if c.Fault() == nil {
		t.Fatal("a file that cannot be read is no fault")
	}
	if _, err := c.Save(connection.Profile{ID: connection.NewID(), URL: "mqtt://h"}, nil); err == nil {
		t.Error("it is written over")
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, newer) {
		t.Errorf("it says %s now", now)
	}
}

// TestSourcesStayApart watches the hub's own broker as if it were elsewhere, beside
// the one inside.
func TestSourcesStayApart(t *testing.T) {
	h := start(t, nil)
	c := h.Connections()
	p, err := c.Save(connection.Profile{ID: connection.NewID(), Name: "Mirror", URL: h.Address}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.OpenProfile(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if s.Inside() || !h.Source.Inside() || s.Name != "Mirror" || s.ID != p.ID {
		t.Errorf("opened %+v", s)
	}
	if err := c.Remove(p.ID); err == nil {
		t.Error("a profile that is watched was removed")
	}
	eventually(t, "link", patience, func() bool { return s.Link.Status().State == model.LinkUp })
	say(t, h, "kitchen/thermometer", "21.5")
	eventually(t, "message there", patience, func() bool { _, ok := s.Store.Topic("kitchen/thermometer"); return ok })
	if s.History.Place() == h.History.Place() || s.History.Recorder() == nil {
		t.Errorf("recorded into %s and %s", s.History.Place(), h.History.Place())
	}
	h.SetMemory(48 << 20)
	if a, b := s.Store.Limits().HistoryBytes, h.Store.Limits().HistoryBytes; a != 16<<20 || b != a {
		t.Errorf("budgets of %d and %d", a, b)
	}
	if err := h.CloseSource(s); err != nil {
		t.Error(err)
	}
	if _, err := h.OpenProfile("none"); err == nil {
		t.Error("a profile that is not there was opened")
	}
}
