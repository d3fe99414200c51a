//go:build linux

package e2e

import (
	"context"
	"errors"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// retained is what somebody gets who subscribes only now.
func (w *window) retained(ctx context.Context, filter string) string {
	host, port := split(w.t, w.address)
	out, err := exec.CommandContext(ctx, need(w.t, "mosquitto_sub"), "-h", host, "-p", port, "-t", filter, "-v", "--retained-only", "-W", "1").Output()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 27) { // 27: its time is over
		w.t.Fatalf("mosquitto_sub: %v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	return strings.Join(lines, " ")
}

// TestBranchOfRetained deletes what is retained on branches of the tree by
// keyboard: a word that isn't the one asked for deletes nothing, what is taken back
// in time stays, and what is not is gone for whoever subscribes later.
func TestBranchOfRetained(t *testing.T) {
	need(t, "mosquitto_sub")
	w := open(t, setup{args: []string{"--demo=false", "--page", "topics"}})
	w.isOn(topics)
	for _, topic := range []string{"plant/press/oil", "plant/press/water", "plant/valve/oil", "plant/valve/deep/water"} {
		publish(t, w.address, "-r", "-t", topic, "-m", "on")
	}
	w.ClickAt(filter.X, filter.Y)
	w.Enter("plant")
	whole := func(p image.Image) bool { // the branch's eight lines, with nothing above them
		return ink(p, image.Rect(90, 336, 690, 358)) > 0.01 && ink(p, image.Rect(90, 366, 690, 690)) == 0
	}
	w.Sees("the branch", whole)
	w.Press("Tab")
	asked := func(down int) {
		t.Helper()
		w.Press(slices.Repeat([]string{"Down"}, down)...)
		before := w.settled("the details of the branch", detailHead)
		w.Press("Delete")
		w.changes("the question", before, question)
	}

	asked(2) // plant/press
	quiet := w.Shot()
	w.Enter("3")
	w.Press("Return") // there are two
	w.Press("BackSpace")
	w.Enter("2")
	w.Press("Return")
	w.changes("the tree again", quiet, question)
	w.Sees("the time for second thoughts", func(p image.Image) bool { return !whole(p) })
	w.Press("ctrl+z")
	w.Sees("no deletion any more", whole)

	asked(3) // plant/valve
	w.Enter("2")
	w.Press("Return")
	left := "plant/press/oil on plant/press/water on"
	w.Step(func(ctx context.Context) error {
		return desktop.Until(ctx, "what is left for somebody later", func() (bool, error) {
			return w.retained(ctx, "plant/#") == left, nil
		})
	})
	w.end()
}

// eachBoard is a board of one tile that stands for a ferry, whichever.
const eachBoard = `{"version": 1, "workspace": {"boards": [{"name": "Fleet", "tiles": [
	{"id": "each", "kind": "value", "x": 0, "y": 0, "w": 6, "h": 4, "title": "{name}", "each": "ferry", "topic": "{device}/position", "field": "/sog"}]}]}}`

// TestTileForEachDevice opens a board whose only tile is a template: there is one
// tile for each ferry of the demo, and none for its buoys.
func TestTileForEachDevice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fleet.pilothouse")
	if err := os.WriteFile(file, []byte(eachBoard), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{args: []string{"--demo", file}})
	w.Sees("a tile for each ferry, with its name, and no other", func(p image.Image) bool {
		for i := range 3 * 4 {
			tile := image.Rect(96, 114, 370, 280).Add(image.Pt(i%4*298, i/4*205))
			name := image.Rect(96, 98, 220, 112).Add(image.Pt(i%4*298, i/4*205))
			if there := drawn(p, tile) > 0.9 && ink(p, name) > 0.02 && ink(p, tile) > 0.02; there != (i < ferries) {
				return false
			}
		}
		return true
	})
}

// muteBoard is a button for a device that never answers.
const muteBoard = `{"version": 1, "workspace": {"boards": [{"name": "Mute", "tiles": [
	{"id": "mute", "kind": "command", "x": 0, "y": 0, "w": 8, "h": 4, "title": "Valve", "send": {"label": "Open",
	 "topic": "plant/valve/open", "ack": "plant/valve/ack", "timeout_ms": 1500}}]}]}}`

// silentInk is what the dark theme says of a command without an answer in.
var silentInk = color.NRGBA{R: 0xf0, G: 0x95, B: 0x3c, A: 0xff}

// TestCommandWithoutAnswer sends a command to somebody who listens but never
// answers: the window says that it failed, and so does the record.
func TestCommandWithoutAnswer(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mute.pilothouse")
	if err := os.WriteFile(file, []byte(muteBoard), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{dir: dir, args: []string{"--demo=false", file}})
	host, port := split(t, w.address)
	valve := &heard{}
	run(t, exec.Command("stdbuf", "-oL", need(t, "mosquitto_sub"), "-d", "-v", "-h", host, "-p", port, "-i", "valve", "-q", "1", "-t", "plant/#"), valve)
	w.Step(func(ctx context.Context) error {
		return desktop.Until(ctx, "the valve to listen", func() (bool, error) { return strings.Contains(valve.String(), "Subscribed"), nil })
	})
	at, ok := buttonAt(w.settled("the tile", drainTile), drainTile)
	if !ok {
		t.Fatal("there is no button")
	}
	said := image.Rect(drainTile.Min.X+8, at.Y+22, drainTile.Max.X-60, at.Y+44)
	failed := func(p image.Image) bool { return slices.Max(tall(p, said, silentInk)) > 2 }
	if failed(w.Shot()) {
		t.Fatal("a command that was never sent has failed")
	}
	w.ClickAt(at.X, at.Y)
	w.Sees("that nobody answered in time", failed)
	w.end()
	if n := strings.Count(valve.String(), "\nplant/valve/open "); n != 1 {
		t.Errorf("the valve was told %d times:\n%s", n, valve)
	}
	out, err := exec.Command(program, "export", "--history", filepath.Join(dir, "history.db"), "--what", "commands", "--format", "jsonl", "--out", "-").Output()
	if err != nil || !strings.Contains(string(out), `"state":"timed out"`) || !strings.Contains(string(out), "within 1.5s") {
		t.Errorf("the record says %s, %v", out, err)
	}
}
