//go:build !hub

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// dir opens a data folder until the test ends.
func dir(t *testing.T, path string) *hub.Dir {
	t.Helper()
	d, err := hub.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestSettingsRoundTrip(t *testing.T) {
	d, on := dir(t, filepath.Join(t.TempDir(), "a", "b")), true
	if s, first, err := loadSettings(d); !first || err != nil || !reflect.DeepEqual(s, ui.Settings{}) {
		t.Fatalf("an empty folder: %+v, first %v, %v", s, first, err)
	}
	want := ui.Settings{
		Page: "charts", Width: 1024, Height: 640.5, Theme: "light", ChartWindow: 900, Demo: &on,
		Chart: []model.SeriesKey{{Topic: "kitchen/thermometer"}, {Topic: "a/b", Pointer: "/c~1d"}},
	}
	for range 2 { // the second time over the first
		if err := saveSettings(d, want); err != nil {
			t.Fatal(err)
		}
	}
	got, first, err := loadSettings(d)
	if err != nil || first || !reflect.DeepEqual(got, want) {
		t.Errorf("saved %+v and loaded %+v, first %v, %v", want, got, first, err)
	}
}

// TestBrokenSettingsAreSetAside starts with files that this version cannot read:
// none is lost, and the person is told where it is.
func TestBrokenSettingsAreSetAside(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "broken": `{"version": 1, "settings": {"page": `, "newer": `{"version": 2, "settings": {"page": "map"}}`,
		"no version": `{"page": "map"}`, "wrong type": `{"version": 1, "settings": {"page": 7}}`,
		"binary": "\x00\xff\xfe", "deep": strings.Repeat("[", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			d := dir(t, t.TempDir())
			if err := os.WriteFile(d.Path(settingsName), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, first, err := loadSettings(d)
			if err == nil || first || !reflect.DeepEqual(s, ui.Settings{}) {
				t.Fatalf("%+v, first %v, %v; want the defaults and an error", s, first, err)
			}
			aside := setAside(t, d.Path(""))
			if !strings.Contains(err.Error(), aside) {
				t.Errorf("%q does not say where the file is", err)
			}
			if kept, err := os.ReadFile(aside); err != nil || string(kept) != content {
				t.Errorf("the file was not kept as it was: %v", err)
			}
			if err := saveSettings(d, ui.Settings{Page: "map"}); err != nil {
				t.Error(err)
			}
			if s, _, err := loadSettings(d); err != nil || s.Page != "map" {
				t.Errorf("after that: %+v, %v", s, err)
			}
		})
	}
}

// setAside is the one file that was set aside.
func setAside(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, settingsName+".*.unreadable"))
	if err != nil || len(found) != 1 {
		t.Fatalf("set aside: %v, %v; want one file", found, err)
	}
	return found[0]
}

// TestSettingsOfAGiantFile reads no more of a file than settings can be.
func TestSettingsOfAGiantFile(t *testing.T) {
	d := dir(t, t.TempDir())
	raw := []byte(`{"version": 1, "settings": {"page": "` + strings.Repeat("x", maxSettings) + `"}}`)
	if err := os.WriteFile(d.Path(settingsName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, _, err := loadSettings(d); err == nil || s.Page != "" {
		t.Errorf("a file of %d bytes was read", len(raw))
	}
}

func TestSettingsAreWrittenAtomically(t *testing.T) {
	d := dir(t, filepath.Join(t.TempDir(), "data"))
	for i := range 20 {
		if err := saveSettings(d, ui.Settings{ChartWindow: i}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(d.Path(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "settings.json" && e.Name() != "lock" {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{d.Path(""): 0o700, d.Path(settingsName): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, want %v: %v", path, info.Mode().Perm(), want, err)
		}
	}
}

// TestBrokenSettingsAreSaidOnScreen starts the program over settings that it
// cannot read.
func TestBrokenSettingsAreSaidOnScreen(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "settings.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := uitest.New(t)
	p, err := New(Config{Config: hub.Config{DemoSet: true, DemoSpeed: 1, DataDir: folder, Listen: "127.0.0.1:0", NoKeychain: true}}, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	raw, err := os.ReadFile(setAside(t, folder))
	if err != nil || string(raw) != "{" {
		t.Errorf("the broken file was not kept: %v", err)
	}
}

// TestSettingsFormat pins the names in the file, which older files rely on.
func TestSettingsFormat(t *testing.T) {
	d, off := dir(t, t.TempDir()), false
	if err := saveSettings(d, ui.Settings{Page: "map", Width: 1, Height: 2, Theme: "dark", ChartWindow: 60, Demo: &off}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(d.Path(settingsName))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"version": 1.0, "settings": map[string]any{
		"page": "map", "width": 1.0, "height": 2.0, "theme": "dark", "chart_window_s": 60.0, "demo": false,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the file holds %v, want %v", got, want)
	}
}
