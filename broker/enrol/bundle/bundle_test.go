package bundle_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/enrol/bundle"
	"github.com/pilothouse/pilothouse/broker/identity"
)

func TestContents(t *testing.T) {
	h := newHub(t)
	d := h.device(t, identity.Identity{Name: "pump-7"})
	files, err := bundle.Make(d)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
		if f.Mode&0o077 != 0 {
			t.Errorf("others may read %s: %o", f.Name, f.Mode)
		}
		if hasKey := bytes.Contains(f.Data, []byte("PRIVATE KEY")); hasKey != (f.Name == "device.key" || f.Name == "device/device.ino") {
			t.Errorf("%s holds a key: %v", f.Name, hasKey)
		}
	}
	if got := strings.Join(names, " "); got != "device.key device.crt ca.crt README.txt publish.sh publish.py publish.go device/device.ino" {
		t.Errorf("the bundle holds %s", got)
	}
	readme := string(files[3].Data)
	for _, part := range []string{"pump-7/hello", "127.0.0.1, port ", "valid until", "python3 publish.py"} {
		if !strings.Contains(readme, part) {
			t.Errorf("the README does not say %q", part)
		}
	}
}

func TestSaveZip(t *testing.T) {
	h := newHub(t)
	files, err := bundle.Make(h.device(t, identity.Identity{Name: "pump-7"}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pump-7.zip")
	if err := bundle.SaveZip(path, "pump-7", files); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the archive: %v, %v", info.Mode(), err)
	}
	if err := bundle.SaveZip(path, "pump-7", files); err == nil {
		t.Error("a bundle was overwritten")
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	if len(archive.File) != len(files) {
		t.Fatalf("%d files, want %d", len(archive.File), len(files))
	}
	for i, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if entry.Name != "pump-7/"+files[i].Name || entry.Mode() != files[i].Mode || !bytes.Equal(data, files[i].Data) {
			t.Errorf("%s (%v) is not %s (%v)", entry.Name, entry.Mode(), files[i].Name, files[i].Mode)
		}
	}
}

func TestSaveDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pump-7")
	files := []bundle.File{{Name: "a/b", Mode: 0o600, Data: []byte("x")}, {Name: "a", Mode: 0o600}}
	if err := bundle.SaveDir(dir, files); err == nil {
		t.Error("a file took the place of a folder")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("half a bundle was left: %v", err)
	}
	if err := bundle.SaveDir(dir, files[:1]); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	if err := bundle.SaveDir(dir, files[:1]); err == nil {
		t.Error("a bundle was overwritten")
	}
}

func TestRefuses(t *testing.T) {
	h, other := newHub(t), newHub(t)
	good := h.device(t, identity.Identity{Name: "pump-7"})
	foreign := other.device(t, identity.Identity{Name: "pump-7"})
	if _, err := bundle.Make(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*bundle.Device){
		"no name":              func(d *bundle.Device) { d.Name = "" },
		"a path as a name":     func(d *bundle.Device) { d.Name = "../x" },
		"no client ID":         func(d *bundle.Device) { d.ClientID = "" },
		"a line break":         func(d *bundle.Device) { d.ClientID = "a\nb" },
		"a wildcard":           func(d *bundle.Device) { d.Root = "a/#" },
		"a bidirectional mark": func(d *bundle.Device) { d.Root = "a\u202eb" },
		"broken UTF-8":         func(d *bundle.Device) { d.Root = "a\xff" },
		"no host":              func(d *bundle.Device) { d.Host = "" },
		"a host as an option":  func(d *bundle.Device) { d.Host = "--help" },
		"a URL as a host":      func(d *bundle.Device) { d.Host = "mqtts://h" },
		"no port":              func(d *bundle.Device) { d.Port = 0 },
		"a port too high":      func(d *bundle.Device) { d.Port = 65536 },
		"no key":               func(d *bundle.Device) { d.Key = nil },
		"another's key":        func(d *bundle.Device) { d.Key = foreign.Key },
		"no authority":         func(d *bundle.Device) { d.Authority = nil },
		"another authority":    func(d *bundle.Device) { d.Authority = foreign.Authority },
		"two authorities":      func(d *bundle.Device) { d.Authority = append(append([]byte{}, d.Authority...), d.Authority...) },
		"not an authority":     func(d *bundle.Device) { d.Authority = d.Certificate },
	} {
		d := good
		spoil(&d)
		if _, err := bundle.Make(d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
