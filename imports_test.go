package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// modulePath is the prefix of the program's own import paths.
const modulePath = "github.com/pilothouse/pilothouse"

// maxLines is the length above which a Go file has to be divided.
const maxLines = 500

// mayImport says who may import whom, tests aside. The key is a package, or a
// package and everything below it when it ends in "/..."; the most specific
// key decides. Own packages are named the same way. A package that no key
// matches is refused: a new room in the house is entered here first.
var mayImport = map[string]allowance{
	// The program itself fits the parts together.
	".": {own: []string{"..."}, libraries: true, fyne: true},

	// The domain knows the standard library only; what is below it may also
	// use libraries.
	"model":     {},
	"model/...": {own: []string{"model/..."}, libraries: true},

	// Three neighbours that never meet.
	"mqttlink/...": {own: []string{"model/...", "mqttlink/..."}, libraries: true},
	"broker/...":   {own: []string{"model/...", "broker/..."}, libraries: true},
	"demo/...":     {own: []string{"model/...", "demo/...", "assets/..."}, libraries: true},

	// The window never sees the link or the broker. Its widgets and its plots
	// are told values, and know no topics: of the model they use geography only.
	"ui/...":         {own: []string{"model/...", "assets/...", "ui/..."}, libraries: true, fyne: true},
	"ui/widgets/...": {own: []string{"model", "assets/...", "ui/i18n", "ui/widgets/...", "ui/plot/..."}, libraries: true, fyne: true, ofModel: geography},
	"ui/plot/...":    {own: []string{"model", "ui/plot/..."}, libraries: true, ofModel: geography},
	// The words of the window, for all of it.
	"ui/i18n": {own: []string{"assets/..."}, libraries: true, fyne: true},

	// What runs without a window is fitted together by a room of its own, which
	// the program without a window is built from.
	"hub": {own: []string{"model/...", "mqttlink/...", "broker/...", "demo/...", "assets/..."}, libraries: true},

	"assets/...": {own: []string{"assets/..."}},
	// The attacks are tried against the real broker and the real registry.
	"attacks": {own: []string{"broker/...", "demo/...", "hub", "model/...", "mqttlink/..."}, libraries: true},
	// The benchmark starts the broker as it starts its peers: as a process.
	"bench":        {own: []string{"bench/...", "broker/...", "model/..."}, libraries: true},
	"bench/figure": {},
	"e2e/...":      {own: []string{"e2e/..."}, libraries: true},
	// What is measured in a window is kept beside what the benchmark measured.
	"e2e/cmd/measure": {own: []string{"bench/figure", "e2e/..."}, libraries: true},
	// The window alone, over a store: what its frames cost can be told from inside.
	"e2e/cmd/frames": {own: []string{"model/...", "ui/..."}, libraries: true, fyne: true},
	"scripts/...":    {own: []string{"scripts/..."}},
	"packaging/...":  {own: []string{"packaging/..."}},
	// Fonts are read as the toolkit reads them.
	"packaging/emoji": {libraries: true},
}

// geography is the part of package model that is not about devices or topics.
var geography = []string{"LatLon", "Geofence"}

// allowance is what a package may import beside the standard library.
type allowance struct {
	own       []string // packages of this module
	libraries bool     // other modules
	fyne      bool     // the toolkit, among the other modules
	ofModel   []string // the only names of package model it may use; nil for all
}

// crowdedNames are package names that say nothing about what is inside.
var crowdedNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "lib"}

// source is one Go file, as far as the rules are concerned.
type source struct {
	dir     string // of its package, "." for the module's root
	name    string
	imports []string
	ofModel []string // the names of package model it uses
	doc     bool     // has a package comment
	lines   int
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

func TestHouseRules(t *testing.T) {
	for _, complaint := range complaints(sources(t, "."), mayImport) {
		t.Error(complaint)
	}
}

// complaints lists every breach of the rules, in a stable order.
func complaints(files []source, rules map[string]allowance) []string {
	var found []string
	documented := make(map[string]bool)
	for _, f := range files {
		if f.lines > maxLines {
			found = append(found, fmt.Sprintf("%s: %d lines; divide it, the limit is %d", path.Join(f.dir, f.name), f.lines, maxLines))
		}
		if f.isTest() {
			continue
		}
		documented[f.dir] = documented[f.dir] || f.doc
		found = append(found, importComplaints(f, rules)...)
	}
	for dir, ok := range documented {
		if !ok {
			found = append(found, fmt.Sprintf("package %s has no doc comment: say what it is for", dir))
		}
		if slices.Contains(crowdedNames, path.Base(dir)) {
			found = append(found, fmt.Sprintf("package %s: the name says nothing about what is inside", dir))
		}
	}
	slices.Sort(found)
	return found
}

// importComplaints lists the imports of f that the rules forbid.
func importComplaints(f source, rules map[string]allowance) []string {
	allowed, ok := ruleFor(f.dir, rules)
	if !ok {
		return []string{fmt.Sprintf("package %s is not in the table mayImport: say there what it may import", f.dir)}
	}
	var found []string
	for _, imported := range f.imports {
		if !allowed.permits(imported) {
			found = append(found, fmt.Sprintf("%s: package %s may not import %s", path.Join(f.dir, f.name), f.dir, imported))
		}
	}
	for _, name := range f.ofModel {
		if allowed.ofModel != nil && !slices.Contains(allowed.ofModel, name) {
			found = append(found, fmt.Sprintf("%s: package %s may not use model.%s", path.Join(f.dir, f.name), f.dir, name))
		}
	}
	return found
}

// ruleFor finds the most specific rule that matches the package in dir.
func ruleFor(dir string, rules map[string]allowance) (allowance, bool) {
	best := ""
	for pattern := range rules {
		longer := len(strings.TrimSuffix(pattern, "/...")) > len(strings.TrimSuffix(best, "/..."))
		if matches(pattern, dir) && (best == "" || longer || pattern == dir) {
			best = pattern
		}
	}
	return rules[best], best != ""
}

// permits reports whether the import path may be imported.
func (a allowance) permits(imported string) bool {
	if imported == modulePath {
		return false
	}
	if dir, own := strings.CutPrefix(imported, modulePath+"/"); own {
		return slices.ContainsFunc(a.own, func(pattern string) bool { return matches(pattern, dir) })
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") { // the standard library
		return true
	}
	return a.libraries && (a.fyne || first != "fyne.io")
}

// matches reports whether dir is the pattern's package, or below it when the
// pattern ends in "...".
func matches(pattern, dir string) bool {
	if pattern == "..." {
		return true
	}
	root, open := strings.CutSuffix(pattern, "/...")
	return dir == root || open && strings.HasPrefix(dir, root+"/")
}

// sources parses what the rules look at in every Go file below
// root that belongs to this module, testdata aside.
func sources(t *testing.T, root string) []source {
	t.Helper()
	var files []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && skipDir(name, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parse(name)
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatalf("reading the sources below %s: %v", root, err)
	}
	return files
}

// skipDir reports whether the go command would leave the directory out, too.
func skipDir(name, base string) bool {
	if base == "testdata" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return err == nil
}

func parse(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	f := source{
		dir:   filepath.ToSlash(filepath.Dir(name)),
		name:  filepath.Base(name),
		doc:   documents(file),
		lines: bytes.Count(text, []byte("\n")),
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		f.imports = append(f.imports, imported)
		if imported == modulePath+"/model" {
			f.ofModel = namesUsed(file, localName(spec))
		}
	}
	return f, nil
}

// localName is what a file calls an imported package.
func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	imported, _ := strconv.Unquote(spec.Path.Value)
	return path.Base(imported)
}

// namesUsed lists the names that a file uses of the package it calls pkg.
func namesUsed(file *ast.File, pkg string) []string {
	var names []string
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Name == pkg && !slices.Contains(names, selector.Sel.Name) {
			names = append(names, selector.Sel.Name)
		}
		return true
	})
	return names
}

// documents reports whether the file has a package comment that says
// something, directives aside.
func documents(file *ast.File) bool {
	return file.Doc != nil && strings.TrimSpace(file.Doc.Text()) != ""
}

// TestHouseRulesAreHeld shows the checker made-up houses, each with one thing
// wrong, to prove that it would notice.
func TestHouseRulesAreHeld(t *testing.T) {
	own := func(dir string) string { return modulePath + "/" + dir }
	file := func(dir string, imports ...string) source {
		return source{dir: dir, name: "x.go", imports: imports, doc: true, lines: 10}
	}
	test := func(f source) source { f.name = "x_test.go"; return f }
	long := func(f source) source { f.lines = maxLines + 1; return f }
	using := func(f source, names ...string) source { f.ofModel = names; return f }
	bare := func(f source) source { f.doc = false; return f }

	cases := []struct {
		name  string
		files []source
		want  string // part of the only complaint; "" for none
	}{
		{"main fits everything together", []source{file(".", own("broker"), own("ui"), "fyne.io/fyne/v2/app")}, ""},
		{"model on the standard library", []source{file("model", "time", "encoding/json")}, ""},
		{"model on a library", []source{file("model", "golang.org/x/text/unicode/norm")}, "may not import golang.org/x"},
		{"model on its own subpackage", []source{file("model", own("model/payload"))}, "may not import"},
		{"a subpackage of model on both", []source{file("model/payload", own("model"), "golang.org/x/text")}, ""},
		{"a subpackage of model on the window", []source{file("model/history", own("ui"))}, "may not import"},
		{"the link on the broker", []source{file("mqttlink", own("broker"))}, "may not import"},
		{"the broker on the link", []source{file("broker/bridge", own("mqttlink"))}, "may not import"},
		{"the demo on the broker", []source{file("demo", own("broker"))}, "may not import"},
		{"the broker on Fyne", []source{file("broker", "fyne.io/fyne/v2")}, "may not import fyne.io"},
		{"the window on the link", []source{file("ui", own("mqttlink"))}, "may not import"},
		{"a page on the broker", []source{file("ui/pages", own("broker"))}, "may not import"},
		{"a page on the model", []source{file("ui/pages", own("model"), own("ui/widgets"), "fyne.io/fyne/v2")}, ""},
		{"a widget on geography", []source{using(file("ui/widgets", own("model")), "LatLon")}, ""},
		{"a widget on the domain", []source{using(file("ui/widgets", own("model")), "LatLon", "Store")}, "may not use model.Store"},
		{"a plot on what is below the model", []source{file("ui/plot", own("model/payload"))}, "may not import"},
		{"a widget on the window", []source{file("ui/widgets/dial", own("ui"))}, "may not import"},
		{"a plot on Fyne", []source{file("ui/plot", "fyne.io/fyne/v2")}, "may not import fyne.io"},
		{"anyone on main", []source{file("ui", modulePath)}, "may not import"},
		{"a neighbour with a longer name", []source{file("broker", own("modelling"))}, "may not import"},
		{"a test may meet anyone", []source{test(file("mqttlink", own("broker")))}, ""},
		{"a room nobody announced", []source{file("attic")}, "not in the table"},
		{"a package without a comment", []source{bare(file("broker"))}, "no doc comment"},
		{"one comment is enough", []source{bare(file("broker")), file("broker")}, ""},
		{"a comment in a test is none", []source{bare(file("broker")), test(file("broker"))}, "no doc comment"},
		{"a file too long", []source{long(file("broker"))}, "divide it"},
		{"a test too long", []source{long(test(file("broker")))}, "divide it"},
		{"a drawer for everything", []source{file("broker/util")}, "says nothing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := complaints(c.files, mayImport)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("complained of %q", found)
			case c.want != "" && len(found) != 1:
				t.Errorf("complaints %q, want one with %q", found, c.want)
			case c.want != "" && !strings.Contains(found[0], c.want):
				t.Errorf("complained of %q, want %q", found[0], c.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.go")
	text := "//go:build linux\n\n// Package x is made up.\npackage x\n\nimport (\n\t\"io\"\n\n\tm \"" + modulePath +
		"/model\"\n)\n\nvar _ = m.LatLon{}\nvar _ m.Store\nvar _ m.Store\nvar _ io.Reader\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := parse(name)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"io", modulePath + "/model"}; !slices.Equal(f.imports, want) {
		t.Errorf("imports %q, want %q", f.imports, want)
	}
	if want := []string{"LatLon", "Store"}; !slices.Equal(f.ofModel, want) {
		t.Errorf("uses %q of the model, want %q", f.ofModel, want)
	}
	if !f.doc || f.lines != 15 {
		t.Errorf("doc %v, %d lines, want true and 15", f.doc, f.lines)
	}
}
