package main

import (
	"context"
	"fmt"
	"time"
)

// idlers is how many connections the memory of one is measured by.
const idlers = 5000

// idle is the resident memory that a connection costs the server that does
// nothing, in KiB.
func idle(ctx context.Context, s *server, _ time.Duration) (sample, error) {
	before, err := s.settled(ctx)
	if err != nil {
		return sample{}, err
	}
	for i := range idlers {
		c, err := dial(ctx, s, fmt.Sprint("idler-", i), true)
		if err != nil {
			return sample{}, err
		}
		defer drop(c)
	}
	after, err := s.settled(ctx)
	return sample{value: float64(after-before) / idlers / 1024}, err
}

// settled waits until the memory of the server changes no more, and returns it.
func (s *server) settled(ctx context.Context) (int, error) {
	last := -1
	for {
		now, err := s.resident()
		if err != nil {
			return 0, err
		}
		if last >= 0 && now-last < 64<<10 && last-now < 64<<10 {
			return now, nil
		}
		last = now
		if err := rest(ctx, 500*time.Millisecond); err != nil {
			return 0, err
		}
	}
}
