// Command packaging writes what the packages carry beside the program. It is run
// by scripts/packages, from the root of the repository:
//
//	go run ./packaging licences -program FILE -modcache DIR -goroot DIR
//	go run ./packaging sbom -program FILE -name NAME -version V -modcache DIR -goroot DIR
//	go run ./packaging notes -version V
//	go run ./packaging deb-changelog -name NAME -version V -package-version V -maintainer WHO
//	go run ./packaging rpm-changelog -name NAME -version V -package-version V -maintainer WHO
//	go run ./packaging manual -version V -template FILE -help-text FILE
//	go run ./packaging icon FILE.png...
//	go run ./packaging emoji FILE.otf
//	go run ./packaging rpm-payload FILE.rpm
//	go run ./packaging rpm-repacked -payload FILE FILE.rpm
//
// All of them write to standard output. The time of what they write is that of
// SOURCE_DATE_EPOCH, in seconds since 1970.
package main

import (
	"crypto/sha256"
	_ "embed" // for preamble
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/packaging/changelog"
	"github.com/pilothouse/pilothouse/packaging/emoji"
	"github.com/pilothouse/pilothouse/packaging/ico"
	"github.com/pilothouse/pilothouse/packaging/licences"
	"github.com/pilothouse/pilothouse/packaging/manual"
	"github.com/pilothouse/pilothouse/packaging/modules"
	"github.com/pilothouse/pilothouse/packaging/rpm"
	"github.com/pilothouse/pilothouse/packaging/sbom"
)

//go:embed preamble.txt
var preamble string

func main() {
	if err := run(os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

// task is what the command line asks for.
type task struct {
	program, modcache, goroot  string
	name, version              string
	packageVersion, maintainer string
	changelog                  string
	template, help             string
	payload                    string
	made                       time.Time
	files                      []string
	out                        io.Writer
}

// run does one task with its surroundings given.
func run(args []string, env func(string) string, out io.Writer) error {
	tasks := map[string]func(task) error{
		"licences": writeLicences, "sbom": writeSBOM, "notes": writeNotes,
		"deb-changelog": withChangelog(changelog.Debian), "rpm-changelog": withChangelog(changelog.RPM),
		"manual": writeManual, "icon": writeIcon, "emoji": withFile(emoji.Repack),
		"rpm-payload": withFile(rpm.Payload), "rpm-repacked": writeRPM,
	}
	if len(args) == 0 || tasks[args[0]] == nil {
		return errors.New("say what to write: " + strings.Join(slices.Sorted(maps.Keys(tasks)), ", "))
	}
	t := task{out: out}
	fs := flag.NewFlagSet(args[0], flag.ContinueOnError)
	fs.StringVar(&t.program, "program", "", "the finished program")
	fs.StringVar(&t.modcache, "modcache", "", "the module cache: go env GOMODCACHE")
	fs.StringVar(&t.goroot, "goroot", "", "where Go is: go env GOROOT")
	fs.StringVar(&t.name, "name", "", "the package's name")
	fs.StringVar(&t.version, "version", "", "the version, without a v")
	fs.StringVar(&t.packageVersion, "package-version", "", "the same in the package's form")
	fs.StringVar(&t.maintainer, "maintainer", "", "NAME <ADDRESS>")
	fs.StringVar(&t.template, "template", "", "the manual page to fill in")
	fs.StringVar(&t.help, "help-text", "", "a file with what the program's --help printed")
	fs.StringVar(&t.payload, "payload", "", "the files of an RPM, compressed by xz")
	fs.StringVar(&t.changelog, "changelog", "CHANGELOG.md", "the changelog to read")
	if err := fs.Parse(args[1:]); err != nil {
		return err
	}
	t.files = fs.Args()
	seconds, err := strconv.ParseInt(env("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w: set it to the commit's time: git log -1 --format=%%ct", err)
	}
	t.made = time.Unix(seconds, 0).UTC()
	return tasks[args[0]](t)
}

// collect reads the program and the licences of what is in it.
func (t task) collect() (modules.Program, []licences.Notice, error) {
	p, err := modules.Read(t.program)
	if err != nil {
		return p, nil, err
	}
	notices, err := licences.Collect(p, t.modcache, t.goroot)
	return p, notices, err
}

func writeLicences(t task) error {
	_, notices, err := t.collect()
	if err != nil {
		return err
	}
	return licences.Write(t.out, preamble, notices)
}

func writeSBOM(t task) error {
	p, notices, err := t.collect()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(t.program)
	if err != nil {
		return fmt.Errorf("hash the program: %w", err)
	}
	return sbom.Write(t.out, sbom.New(p, sbom.Options{
		Name: t.name, Version: t.version, Made: t.made, Licence: "MIT", Licences: licences.ByModule(notices), SHA256: sha256.Sum256(raw),
	}))
}

// release is what the changelog says of the version.
func (t task) release() (changelog.Release, error) {
	text, err := os.ReadFile(t.changelog)
	if err != nil {
		return changelog.Release{}, fmt.Errorf("read the changelog: %w", err)
	}
	releases, err := changelog.Parse(string(text))
	if err != nil {
		return changelog.Release{}, err
	}
	return changelog.Of(releases, t.version)
}

func writeNotes(t task) error {
	r, err := t.release()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, r.Notes)
	return err
}

// withChangelog writes the changelog of a package in one of its forms.
func withChangelog(form func(changelog.Package, changelog.Release) string) func(task) error {
	return func(t task) error {
		r, err := t.release()
		if err != nil {
			return err
		}
		p := changelog.Package{Name: t.name, Version: t.packageVersion, Maintainer: t.maintainer, Made: t.made}
		_, err = io.WriteString(t.out, form(p, r))
		return err
	}
}

// writeManual fills in a manual page: what it knows stands between at signs.
func writeManual(t task) error {
	page, err := os.ReadFile(t.template)
	if err != nil {
		return fmt.Errorf("read the manual page: %w", err)
	}
	help, err := os.ReadFile(t.help)
	if err != nil {
		return fmt.Errorf("read the program's help: %w", err)
	}
	options, commands, err := manual.Parse(string(help))
	if err != nil {
		return err
	}
	_, err = strings.NewReplacer(
		"@OPTIONS@", manual.Roff(options), "@COMMANDS@", manual.Roff(commands),
		"@VERSION@", t.version, "@DATE@", t.made.Format(time.DateOnly),
	).WriteString(t.out, string(page))
	return err
}

func writeIcon(t task) error {
	var pictures []image.Image
	for _, name := range t.files {
		p, err := readPNG(name)
		if err != nil {
			return fmt.Errorf("read the picture %s: %w", name, err)
		}
		pictures = append(pictures, p)
	}
	return ico.Encode(t.out, pictures)
}

func readPNG(name string) (image.Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return png.Decode(f)
}

// withFile writes what is made of the one file that is named.
func withFile(of func([]byte) ([]byte, error)) func(task) error {
	return func(t task) error {
		if len(t.files) != 1 {
			return errors.New("name one file")
		}
		file, err := os.ReadFile(t.files[0])
		if err != nil {
			return err
		}
		made, err := of(file)
		if err != nil {
			return fmt.Errorf("%s: %w", t.files[0], err)
		}
		_, err = t.out.Write(made)
		return err
	}
}

// writeRPM gives a package the payload that is compressed better.
func writeRPM(t task) error {
	payload, err := os.ReadFile(t.payload)
	if err != nil {
		return fmt.Errorf("read the payload: %w", err)
	}
	return withFile(func(file []byte) ([]byte, error) { return rpm.WithPayload(file, payload) })(t)
}
