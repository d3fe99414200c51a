package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// use is a place in the code where a text is asked for.
type use struct {
	at       string
	function string // of package i18n
	key, one string
}

// uses finds every call of package i18n in the program, tests aside.
func uses(t *testing.T) []use {
	t.Helper()
	root, set := filepath.Join("..", ".."), token.NewFileSet()
	var found []use
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (entry.Name()[0] == '.' && name != root || entry.Name() == "testdata" || entry.Name() == "i18n"):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if u, ok := asked(t, set, call); ok {
					found = append(found, u)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// phrases are the functions of package model that make phrases.
var phrases = map[string]bool{"phrase": true, "Sayf": true, "Faultf": true}

// asked reads a call, if it is one of package i18n that is given a text. Only T
// may be given a value, which Mark has told of elsewhere.
func asked(t *testing.T, set *token.FileSet, call *ast.CallExpr) (use, bool) {
	t.Helper()
	if f, ok := call.Fun.(*ast.Ident); ok && phrases[f.Name] && len(call.Args) > 0 { // in package model
		key, _ := literal(call.Args[0])
		return use{at: set.Position(call.Pos()).String(), function: "phrase", key: key}, key != ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return use{}, false
	}
	pkg, ok := sel.X.(*ast.Ident)
	switch {
	case ok && pkg.Name == "model" && phrases[sel.Sel.Name]:
		key, _ := literal(call.Args[0])
		return use{at: set.Position(call.Pos()).String(), function: "phrase", key: key}, key != ""
	case !ok || pkg.Name != "i18n":
		return use{}, false
	}
	u := use{at: set.Position(call.Pos()).String(), function: sel.Sel.Name}
	switch u.function {
	case "T", "Tf", "Errorf", "Error", "Mark":
		u.key, ok = literal(call.Args[0])
	case "N", "Nf":
		u.one, ok = literal(call.Args[0])
		if ok {
			u.key, ok = literal(call.Args[1])
		}
	default:
		return use{}, false
	}
	if !ok && u.function != "T" {
		t.Errorf("%s: %s is not given its text as it is", u.at, u.function)
	}
	return u, ok
}

// literal is the value of a string literal or of a sum of them.
func literal(x ast.Expr) (string, bool) {
	switch x := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok := literal(x.X)
		b, too := literal(x.Y)
		return a + b, ok && too && x.Op == token.ADD
	}
	return "", false
}
