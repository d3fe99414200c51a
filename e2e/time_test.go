//go:build linux

package e2e

import (
	"context"
	"image"
	"image/color"
	"path/filepath"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// The time bar in a window of the large size shows ten minutes, from barFrom to
// barTo, where now is.
const barFrom, barTo, barY = 338, 1040, 735

// timeNow is the right end of the time bar.
var timeNow = image.Pt(barTo-6, barY)

// momentAt is where the time bar has a moment of the last ten minutes.
func momentAt(at time.Time) image.Point {
	return image.Pt(barTo-int(time.Since(at).Seconds()/600*(barTo-barFrom)), barY)
}

// inPast tells whether the page has the frame that marks the past.
func inPast(p image.Image) bool {
	mark := color.NRGBA{R: 0x2f, G: 0xd0, B: 0xb5, A: 0xff}
	return desktop.Near(p.At(82, 300), mark, 24) && desktop.Near(p.At(1277, 300), mark, 24)
}

// TestTimeTurnedBack drags the time bar to a moment of which there is a record,
// sees what was known then under the mark of the past, and goes back to live,
// where nothing is known.
func TestTimeTurnedBack(t *testing.T) {
	desktop.Require(t)
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var batch history.Batch
	for ago := 9 * time.Minute; ago > 4*time.Minute; ago -= time.Second {
		batch.Messages = append(batch.Messages, history.Message{Message: model.Message{
			Topic: "kitchen/thermometer", Payload: []byte("21.5"), At: time.Now().Add(-ago),
		}})
	}
	if err := store.Write(t.Context(), &batch); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{dir: dir, args: []string{"--demo=false", "--page", "topics"}})
	w.isOn(topics)
	w.Sees("nothing, live", func(p image.Image) bool { return !inPast(p) && ink(p, twoRows) == 0 })
	w.Step(func(ctx context.Context) error { return w.Drag(ctx, timeNow, momentAt(time.Now().Add(-3*time.Minute))) })
	below := twoRows.Add(image.Pt(0, 42)) // the banner takes room
	w.Sees("the thermometer under the mark of the past", func(p image.Image) bool { return inPast(p) && ink(p, below) > 0.01 })
	w.Press("End")
	w.Sees("nothing, live again", func(p image.Image) bool { return !inPast(p) && ink(p, twoRows) == 0 })
}
