//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// address is where the program listens; the display's home folder is new, so
// that nothing is remembered from before.
const address = "127.0.0.1:18873"

// Inside the first tile of the overview, and the colour of a tile in the dark
// theme.
var (
	insideTile = image.Pt(90, 190)
	tileColor  = color.NRGBA{R: 26, G: 32, B: 37, A: 255}
)

// see waits until a pixel has a colour.
func see(ctx context.Context, eye *desktop.Eye, at image.Point, want color.Color) error {
	for {
		got, err := eye.Pixel(at)
		if err != nil {
			return err
		}
		if desktop.Near(got, want, 1) {
			return nil
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return fmt.Errorf("the pixel at %v is %v, waiting for %v: %w", at, got, want, err)
		}
	}
}

// calm is how long nobody touches the window before idleness is measured: longer
// than the window takes to notice.
const calm = 14 * time.Second

// idle measures processor time with 100 devices that speak once a second, each
// over a connection of its own: with the window open, and minimised.
func (b *bench) idle(ctx context.Context, d *desktop.Display) error {
	p, err := d.Start(b.program, desktop.Options{Args: []string{"--demo=false", "--page", "overview", "--listen", address}})
	if err != nil {
		return err
	}
	w, err := p.Window(ctx, "")
	if err != nil {
		return err
	}
	stop, err := devices(ctx, 100)
	if err != nil {
		return err
	}
	defer stop()
	if err := wait(ctx, calm); err != nil {
		return err
	}
	if err := b.load(ctx, p, "processor, window open, 100 devices at 1 Hz, of a core", 5); err != nil {
		return err
	}
	if err := w.Minimise(ctx); err != nil {
		return err
	}
	if err := wait(ctx, time.Second); err != nil {
		return err
	}
	return b.load(ctx, p, "processor, window minimised, 100 devices at 1 Hz, of a core", 1)
}

// load measures the processor time that p takes, in per cent of one core.
func (b *bench) load(ctx context.Context, p *desktop.Process, name string, goal float64) error {
	used, rendering, err := b.cpu(ctx, p)
	if err != nil {
		return err
	}
	b.say(figure.AtMost(name, 100*used, "%", goal))
	b.say(figure.AtMost(name+", without the software renderer", 100*(used-rendering), "%", goal))
	return nil
}

// cpu is the processor time that p takes, in cores, and the part of it that the
// threads of the software renderer take.
func (b *bench) cpu(ctx context.Context, p *desktop.Process) (used, rendering float64, err error) {
	var at [2][2]time.Duration
	began := time.Now()
	for i := range at {
		if i > 0 {
			if err := wait(ctx, b.span); err != nil {
				return 0, 0, err
			}
		}
		var all, threads error
		at[i][0], all = p.CPU()
		at[i][1], threads = p.RenderingCPU()
		if err := errors.Join(all, threads); err != nil {
			return 0, 0, err
		}
	}
	over := time.Since(began).Seconds()
	return (at[1][0] - at[0][0]).Seconds() / over, (at[1][1] - at[0][1]).Seconds() / over, nil
}

// attend chooses one row and another until done, so that the window is at its
// most lively. No text field gets the keyboard: its cursor would repaint the
// window for as long as it fades.
func attend(ctx context.Context, w *desktop.Window, done <-chan struct{}) error {
	rows := [2]image.Point{image.Pt(150, 150), image.Pt(150, 176)}
	beat := time.NewTicker(2 * time.Second)
	defer beat.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			return nil
		case <-beat.C:
			if err := w.Click(ctx, rows[i%2]); err != nil {
				select {
				case <-ctx.Done():
					return nil
				case <-done: // it has ended meanwhile
					return nil
				case <-time.After(time.Second):
					return err
				}
			}
		}
	}
}
