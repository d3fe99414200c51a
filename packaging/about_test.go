package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/packaging/licences"
	"github.com/pilothouse/pilothouse/packaging/modules"
)

// aboutLicences is what the window shows of the licences.
const aboutLicences = "../assets/licences.txt"

var updateLicences = flag.Bool("update-licences", false, "write the licences that the window shows anew")

// TestLicencesInTheWindow compares the licences that the window shows with those
// of what the program is made of, on all systems that it is built for.
func TestLicencesInTheWindow(t *testing.T) {
	p := modules.Program{Go: "and its standard library"}
	for _, system := range []string{"linux", "windows", "darwin"} {
		for _, m := range modulesFor(t, system) {
			if !slices.Contains(p.Modules, m) {
				p.Modules = append(p.Modules, m)
			}
		}
	}
	slices.SortFunc(p.Modules, func(a, b modules.Module) int { return strings.Compare(a.Path, b.Path) })
	notices, err := licences.Collect(p, goVariable(t, "GOMODCACHE"), goVariable(t, "GOROOT"))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := licences.Write(&want, preamble, notices); err != nil {
		t.Fatal(err)
	}
	if *updateLicences {
		if err := os.WriteFile(aboutLicences, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(aboutLicences)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what the program is made of: run go test ./packaging -run Window -update-licences", filepath.Base(aboutLicences))
	}
}

// modulesFor lists the modules that the program is made of on a system.
func modulesFor(t *testing.T, system string) []modules.Module {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "..")
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list what the program is made of on %s: %v", system, err)
	}
	var all []modules.Module
	for line := range strings.Lines(string(out)) {
		if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !slices.Contains(all, modules.Module{Path: path, Version: version}) {
			all = append(all, modules.Module{Path: path, Version: version})
		}
	}
	return all
}

func goVariable(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
