package licences

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/packaging/modules"
)

const (
	mit = "MIT License\n\nCopyright (c) 2026 Somebody\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" +
		"of this software. The above copyright notice and this\npermission notice shall be included in all copies.\n"
	bsd3 = "Redistribution and use in source and binary forms, with or without modification.\nNeither the name of the copyright holder nor theirs.\n"
)

// cache makes a module cache of the files given, and a GOROOT beside it.
func cache(t *testing.T, files map[string]string) (cacheDir, goroot string) {
	t.Helper()
	root := t.TempDir()
	files["goroot/LICENSE"] = bsd3
	for name, text := range files {
		place := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "mod"), filepath.Join(root, "goroot")
}

func program(paths ...string) modules.Program {
	p := modules.Program{Go: "1.26.8"}
	for _, path := range paths {
		p.Modules = append(p.Modules, modules.Module{Path: path, Version: "v1.0.0"})
	}
	return p
}

func TestCollect(t *testing.T) {
	cacheDir, goroot := cache(t, map[string]string{
		"mod/example.org/!a@v1.0.0/LICENSE.md":          strings.ReplaceAll(mit, "\n", "\r\n"),
		"mod/example.org/!a@v1.0.0/NOTICE":              "A was made by B.\n",
		"mod/example.org/!a@v1.0.0/fonts/OFL.txt":       "SIL Open Font License\nVersion 1.1\n",
		"mod/example.org/!a@v1.0.0/license.go":          "package a\n",
		"mod/example.org/!a@v1.0.0/testdata/LICENSE":    "of a test\n",
		"mod/example.org/!a@v1.0.0/licenses/ftl.txt":    "The FreeType Project LICENSE\n",
		"mod/example.org/!a@v1.0.0/licenses/gpl.txt":    "GNU GENERAL PUBLIC LICENSE\n",
		"mod/example.org/b@v1.0.0/COPYING":              "\n" + mit + "\n",
		"mod/example.org/b@v1.0.0/readme.md":            "no licence\n",
		"mod/example.org/unused@v1.0.0/not-in-any/file": "",
	})
	notices, err := Collect(program("example.org/A", "example.org/b"), cacheDir, goroot)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range notices {
		got = append(got, strings.Join(n.Of, "+")+" "+n.File+" "+n.ID)
	}
	want := []string{
		"Go 1.26.8 LICENSE BSD-3-Clause",
		"example.org/A v1.0.0+example.org/b v1.0.0 LICENSE.md MIT",
		"example.org/A v1.0.0 NOTICE ",
		"example.org/A v1.0.0 fonts/OFL.txt OFL-1.1",
		"example.org/A v1.0.0 licenses/ftl.txt FTL",
	}
	if !slices.Equal(got, want) {
		t.Errorf("collected\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	ids := ByModule(notices)
	if ids["example.org/A v1.0.0"] != "MIT" || ids["example.org/b v1.0.0"] != "MIT" || ids["Go 1.26.8"] != "BSD-3-Clause" {
		t.Errorf("licences by module are %v", ids)
	}
}

func TestCollectRefuses(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"none of modules a and b":    {"mod/example.org/a@v1.0.0/a.go": "package a\n", "mod/example.org/b@v1.0.0/b.go": "package b\n"},
		"none that is known of both": {"mod/example.org/a@v1.0.0/LICENSE": "All rights reserved.\n", "mod/example.org/b@v1.0.0/COPYING": "GNU GENERAL PUBLIC LICENSE Version 3\n"},
		"modules that are not there": {},
		"a licence without end":      {"mod/example.org/a@v1.0.0/LICENSE": mit + strings.Repeat("x", maxNotice), "mod/example.org/b@v1.0.0/b.go": ""},
	} {
		t.Run(name, func(t *testing.T) {
			cacheDir, goroot := cache(t, files)
			_, err := Collect(program("example.org/a", "example.org/b"), cacheDir, goroot)
			if err == nil || !strings.Contains(err.Error(), "example.org/a v1.0.0") || !strings.Contains(err.Error(), "example.org/b v1.0.0") {
				t.Errorf("error %v, want one that names both modules", err)
			}
		})
	}
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	err := Write(&b, "What is in here.\n\n", []Notice{{Of: []string{"a v1", "b v2"}, File: "LICENSE", ID: "MIT", Text: "text\n"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "What is in here.\n\n" + rule + "\na v1\nb v2\nLICENSE (MIT)\n" + rule + "\n\ntext\n"
	if b.String() != want {
		t.Errorf("wrote\n%s\nwant\n%s", b.String(), want)
	}
}
