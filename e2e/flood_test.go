//go:build linux

package e2e

import (
	"context"
	"image"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
	"github.com/pilothouse/pilothouse/e2e/flood"
)

// TestFlood sends a window some seconds of far too much. It answers keys and clicks
// meanwhile, goes on painting, and its memory stays within what it is given. The
// long form is make flood-window.
func TestFlood(t *testing.T) {
	desktop.Require(t)
	w := open(t, setup{args: []string{"--demo=false", "--page", "topics"}})
	w.isOn(topics)
	ctx, cancel := context.WithTimeout(context.Background(), 4*desktop.Deadline)
	defer cancel()
	load := flood.Load{Address: w.address, Messages: 1_500_000, Topics: 5_000, Publishers: 2, Every: time.Second}
	report, err := flood.Run(ctx, w.Display(), w.Window, load)
	if err != nil {
		t.Fatal(err)
	}
	last := report.Samples[len(report.Samples)-1]
	t.Logf("%.0f messages/s for %v, %d frames/s, slowest answer %v, %d MiB in %d threads", report.Rate(load), report.Took.Round(time.Millisecond),
		report.MedianFrames(), report.SlowestAnswer().Round(time.Millisecond), report.MostMemory()>>20, last.Threads)
	if report.MedianFrames() < 1 {
		t.Error("the window stood still")
	}
	if most := report.MostMemory(); most > 1<<30 {
		t.Errorf("the program took %d MiB", most>>20)
	}
	w.Sees("the topics that came", func(p image.Image) bool { return ink(p, treeRows) > 0.01 })
}
