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

// proofs are the tests below this directory, those of other packages with the
// name of their directory, and what all files say in comments and strings.
func proofs(t *testing.T) (tests map[string]bool, said map[string]string) {
	t.Helper()
	tests, said = make(map[string]bool), make(map[string]string)
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
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
					tests[strings.TrimPrefix(dir+".", "..")+f.Name.Name] = true
				}
			}
		}
	}
	return tests, said
}

// Each statement of the standard that concerns a server is proven by a test, and
// the code speaks of no other statements.
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
			if !tests[name] {
				t.Errorf("[MQTT-%s] is proven by %s, which there is not", statement, name)
			}
		}
	}
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
