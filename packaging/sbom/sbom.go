package sbom

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/packaging/modules"
)

// Options are what a binary does not say of itself.
type Options struct {
	Name     string            // of the program
	Version  string            // without a v
	Made     time.Time         // the commit's time, so that it can be made again
	Licence  string            // SPDX identifier of the program's own
	Licences map[string]string // of modules, "PATH VERSION", and of "Go 1.26.8"
	SHA256   [sha256.Size]byte // of the binary
}

// New makes the document of a program.
func New(p modules.Program, o Options) Document {
	d := Document{Format: "CycloneDX", SpecVersion: "1.6", Version: 1}
	d.Metadata = Metadata{
		Timestamp:  o.Made.UTC().Format(time.RFC3339),
		Lifecycles: []Phase{{"build"}},
		Component:  program(p, o),
		Properties: properties(p),
	}
	d.Components = append(d.Components, library("std", "stdlib", p.Go, o.Licences["Go "+p.Go], ""))
	for _, m := range p.Modules {
		c := library(m.Path, m.Path, m.Version, o.Licences[m.Path+" "+m.Version], m.Sum)
		if m.Changed {
			c.Pedigree = &Pedigree{"Built from a copy that scripts/toolkit.sh changes."}
		}
		d.Components = append(d.Components, c)
	}
	main := Dependency{Ref: d.Metadata.Component.Ref, DependsOn: []string{}}
	for _, c := range d.Components {
		main.DependsOn = append(main.DependsOn, c.Ref)
	}
	d.Dependencies = []Dependency{main}
	d.Compositions = []Composition{{Aggregate: "complete", Assemblies: []string{main.Ref}}}
	d.SerialNumber = serial(d)
	return d
}

// program is the component that the document is about.
func program(p modules.Program, o Options) Component {
	c := Component{
		Type: "application", Name: o.Name, Version: o.Version,
		PURL:     purl(p.Main, "v"+o.Version) + "?goarch=" + url.QueryEscape(p.Arch) + "&goos=" + url.QueryEscape(p.OS),
		Hashes:   []Hash{{"SHA-256", hex.EncodeToString(o.SHA256[:])}},
		Licences: licensed(o.Licence),
	}
	c.Ref = c.PURL
	return c
}

// library is one module, or Go's standard library.
func library(name, path, version, licence, sum string) Component {
	ref := purl(path, version)
	c := Component{Type: "library", Ref: ref, Name: name, Version: version, Scope: "required", PURL: ref, Licences: licensed(licence)}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:")); err == nil && len(raw) == sha256.Size {
		c.Hashes = []Hash{{"SHA-256", hex.EncodeToString(raw)}}
	}
	return c
}

func licensed(id string) []Licensed {
	if id == "" {
		return nil
	}
	return []Licensed{{Licence{id}}}
}

// purl is the package URL of a module: the type golang of its specification, where
// namespace and name are in small letters.
func purl(path, version string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		parts = append(parts, url.PathEscape(part))
	}
	return "pkg:golang/" + strings.Join(parts, "/") + "@" + url.PathEscape(version)
}

// properties are how the program was built.
func properties(p modules.Program) []Property {
	list := []Property{{"go:version", p.Go}}
	for key, value := range p.Flags {
		list = append(list, Property{"go:build:" + key, value})
	}
	slices.SortFunc(list, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// serial is a UUID of version 8 (RFC 9562) made of the document's own content, so
// that the same document has the same one.
func serial(d Document) string {
	raw, err := json.Marshal(d)
	if err != nil {
		panic(err) // a Document holds strings and numbers only
	}
	sum := sha256.Sum256(raw)
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// Write writes the document, indented.
func Write(w io.Writer, d Document) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	return nil
}
