// Package changelog reads CHANGELOG.md (Keep a Changelog 1.1.0) for those who
// need parts of it: the release's notes, and the changelog that a Debian package
// carries. Its functions may be called from any goroutine.
package changelog

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Release is what changed in one version.
type Release struct {
	Version string // without a v; "Unreleased" for what is to come
	Date    string // as written, YYYY-MM-DD; empty when unreleased
	Notes   string // Markdown, without the heading
}

// Parse reads a changelog, newest release first.
func Parse(text string) ([]Release, error) {
	var found []Release
	var notes []string
	end := func() {
		if len(found) > 0 {
			found[len(found)-1].Notes = strings.TrimSpace(strings.Join(notes, "\n"))
		}
		notes = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		heading, ok := strings.CutPrefix(line, "## ")
		if !ok {
			notes = append(notes, line)
			continue
		}
		end()
		version, date, _ := strings.Cut(heading, " - ")
		version = strings.TrimPrefix(strings.Trim(strings.TrimSpace(version), "[]"), "v")
		if date != "" {
			if _, err := time.Parse(time.DateOnly, strings.TrimSpace(date)); err != nil {
				return nil, fmt.Errorf("changelog: %q: write the date as YYYY-MM-DD", line)
			}
		}
		found = append(found, Release{Version: version, Date: strings.TrimSpace(date)})
	}
	end()
	if len(found) == 0 {
		return nil, errors.New("changelog: it has no releases: a release begins with '## [VERSION] - YYYY-MM-DD'")
	}
	return found, nil
}

// Of is the release to be described for a version: its own, or what is unreleased
// for a version that comes before it, such as 0.2.0-dev.7.
func Of(releases []Release, version string) (Release, error) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "+")
	for _, r := range releases {
		if r.Version == version {
			return r, nil
		}
	}
	if _, pre, _ := strings.Cut(version, "-"); pre != "" {
		for _, r := range releases {
			if r.Version == "Unreleased" {
				return r, nil
			}
		}
	}
	return Release{}, fmt.Errorf("changelog: nothing is said of version %s: add '## [%s] - YYYY-MM-DD'", version, version)
}

// Package is what a Debian changelog says beside what changed.
type Package struct {
	Name       string
	Version    string // in Debian's form
	Maintainer string // NAME <ADDRESS>
	Made       time.Time
}

// Debian writes a release in the form of a Debian changelog (deb-changelog(5)).
func Debian(p Package, r Release) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s) unstable; urgency=medium\n\n", p.Name, p.Version)
	for line := range strings.Lines(r.Notes) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"), line == "":
			continue
		case strings.HasPrefix(line, "- "):
			fmt.Fprintf(&b, "  * %s\n", strings.TrimPrefix(line, "- "))
		default:
			fmt.Fprintf(&b, "    %s\n", strings.TrimSpace(line))
		}
	}
	fmt.Fprintf(&b, "\n -- %s  %s\n", p.Maintainer, p.Made.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return b.String()
}
