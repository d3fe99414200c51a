package modules

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

func TestReadsItself(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(self)
	if err != nil {
		t.Fatal(err)
	}
	if p.Go != strings.TrimPrefix(runtime.Version(), "go") || p.OS != runtime.GOOS || p.Arch != runtime.GOARCH {
		t.Errorf("the test is built by Go %s for %s/%s, want %s for %s/%s", p.Go, p.OS, p.Arch, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	}
}

func TestReadRefusesOtherFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(name, []byte("not a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("error %v, want one that names %s", err, name)
	}
}

func TestOf(t *testing.T) {
	p := of(&debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "example.org/main", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.org/b", Version: "v1.0.0", Sum: "h1:b"},
			{Path: "example.org/a", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/A", Version: "v1.0.1", Sum: "h1:a"}},
			{Path: "example.org/c", Version: "v1.0.2", Sum: "h1:c", Replace: &debug.Module{Path: "./.cache/c", Version: "(devel)"}},
		},
		Settings: []debug.BuildSetting{{Key: "GOOS", Value: "windows"}, {Key: "GOARCH", Value: "amd64"}},
	})
	want := []Module{{"example.org/A", "v1.0.1", "h1:a", false}, {"example.org/b", "v1.0.0", "h1:b", false}, {"example.org/c", "v1.0.2", "", true}}
	if p.Main != "example.org/main" || p.Go != "1.26.8" || p.OS != "windows" || p.Arch != "amd64" || !slices.Equal(p.Modules, want) {
		t.Errorf("got %+v, want the replaced module first: %v", p, want)
	}
}

func TestDir(t *testing.T) {
	m := Module{Path: "github.com/BurntSushi/toml", Version: "v1.6.0-RC1"}
	if got, want := m.Dir("/cache"), filepath.FromSlash("/cache/github.com/!burnt!sushi/toml@v1.6.0-!r!c1"); got != want {
		t.Errorf("Dir = %s, want %s", got, want)
	}
}
