//go:build linux

// Measure runs the program on a virtual display with software rendering and
// prints what it takes, one line a figure: name, value, unit, goal. Software
// rendering makes every repaint dear; a graphics processor takes that part away.
//
//	go run ./e2e/cmd/measure -program bin/pilothouse -frames bin/frames
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// patience is how long one measurement may take altogether.
const patience = 3 * time.Minute

// bench is what is measured, and how long.
type bench struct {
	program, frames string
	span            time.Duration
	cold            bool
}

func main() {
	var b bench
	flag.StringVar(&b.program, "program", "bin/pilothouse", "the program")
	flag.StringVar(&b.frames, "frames", "", "the program built from e2e/cmd/frames; empty to leave its figures out")
	flag.DurationVar(&b.span, "span", 20*time.Second, "how long processor time is measured")
	flag.BoolVar(&b.cold, "cold", false, "measure starts alone, and such too that read everything from disk (root)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context) error {
	for _, path := range []*string{&b.program, &b.frames} {
		if *path == "" {
			continue
		}
		var err error
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if b.cold {
		return errors.Join(b.on(ctx, "start", b.start), b.on(ctx, "cold start", b.coldStart))
	}
	failures := []error{
		b.on(ctx, "start", b.start), b.on(ctx, "idle", b.idle), b.on(ctx, "latency", b.latency),
	}
	if b.frames != "" {
		failures = append(failures, b.on(ctx, "frames", b.flood))
	}
	return errors.Join(failures...)
}

// on runs one measurement on a display of its own.
func (b *bench) on(ctx context.Context, what string, do func(context.Context, *desktop.Display) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", what, err)
		}
	}()
	display, err := desktop.StartDisplay(ctx, image.Pt(1280, 800))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, display.Close()) }()
	return do(ctx, display)
}

// say prints a figure.
func say(name string, value float64, unit, goal string) {
	fmt.Printf("%-36s %10.3f %-8s %s\n", name, value, unit, goal)
}

// wait returns after d, or with an error when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
