package broker

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// statements reads testdata/conformance.txt: statements with the tests that prove
// them, or with "client" or "unused".
func statements(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/conformance.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "#" {
			if _, twice := found[fields[0]]; twice {
				t.Errorf("%s is there twice", fields[0])
			}
			found[fields[0]] = fields[1:]
		}
	}
	return found
}

// proofs are the tests below this directory with their text, those of other
// packages with the name of their directory, and what all files say in comments
// and strings.
func proofs(t *testing.T) (tests, said map[string]string) {
	t.Helper()
	tests, said = make(map[string]string), make(map[string]string)
	for _, dir := range []string{".", "packet", "listen", "durable"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			said[name] = string(text)
			if !strings.HasSuffix(name, "_test.go") {
				continue
			}
			for test, body := range testsIn(t, name, text) {
				tests[strings.TrimPrefix(dir+".", "..")+test] = body
			}
		}
	}
	return tests, said
}

// testsIn are the tests in one file, from their comments to the line after them.
func testsIn(t *testing.T, name string, text []byte) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		found[f.Name.Name] = string(text[set.Position(start).Offset:set.Position(f.End()).Offset])
	}
	return found
}

// Each statement of the standard that concerns a server is proven by a test that
// names it, and the code speaks of no other statements.
func TestEveryStatementIsProven(t *testing.T) {
	table := statements(t)
	tests, said := proofs(t)
	proven := 0
	for statement, by := range table {
		switch {
		case len(by) == 0:
			t.Errorf("[MQTT-%s] is not proven", statement)
		case by[0] == "client" || by[0] == "unused":
			continue
		}
		proven++
		for _, name := range by {
			if test, ok := tests[name]; !ok {
				t.Errorf("[MQTT-%s] is proven by %s, which there is not", statement, name)
			} else if !strings.Contains(test, "[MQTT-"+strings.TrimPrefix(statement, "3.1.1:")+"]") {
				t.Errorf("%s does not name [MQTT-%s], which it proves", name, statement)
			}
		}
	}
	t.Logf("%d statements, %d proven; the others are about clients, or about what is not offered", len(table), proven)
	if proven < 200 {
		t.Errorf("%d statements in the table are proven", proven)
	}
	spoken := regexp.MustCompile(`\[MQTT-([0-9.]+-[0-9.]+(?:-[0-9]+)?)\]`)
	for name, text := range said {
		for _, m := range spoken.FindAllStringSubmatch(text, -1) {
			if _, ok := table[m[1]]; !ok {
				if _, ok := table["3.1.1:"+m[1]]; !ok {
					t.Errorf("%s speaks of [MQTT-%s], which is not in the table", name, m[1])
				}
			}
		}
	}
}
