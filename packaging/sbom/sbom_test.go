package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/packaging/modules"
)

func sample() (modules.Program, Options) {
	p := modules.Program{
		Main: "github.com/pilothouse/pilothouse", Go: "1.26.8", OS: "linux", Arch: "amd64",
		Flags: map[string]string{"-tags": "hub", "CGO_ENABLED": "0", "GOOS": "linux"},
		Modules: []modules.Module{
			{Path: "github.com/BurntSushi/toml", Version: "v1.6.0", Sum: "h1:dRaEfpa2VI55EwlIW72hMRHdWouJeRF7TPYhI+AUQjk="},
			{Path: "example.org/local", Version: "v0.0.0-2026+dirty", Changed: true},
		},
	}
	return p, Options{
		Name: "pilothouse", Version: "0.1.0-dev.3", Made: time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("", 3600)),
		Licence: "MIT", Licences: map[string]string{"github.com/BurntSushi/toml v1.6.0": "MIT", "Go 1.26.8": "BSD-3-Clause"},
		SHA256: [32]byte{0xab, 0xcd},
	}
}

func written(t *testing.T, d Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDocument(t *testing.T) {
	d := New(sample())
	for _, fault := range faults(written(t, d)) {
		t.Error(fault)
	}
	if d.Metadata.Timestamp != "2026-11-22T11:00:00Z" {
		t.Errorf("timestamp %s, want the commit's in UTC", d.Metadata.Timestamp)
	}
	if got, want := d.Metadata.Component.PURL, "pkg:golang/github.com/pilothouse/pilothouse@v0.1.0-dev.3?goarch=amd64&goos=linux"; got != want {
		t.Errorf("the program is %s, want %s", got, want)
	}
	toml := d.Components[1]
	wantHash := []Hash{{"SHA-256", "7516847e96b6548e791309485bbda13111dd5a8b8979117b4cf62123e0144239"}}
	if toml.PURL != "pkg:golang/github.com/burntsushi/toml@v1.6.0" || !slices.Equal(toml.Hashes, wantHash) {
		t.Errorf("a module is %+v", toml)
	}
	if len(d.Components) != 3 || d.Components[0].PURL != "pkg:golang/stdlib@1.26.8" || len(d.Components[2].Hashes) != 0 || d.Components[2].Pedigree == nil || toml.Pedigree != nil {
		t.Errorf("components are %+v, want Go, a module with its hash and a changed one without", d.Components)
	}
}

func TestSameBytes(t *testing.T) {
	first, second := written(t, New(sample())), written(t, New(sample()))
	if !bytes.Equal(first, second) {
		t.Error("two documents of one program differ")
	}
	p, o := sample()
	o.Version = "0.2.0"
	if New(p, o).SerialNumber == New(sample()).SerialNumber {
		t.Error("documents of two versions have one serial number")
	}
}

// TestFaultsAreFound breaks a document in each way that faults looks for.
func TestFaultsAreFound(t *testing.T) {
	good := string(written(t, New(sample())))
	for what, change := range map[string][2]string{
		"format":           {`"CycloneDX"`, `"SPDX"`},
		"version of spec":  {`"specVersion": "1.6"`, `"specVersion": "9"`},
		"serial number":    {"urn:uuid:", "uuid:"},
		"document version": {`"version": 1`, `"version": 0`},
		"time":             {"2026-11-22T11:00:00Z", "yesterday"},
		"type":             {`"type": "library"`, `"type": "thing"`},
		"name":             {`"name": "std"`, `"name": ""`},
		"duplicate":        {`"bom-ref": "pkg:golang/stdlib@1.26.8"`, `"bom-ref": "pkg:golang/github.com/burntsushi/toml@v1.6.0"`},
		"purl":             {`"purl": "pkg:golang/stdlib`, `"purl": "golang/stdlib`},
		"hash":             {`"content": "abcd`, `"content": "xyz`},
		"algorithm":        {`"alg": "SHA-256"`, `"alg": "h1"`},
		"dependency":       {`"ref": "pkg:`, `"ref": "nobody:`},
		"aggregate":        {`"aggregate": "complete"`, `"aggregate": "perhaps"`},
		"licence":          {`"id": "MIT"`, `"id": ""`},
	} {
		broken := strings.Replace(good, change[0], change[1], 1)
		if broken == good {
			t.Errorf("%s: %s is not in the document", what, change[0])
		} else if len(faults([]byte(broken))) == 0 {
			t.Errorf("%s: nothing is found wrong with %s", what, change[1])
		}
	}
}

var (
	serialForm = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	hashForm   = regexp.MustCompile(`^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$`)
	purlForm   = regexp.MustCompile(`^pkg:golang/[a-z0-9._~/%-]+@[A-Za-z0-9.%_~+-]+(\?[a-z]+=[a-z0-9]+(&[a-z]+=[a-z0-9]+)*)?$`)
)

// faults lists what the CycloneDX 1.6 schema would refuse: what it requires, its
// patterns and its enumerations, for all that this package writes.
func faults(raw []byte) []string {
	var d Document
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return []string{err.Error()}
	}
	var found []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	check(d.Format == "CycloneDX", "bomFormat %q", d.Format)
	check(d.SpecVersion == "1.6", "specVersion %q", d.SpecVersion)
	check(serialForm.MatchString(d.SerialNumber), "serialNumber %q", d.SerialNumber)
	check(d.Version >= 1, "version %d", d.Version)
	_, err := time.Parse(time.RFC3339, d.Metadata.Timestamp)
	check(err == nil, "timestamp: %v", err)
	refs := make(map[string]bool)
	for _, c := range append([]Component{d.Metadata.Component}, d.Components...) {
		check(slices.Contains([]string{"application", "library"}, c.Type), "%s: type %q", c.Name, c.Type)
		check(c.Name != "" && c.Version != "", "a component without name or version: %+v", c)
		check(c.Ref != "" && !refs[c.Ref], "bom-ref %q is empty or not unique", c.Ref)
		refs[c.Ref] = true
		check(purlForm.MatchString(c.PURL), "purl %q", c.PURL)
		for _, h := range c.Hashes {
			check(h.Algorithm == "SHA-256" && hashForm.MatchString(h.Content), "%s: hash %+v", c.Name, h)
		}
		for _, l := range c.Licences {
			check(l.Licence.ID != "", "%s: a licence without an identifier", c.Name)
		}
	}
	for _, dep := range d.Dependencies {
		check(refs[dep.Ref], "a dependency of %q, which is no component", dep.Ref)
		for _, on := range dep.DependsOn {
			check(refs[on], "a dependency on %q, which is no component", on)
		}
	}
	for _, c := range d.Compositions {
		check(slices.Contains([]string{"complete", "incomplete", "unknown"}, c.Aggregate), "aggregate %q", c.Aggregate)
		check(len(c.Assemblies) == 1 && refs[c.Assemblies[0]], "a composition of %q", c.Assemblies)
	}
	return found
}
