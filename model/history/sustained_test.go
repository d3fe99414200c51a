package history_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
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
	took := time.Since(start)
	s.mu.Lock()
	s.took = append(s.took, took)
	s.mu.Unlock()
	if took > time.Second {
		fmt.Fprintf(os.Stderr, "%s: a commit took %v\n", start.Format(time.TimeOnly), took)
	}
	return err
}

// Due is that of the store.
func (s *timed) Due() bool { return s.Store.(history.Hurried).Due() }

// sustained is for how long to record: SUSTAINED=10m for the figure of the long
// run.
func sustained(b *testing.B) time.Duration {
	b.Helper()
	if text := os.Getenv("SUSTAINED"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	return 10 * time.Second
}

// devices is how many there are: DEVICES=100000 for as many as a window shows.
func devices(b *testing.B) int {
	b.Helper()
	n := 5_000
	if text := os.Getenv("DEVICES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// BenchmarkSustained records what comes at 50,500 messages a second from 5,000
// devices, each a JSON object with two numbers. The goals are 50,000 a second
// without loss, and commits of at most 100 ms at the 99th percentile. What the
// program holds of memory is looked at each second; the most of the first quarter and
// of all are told apart, so that growth is seen.
func BenchmarkSustained(b *testing.B) {
	for b.Loop() {
		s := &timed{Store: open(b)}
		r, err := history.NewRecorder(history.Options{Store: s, Scanner: &payload.Scanner{}})
		if err != nil {
			b.Fatal(err)
		}
		began, processor := time.Now(), historytest.ProcessorTime(false)
		held := offer(b, r)
		flush(b, r)
		elapsed, spent := time.Since(began), historytest.ProcessorTime(false)-processor
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
		b.ReportMetric(float64(spent)/float64(st.Messages), "cpu-ns/message")
		b.ReportMetric(float64(st.Lost), "lost")
		b.ReportMetric(float64(s.took[len(s.took)/2])/1e6, "commit-p50-ms")
		b.ReportMetric(float64(s.took[len(s.took)*99/100])/1e6, "commit-p99-ms")
		b.ReportMetric(float64(s.took[len(s.took)-1])/1e6, "commit-max-ms")
		b.ReportMetric(float64(u.Bytes)/float64(u.Messages), "disk-bytes/message")
		b.ReportMetric(float64(u.SealedBytes)/float64(u.Sealed), "sealed-bytes/sample")
		early := slices.Max(held[:(len(held)+3)/4])
		b.ReportMetric(float64(early)/(1<<20), "resident-early-MiB")
		b.ReportMetric(float64(slices.Max(held))/(1<<20), "resident-MiB")
		if st.Upkeep != nil {
			b.Error(st.Upkeep)
		}
	}
}

// offer gives a Recorder messages for as long as sustained says, and returns what
// the program held of memory after each second.
func offer(b *testing.B, r *history.Recorder) (held []int64) {
	b.Helper()
	const rate, tick = 50_500, 5 * time.Millisecond
	topics := make([]string, devices(b))
	for i := range topics {
		topics[i] = fmt.Sprintf("plant/device-%d/state", i)
	}
	batch := make([]model.Message, 0, rate/200)
	sent, began := 0, time.Now()
	beat := time.NewTicker(tick)
	defer beat.Stop()
	for time.Since(began) < sustained(b) {
		<-beat.C
		due := int(time.Since(began).Seconds() * rate)
		for sent < due {
			batch = batch[:0]
			for ; sent < due && len(batch) < cap(batch); sent++ {
				batch = append(batch, model.Message{Topic: topics[sent%len(topics)], At: time.Now(),
					Payload: fmt.Appendf(nil, `{"pressure":%d.%02d,"flow":%d}`, sent%9, sent%100, sent%77)})
			}
			r.Record(batch)
		}
		if int(time.Since(began).Seconds()) >= len(held) {
			held = append(held, historytest.Resident())
		}
	}
	return held
}

// livePath hands batches of 50 messages over 1,000 times a second, as long as
// there are any to come, and returns the time of a processor that one message
// took.
func livePath(batch []model.Message, batches int, take func([]model.Message)) float64 {
	beat := time.NewTicker(time.Millisecond)
	defer beat.Stop()
	var took time.Duration
	for range batches {
		<-beat.C
		now := time.Now()
		for i := range batch {
			batch[i].At = now
		}
		began := historytest.ProcessorTime(true)
		take(batch)
		took += historytest.ProcessorTime(true) - began
	}
	return float64(took) / float64(batches*len(batch))
}

// BenchmarkLivePath is the way of a batch from a link: into the live store alone,
// and into the live store and a Recorder, in turns, at 50,000 messages a second.
// The goal is under 5 % more. What is measured is the time of a processor that the
// goroutine of the link takes, without what it waits for others on the machine.
func BenchmarkLivePath(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	live := model.NewStore(model.Options{Scanner: &payload.Scanner{}})
	r, err := history.NewRecorder(history.Options{Store: open(b), Scanner: &payload.Scanner{}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	batch := make([]model.Message, 50)
	for i := range batch {
		batch[i] = model.Message{Topic: fmt.Sprintf("plant/device-%d/state", i), Payload: []byte(`{"pressure":1.25,"flow":77}`)}
	}
	both := func(m []model.Message) { live.Ingest(m); r.Record(m) }
	livePath(batch, 500, both) // rings have grown, pages are there
	flush(b, r)
	var alone, tapped, tap float64
	for b.Loop() {
		alone += livePath(batch, 250, live.Ingest)
		tapped += livePath(batch, 250, both)
		tap += livePath(batch, 250, r.Record)
		flush(b, r)
	}
	b.ReportMetric(alone/float64(b.N), "alone-ns/message")
	b.ReportMetric(tapped/float64(b.N), "tapped-ns/message")
	b.ReportMetric(tap/float64(b.N), "tap-ns/message")
	b.ReportMetric((tapped/alone-1)*100, "slower-%")
}
