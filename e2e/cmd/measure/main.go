//go:build linux

// Measure runs the program on a virtual display with software rendering, and
// prints what it takes beside what it may take; with -out it keeps the figures in
// bench.json too. Software rendering makes every repaint dear; a graphics
// processor takes that part away. What the window's own goroutine spends is
// measured a second time with a driver that draws nothing, as if drawing were free.
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
	"regexp"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// patience is how long one measurement may take altogether, that of the long flood
// aside.
const patience = 3 * time.Minute

// bench is what is measured, and how long.
type bench struct {
	program, frames string
	span            time.Duration
	flooded         int // messages of the flood
	cold            bool
	only            *regexp.Regexp
	figures         []figure.Figure
}

func main() {
	var b bench
	flag.StringVar(&b.program, "program", "bin/pilothouse", "the program")
	flag.StringVar(&b.frames, "frames", "", "the program built from e2e/cmd/frames; empty to leave its figures out")
	flag.DurationVar(&b.span, "span", 20*time.Second, "how long processor time is measured")
	flag.IntVar(&b.flooded, "messages", 1_000_000, "how many messages the flood has")
	flag.BoolVar(&b.cold, "cold", false, "measure starts alone, and such too that read everything from disk (root)")
	only := flag.String("only", "^(start|idle|latency|frames|charts)$", "measure what matches `REGEXP`: start, idle, latency, frames, charts, flood")
	out := flag.String("out", "", "add the figures to `FILE`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := b.run(ctx, *only)
	stop()
	if err == nil && *out != "" {
		err = figure.Merge(*out, b.figures)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, only string) (err error) {
	if b.only, err = regexp.Compile(only); err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	for _, path := range []*string{&b.program, &b.frames} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	fmt.Printf("%s, a window of 1280 x 800 rendered by software\n\n", figure.Machine())
	if b.cold {
		b.only = regexp.MustCompile("start$")
		return errors.Join(b.on(ctx, "start", b.start), b.on(ctx, "cold start", b.coldStart))
	}
	failures := []error{
		b.on(ctx, "start", b.start), b.on(ctx, "idle", b.idle), b.on(ctx, "latency", b.latency), b.on(ctx, "flood", b.flood),
	}
	if b.frames != "" {
		failures = append(failures, b.on(ctx, "frames", b.tree), b.on(ctx, "charts", b.charts))
	}
	return errors.Join(failures...)
}

// on runs one measurement on a display of its own.
func (b *bench) on(ctx context.Context, what string, do func(context.Context, *desktop.Display) error) (err error) {
	if !b.only.MatchString(what) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience+time.Duration(b.flooded)*time.Millisecond/10)
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

// say prints a figure and keeps it.
func (b *bench) say(f figure.Figure) {
	fmt.Println(f)
	b.figures = append(b.figures, f)
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
