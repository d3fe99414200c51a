package uitest

import (
	"regexp"
	"testing"
)

// painters are the tests that scripts/test runs again without the race detector.
var painters = regexp.MustCompile(`Golden|Pseudo|Painted`)

// Painting is called by a test that paints much in software, on one goroutine: under
// the race detector, which makes that many times slower and has nothing to find in it,
// the test is skipped. Its name has to say Golden, Pseudo or Painted, by which make test
// runs it without.
func Painting(t testing.TB) {
	t.Helper()
	if !painters.MatchString(t.Name()) {
		t.Fatalf("%s paints, and its name does not say so: Golden, Pseudo or Painted", t.Name())
	}
	if race {
		t.Skip("paints, which is slow under the race detector: make test runs it without")
	}
}
