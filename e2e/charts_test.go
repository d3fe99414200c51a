//go:build linux

package e2e

import (
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// The charts page in a window of the large size.
var (
	pauseButton = image.Pt(450, 65)
	plotArea    = image.Rect(86, 86, 820, 690) // without the corner that messages cover
)

func TestCharts(t *testing.T) {
	w := open(t, setup{args: []string{"--page", "charts"}})
	w.isOn(charts)
	before := w.Shot()
	w.changes("a plot that goes on", before, plotArea)
	w.seconds(3) // a stretch of time to point at

	running := w.Shot()
	w.ClickAt(pauseButton.X, pauseButton.Y)
	w.changes("the button offer to resume", running, image.Rect(424, 50, 496, 80))
	w.point(image.Pt(1270, 5))
	frozen := w.settled("the paused plot", plotArea) // a frame may have been on its way
	w.seconds(2)
	if d := desktop.Difference(frozen, w.Shot(), plotArea); d > 0 {
		t.Errorf("%.4f of a paused plot changed within two seconds", d)
	}

	w.point(image.Pt(760, 400))
	w.Sees("a read-out", func(p image.Image) bool { return desktop.Difference(frozen, p, plotArea) > 0.005 })
	w.point(image.Pt(1270, 5))
	w.Sees("the read-out gone", func(p image.Image) bool { return desktop.Difference(frozen, p, plotArea) == 0 })

	w.ClickAt(pauseButton.X, pauseButton.Y)
	w.changes("the plot go on", frozen, plotArea)
	w.point(image.Pt(1270, 5))
	resumed := w.Shot()
	w.changes("the plot still go on", resumed, plotArea)
}
