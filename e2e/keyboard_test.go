//go:build linux

package e2e

import (
	"context"
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// searchBar is a piece of the bar at the top; it is dimmed while the search is
// open.
var searchBar = image.Rect(700, 10, 900, 30)

func TestKeyboard(t *testing.T) {
	w := open(t, setup{args: []string{"--demo"}})
	w.Sees("the fleet", func(p image.Image) bool { return alive(p) >= ferries })

	w.search("red falcon")
	w.isOn(devices)
	w.Sees("the device's commands", func(p image.Image) bool { _, ok := hornButton(p); return ok })
	w.Press("alt+Left")
	w.isOn(overview)

	for _, page := range []struct {
		key   string
		index int
		entry image.Point
	}{{"ctrl+2", topics, filter}, {"ctrl+3", devices, image.Pt(320, 64)}} {
		w.Press(page.key)
		w.isOn(page.index)
		before := w.Shot()
		w.ClickAt(page.entry.X, page.entry.Y)
		w.Enter("red") // the entry has the keyboard
		w.changes("what was typed", before, image.Rect(-40, -10, 40, 10).Add(image.Pt(110, 64)))
		w.Press("ctrl+k")
		w.Sees("the search over an entry", func(p image.Image) bool {
			return desktop.Difference(before, p, searchBar) > 0.9
		})
		w.Press("Escape")
		w.Sees("the search gone", func(p image.Image) bool {
			return desktop.Difference(before, p, searchBar) < 0.1
		})
		w.search("overview")
		w.isOn(overview)
		w.Press("alt+Left")
		w.isOn(page.index)
	}
}

// TestSmallWindow goes through all pages in the smallest window that people
// work in: none asks for more.
func TestSmallWindow(t *testing.T) {
	w := open(t, setup{size: small, args: []string{"--demo"}})
	for i, key := range []string{"ctrl+1", "ctrl+2", "ctrl+3", "ctrl+4", "ctrl+5"} {
		w.Press(key)
		w.isOn(i)
		w.search("wight sun")
		w.isOn(devices)
		w.Press(key)
		w.isOn(i)
		w.Step(func(ctx context.Context) error {
			size, err := w.Size(ctx)
			if err == nil && size != small {
				t.Errorf("page %d made the window %v large, want %v", i+1, size, small)
			}
			return err
		})
	}
}
