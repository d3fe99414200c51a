//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// drawNothing has Mesa do everything but drawing: what is left is what the window
// and Fyne do themselves, and the way into the driver.
const drawNothing = "GALLIUM_NOOP=1"

// tree measures what a frame costs the main goroutine with 100,000 topics open in
// the tree: at 50,000 messages a second, and at 100; and without drawing.
func (b *bench) tree(ctx context.Context, d *desktop.Display) error {
	busy, err := b.frame(ctx, d, "50000")
	if err != nil {
		return err
	}
	idle, err := b.frame(ctx, d, "100")
	if err != nil {
		return err
	}
	undrawn, err := b.frame(ctx, d, "50000", drawNothing)
	if err != nil {
		return err
	}
	const of = "frame at 50,000 messages/s over 100,000 topics, tree open: "
	b.say(figure.AtMost(of+"main goroutine, median", busy["busy.p50"], "ms", 4))
	b.say(figure.AtMost(of+"main goroutine, p99", busy["busy.p99"], "ms", 8))
	b.say(figure.AtMost(of+"beside a frame at 100 messages/s", busy["busy.p50"]/idle["busy.p50"], "ratio", 1.3))
	b.say(figure.AtMost(of+"drawing left out, median", undrawn["busy.p50"], "ms", 4))
	b.say(figure.AtMost(of+"drawing left out, p99", undrawn["busy.p99"], "ms", 8))
	b.say(figure.Plain(of+"our widgets alone, median", busy["shown.p50"], "ms"))
	b.say(figure.Plain(of+"until it is painted, median", busy["painted.p50"], "ms"))
	b.say(figure.Plain(of+"frames a second", busy["frames"], "1/s"))
	return nil
}

// frame runs the program that measures frames, attended, and returns what it says.
func (b *bench) frame(ctx context.Context, d *desktop.Display, rate string, env ...string) (map[string]float64, error) {
	p, err := d.Start(b.frames, desktop.Options{Args: []string{"-rate", rate}, Env: env})
	if err != nil {
		return nil, err
	}
	w, err := p.Window(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := attend(ctx, w, p.Done()); err != nil {
		return nil, err
	}
	return said(p)
}

// said are the figures that a program has written, one a line.
func said(p *desktop.Process) (map[string]float64, error) {
	figures := map[string]float64{}
	for line := range strings.Lines(p.Output()) {
		var name string
		var value float64
		if _, err := fmt.Sscanf(line, "%s %f", &name, &value); err == nil {
			figures[name] = value
		}
	}
	if len(figures) == 0 {
		return nil, errors.New("no figures came: " + p.Output())
	}
	return figures, nil
}

// charts measures the processor time of a page of twelve charts of six series,
// each of ten values a second, which nobody touches.
func (b *bench) charts(ctx context.Context, d *desktop.Display) error {
	for _, c := range []struct {
		name string
		env  []string
	}{{"", nil}, {", drawing left out", []string{drawNothing}}} {
		span := (calm + b.span + patience).String()
		p, err := d.Start(b.frames, desktop.Options{Args: []string{"-page", "charts", "-charts", "12", "-rate", "720", "-topics", "72", "-span", span}, Env: c.env})
		if err != nil {
			return err
		}
		if _, err := p.Window(ctx, ""); err != nil {
			return err
		}
		if err := wait(ctx, calm); err != nil {
			return err
		}
		used, _, err := b.cpu(ctx, p)
		if err != nil {
			return err
		}
		b.say(figure.AtMost("12 charts x 6 series x 10 Hz, window and all"+c.name, used, "cores", 0.5))
		if err := p.Stop(); err != nil {
			return err
		}
	}
	return nil
}
