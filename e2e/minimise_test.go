//go:build linux

package e2e

import (
	"context"
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// TestMinimised minimises the window, lets a message come, and brings the window
// back: it shows the message at once.
func TestMinimised(t *testing.T) {
	w := open(t, setup{args: []string{"--page", "topics"}})
	w.isOn(topics)
	w.Sees("the topics of the fleet", func(p image.Image) bool { return ink(p, belowThem) > 0.01 })
	w.ClickAt(filter.X, filter.Y)
	w.Enter("kitchen")
	w.sees("no topic that matches", func(p image.Image) bool { return ink(p, treeRows) == 0 })
	w.Step(func(ctx context.Context) error { return w.Minimise(ctx) })
	publish(t, w.address, "-t", "kitchen/thermometer", "-m", "21.5")
	w.Step(func(ctx context.Context) error { return w.Restore(ctx) })
	w.Sees("the kitchen and its thermometer", func(p image.Image) bool {
		return ink(p, twoRows) > 0.01 && ink(p, belowThem) == 0
	})
}

// TestProcessorTime holds that the time of a program is told, and goes on.
func TestProcessorTime(t *testing.T) {
	w := open(t, setup{args: []string{"--page", "overview"}})
	w.Step(func(ctx context.Context) error {
		before, err := w.Process().CPU()
		if err != nil {
			return err
		}
		return desktop.Until(ctx, "processor time to be used", func() (bool, error) {
			now, err := w.Process().CPU()
			if err != nil || now <= before || before <= 0 {
				return false, err
			}
			part, err := w.Process().RenderingCPU()
			return part > 0 && part < now, err
		})
	})
}
