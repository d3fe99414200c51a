package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// The load of the latency case.
const (
	latencyRate = 20_000 // messages/s
	latencyBeat = time.Millisecond
)

// latency is the 99th percentile of the time from before a message is written to
// when it has been read, in microseconds, at a steady rate.
func latency(ctx context.Context, s *server, d time.Duration) (sample, error) {
	sub, err := dial(ctx, s, "subscriber", true)
	if err != nil {
		return sample{}, err
	}
	defer drop(sub)
	if err := sub.subscribe(0); err != nil {
		return sample{}, err
	}
	c, err := dial(ctx, s, "publisher", true)
	if err != nil {
		return sample{}, err
	}
	defer drop(c)
	epoch := time.Now()
	took := make(chan []time.Duration, 1)
	total := int(d.Seconds() * latencyRate)
	go func() { took <- timeArrivals(sub, epoch, total) }()
	if err := publishSteadily(ctx, c, epoch, total); err != nil {
		return sample{}, err
	}
	if err := sub.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return sample{}, err
	}
	times := <-took
	if len(times) < total {
		return sample{}, errors.New("messages were lost at 20,000/s")
	}
	times = times[total/10:] // warm
	slices.Sort(times)
	return sample{value: float64(times[len(times)*99/100]) / float64(time.Microsecond)}, nil
}

// publishSteadily publishes total messages that carry their time since epoch.
func publishSteadily(ctx context.Context, c *client, epoch time.Time, total int) error {
	const each = latencyRate * int(latencyBeat) / int(time.Second)
	pack := burst(each, 0, 0)
	size := len(pack) / each
	beat := time.NewTicker(latencyBeat)
	defer beat.Stop()
	for sent, began := 0, time.Now(); sent < total; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
		}
		// Beats that were missed are made up for, so that the rate holds.
		for due := int(time.Since(began).Seconds() * latencyRate); sent < min(due, total); sent += each {
			now := uint64(time.Since(epoch))
			for i := range each {
				binary.BigEndian.PutUint64(pack[(i+1)*size-8:], now)
			}
			if _, err := c.Write(pack); err != nil {
				return err
			}
		}
	}
	return nil
}

// timeArrivals returns how long each message was under way, fewer than total
// when the connection ended first.
func timeArrivals(c *client, epoch time.Time, total int) []time.Duration {
	r := bufio.NewReaderSize(c.r, 128<<10)
	times := make([]time.Duration, 0, total+latencyRate)
	for len(times) < total {
		frame, err := nextFrame(r)
		if err != nil {
			break
		}
		sent := binary.BigEndian.Uint64(frame[len(frame)-8:])
		times = append(times, time.Since(epoch)-time.Duration(sent))
		if _, err := r.Discard(len(frame)); err != nil {
			break
		}
	}
	return times
}
