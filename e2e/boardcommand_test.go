//go:build linux

package e2e

import (
	"context"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// valveBoard is a board of three buttons, one above the other, each with another
// second step.
const valveBoard = `{"version": 1, "workspace": {"boards": [{"name": "Valve", "tiles": [
	{"id": "hold", "kind": "command", "x": 0, "y": 0, "w": 8, "h": 4, "title": "Drain", "send": {"label": "Drain", "hold": true, "topic": "plant/valve/drain"}},
	{"id": "ask", "kind": "command", "x": 0, "y": 4, "w": 8, "h": 4, "title": "Open", "send": {"label": "Open", "second": "confirm", "topic": "plant/valve/open"}},
	{"id": "type", "kind": "command", "x": 0, "y": 8, "w": 8, "h": 4, "title": "Shut", "send": {"label": "Shut", "second": "type", "topic": "plant/valve/shut"}}]}]}}`

// The tiles in a window of the large size, and what asks in its middle.
var (
	drainTile = image.Rect(92, 96, 470, 280)
	openTile  = image.Rect(92, 300, 470, 485)
	shutTile  = image.Rect(92, 506, 470, 690)
	question  = image.Rect(520, 330, 900, 520)
)

// TestSecondSteps holds a button, answers a question and types a name, each first
// in a way that is not enough: only what was meant is sent, once.
func TestSecondSteps(t *testing.T) {
	file := filepath.Join(t.TempDir(), "valve.pilothouse")
	if err := os.WriteFile(file, []byte(valveBoard), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{args: []string{"--demo=false", file}})
	host, port := split(t, w.address)
	valve := &heard{}
	// Without stdbuf its words come in one piece, at its end.
	run(t, exec.Command("stdbuf", "-oL", need(t, "mosquitto_sub"), "-d", "-v", "-h", host, "-p", port, "-i", "valve", "-q", "1", "-t", "plant/#"), valve)
	hears := func(text string) {
		t.Helper()
		w.Step(func(ctx context.Context) error {
			return desktop.Until(ctx, text, func() (bool, error) { return strings.Contains(valve.String(), text), nil })
		})
	}
	hears("Subscribed")
	w.Sees("three tiles", func(p image.Image) bool {
		return drawn(p, drainTile) > 0.6 && drawn(p, openTile) > 0.6 && drawn(p, shutTile) > 0.6
	})
	button := func(tile image.Rectangle) image.Point {
		t.Helper()
		at, ok := buttonAt(w.settled("a tile", tile), tile)
		if !ok {
			t.Fatalf("there is no button in %v", tile)
		}
		return at
	}
	asked := func(tile image.Rectangle) {
		t.Helper()
		before, at := w.Shot(), button(tile)
		w.ClickAt(at.X, at.Y)
		w.changes("the question", before, question)
	}

	drain := button(drainTile)
	w.Step(func(ctx context.Context) error { return w.Hold(ctx, drain, 300*time.Millisecond) }) // too short
	w.Step(func(ctx context.Context) error { return w.Hold(ctx, drain, 1500*time.Millisecond) })
	hears("plant/valve/drain ")

	asked(openTile)
	quiet := w.Shot()
	w.Press("space")
	hears("plant/valve/open ")
	w.changes("the board again", quiet, question)

	asked(shutTile)
	w.Enter("valv")
	w.Press("Return") // too little
	w.Enter("e")
	w.Press("Return")
	hears("plant/valve/shut ")
	w.end()
	for _, topic := range []string{"plant/valve/drain ", "plant/valve/open ", "plant/valve/shut "} {
		if n := strings.Count(valve.String(), "\n"+topic); n != 1 {
			t.Errorf("%d messages on %s; the valve heard:\n%s", n, topic, valve)
		}
	}
}
