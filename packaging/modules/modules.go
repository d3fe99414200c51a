// Package modules tells what a finished Go program is made of: it reads the build
// information that the linker left in the binary, so that what is said of a
// package is true of the bytes in it and not of what go.mod would allow. Its
// functions may be called from any goroutine.
package modules

import (
	"debug/buildinfo"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"
)

// Module is one module that is linked into a program.
type Module struct {
	Path    string
	Version string // as in go.mod, with its v
	Sum     string // as in go.sum, "h1:" and base64; empty for a changed copy
	Changed bool   // it was built from a copy in a folder, not as its authors published it
}

// Program is what a binary says of itself.
type Program struct {
	Main    string            // path of the main module
	Go      string            // version of Go without its prefix: "1.26.8"
	OS      string            // GOOS it was built for
	Arch    string            // GOARCH it was built for
	Flags   map[string]string // the build's settings, such as -tags and CGO_ENABLED
	Modules []Module          // what it depends on, by path; the main module and Go are not among them
}

// Read reads the build information of a binary for any system.
func Read(binary string) (Program, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return Program{}, fmt.Errorf("read what %s is made of: %w; it has to be a program built by Go 1.18 or later", binary, err)
	}
	return of(info), nil
}

// of makes a Program of build information.
func of(info *debug.BuildInfo) Program {
	p := Program{Main: info.Main.Path, Go: strings.TrimPrefix(info.GoVersion, "go"), Flags: make(map[string]string)}
	for _, s := range info.Settings {
		p.Flags[s.Key] = s.Value
	}
	p.OS, p.Arch = p.Flags["GOOS"], p.Flags["GOARCH"]
	for _, d := range info.Deps {
		p.Modules = append(p.Modules, module(d))
	}
	slices.SortFunc(p.Modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return p
}

// module is what a program was built from: for a replacement that has no version,
// which is a folder, a changed copy of what it replaces.
func module(d *debug.Module) Module {
	switch {
	case d.Replace == nil:
		return Module{Path: d.Path, Version: d.Version, Sum: d.Sum}
	case strings.HasPrefix(d.Replace.Path, "."):
		return Module{Path: d.Path, Version: d.Version, Changed: true}
	default:
		return Module{Path: d.Replace.Path, Version: d.Replace.Version, Sum: d.Replace.Sum}
	}
}

// Dir is where the module cache keeps a module: capitals are written as an
// exclamation mark and the small letter, so that systems which don't tell them
// apart can keep both (go help goproxy).
func (m Module) Dir(cache string) string {
	return filepath.Join(cache, filepath.FromSlash(escape(m.Path))+"@"+escape(m.Version))
}

func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
