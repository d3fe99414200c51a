package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	listeners = 500
	// fanWindow is how many messages may be under way to the slowest listener.
	fanWindow = 500
	fanBurst  = 50
)

// fanOut is one publisher of QoS 0 to 500 subscribers, in deliveries.
func fanOut(ctx context.Context, s *server, d time.Duration) (sample, error) {
	pack := burst(fanBurst, 0, 0)
	counts := make([]*atomic.Int64, listeners)
	for i := range counts {
		sub, err := dial(ctx, s, fmt.Sprint("listener-", i), true)
		if err != nil {
			return sample{}, err
		}
		defer drop(sub)
		if err := sub.subscribe(0); err != nil {
			return sample{}, err
		}
		counts[i] = countPackets(sub, len(pack)/fanBurst)
	}
	all := func() (sum, least int64) {
		least = counts[0].Load()
		for _, c := range counts {
			n := c.Load()
			sum, least = sum+n, min(least, n)
		}
		return sum, least
	}
	c, err := dial(ctx, s, "publisher", true)
	if err != nil {
		return sample{}, err
	}
	defer drop(c)
	f := flood{room: fanWindow, got: func() int64 { _, least := all(); return least }}
	done, fault := make(chan struct{}), make(chan error, 1)
	go func() { fault <- f.publish(c, pack, fanBurst, done) }()
	got, err := measured(ctx, s, func() int64 { sum, _ := all(); return sum }, d)
	close(done)
	if fault := <-fault; err == nil {
		err = fault
	}
	if err == nil {
		err = f.drain()
	}
	return got, err
}
