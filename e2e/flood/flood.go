//go:build linux

package flood

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// Load is what is sent.
type Load struct {
	// Address is where the program listens.
	Address string
	// Messages are sent over so many Topics in turn, by so many Publishers.
	Messages, Topics, Publishers int
	// Every is how often a sample is taken.
	Every time.Duration
	// Watched is told of each sample; nil for nobody.
	Watched func(Sample)
}

// Sample is what a program was like at a moment of the flood.
type Sample struct {
	At       time.Duration // since the begin
	Sent     int64         // messages so far
	Resident int64         // bytes of memory
	Threads  int
	Frames   int           // of the window, in the second before
	Answer   time.Duration // from a key or a click to what it changes on the screen
}

// Report is how a flood went.
type Report struct {
	Took    time.Duration
	Samples []Sample
}

// Run floods the program in a window of 1280 by 800 pixels in the dark theme, and
// returns when its broker has taken everything. Any key or click that is not
// answered within a quarter of a minute is an error.
func Run(ctx context.Context, d *desktop.Display, w *desktop.Window, l Load) (Report, error) {
	eye, err := d.NewEye(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = eye.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	var sent atomic.Int64
	failed := make(chan error, l.Publishers)
	began := time.Now()
	for i := range l.Publishers {
		p, err := dial(ctx, l.Address, fmt.Sprint("flood-", i))
		if err != nil {
			return Report{}, err
		}
		all.Go(func() {
			defer func() { _ = p.conn.Close() }()
			failed <- p.publish(ctx, l, i, l.Publishers, &sent)
		})
	}
	over := make(chan struct{})
	var took time.Duration
	go func() { all.Wait(); took = time.Since(began); close(over) }()
	watch := &watcher{window: w, eye: eye, load: l, began: began, sent: &sent}
	watched := watch.until(ctx, over)
	cancel() // the publishers, when watching failed
	<-over
	close(failed)
	failures := []error{watched}
	for err := range failed {
		failures = append(failures, err)
	}
	return Report{Took: took, Samples: watch.samples}, errors.Join(failures...)
}

// Rate is how many messages were taken in a second.
func (r *Report) Rate(l Load) float64 { return float64(l.Messages) / r.Took.Seconds() }

// Growth is the most memory of the last third of the flood beside that of the
// third before.
func (r *Report) Growth() float64 {
	n := len(r.Samples)
	if n < 3 {
		return 1
	}
	return float64(mostMemory(r.Samples[2*n/3:])) / float64(mostMemory(r.Samples[n/3:2*n/3]))
}

// MostMemory is the most memory that was resident, in bytes.
func (r *Report) MostMemory() int64 { return mostMemory(r.Samples) }

func mostMemory(samples []Sample) (most int64) {
	for _, s := range samples {
		most = max(most, s.Resident)
	}
	return most
}

// SlowestAnswer is the longest that a key or a click waited.
func (r *Report) SlowestAnswer() (slowest time.Duration) {
	for _, s := range r.Samples {
		slowest = max(slowest, s.Answer)
	}
	return slowest
}

// MedianFrames is the median of the frames in a second.
func (r *Report) MedianFrames() int {
	if len(r.Samples) == 0 {
		return 0
	}
	frames := make([]int, len(r.Samples))
	for i, s := range r.Samples {
		frames[i] = s.Frames
	}
	slices.Sort(frames)
	return frames[len(frames)/2]
}
