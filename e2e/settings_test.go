//go:build linux

package e2e

import (
	"context"
	"fmt"
	"image"
	"testing"
)

// TestEndsAndRemembers ends the program on every page by a signal, as the end
// of a session does, and starts it again where it was left.
func TestEndsAndRemembers(t *testing.T) {
	dir, size := t.TempDir(), image.Pt(1104, 704)
	w := open(t, setup{dir: dir, args: []string{"--page", "charts"}})
	w.isOn(charts)
	w.Step(func(ctx context.Context) error { return w.Resize(ctx, size) })
	w.Sees("the new size", func(p image.Image) bool { return p.Bounds().Size() == size })
	w.seconds(1) // and draws in it
	w.end()

	left := charts
	for page, key := range []string{"ctrl+1", "ctrl+2", "ctrl+3", "ctrl+4"} {
		w = start(t, setup{dir: dir})
		w.isOn(left)
		w.Sees(fmt.Sprintf("the size %v again", size), func(p image.Image) bool { return p.Bounds().Size() == size })
		w.Press(key)
		w.isOn(page)
		w.end()
		left = page
	}
}
