// Package sbom writes the bill of materials of a program as CycloneDX 1.6 in JSON
// (ECMA-424): the program, Go's standard library and every module linked into it,
// with versions, package URLs, hashes and licences. The same program gives the
// same bytes. Its functions may be called from any goroutine.
package sbom

// Document is a CycloneDX bill of materials: the part of the schema that a
// program of Go modules needs.
type Document struct {
	Format       string        `json:"bomFormat"` // "CycloneDX"
	SpecVersion  string        `json:"specVersion"`
	SerialNumber string        `json:"serialNumber"` // urn:uuid:...
	Version      int           `json:"version"`      // of this document, from 1
	Metadata     Metadata      `json:"metadata"`
	Components   []Component   `json:"components"`
	Dependencies []Dependency  `json:"dependencies"`
	Compositions []Composition `json:"compositions"`
}

// Metadata tells what the document is about.
type Metadata struct {
	Timestamp  string     `json:"timestamp"` // RFC 3339
	Lifecycles []Phase    `json:"lifecycles"`
	Component  Component  `json:"component"`
	Properties []Property `json:"properties,omitempty"`
}

// Phase is where in the product's life the document was made.
type Phase struct {
	Phase string `json:"phase"`
}

// Component is the program or a part of it.
type Component struct {
	Type     string     `json:"type"` // "application" or "library"
	Ref      string     `json:"bom-ref"`
	Name     string     `json:"name"`
	Version  string     `json:"version"`
	Scope    string     `json:"scope,omitempty"`
	Hashes   []Hash     `json:"hashes,omitempty"`
	Licences []Licensed `json:"licenses,omitempty"`
	PURL     string     `json:"purl"`
	Pedigree *Pedigree  `json:"pedigree,omitempty"` // of what is not as its authors published it
}

// Pedigree tells how a component was changed.
type Pedigree struct {
	Notes string `json:"notes"`
}

// Hash is a digest, in lower-case hexadecimal. A module's is that of go.sum: the
// SHA-256 of the list of its files' SHA-256.
type Hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// Licensed names a licence.
type Licensed struct {
	Licence Licence `json:"license"`
}

// Licence is an identifier of the SPDX list.
type Licence struct {
	ID string `json:"id"`
}

// Dependency tells what a component needs. A binary tells which modules are in it
// and not which of them asks for which: all are said to be the program's.
type Dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// Composition tells how complete the list of a component's parts is.
type Composition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// Property is a name and a value beside the schema.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
