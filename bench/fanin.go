package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	publishers = 4
	burstSize  = 250
	// window is how many messages may be under way: enough to keep everybody
	// busy, and too few for any server to drop one.
	window = 16_000
)

// flood is publishers that keep up to a window of QoS 0 messages under way, and
// what was received of them.
type flood struct {
	sent atomic.Int64
	got  func() int64
	room int64 // the window
}

// publish sends bursts over one connection until done.
func (f *flood) publish(c *client, pack []byte, n int64, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		default:
		}
		if f.sent.Load()-f.got() > f.room {
			time.Sleep(50 * time.Microsecond)
			continue
		}
		f.sent.Add(n)
		if _, err := c.Write(pack); err != nil {
			return err
		}
	}
}

// drain waits for the last messages.
func (f *flood) drain() error {
	for deadline := time.Now().Add(patience); f.got() < f.sent.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d messages were lost", f.sent.Load()-f.got(), f.sent.Load())
		}
	}
	return nil
}

// measured turns what was received from one moment to another into a sample.
func measured(ctx context.Context, s *server, got func() int64, d time.Duration) (sample, error) {
	const warm = 300 * time.Millisecond
	if err := rest(ctx, warm); err != nil {
		return sample{}, err
	}
	cpu, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	n, began := got(), time.Now()
	if err := rest(ctx, d); err != nil {
		return sample{}, err
	}
	n, took := got()-n, time.Since(began)
	after, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	if n == 0 {
		return sample{}, errors.New("no messages came through")
	}
	return sample{value: float64(n) / took.Seconds(), cpu: (after - cpu) / time.Duration(n)}, nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// countPackets counts packets of one size that a connection receives.
func countPackets(c *client, size int) *atomic.Int64 {
	n, total := new(atomic.Int64), 0
	go func() {
		buf := make([]byte, 256<<10)
		for {
			k, err := c.r.Read(buf)
			total += k
			n.Store(int64(total / size))
			if err != nil {
				return
			}
		}
	}()
	return n
}

// fanIn is QoS 0 from 4 publishers on 1,000 topics to one subscriber to
// everything: a raw one, or the server's own session.
func fanIn(ctx context.Context, s *server, d time.Duration) (sample, error) {
	pack := burst(burstSize, 0, 0)
	f := flood{room: window}
	if s.kind == oursLocal {
		n, before := s.count.value(), s.count.value().Load()
		f.got = func() int64 { return n.Load() - before }
	} else {
		sub, err := dial(ctx, s, "subscriber", true)
		if err != nil {
			return sample{}, err
		}
		defer drop(sub)
		if err := sub.subscribe(0); err != nil {
			return sample{}, err
		}
		f.got = countPackets(sub, len(pack)/burstSize).Load
	}
	return f.run(ctx, s, d, publishers)
}

// run has publishers work for a time.
func (f *flood) run(ctx context.Context, s *server, d time.Duration, n int) (sample, error) {
	done := make(chan struct{})
	faults := make(chan error, n)
	var all sync.WaitGroup
	for i := range n {
		c, err := dial(ctx, s, fmt.Sprint("publisher-", i), true)
		if err != nil {
			return sample{}, err
		}
		defer drop(c)
		all.Go(func() { faults <- f.publish(c, burst(burstSize, i*burstSize, 0), burstSize, done) })
	}
	got, err := measured(ctx, s, f.got, d)
	close(done)
	all.Wait()
	for range n {
		err = errors.Join(err, <-faults)
	}
	if err == nil {
		err = f.drain()
	}
	return got, err
}

// allocations is what one message costs the whole process of the server in
// allocated objects.
func allocations(ctx context.Context, s *server, d time.Duration) (sample, error) {
	sub, err := dial(ctx, s, "subscriber", true)
	if err != nil {
		return sample{}, err
	}
	defer drop(sub)
	if err := sub.subscribe(0); err != nil {
		return sample{}, err
	}
	f := flood{room: window, got: countPackets(sub, len(burst(1, 0, 0))).Load}
	if _, err := f.run(ctx, s, d/4, publishers); err != nil { // everything that grows has grown
		return sample{}, err
	}
	before, err := s.mallocs()
	if err != nil {
		return sample{}, err
	}
	n := f.got()
	if _, err := f.run(ctx, s, d, publishers); err != nil {
		return sample{}, err
	}
	after, err := s.mallocs()
	return sample{value: float64(after-before) / float64(f.got()-n)}, err
}
