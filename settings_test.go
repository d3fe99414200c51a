package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// dir opens a data folder until the test ends.
func dir(t *testing.T, path string) *dataDir {
	t.Helper()
	d, err := openDataDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestSettingsRoundTrip(t *testing.T) {
	d, on := dir(t, filepath.Join(t.TempDir(), "a", "b")), true
	if s, first, err := d.loadSettings(); !first || err != nil || !reflect.DeepEqual(s, ui.Settings{}) {
		t.Fatalf("an empty folder: %+v, first %v, %v", s, first, err)
	}
	want := ui.Settings{
		Page: "charts", Width: 1024, Height: 640.5, Theme: "light", ChartWindow: 900, Demo: &on,
		Chart: []model.SeriesKey{{Topic: "kitchen/thermometer"}, {Topic: "a/b", Pointer: "/c~1d"}},
	}
	for range 2 { // the second time over the first
		if err := d.saveSettings(want); err != nil {
			t.Fatal(err)
		}
	}
	got, first, err := d.loadSettings()
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
			if err := os.WriteFile(d.settingsPath(), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, first, err := d.loadSettings()
			if err == nil || first || !reflect.DeepEqual(s, ui.Settings{}) {
				t.Fatalf("%+v, first %v, %v; want the defaults and an error", s, first, err)
			}
			aside := setAside(t, d)
			if !strings.Contains(err.Error(), aside) {
				t.Errorf("%q does not say where the file is", err)
			}
			if kept, err := os.ReadFile(aside); err != nil || string(kept) != content {
				t.Errorf("the file was not kept as it was: %v", err)
			}
			if err := d.saveSettings(ui.Settings{Page: "map"}); err != nil {
				t.Error(err)
			}
			if s, _, err := d.loadSettings(); err != nil || s.Page != "map" {
				t.Errorf("after that: %+v, %v", s, err)
			}
		})
	}
}

// setAside is the one file that was set aside.
func setAside(t *testing.T, d *dataDir) string {
	t.Helper()
	found, err := filepath.Glob(d.settingsPath() + ".*.unreadable")
	if err != nil || len(found) != 1 {
		t.Fatalf("set aside: %v, %v; want one file", found, err)
	}
	return found[0]
}

// TestSettingsOfAGiantFile reads no more of a file than settings can be.
func TestSettingsOfAGiantFile(t *testing.T) {
	d := dir(t, t.TempDir())
	raw := []byte(`{"version": 1, "settings": {"page": "` + strings.Repeat("x", maxSettings) + `"}}`)
	if err := os.WriteFile(d.settingsPath(), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, _, err := d.loadSettings(); err == nil || s.Page != "" {
		t.Errorf("a file of %d bytes was read", len(raw))
	}
}

func TestSettingsAreWrittenAtomically(t *testing.T) {
	d := dir(t, filepath.Join(t.TempDir(), "data"))
	for i := range 20 {
		if err := d.saveSettings(ui.Settings{ChartWindow: i}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(d.path)
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
	for path, want := range map[string]os.FileMode{d.path: 0o700, d.settingsPath(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, want %v: %v", path, info.Mode().Perm(), want, err)
		}
	}
}

// TestFailedWriteKeepsTheOldFile has the new file fail to take the old one's
// place.
func TestFailedWriteKeepsTheOldFile(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "settings.json")
	if err := os.MkdirAll(filepath.Join(target, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeAtomically(target, []byte("new")); err == nil || !strings.Contains(err.Error(), target) {
		t.Errorf("the error is %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("a failed write left %v behind, %v", entries, err)
	}
	if err := writeAtomically(filepath.Join(folder, "missing", "file"), nil); err == nil {
		t.Error("a file was written in a folder that is not there")
	}
}

func TestDataDirIsHeldByOne(t *testing.T) {
	d := dir(t, t.TempDir())
	second, err := openDataDir(d.path)
	if err == nil {
		_ = second.close()
		t.Fatal("two programs hold one data folder")
	}
	if !strings.Contains(err.Error(), d.path) || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("%q does not say which folder and what to do", err)
	}
}

// TestDataDirIsHeldAgainstOtherProcesses asks a process of its own.
func TestDataDirIsHeldAgainstOtherProcesses(t *testing.T) {
	d := dir(t, t.TempDir())
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpenFolderOfParent$", "-test.v")
	cmd.Env = append(os.Environ(), parentFolder+"="+d.path)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "another Pilothouse is using") {
		t.Errorf("the other process says %v: %s", err, out)
	}
}

// parentFolder names, for the process that runs TestOpenFolderOfParent alone,
// the folder to open.
const parentFolder = "PILOTHOUSE_TEST_FOLDER"

func TestOpenFolderOfParent(t *testing.T) {
	path := os.Getenv(parentFolder)
	if path == "" {
		t.Skip("run by TestDataDirIsHeldAgainstOtherProcesses")
	}
	d, err := openDataDir(path)
	if err == nil {
		_ = d.close()
		t.Fatal("the folder could be opened")
	}
	t.Log(err)
}

func TestDataDirThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openDataDir(filepath.Join(file, "below")); err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("a folder below a file: %v", err)
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
	p, err := New(Config{DemoSet: true, DemoSpeed: 1, DataDir: folder, Listen: "127.0.0.1:0"}, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	raw, err := os.ReadFile(setAside(t, &dataDir{path: folder}))
	if err != nil || string(raw) != "{" {
		t.Errorf("the broken file was not kept: %v", err)
	}
}

// TestSettingsFormat pins the names in the file, which older files rely on.
func TestSettingsFormat(t *testing.T) {
	d, off := dir(t, t.TempDir()), false
	if err := d.saveSettings(ui.Settings{Page: "map", Width: 1, Height: 2, Theme: "dark", ChartWindow: 60, Demo: &off}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(d.settingsPath())
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
