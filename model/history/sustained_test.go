package history_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/payload"
)

// timed is a store that notes how long writes take.
type timed struct {
	history.Store
	mu   sync.Mutex
	took []time.Duration
}

func (s *timed) Write(ctx context.Context, b *history.Batch) error {
	start := time.Now()
	err := s.Store.Write(ctx, b)
	s.mu.Lock()
	s.took = append(s.took, time.Since(start))
	s.mu.Unlock()
	return err
}

// sustained is for how long to record: SUSTAINED=10m for the figure of the long
// run.
func sustained(b *testing.B) time.Duration {
	if text := os.Getenv("SUSTAINED"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	return 10 * time.Second
}

// BenchmarkSustained records 50,000 messages a second of 5,000 devices, each a
// JSON object with two numbers. The goals are no loss, and commits of at most 100
// ms at the 99th percentile.
func BenchmarkSustained(b *testing.B) {
	const rate, devices, tick = 50_000, 5_000, 5 * time.Millisecond
	for b.Loop() {
		s := &timed{Store: open(b)}
		r, err := history.NewRecorder(history.Options{Store: s, Scanner: &payload.Scanner{}, Upkeep: time.Second})
		if err != nil {
			b.Fatal(err)
		}
		topics := make([]string, devices)
		for i := range topics {
			topics[i] = fmt.Sprintf("plant/device-%d/state", i)
		}
		batch := make([]model.Message, 0, rate/200)
		sent, began := 0, time.Now()
		beat := time.NewTicker(tick)
		for time.Since(began) < sustained(b) {
			<-beat.C
			due := int(time.Since(began).Seconds() * rate)
			for sent < due {
				batch = batch[:0]
				for ; sent < due && len(batch) < cap(batch); sent++ {
					batch = append(batch, model.Message{Topic: topics[sent%devices], At: time.Now(),
						Payload: fmt.Appendf(nil, `{"pressure":%d.%02d,"flow":%d}`, sent%9, sent%100, sent%77)})
				}
				r.Record(batch)
			}
		}
		beat.Stop()
		flush(b, r)
		elapsed := time.Since(began)
		if err := r.Close(); err != nil {
			b.Error(err)
		}
		st := r.Status()
		slices.Sort(s.took)
		u, err := s.Usage(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(st.Messages)/elapsed.Seconds(), "messages/s")
		b.ReportMetric(float64(st.Lost), "lost")
		b.ReportMetric(float64(s.took[len(s.took)*99/100])/1e6, "commit-p99-ms")
		b.ReportMetric(float64(s.took[len(s.took)-1])/1e6, "commit-max-ms")
		b.ReportMetric(float64(u.Bytes)/float64(u.Messages), "disk-bytes/message")
		if st.Upkeep != nil {
			b.Error(st.Upkeep)
		}
	}
}

// BenchmarkLivePath is what a link does with a batch, without and with a
// Recorder: the goal is under 5 % more.
func BenchmarkLivePath(b *testing.B) {
	for _, tapped := range []bool{false, true} {
		b.Run(fmt.Sprintf("tapped=%v", tapped), func(b *testing.B) {
			live := model.NewStore(model.Options{Scanner: &payload.Scanner{}})
			take := live.Ingest
			if tapped {
				r, err := history.NewRecorder(history.Options{Store: open(b), Scanner: &payload.Scanner{}, QueueMessages: 1 << 30, QueueBytes: 1 << 40})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = r.Close() }()
				take = func(m []model.Message) { live.Ingest(m); r.Record(m) }
			}
			batch := make([]model.Message, 50)
			for i := range batch {
				batch[i] = model.Message{Topic: fmt.Sprintf("plant/device-%d/state", i), Payload: []byte(`{"pressure":1.25,"flow":77}`)}
			}
			// 50,000 messages a second, so that the disk has the time it would have.
			beat := time.NewTicker(time.Millisecond)
			defer beat.Stop()
			var took time.Duration
			n := 0
			for b.Loop() {
				<-beat.C
				now := time.Now()
				for i := range batch {
					batch[i].At = now
				}
				start := time.Now()
				take(batch)
				took += time.Since(start)
				n += len(batch)
			}
			b.ReportMetric(float64(took)/float64(n), "ns/message")
		})
	}
}
