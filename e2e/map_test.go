//go:build linux

package e2e

import (
	"context"
	"image"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// sea is the middle of the map in a window of the large size, away from what
// lies over it.
var sea = image.Rect(240, 180, 1000, 640)

func TestMap(t *testing.T) {
	w := open(t, setup{args: []string{"--page", "map"}})
	w.isOn(chart)
	w.Sees("land and water", func(p image.Image) bool {
		land, water := p.At(1180, 90), p.At(700, 330) // of the New Forest and Southampton Water
		return !desktop.Near(land, water, 6) && desktop.Share(p, sea, land) > 0.1
	})
	before := w.steady()

	t.Run("positions move", func(*testing.T) {
		w.within(3*time.Second, "vessels under way", func(p image.Image) bool {
			return desktop.Difference(before, p, sea) > 0
		})
	})

	t.Run("drag pans", func(*testing.T) {
		by := image.Pt(96, 64)
		before := w.Shot()
		from := image.Pt(600, 400)
		w.Step(func(ctx context.Context) error { return w.Drag(ctx, from, from.Add(by)) })
		w.Sees("the map moved with the pointer", func(p image.Image) bool {
			still, moved := desktop.Difference(before, p, sea), desktop.Difference(before, shifted{p, by}, sea)
			return still > 2*moved && moved < 0.04
		})
	})

	t.Run("wheel zooms", func(*testing.T) {
		before := w.steady()
		w.Step(func(ctx context.Context) error { return w.Scroll(ctx, image.Pt(640, 420), -3) })
		w.Sees("another scale", func(p image.Image) bool { return desktop.Difference(before, p, scaleBar) > 0 })
		w.steady()
	})
}

// scaleBar is where the map tells its scale.
var scaleBar = image.Rect(84, 678, 240, 702)

// steady waits until nothing but vessels moves on the map.
func (w *window) steady() image.Image {
	w.t.Helper()
	last := w.Shot()
	return w.sees("a map that stands still", func(p image.Image) bool {
		still := desktop.Difference(last, p, sea) < 0.01 && desktop.Difference(last, p, scaleBar) == 0
		last = p
		return still
	})
}
