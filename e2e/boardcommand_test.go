//go:build linux

package e2e

import (
	"context"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// controlBoard is a board of two buttons, one above the other: one that must be
// held, for a ferry that obeys, and one for a pump that has stalled.
const controlBoard = `{"version": 1, "workspace": {"boards": [{"name": "Control", "tiles": [
	{"id": "hold", "kind": "command", "x": 0, "y": 0, "w": 8, "h": 4, "title": "Red Falcon", "send": {"label": "Hold position", "hold": true,
	 "topic": "solent/ferries/red-falcon/command/hold", "ack": "solent/ferries/red-falcon/ack/hold"}},
	{"id": "pump", "kind": "command", "x": 0, "y": 4, "w": 8, "h": 4, "title": "Pump", "send": {"label": "Stop", "timeout_ms": 2000, "qos": 1,
	 "topic": "plant/pump/command/stop", "ack": "plant/pump/ack/stop"}},
	{"id": "log", "kind": "log", "x": 0, "y": 8, "w": 24, "h": 6, "topic": "solent/ferries/+/ack/+"}]}]}}`

// The board in a window of the large size: its two tiles, and what opens over it.
var (
	holdTile = image.Rect(92, 96, 440, 250)
	pumpTile = image.Rect(92, 258, 440, 412)
	sentList = image.Rect(270, 220, 1010, 500) // of the log of commands
	sentWay  = image.Rect(280, 520, 1000, 628) // and below it the steps of one
)

// overdue is the ink of what was not answered in time, in the dark theme.
var overdue = color.NRGBA{R: 0xf0, G: 0x95, B: 0x3c, A: 0xff}

// inked is how many pixels of an area are of a colour.
func inked(p image.Image, area image.Rectangle, like color.Color) int {
	n := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if desktop.Near(p.At(x, y), like, 24) {
				n++
			}
		}
	}
	return n
}

// beneath is where a button on a board tells how far its command got.
func beneath(tile image.Rectangle, button image.Point) image.Rectangle {
	return image.Rect(tile.Min.X+8, button.Y+22, tile.Max.X-60, button.Y+44)
}

// stall subscribes to a topic as a client that then stops: it is connected, and
// acknowledges nothing any more.
func stall(t *testing.T, w *window, client, topic string) {
	t.Helper()
	host, port := split(t, w.address)
	said := &heard{}
	// The -d of mosquitto_sub tells when the broker has granted its subscription.
	command := exec.Command(need(t, "mosquitto_sub"), "-d", "-h", host, "-p", port, "-i", client, "-q", "1", "-t", topic)
	run(t, command, said)
	w.Step(func(ctx context.Context) error {
		return desktop.Until(ctx, "the pump to listen", func() (bool, error) { return strings.Contains(said.String(), "Subscribed"), nil })
	})
	if err := command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

// TestBoardCommand opens a board, drags a tile and takes that back, holds a button
// with the mouse and sees the ferry obey: beneath the button, in the log of
// commands, and in the record. A command to a device that has stalled times out.
func TestBoardCommand(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "control.pilothouse")
	if err := os.WriteFile(file, []byte(controlBoard), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{dir: dir, args: []string{"--demo", file}})
	w.Sees("two tiles on the left", func(p image.Image) bool {
		return drawn(p, holdTile) > 0.6 && drawn(p, pumpTile) > 0.6 && drawn(p, boardRight) < 0.02
	})
	stall(t, w, "pump", "plant/pump/command/+")

	w.Press("ctrl+e")
	w.Sees("the panel", func(p image.Image) bool { return drawn(p, image.Rect(1010, 200, 1250, 680)) > 0.5 })
	w.Step(func(ctx context.Context) error { return w.Drag(ctx, image.Pt(200, 104), image.Pt(200+12*37, 104)) })
	w.Sees("the tile dragged away", func(p image.Image) bool { return drawn(p, image.Rect(92, 96, 300, 250)) < 0.02 })
	w.Press("ctrl+z")
	w.Press("ctrl+e")
	w.Sees("the tile back in its place", func(p image.Image) bool { return drawn(p, holdTile) > 0.6 && drawn(p, boardRight) < 0.02 })

	before := w.settled("the tiles", holdTile.Union(pumpTile))
	hold, ok := buttonAt(before, holdTile)
	if !ok {
		t.Fatal("there is no button to hold")
	}
	line := beneath(holdTile, hold)
	w.ClickAt(hold.X, hold.Y)
	w.point(image.Pt(1279, 0))
	if tapped := w.settled("the button", line); desktop.Difference(before, tapped, line) > 0 {
		t.Fatal("a tap sent a command that is to be held")
	}
	w.Step(func(ctx context.Context) error { return w.Hold(ctx, hold, 1500*time.Millisecond) })
	w.changes("how far the command got", before, line)
	w.changes("the ferry's answer in the log tile", before, boardLog)

	w.ClickAt(line.Min.X+40, line.Min.Y+10) // asks for its way, and sends nothing
	w.Sees("the command and its way", func(p image.Image) bool {
		return ink(p, sentList) > 0.005 && ink(p, sentWay) > 0.02 && inked(p, sentWay, overdue) == 0
	})
	w.Press("Escape")
	w.Sees("the board again", func(p image.Image) bool { return drawn(p, boardRight) < 0.02 })

	stop, ok := buttonAt(w.settled("the pump's tile", pumpTile), pumpTile)
	if !ok {
		t.Fatal("there is no button for the pump")
	}
	w.ClickAt(stop.X, stop.Y)
	w.Sees("that the pump did not answer", func(p image.Image) bool { return inked(p, beneath(pumpTile, stop), overdue) > 20 })
	w.Press("ctrl+j")
	w.Sees("the pump's command in the log, and how it failed", func(p image.Image) bool {
		return ink(p, sentWay) > 0.02 && inked(p, sentList, lost) > 20
	})
	w.Press("Escape")
	w.end()
	obeyed(t, dir)
}

// lost is the ink of what failed, in the dark theme.
var lost = color.NRGBA{R: 0xf0, G: 0x62, B: 0x5b, A: 0xff}

// obeyed looks the ferry's answer up in the record.
func obeyed(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.Command(program, "export", "--history", filepath.Join(dir, "history.db"), "--topic", "solent/ferries/red-falcon/ack/#",
		"--format", "jsonl", "--out", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(out); strings.Count(got, "ack/hold") != 1 || !regexp.MustCompile(`held[\\"]*: *true`).MatchString(got) {
		t.Errorf("the record holds no answer, or more than one: %q", got)
	}
}
