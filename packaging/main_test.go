package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// epoch is a surrounding with a fixed time.
func epoch(string) string { return "1795305600" }

// goEnv asks the go command where something is.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestOfAProgram describes a real program: this test.
func TestOfAProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	of := []string{"-program", self, "-name", "pilothouse", "-version", "0.1.0", "-modcache", goEnv(t, "GOMODCACHE"), "-goroot", goEnv(t, "GOROOT")}
	var text, bom bytes.Buffer
	if err := run(append([]string{"licences"}, of...), epoch, &text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"OpenStreetMap", "LICENSE (BSD-3-Clause)", "Redistribution and use"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the licences lack %q", want)
		}
	}
	if err := run(append([]string{"sbom"}, of...), epoch, &bom); err != nil {
		t.Fatal(err)
	}
	var d struct {
		Metadata struct {
			Timestamp string
			Component struct{ Version string }
		}
		Components []struct{ Name string }
	}
	if err := json.Unmarshal(bom.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Metadata.Timestamp != "2026-11-22T00:00:00Z" || d.Metadata.Component.Version != "0.1.0" || len(d.Components) == 0 || d.Components[0].Name != "std" {
		t.Errorf("the bill of materials says %+v", d)
	}
}

func TestOfTheChangelog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "CHANGELOG.md")
	if err := os.WriteFile(name, []byte("## [1.2.0] - 2026-11-22\n\n- News.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var notes, debian bytes.Buffer
	if err := run([]string{"notes", "-version", "1.2.0", "-changelog", name}, epoch, &notes); err != nil {
		t.Fatal(err)
	}
	if notes.String() != "- News.\n" {
		t.Errorf("notes are %q", notes.String())
	}
	args := []string{"deb-changelog", "-name", "x", "-version", "1.2.0", "-package-version", "1.2.0", "-maintainer", "A <a@b>", "-changelog", name}
	if err := run(args, epoch, &debian); err != nil {
		t.Fatal(err)
	}
	if want := "x (1.2.0) unstable; urgency=medium\n\n  * News.\n\n -- A <a@b>  Sun, 22 Nov 2026 00:00:00 +0000\n"; debian.String() != want {
		t.Errorf("the changelog is %q, want %q", debian.String(), want)
	}
}

func TestManual(t *testing.T) {
	dir := t.TempDir()
	page, help := filepath.Join(dir, "page"), filepath.Join(dir, "help")
	for name, text := range map[string]string{page: "@VERSION@ @DATE@\n@OPTIONS@\n@COMMANDS@\n", help: "  -demo\n    \tsail\n  pilothouse hub  run\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := run([]string{"manual", "-version", "1.2.0", "-template", page, "-help-text", help}, epoch, &b); err != nil {
		t.Fatal(err)
	}
	if want := "1.2.0 2026-11-22\n.TP\n\\fB\\-\\-demo\\fR\nsail\n.TP\n\\fBhub\\fR\nrun\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestIcon(t *testing.T) {
	name := filepath.Join(t.TempDir(), "16.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, image.NewNRGBA(image.Rect(0, 0, 16, 16))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := run([]string{"icon", name}, epoch, &b); err != nil {
		t.Fatal(err)
	}
	if b.Len() != 6+16+40+16*16*4+16*4 {
		t.Errorf("the icon has %d bytes", b.Len())
	}
}

func TestRunRefuses(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	noTime := func(string) string { return "" }
	cases := []struct {
		name string
		args []string
		env  func(string) string
		want string
	}{
		{"nothing", nil, epoch, "say what to write"},
		{"something else", []string{"poem"}, epoch, "say what to write"},
		{"no time", []string{"notes"}, noTime, "SOURCE_DATE_EPOCH"},
		{"no program", []string{"licences", "-program", nowhere}, epoch, nowhere},
		{"no program", []string{"sbom", "-program", nowhere}, epoch, nowhere},
		{"no changelog", []string{"notes", "-changelog", nowhere}, epoch, nowhere},
		{"no page", []string{"manual", "-template", nowhere}, epoch, nowhere},
		{"no picture", []string{"icon", nowhere}, epoch, nowhere},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := run(c.args, c.env, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
