//go:build linux

package e2e

import (
	"image"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// ferries is how many ferries the demo has, all alive when it goes well.
const ferries = 10

// The overview's tiles in a window of the large size: six in a row.
const (
	tileColumns           = 6
	tileEveryX, tileEvery = 199, 146
)

// tileShape is the middle of the shape that tells how the device of a tile is.
func tileShape(i int) image.Point {
	return image.Pt(103+i%tileColumns*tileEveryX, 105+i/tileColumns*tileEvery)
}

// tileValues is where a tile shows its numbers, beneath its name and age.
func tileValues(i int) image.Rectangle {
	return image.Rect(-8, 45, 165, 118).Add(tileShape(i)).Add(image.Pt(0, -15))
}

// alive counts the tiles of devices that are alive: their shape is a full disc.
func alive(p image.Image) int {
	n := 0
	for i := range 3 * tileColumns {
		at := tileShape(i)
		disc := image.Rect(-3, -3, 3, 3).Add(at)
		card := p.At(at.X, at.Y-12) // above the disc, where no words are
		if desktop.Share(p, disc, p.At(at.X, at.Y)) == 1 && !desktop.Near(p.At(at.X, at.Y), card, 48) {
			n++
		}
	}
	return n
}

// TestFirstStart is what someone sees who starts the program for the first
// time, with no word about what to do: a living fleet, at once.
func TestFirstStart(t *testing.T) {
	const limit = 15 * time.Second
	w := open(t, setup{args: []string{"--demo"}})
	w.isOn(overview)
	w.Sees("a first tile", func(p image.Image) bool { return alive(p) > 0 })
	first := time.Since(w.started)
	all := w.sees("a tile for each ferry", func(p image.Image) bool { return alive(p) >= ferries })
	complete := time.Since(w.started)
	w.Sees("a tile change", func(p image.Image) bool {
		for i := range ferries {
			if desktop.Difference(all, p, tileValues(i)) > 0 {
				return true
			}
		}
		return false
	})
	moving := time.Since(w.started)
	t.Logf("from start to the first living tile %v, to all of them %v, to the first that changes %v",
		first.Round(time.Millisecond), complete.Round(time.Millisecond), moving.Round(time.Millisecond))
	if moving > limit {
		t.Errorf("the fleet took %v to come alive, want at most %v", moving, limit)
	}
}
