//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
	"github.com/pilothouse/pilothouse/e2e/flood"
)

// budget is the memory in MiB that the program may give the flood's topics: room
// for all of them, and little enough that they have filled it long before the end.
const budget = "384"

// flood sends the window far more than it is used to: by default a minute's worth,
// and an hour's as make flood-window does it.
func (b *bench) flood(ctx context.Context, d *desktop.Display) error {
	before, _, err := b.resting(ctx, d)
	if err != nil {
		return err
	}
	p, err := d.Start(b.program, desktop.Options{
		Args: []string{"--demo=false", "--page", "topics", "--listen", address, "--memory", budget}, Env: []string{"FYNE_THEME=dark"},
	})
	if err != nil {
		return err
	}
	w, err := p.Window(ctx, "")
	if err != nil {
		return err
	}
	load := flood.Load{Address: address, Messages: b.flooded, Topics: 100_000, Publishers: 4, Every: max(time.Second, time.Duration(b.flooded)*time.Microsecond/6)}
	fmt.Println("    time       sent  resident  threads  frames/s  answer")
	load.Watched = func(s flood.Sample) {
		fmt.Printf("%8s %10d %5d MiB %8d %9d %7s\n", s.At.Round(time.Second), s.Sent, s.Resident>>20, s.Threads, s.Frames, s.Answer.Round(time.Millisecond))
	}
	report, err := flood.Run(ctx, d, w, load)
	if err != nil {
		return err
	}
	if err := wait(ctx, 5*time.Second); err != nil {
		return err
	}
	after, err := p.Goroutines(ctx)
	if err != nil {
		return err
	}
	of := fmt.Sprintf("flood of %d messages over 100,000 topics into the window: ", b.flooded)
	b.say(figure.Plain(of+"taken", report.Rate(load), "messages/s"))
	b.say(figure.AtMost(of+"most memory of its last third beside the third before", report.Growth(), "ratio", 1.1))
	b.say(figure.Plain(of+"most memory", float64(report.MostMemory()>>20), "MiB"))
	b.say(figure.AtMost(of+"goroutines afterwards beside before", float64(after-before), "more", 5))
	b.say(figure.AtMost(of+"slowest answer to a key or a click", report.SlowestAnswer().Seconds(), "s", 1))
	b.say(figure.AtLeast(of+"frames, median", float64(report.MedianFrames()), "1/s", 1))
	return nil
}

// resting is how many goroutines the program has when nobody speaks to it, and
// what memory it has then.
func (b *bench) resting(ctx context.Context, d *desktop.Display) (goroutines int, resident int64, err error) {
	p, err := d.Start(b.program, desktop.Options{Args: []string{"--demo=false", "--page", "topics", "--listen", address}})
	if err != nil {
		return 0, 0, err
	}
	if _, err := p.Window(ctx, ""); err != nil {
		return 0, 0, err
	}
	if err := wait(ctx, 5*time.Second); err != nil {
		return 0, 0, err
	}
	if resident, _, err = p.Size(); err != nil {
		return 0, 0, err
	}
	goroutines, err = p.Goroutines(ctx)
	return goroutines, resident, err
}
