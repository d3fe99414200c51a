package sqlite_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// sensor is the series of the benchmarks.
func sensor() model.SeriesKey { return model.SeriesKey{Topic: "plant/pump/1", Pointer: "/pressure"} }

// fill writes n samples of a sensor at 1 Hz with a millisecond of jitter, sealed
// by the hour as a running program would, and returns when they end.
func fill(tb testing.TB, s *sqlite.Store, key model.SeriesKey, n int) time.Time {
	tb.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	now, x := historytest.Start().UnixMicro(), 12.0
	for n > 0 {
		k := min(n, 3600)
		at, v := make([]int64, k), make([]float64, k)
		for i := range at {
			now += 1_000_000 + r.Int64N(2000) - 1000
			x += r.NormFloat64() * 0.05
			at[i], v[i] = now, math.Round(x*100)/100
		}
		if err := s.PutSamples(context.Background(), key, at, v); err != nil {
			tb.Fatal(err)
		}
		n -= k
	}
	return time.UnixMicro(now + 1)
}

func benchColumns(b *testing.B, samples int, roll bool) {
	b.Helper()
	s := open(b, filepath.Join(b.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	end := fill(b, s, sensor(), samples)
	if roll {
		rollAll(b, s, end, samples)
	}
	for range 2 { // the second empties the log
		if err := s.Checkpoint(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	u := historytest.Must[history.Usage](b)(s.Usage(context.Background()))
	if roll && u.Samples > 0 {
		b.Fatalf("%d samples are left", u.Samples)
	}
	began := historytest.ProcessorTime(false)
	for b.Loop() {
		cols, err := s.Columns(context.Background(), sensor(), historytest.Start(), end, 1000)
		if err != nil {
			b.Fatal(err)
		}
		count := int64(0)
		for _, c := range cols {
			count += c.Count
		}
		if count != int64(samples) {
			b.Fatalf("%d samples in the columns, want %d", count, samples)
		}
	}
	reportProcessor(b, began)
	b.ReportMetric(float64(u.Bytes)/float64(samples), "disk-bytes/sample")
	b.ReportMetric(float64(u.SealedBytes)/float64(samples), "sealed-bytes/sample")
}

// rollAll makes the roll-ups of all hours up to the end, a day at a call, and lets
// the samples go.
func rollAll(b *testing.B, s *sqlite.Store, end time.Time, samples int) {
	b.Helper()
	for range samples/3600/24 + 1 {
		if err := s.Maintain(context.Background(), end.Add(time.Hour), history.Retention{}); err != nil {
			b.Fatal(err)
		}
	}
	rules := history.Retention{Rules: []history.Rule{{Filter: "#", Samples: time.Second}}}
	if err := s.Maintain(context.Background(), end.Add(2*time.Hour), rules); err != nil {
		b.Fatal(err)
	}
}

// reportProcessor reports the processor time of a benchmark since it began, which
// hardly depends on what else the machine does.
func reportProcessor(b *testing.B, began time.Duration) {
	b.Helper()
	b.ReportMetric(float64(historytest.ProcessorTime(false)-began)/1e6/float64(b.N), "cpu-ms/op")
}

// BenchmarkColumns10M is a chart of 10 million samples; the goal is 50 ms.
func BenchmarkColumns10M(b *testing.B) { benchColumns(b, 10_000_000, false) }

// BenchmarkColumnsYear is a chart of a year at 1 Hz; the goal is 100 ms.
func BenchmarkColumnsYear(b *testing.B) { benchColumns(b, 31_536_000, false) }

// BenchmarkColumnsYearRolled is the same when its samples are gone and roll-ups are
// left; the goal is 100 ms.
func BenchmarkColumnsYearRolled(b *testing.B) { benchColumns(b, 31_536_000, true) }

// fillTopics seals 200 messages of each of n topics, one a second, and returns a
// moment in their middle.
func fillTopics(b *testing.B, s *sqlite.Store, n int) time.Time {
	b.Helper()
	const each = 200
	start := historytest.Start().UnixMicro()
	for part := range 4 {
		all := make(map[string][]block.Message, n)
		for t := range n {
			list := make([]block.Message, each/4)
			for i := range list {
				at := start + int64(part*each/4+i)*1_000_000 + int64(t)
				list[i] = block.Message{At: at, Payload: fmt.Appendf(nil, `{"ts":%d,"pressure":%.2f,"state":"ok"}`, at, math.Sin(float64(i+t)))}
			}
			all[fmt.Sprintf("plant/device-%d/state", t)] = list
		}
		if err := s.PutMessages(context.Background(), all); err != nil {
			b.Fatal(err)
		}
	}
	return historytest.Start().Add(each / 2 * time.Second).Add(500 * time.Millisecond)
}

// BenchmarkAt10000 is the slider: the last message of each of 10,000 topics at a
// moment in the middle of 2 million messages; the goal is 200 ms.
func BenchmarkAt10000(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	const topics = 10_000
	at := fillTopics(b, s, topics)
	began := historytest.ProcessorTime(false)
	for b.Loop() {
		n := 0
		if err := s.At(context.Background(), at, "#", func(history.Message) bool { n++; return true }); err != nil || n != topics {
			b.Fatal(n, err)
		}
	}
	reportProcessor(b, began)
}

// BenchmarkSeek10000 is the whole of a jump to that moment: the live store as it
// was, after a warm-up of as many messages as there ever are in one.
func BenchmarkSeek10000(b *testing.B) {
	benchJump(b, func(p *history.Player, at time.Time) error { return p.Seek(context.Background(), at) })
}

func benchJump(b *testing.B, jump func(*history.Player, time.Time) error) {
	b.Helper()
	s := open(b, filepath.Join(b.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	at := fillTopics(b, s, 10_000)
	p, err := history.NewPlayer(history.PlayerOptions{Reader: s, NewStore: historytest.NewStore})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	began := historytest.ProcessorTime(false)
	for b.Loop() {
		if err := jump(p, at); err != nil {
			b.Fatal(err)
		}
	}
	reportProcessor(b, began)
}

// BenchmarkGlance10000 is a jump to that moment up to the first picture: what each
// topic said last, in a live store. The goal is 200 ms.
func BenchmarkGlance10000(b *testing.B) {
	benchJump(b, func(p *history.Player, at time.Time) error { return p.Glance(context.Background(), at) })
}

// BenchmarkWrite is batches of 5,000 samples, each on disk before the next. The
// goal of a recent sample is 30 bytes in the file, once what is in the log beside
// it has gone there.
func BenchmarkWrite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.db")
	s := open(b, path, sqlite.Options{})
	samples := historytest.Walk(sensor(), historytest.Start(), time.Second, 5000)
	n := 0
	began := historytest.ProcessorTime(false)
	for b.Loop() {
		if err := s.Write(context.Background(), &history.Batch{Samples: samples}); err != nil {
			b.Fatal(err)
		}
		n += len(samples)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	reportProcessor(b, began)
	if err := s.Close(); err != nil { // takes the log into the file
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(n), "disk-bytes/sample")
}

// BenchmarkOpen10M opens a history of 10 million samples of which as many are
// recent as ever are; the goal is 2 s.
func BenchmarkOpen10M(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.db")
	s := open(b, path, sqlite.Options{})
	end := fill(b, s, sensor(), 9_000_000)
	for i := range 200 {
		at := end.Add(time.Duration(i*5000) * time.Second)
		if err := s.Write(context.Background(), &history.Batch{Samples: historytest.Walk(sensor(), at, time.Second, 5000)}); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := open(b, path, sqlite.Options{})
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
