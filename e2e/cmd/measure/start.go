//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// starts is how many times each start is measured.
const starts = 5

// start measures the time from the start of the program to the first tile of a
// device that was heard from, and prints the medians: of first starts, each with a
// data folder of its own, in which everything has to be made, and of later ones.
func (b *bench) start(ctx context.Context, d *desktop.Display) error {
	return b.medians(ctx, d, "", 1, func() error { return nil })
}

// coldStart does so with nothing of any file in memory, as after the computer was
// switched on.
func (b *bench) coldStart(ctx context.Context, d *desktop.Display) error {
	return b.medians(ctx, d, " from disk", 1.5, func() error {
		syscall.Sync()
		if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0o600); err != nil {
			return fmt.Errorf("forget what was read from disk: %w", err)
		}
		return nil
	})
}

// medians measures first and later starts, each after before was called.
func (b *bench) medians(ctx context.Context, d *desktop.Display, how string, goal float64, before func() error) error {
	eye, err := d.NewEye(ctx)
	if err != nil {
		return err
	}
	folders, err := os.MkdirTemp("", "measure-")
	if err != nil {
		return err
	}
	var first, later []time.Duration
	for i := range starts {
		folder := folders + "/" + strconv.Itoa(i)
		for _, of := range []*[]time.Duration{&first, &later} {
			if err := before(); err != nil {
				return err
			}
			took, err := b.started(ctx, d, eye, folder)
			if err != nil {
				return err
			}
			*of = append(*of, took)
		}
	}
	b.sayMedian("first start"+how+" to the first live tile on the screen", first, goal)
	b.sayMedian("start"+how+" to the first live tile on the screen", later, goal)
	return errors.Join(eye.Close(), os.RemoveAll(folders))
}

// started starts the program with a data folder and ends it when the first tile is
// there.
func (b *bench) started(ctx context.Context, d *desktop.Display, eye *desktop.Eye, folder string) (time.Duration, error) {
	began := time.Now()
	p, err := d.Start(b.program, desktop.Options{
		Args: []string{"--demo", "--page", "overview", "--data-dir", folder, "--listen", address}, Env: []string{"FYNE_THEME=dark"},
	})
	if err != nil {
		return 0, err
	}
	if err := see(ctx, eye, insideTile, tileColor); err != nil {
		return 0, errors.Join(err, errors.New(p.Output()))
	}
	took := time.Since(began)
	if err := p.Stop(); err != nil {
		return 0, err
	}
	// The last picture has to be gone before the next can come.
	for {
		got, err := eye.Pixel(insideTile)
		if err != nil {
			return 0, err
		}
		if !desktop.Near(got, tileColor, 1) {
			return took, nil
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// sayMedian prints the median and the slowest.
func (b *bench) sayMedian(name string, of []time.Duration, goal float64) {
	slices.Sort(of)
	b.say(figure.AtMost(name+", median", of[len(of)/2].Seconds(), "s", goal))
	b.say(figure.Plain(name+", slowest of "+strconv.Itoa(len(of)), of[len(of)-1].Seconds(), "s"))
}
