// Testsum reads the events of go test -json on standard input, prints one line
// for each package, everything a failing test said, each skipped test with its
// reason, and at the end one line with the sum:
//
//	1204 passed, 0 failed
//
// A test with subtests is counted through them. A package that fails without a
// failing test (it did not compile, panicked or ran out of time) counts as one
// failure. The exit status is 0 when something passed and nothing failed.
package main

import (
	"fmt"
	"os"
)

func main() {
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsum: reading the events of go test -json:", err)
		os.Exit(1)
	}
	if !s.finish() {
		os.Exit(1)
	}
}
