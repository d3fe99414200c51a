//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui"
)

// feeder puts messages into a store.
type feeder struct {
	store    *model.Store
	messages []model.Message
	next     int
	round    int
}

func newFeeder(store *model.Store, topics int) *feeder {
	f := &feeder{store: store}
	for i := range topics {
		f.messages = append(f.messages, model.Message{
			Topic:   fmt.Sprintf("site%d/dev%d/value%d", i/1000, i/10, i%10),
			Payload: fmt.Appendf(nil, `{"value":%02d.5}`, i%100),
		})
	}
	return f
}

// firstDigit is where the number begins in a payload.
const firstDigit = len(`{"value":`)

// charts are charts of six topics each, from the first topic on.
func (f *feeder) charts(n int) []ui.Chart {
	const lines = 6
	all := make([]ui.Chart, n)
	for i := range all {
		for line := range lines {
			topic := f.messages[(i*lines+line)%len(f.messages)].Topic
			all[i].Lines = append(all[i].Lines, ui.ChartLine{Key: model.SeriesKey{Topic: topic, Pointer: "/value"}})
		}
	}
	return all
}

// all says something on every topic.
func (f *feeder) all() { f.say(len(f.messages)) }

// say puts in n messages, on one topic after the other.
func (f *feeder) say(n int) {
	for n > 0 {
		batch := f.messages[f.next:min(len(f.messages), f.next+min(n, 256))]
		now := time.Now()
		for i := range batch {
			batch[i].At, batch[i].Payload[firstDigit] = now, byte('0'+f.round%10)
		}
		f.store.Ingest(batch)
		n -= len(batch)
		if f.next = (f.next + len(batch)) % len(f.messages); f.next == 0 {
			f.round++ // and no topic says what it said before
		}
	}
}

// run says rate messages a second until ctx ends.
func (f *feeder) run(ctx context.Context, rate int) {
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	began, said := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-beat.C:
			due := int(now.Sub(began).Seconds() * float64(rate))
			f.say(due - said)
			said = max(said, due)
		}
	}
}
