//go:build linux

package e2e

import (
	"context"
	"errors"
	"image"
	"image/color"
	"os/exec"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// Places on the sheet of connections, in a window of the large size.
var (
	sheetAdd     = image.Pt(221, 688)
	sheetInside  = image.Pt(260, 101)
	sheetTest    = image.Pt(968, 724)
	sheetConnect = image.Pt(1060, 724)
	// sheetSays is where what came of a test stands.
	sheetSays = image.Rect(430, 300, 1080, 706)
	// sheetEdge is beyond the sheet, where pages are dimmed while it is there.
	sheetEdge = image.Rect(200, 770, 700, 796)
)

// good is the colour of a text that tells of success in the dark theme.
var good = color.RGBA{0x7f, 0xb7, 0x9a, 0xff}

// connections opens the sheet of connections.
func (w *window) connections() {
	w.t.Helper()
	before := w.Shot()
	w.Press("ctrl+b")
	w.changes("the sheet of connections", before, sheetEdge)
}

// TestConnectFromTheWindow watches another broker without a restart: its address is
// typed, tried, and chosen; and then the broker inside is watched again.
func TestConnectFromTheWindow(t *testing.T) {
	broker := newMosquitto(t)
	w := open(t, setup{args: []string{"--page", "topics", "--demo=false"}})
	w.isOn(topics)
	publish(t, w.address, "-r", "-t", "cellar/boiler", "-m", "61")
	here := w.sees("the boiler", func(p image.Image) bool { return ink(p, twoRows) > 0.01 })

	w.connections()
	w.ClickAt(sheetAdd.X, sheetAdd.Y)
	w.Enter("mqtt://" + broker.address)
	w.ClickAt(sheetTest.X, sheetTest.Y)
	w.Sees("that the test went well", func(p image.Image) bool { return desktop.Share(p, sheetSays, good) > 0.0003 })
	w.ClickAt(sheetConnect.X, sheetConnect.Y)
	w.Sees("the other broker, which said nothing yet", func(p image.Image) bool {
		return desktop.Difference(here, p, sheetEdge) < 0.2 && desktop.Difference(here, p, twoRows) > 0.005
	})
	before := w.Shot()
	publish(t, broker.address, "-r", "-t", "kitchen/thermometer", "-m", "21.5")
	there := w.changes("a topic of the other broker", before, twoRows)

	publish(t, w.address, "-t", "cellar/pump", "-m", "1") // the broker inside runs on
	w.connections()
	w.ClickAt(sheetInside.X, sheetInside.Y)
	w.ClickAt(sheetConnect.X, sheetConnect.Y)
	w.Sees("what the broker inside said, meanwhile too", func(p image.Image) bool {
		return desktop.Difference(here, p, sheetEdge) < 0.2 && desktop.Difference(there, p, twoRows) > 0.005
	})
	w.isOn(topics)
	w.end()
}

// TestSecondStart starts the program again over the same folder: the window that
// is there opens what the second start was given, and that ends.
func TestSecondStart(t *testing.T) {
	dir := t.TempDir()
	w := open(t, setup{dir: dir, args: []string{"--page", "topics"}})
	w.isOn(topics)
	before := w.Shot()
	ctx, cancel := context.WithTimeout(t.Context(), desktop.Deadline)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, "--data-dir", dir, "mqtt://mate@broker.example").CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("the second start: %v: %s", err, out)
	}
	w.changes("the sheet of connections", before, sheetEdge)
	w.end()
	var exit *exec.ExitError
	out, err := exec.CommandContext(ctx, program, "--data-dir", dir, "mqtt://mate@broker.example", "--listen", "nowhere").CombinedOutput()
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("a second start that makes no sense: %v: %s", err, out)
	}
}
