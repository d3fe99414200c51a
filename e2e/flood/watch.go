//go:build linux

package flood

import (
	"context"
	"fmt"
	"hash/maphash"
	"image"
	"image/color"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// watcher looks at a window while it is flooded.
type watcher struct {
	window  *desktop.Window
	eye     *desktop.Eye
	load    Load
	began   time.Time
	sent    *atomic.Int64
	samples []Sample
}

// Where the window marks the page that is shown: at its left edge, one place for
// each page, of which the lowest is always empty.
const (
	firstMark, everyMark = 37, 58
	emptyMark            = 760
	topicsPage           = 1
	devicesPage          = 2
)

// values is where the tree of topics shows what changes.
var values = image.Rect(300, 110, 660, 700)

// patience is how long a key or a click may wait for its answer.
const patience = 15 * time.Second

// until takes samples until over; each time it leaves the tree of topics by a key
// and comes back by a click.
func (w *watcher) until(ctx context.Context, over <-chan struct{}) error {
	beat := time.NewTicker(w.load.Every)
	defer beat.Stop()
	for {
		s, err := w.sample(ctx)
		if err != nil {
			return err
		}
		w.samples = append(w.samples, s)
		if w.load.Watched != nil {
			w.load.Watched(s)
		}
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
		}
	}
}

func (w *watcher) sample(ctx context.Context) (s Sample, err error) {
	key, err := w.answer(ctx, devicesPage, func() error { return w.window.Key(ctx, fmt.Sprint("ctrl+", devicesPage+1)) })
	if err != nil {
		return s, fmt.Errorf("a key: %w", err)
	}
	click, err := w.answer(ctx, topicsPage, func() error { return w.window.Click(ctx, image.Pt(38, firstMark+topicsPage*everyMark)) })
	if err != nil {
		return s, fmt.Errorf("a click: %w", err)
	}
	s.Answer = max(key, click)
	if s.Frames, err = w.frames(ctx); err != nil {
		return s, err
	}
	s.At, s.Sent = time.Since(w.began), w.sent.Load()
	s.Resident, s.Threads, err = w.window.Process().Size()
	return s, err
}

// answer does something that leads to a page, and tells how long that took.
func (w *watcher) answer(ctx context.Context, page int, do func() error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	if err := do(); err != nil {
		return 0, err
	}
	for {
		marked, err := w.marked(page)
		if err != nil || marked {
			return time.Since(began), err
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no answer within %v: %w", patience, ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// marked tells whether a page is the one that is shown.
func (w *watcher) marked(page int) (bool, error) {
	var at [2]color.Color
	for i, y := range [2]int{firstMark + page*everyMark, emptyMark} {
		var err error
		if at[i], err = w.eye.Pixel(image.Pt(1, y)); err != nil {
			return false, err
		}
	}
	return !desktop.Near(at[0], at[1], 24), nil
}

// frames counts how often the values changed on the screen within a second.
func (w *watcher) frames(ctx context.Context) (int, error) {
	seed := maphash.MakeSeed()
	var last uint64
	n := -1 // the first look tells nothing
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		seen, err := w.eye.Look(values)
		if err != nil {
			return 0, err
		}
		if now := maphash.Bytes(seed, seen.Pix); now != last {
			last = now
			n++
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return n, nil
}
