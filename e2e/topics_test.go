//go:build linux

package e2e

import (
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// The topics page in a window of the large size.
var (
	filter     = image.Pt(390, 64)
	treeRows   = image.Rect(90, 147, 690, 690) // below what is said of the search
	twoRows    = image.Rect(90, 147, 690, 197) // the first two of the tree
	belowThem  = image.Rect(90, 201, 690, 690)
	detailHead = image.Rect(712, 50, 1268, 300)
)

// TestMessageOfAnotherProgram follows a message from a tool of another make to
// the tree, to the line that is chosen by keyboard, and to its details.
func TestMessageOfAnotherProgram(t *testing.T) {
	w := open(t, setup{args: []string{"--page", "topics"}})
	w.isOn(topics)
	w.Sees("the topics of the fleet", func(p image.Image) bool { return ink(p, belowThem) > 0.01 })
	w.ClickAt(filter.X, filter.Y)
	w.Enter("kitchen")
	nothing := w.sees("no topic that matches", func(p image.Image) bool { return ink(p, treeRows) == 0 })

	publish(t, w.address, "-t", "kitchen/thermometer", "-m", "21.5")
	w.Sees("the kitchen and its thermometer", func(p image.Image) bool {
		return ink(p, twoRows) > 0.01 && ink(p, belowThem) == 0
	})
	if desktop.Difference(nothing, w.Shot(), detailHead) > 0 {
		t.Error("details are shown before a topic was chosen")
	}

	w.Press("Tab")
	w.Press("Down")
	w.Press("Down")
	w.changes("the details of the thermometer", nothing, detailHead)
	before := w.Shot()
	publish(t, w.address, "-t", "kitchen/thermometer", "-m", "-7")
	w.changes("the new value in the details", before, detailHead)
}
