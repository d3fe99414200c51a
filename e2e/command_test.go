//go:build linux

package e2e

import (
	"image"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// hornButton finds the first command of the chosen device, in a window of the
// large size: the block of one colour below the facts, at their left edge.
func hornButton(p image.Image) (button image.Rectangle, ok bool) {
	const left, right, inside, height = 576, 706, 600, 40
	background := p.At(1200, 690)
	run := 0
	for y := 200; y < 420; y++ {
		switch {
		case desktop.Near(p.At(inside, y), background, 8):
			run = 0
		case run > 1 && !desktop.Near(p.At(inside, y), p.At(inside, y-1), 4):
			run = 1
		default:
			run++
		}
		if run == height-4 {
			return image.Rect(left, y-height+3, right, y+3), true
		}
	}
	return image.Rectangle{}, false
}

// proof is where a command's button tells how far the last press got.
func proof(button image.Rectangle) image.Rectangle {
	return image.Rect(button.Min.X, button.Max.Y+2, button.Max.X, button.Max.Y+20)
}

// TestCommand presses a ferry's button and sees the ferry answer, in the window
// and afterwards in the record. (Nobody but the broker's own may listen to it.)
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	w := open(t, setup{dir: dir, args: []string{"--demo"}})
	w.Sees("the fleet", func(p image.Image) bool { return alive(p) >= ferries })
	w.search("red falcon")

	var horn image.Rectangle
	w.Sees("the horn's button, never pressed", func(p image.Image) bool {
		var ok bool
		horn, ok = hornButton(p)
		return ok && ink(p, proof(horn)) == 0
	})
	middle := horn.Min.Add(horn.Max).Div(2)
	w.ClickAt(middle.X, middle.Y)
	w.Sees("how far the command got", func(p image.Image) bool {
		button, ok := hornButton(p)
		return ok && ink(p, proof(button)) > 0.02
	})
	w.seconds(3) // for the answer, which comes within one
	w.end()
	out, err := exec.Command(program, "export", "--history", filepath.Join(dir, "history.db"), "--topic", "solent/ferries/red-falcon/ack/#",
		"--format", "jsonl", "--out", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "solent/ferries/red-falcon/ack/horn") || !strings.Contains(string(out), `ok`) {
		t.Errorf("the record holds no answer: %q", out)
	}
}
