// Package licences collects the licences of everything that is linked into the
// program, from the module cache and from Go itself, and refuses to go on when a
// module has none, or none that is known: what nobody may redistribute is found
// when the package is made, not later. Its functions may be called from any
// goroutine.
package licences

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/packaging/modules"
)

// Notice is a licence, or a notice that has to travel with it.
type Notice struct {
	Of   []string // what it covers: modules with their versions, or "Go 1.26.8"
	File string   // its name there, slash-separated
	ID   string   // SPDX identifier; empty for a text that is a notice only
	Text string
}

// maxNotice bounds one file, in bytes; the longest licence in use has 35,000.
const maxNotice = 256 << 10

// Collect returns every licence and notice of a program, texts that are the same
// only once, in the order of their modules. cache is the module cache
// (go env GOMODCACHE) and goroot where Go is (go env GOROOT). It is an error when
// a module has no licence that Identify knows.
func Collect(p modules.Program, cache, goroot string) ([]Notice, error) {
	c := collection{seen: make(map[string]int)}
	err := c.add("Go "+p.Go, goroot, false)
	for _, m := range p.Modules {
		err = errors.Join(err, c.add(m.Path+" "+m.Version, m.Dir(cache), true))
	}
	return c.notices, err
}

// collection gathers notices; seen are the places of texts in it.
type collection struct {
	notices []Notice
	seen    map[string]int
}

// add adds the notices of one module in dir, below it too when deep.
func (c *collection) add(of, dir string, deep bool) error {
	files, err := find(dir, deep)
	if err != nil {
		return fmt.Errorf("licences of %s: %w", of, err)
	}
	licensed := false
	for _, name := range files {
		text, err := read(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("licences of %s: %w", of, err)
		}
		id := Identify(text)
		if id == "" && !isNotice(path.Base(name)) {
			continue // a licence to choose, which this program does not
		}
		licensed = licensed || id != ""
		c.put(Notice{Of: []string{of}, File: name, ID: id, Text: text})
	}
	if !licensed {
		return fmt.Errorf("licences of %s: none that is known is in %s: read what is there, and add it to what Identify knows if it may be shipped", of, dir)
	}
	return nil
}

// put adds a notice, or what it covers to the same text.
func (c *collection) put(n Notice) {
	if at, ok := c.seen[n.Text]; ok {
		if !slices.Contains(c.notices[at].Of, n.Of[0]) {
			c.notices[at].Of = append(c.notices[at].Of, n.Of...)
		}
		return
	}
	c.seen[n.Text] = len(c.notices)
	c.notices = append(c.notices, n)
}

// find names the licences and notices in dir, the nearest to its root first.
func find(dir string, deep bool) ([]string, error) {
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (!deep || left(entry.Name())):
			return fs.SkipDir
		case entry.Type().IsRegular() && (isNotice(entry.Name()) || inLicenceFolder(name)):
			files = append(files, name)
		}
		return nil
	})
	slices.SortFunc(files, func(a, b string) int {
		if d := strings.Count(a, "/") - strings.Count(b, "/"); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return files, err
}

// left tells the folders whose content is never linked.
func left(name string) bool {
	return name[0] == '.' || name[0] == '_' ||
		slices.Contains([]string{"testdata", "vendor", "examples", "example", "docs", "internal_test"}, name)
}

// inLicenceFolder tells whether a file is one of the licences that a module lets
// one choose from, which are called by their names in a folder of their own.
func inLicenceFolder(name string) bool {
	folder := strings.ToLower(path.Base(path.Dir(name)))
	return folder == "licenses" || folder == "licences"
}

// isNotice tells by its name whether a file is a licence or a notice.
func isNotice(name string) bool {
	base := strings.ToLower(name)
	switch path.Ext(base) {
	case "", ".txt", ".md", ".rst", ".html", ".mit", ".bsd", ".apache", ".ofl":
	default:
		return false
	}
	for _, word := range []string{"licence", "license", "copying", "notice", "patents", "unlicense", "ofl", "epl-", "edl-"} {
		if strings.HasPrefix(base, word) || strings.HasSuffix(strings.TrimSuffix(base, path.Ext(base)), "-"+word) {
			return true
		}
	}
	return false
}

// read reads a text with the line ends of Unix.
func read(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxNotice+1))
	if err != nil {
		return "", err
	}
	if len(raw) > maxNotice {
		return "", fmt.Errorf("%s is longer than %d bytes: that is no licence", name, maxNotice)
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	return strings.Trim(text, "\n") + "\n", nil
}
