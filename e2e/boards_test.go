//go:build linux

package e2e

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// workspaceFile is a board of a button, nothing on its right, and beneath it the
// log of what the ferries answer.
const workspaceFile = `{"version": 1, "kept": "by us", "workspace": {"boards": [{"name": "Bridge", "tiles": [
	{"id": "horn", "kind": "command", "x": 0, "y": 0, "w": 8, "h": 4, "title": "Red Falcon", "send": {"label": "Horn",
	 "topic": "solent/ferries/red-falcon/command/horn", "ack": "solent/ferries/red-falcon/ack/horn"}},
	{"id": "log", "kind": "log", "x": 0, "y": 8, "w": 24, "h": 6, "topic": "solent/ferries/+/ack/+"}]}]}}`

// The board in a window of the large size. Tiles stand out from the background.
var (
	editBoards = image.Pt(1240, 65)
	boardLeft  = image.Rect(92, 96, 440, 250)
	boardRight = image.Rect(700, 96, 1060, 250)
	boardLog   = image.Rect(100, 450, 1200, 690)
)

// pageMark is where the rail marks the page of boards.
const pageMark = 385

// drawn is the share of an area that is not background, which tiles differ from
// by little.
func drawn(p image.Image, area image.Rectangle) float64 {
	background := p.At(p.Bounds().Max.X-2, p.Bounds().Max.Y/2)
	n := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if !desktop.Near(p.At(x, y), background, 4) {
				n++
			}
		}
	}
	return float64(n) / float64(area.Dx()*area.Dy())
}

// buttonAt finds the button on the board: the widest run of one colour, of the
// height of a button, in a column of pixels.
func buttonAt(p image.Image, area image.Rectangle) (image.Point, bool) {
	x := area.Min.X + 40
	run := 0
	for y := area.Min.Y + 30; y < area.Max.Y; y++ {
		switch {
		case desktop.Near(p.At(x, y), p.At(x, y-1), 2) && !desktop.Near(p.At(x, y), p.At(area.Min.X+2, area.Max.Y-10), 6):
			run++
		default:
			run = 0
		}
		if run == 28 {
			return image.Pt(x, y-12), true
		}
	}
	return image.Point{}, false
}

// TestBoard opens a workspace file, drags a tile, sends its command and sees the
// proof, and finds the tile where it was left in the file.
func TestBoard(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bridge.pilothouse")
	if err := os.WriteFile(file, []byte(workspaceFile), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{args: []string{"--demo", file}})
	w.Sees("the tile on the left and nothing on the right", func(p image.Image) bool {
		return drawn(p, boardLeft) > 0.6 && drawn(p, boardRight) < 0.02
	})

	w.ClickAt(editBoards.X, editBoards.Y)
	// Beside the panel the board is narrower: the tile's head stays where it was.
	w.Sees("the panel", func(p image.Image) bool { return drawn(p, image.Rect(1010, 200, 1250, 680)) > 0.5 })
	w.Step(func(ctx context.Context) error {
		return w.Drag(ctx, image.Pt(200, 104), image.Pt(200+12*37, 104))
	})
	w.Sees("the tile dragged away", func(p image.Image) bool { return drawn(p, image.Rect(92, 96, 300, 250)) < 0.02 })
	w.ClickAt(editBoards.X, editBoards.Y)
	var horn image.Point
	w.Sees("the tile on the right", func(p image.Image) bool {
		var ok bool
		horn, ok = buttonAt(p, boardRight)
		return ok && drawn(p, boardRight) > 0.5
	})
	saved := func() string {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	w.Step(func(ctx context.Context) error {
		return desktop.Until(ctx, "the tile's place in the file", func() (bool, error) {
			return strings.Contains(saved(), `"x": 12`) && strings.Contains(saved(), `"by us"`), nil
		})
	})

	at := w.settled("the tile", boardRight) // the button may have moved since
	if moved, ok := buttonAt(at, boardRight); ok {
		horn = moved
	}
	below := image.Rect(boardRight.Min.X+8, horn.Y+22, boardRight.Max.X-60, horn.Y+44)
	quiet := w.Shot()
	w.ClickAt(horn.X, horn.Y)
	w.changes("how far the command got", quiet, below)
	w.changes("the ferry's answer in the log", quiet, boardLog)
	w.end()
}

// TestKiosk shows one board and nothing else, and is left by its keys alone.
func TestKiosk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bridge.pilothouse")
	if err := os.WriteFile(file, []byte(workspaceFile), 0o600); err != nil {
		t.Fatal(err)
	}
	w := start(t, setup{args: []string{"--demo=false", "--kiosk", "--board", "Bridge", file}})
	bare := func(p image.Image) bool { // no mark of a page at the edge, and a tile
		return desktop.Near(p.At(1, pageMark), p.At(1, pageMark+60), 8) && drawn(p, image.Rect(20, 20, 200, 120)) > 0.5
	}
	w.within(time.Minute, "a board without a rail", bare)
	w.Press("ctrl+1")
	w.Press("ctrl+shift+q")
	w.Sees("the window with its rail", func(p image.Image) bool { return !desktop.Near(p.At(1, pageMark), p.At(1, pageMark+60), 24) })
}
