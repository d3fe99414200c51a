// Package changelog reads CHANGELOG.md (Keep a Changelog 1.1.0) for those who
// need parts of it: the release's notes, and the changelogs that packages carry. Its functions may be called from any goroutine.
package changelog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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

// Package is what a package's changelog says beside what changed.
type Package struct {
	Name       string
	Version    string // in the package's own form
	Maintainer string // NAME <ADDRESS>
	Made       time.Time
}

// Debian writes a release in the form of a Debian changelog (deb-changelog(5)).
func Debian(p Package, r Release) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s) unstable; urgency=medium\n\n", p.Name, p.Version)
	for _, item := range r.Items() {
		b.WriteString(wrap("  * ", "    ", item))
	}
	fmt.Fprintf(&b, "\n -- %s  %s\n", p.Maintainer, p.Made.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return b.String()
}

// RPM writes a release as the YAML that nfpm makes an RPM's changelog of.
func RPM(p Package, r Release) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- semver: %s\n  date: %s\n  packager: %s\n  changes:\n",
		strconv.Quote(p.Version), p.Made.UTC().Format(time.RFC3339), strconv.Quote(p.Maintainer))
	for _, item := range r.Items() {
		fmt.Fprintf(&b, "    - note: %s\n", strconv.Quote(item))
	}
	return b.String()
}

// Items are the entries of a release, each on one line.
func (r Release) Items() []string {
	var items []string
	for line := range strings.Lines(r.Notes) {
		line = strings.TrimSpace(line)
		item, first := strings.CutPrefix(line, "- ")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case first || len(items) == 0:
			items = append(items, item)
		default:
			items[len(items)-1] += " " + line
		}
	}
	return items
}

// width is the longest line of a Debian changelog, in characters.
const width = 80

// wrap breaks text into lines, the first after one prefix and the others after
// another.
func wrap(first, other, text string) string {
	var b strings.Builder
	line := first
	for word := range strings.FieldsSeq(text) {
		if len(line) > len(other) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line = other + word
			continue
		}
		if len(line) > len(other) {
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}
