//go:build linux

package e2e

import (
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// TestBrokerElsewhere watches a broker of another make, loses it and finds it
// again, and says so all the while.
func TestBrokerElsewhere(t *testing.T) {
	broker := newMosquitto(t)
	w := open(t, setup{args: []string{"--connect", "mqtt://" + broker.address, "--page", "topics"}})
	w.isOn(topics)
	publish(t, broker.address, "-r", "-t", "kitchen/thermometer", "-m", "21.5")
	connected := w.sees("the thermometer", func(p image.Image) bool { return ink(p, twoRows) > 0.01 })

	broker.stop()
	w.Sees("a banner about the loss", func(p image.Image) bool {
		return desktop.Difference(connected, p, banner) > 0.5
	})
	broker.start()
	w.Sees("the banner gone", func(p image.Image) bool {
		return desktop.Difference(connected, p, banner) == 0
	})
	before := w.Shot()
	publish(t, broker.address, "-t", "garden/rain", "-m", "3")
	w.changes("a message after the loss", before, belowThem)
}
