package ui

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// TestModelWordsAreAll holds what the catalogues have against what the model says.
func TestModelWordsAreAll(t *testing.T) {
	words := modelWords()
	var said []fmt.Stringer
	for i := range 256 {
		said = append(said, watch.Kind(i), watch.Mark(i), watch.Outcome(i), watch.Validity(i), model.Liveness(i), model.CommandState(i))
	}
	for _, v := range said {
		if w := v.String(); w != "Unknown" && w != "unknown" && !slices.Contains(words, w) {
			t.Errorf("%T %v has no word in the catalogues", v, v)
		}
	}
}
