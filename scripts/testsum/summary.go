package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
)

// keptOutput is how much of the end of one test's or package's output is kept
// for the case that it fails.
const keptOutput = 64 << 10

// event is one line of go test -json, as go doc test2json describes it. The
// action "exit" is scripts/test's own: the command named by Package ended with
// an error.
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build event, in place of Package
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// key names what an event is about.
type key struct{ pkg, test string }

// summary adds up events and prints what a reader wants to know.
type summary struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[key]string
	parents                 map[key]bool        // tests with subtests
	failedIn                map[key]bool        // tests and packages with a counted failure inside
	passedIn                map[string][]string // the tests that passed, by package
}

func newSummary(out io.Writer) *summary {
	return &summary{
		out:      out,
		output:   make(map[key]string),
		parents:  make(map[key]bool),
		failedIn: make(map[key]bool),
		passedIn: make(map[string][]string),
	}
}

// read takes in all events of r. A line that is not an event is printed as it is.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				s.take(e)
			} else {
				s.printf("%s", line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// take adds one event.
func (s *summary) take(e event) {
	k := key{e.Package, e.Test}
	if e.ImportPath != "" {
		k = key{e.ImportPath, ""}
	}
	switch e.Action {
	case "run":
		if parent, ok := k.parent(); ok {
			s.parents[parent] = true
		}
	case "output", "build-output":
		s.keep(k, e.Output)
	case "build-fail":
		s.printf("%s", s.output[k])
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(k, e)
		} else {
			s.endTest(k, e)
		}
		delete(s.output, k)
	case "exit":
		s.printf("FAIL  %s: ended with an error\n", e.Package)
		if s.failed == 0 {
			s.failed++
		}
	}
}

// keep remembers the end of a test's output.
func (s *summary) keep(k key, text string) {
	text = s.output[k] + text
	if len(text) > keptOutput {
		text = text[len(text)-keptOutput:]
	}
	s.output[k] = text
}

// endTest counts a test that has no subtests, or that failed by itself.
func (s *summary) endTest(k key, e event) {
	switch {
	case e.Action == "fail":
		s.printf("--- FAIL: %s %s\n%s", k.pkg, k.test, s.output[k])
		if !s.failedIn[k] {
			s.failed++
		}
		s.blame(k)
	case s.parents[k]:
	case e.Action == "pass":
		s.passed++
		s.passedIn[k.pkg] = append(s.passedIn[k.pkg], k.test)
	case e.Action == "skip":
		s.skipped++
		s.printf("--- SKIP: %s %s\n%s", k.pkg, k.test, s.output[k])
	}
}

// blame marks everything that holds the failed test k.
func (s *summary) blame(k key) {
	for parent, ok := k.parent(); ok; parent, ok = parent.parent() {
		s.failedIn[parent] = true
	}
	s.failedIn[key{pkg: k.pkg}] = true
}

// endPackage prints a package's line, counts its failure when none of its
// tests did, and forgets it: the same package may come again, to be fuzzed.
func (s *summary) endPackage(k key, e event) {
	passed := s.passedIn[k.pkg]
	switch {
	case e.Action == "fail":
		if !s.failedIn[k] {
			s.failed++
			s.printf("%s", s.output[k])
		}
		s.printf("FAIL  %s  %.1f s\n", k.pkg, e.Elapsed)
	case len(passed) == 1:
		s.printf("ok    %s  %s, %.1f s\n", k.pkg, passed[0], e.Elapsed)
	case len(passed) > 1:
		s.printf("ok    %s  %d passed, %.1f s\n", k.pkg, len(passed), e.Elapsed)
	}
	delete(s.passedIn, k.pkg)
	ofPackage := func(other key, _ bool) bool { return other.pkg == k.pkg }
	maps.DeleteFunc(s.parents, ofPackage)
	maps.DeleteFunc(s.failedIn, ofPackage)
}

// finish prints the sum and reports whether all is well: at least one test
// passed, and none failed.
func (s *summary) finish() bool {
	if s.skipped > 0 {
		s.printf("%d skipped: see above\n", s.skipped)
	}
	s.printf("%d passed, %d failed\n", s.passed, s.failed)
	return s.failed == 0 && s.passed > 0
}

// printf prints for the reader; a reader who has gone is not told.
func (s *summary) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, format, args...)
}

// parent is the test that k is a subtest of.
func (k key) parent() (key, bool) {
	i := strings.LastIndexByte(k.test, '/')
	if i < 0 {
		return key{}, false
	}
	return key{k.pkg, k.test[:i]}, true
}
