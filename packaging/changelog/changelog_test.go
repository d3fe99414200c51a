package changelog

import (
	"os"
	"strings"
	"testing"
	"time"
)

const sample = `# Changelog

Words before.

## [Unreleased]

### Added

- A window.

## [0.1.0] - 2026-11-01

### Fixed

- One thing
  on two lines.
- Another.
`

func parsed(t *testing.T) []Release {
	t.Helper()
	releases, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	return releases
}

func TestOf(t *testing.T) {
	for version, want := range map[string]string{
		"0.1.0":            "### Fixed\n\n- One thing\n  on two lines.\n- Another.",
		"v0.1.0+gabc":      "### Fixed\n\n- One thing\n  on two lines.\n- Another.",
		"0.2.0-dev.3+gabc": "### Added\n\n- A window.",
	} {
		r, err := Of(parsed(t), version)
		if err != nil || r.Notes != want {
			t.Errorf("%s: %q, %v; want %q", version, r.Notes, err, want)
		}
	}
	if r, err := Of(parsed(t), "0.2.0"); err == nil || !strings.Contains(err.Error(), "## [0.2.0]") {
		t.Errorf("a release that nothing is said of: %+v, %v; want an error that says what to add", r, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "# Changelog\n", "## [1.0.0] - yesterday\n"} {
		if r, err := Parse(text); err == nil {
			t.Errorf("%q: %+v, want an error", text, r)
		}
	}
}

func TestDebian(t *testing.T) {
	r, err := Of(parsed(t), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	got := Debian(Package{"pilothouse", "0.1.0", "A <a@example.org>", time.Date(2026, 11, 2, 13, 4, 5, 0, time.FixedZone("", 3600))}, r)
	want := `pilothouse (0.1.0) unstable; urgency=medium

  * One thing on two lines.
  * Another.

 -- A <a@example.org>  Mon, 02 Nov 2026 12:04:05 +0000
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDebianWraps(t *testing.T) {
	word := strings.Repeat("ä", 38)
	got := Debian(Package{}, Release{Notes: "- " + word + " " + word + "\n  " + strings.Repeat("x", 100)})
	want := "  * " + word + "\n    " + word + "\n    " + strings.Repeat("x", 100) + "\n"
	if !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRPM(t *testing.T) {
	r, err := Of(parsed(t), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	got := RPM(Package{"pilothouse", "0.1.0", "A <a@example.org>", time.Unix(1795305600, 0)}, r)
	want := "- semver: \"0.1.0\"\n  date: 2026-11-22T00:00:00Z\n  packager: \"A <a@example.org>\"\n  changes:\n" +
		"    - note: \"One thing on two lines.\"\n    - note: \"Another.\"\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestOwnChangelog keeps the project's own readable to this package.
func TestOwnChangelog(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	releases, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range releases {
		if len(r.Items()) == 0 {
			t.Errorf("nothing is said of %s", r.Version)
		}
	}
}
