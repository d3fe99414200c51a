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

// TestFlood sends a window far too much. It answers keys and clicks meanwhile, which
// the flood fails without, its memory stays within bounds, and it shows what came.
// The long form is make flood-window, which records as well.
func TestFlood(t *testing.T) {
	desktop.Require(t)
	w := open(t, setup{args: []string{"--demo=false", "--page", "topics", "--memory", "64", "--history", "off"}})
	w.isOn(topics)
	ctx, cancel := context.WithTimeout(context.Background(), 4*desktop.Deadline)
	defer cancel()
	load := flood.Load{Address: w.address, Messages: 300_000, Topics: 5_000, Publishers: 2, Every: time.Second}
	report, err := flood.Run(ctx, w.Display(), w.Window, load)
	if err != nil {
		t.Fatal(err)
	}
	last := report.Samples[len(report.Samples)-1]
	t.Logf("%.0f messages/s for %v, %d frames/s, slowest answer %v, %d MiB in %d threads", report.Rate(load), report.Took.Round(time.Millisecond),
		report.MedianFrames(), report.SlowestAnswer().Round(time.Millisecond), report.MostMemory()>>20, last.Threads)
	if most := report.MostMemory(); most > 768<<20 {
		t.Errorf("the program took %d MiB", most>>20)
	}
	w.Sees("the topics that came", func(p image.Image) bool { return ink(p, treeRows) > 0.01 })
}
