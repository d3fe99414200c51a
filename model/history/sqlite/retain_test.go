package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// TestRollups makes roll-ups of five hours at 4 Hz and lets the samples go, part
// by part: columns stay the same down to the second.
func TestRollups(t *testing.T) {
	ctx, start := context.Background(), historytest.Start()
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	key := model.SeriesKey{Topic: "a", Pointer: "/x"}
	all := historytest.Walk(key, start, 250*time.Millisecond, 5*3600*4)
	for i := 0; i < len(all); i += 4000 {
		if err := s.Write(ctx, &history.Batch{Samples: all[i : i+4000]}); err != nil {
			t.Fatal(err)
		}
		if err := s.Seal(ctx); err != nil {
			t.Fatal(err)
		}
	}
	end := start.Add(5 * time.Hour)
	same := func(what string, columns ...int) {
		t.Helper()
		for _, n := range columns {
			historytest.SameColumns(t, historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start, end, n)), all, start, end, n)
		}
		t.Log(what)
	}
	same("as sealed", 7, 1000)
	before := historytest.Must[history.Usage](t)(s.Usage(ctx))
	if err := s.Maintain(ctx, end.Add(time.Minute), history.Retention{}); err != nil {
		t.Fatal(err)
	}
	after := historytest.Must[history.Usage](t)(s.Usage(ctx))
	if after.SealedBytes > before.SealedBytes || after.Sealed != before.Sealed {
		t.Errorf("joining blocks led from %+v to %+v", before, after)
	}
	same("rolled up", 7, 1000)
	rules := history.Retention{Rules: []history.Rule{{Filter: "#", Samples: 2*time.Hour + 30*time.Minute}}}
	if err := s.Maintain(ctx, end.Add(10*time.Minute), rules); err != nil {
		t.Fatal(err)
	}
	if u := historytest.Must[history.Usage](t)(s.Usage(ctx)); u.Sealed >= after.Sealed || u.Sealed == 0 {
		t.Errorf("%d samples are left of %d", u.Sealed, after.Sealed)
	}
	same("the older half gone", 1, 5, 300, 18_000/4)
	rules.Rules[0].Samples = time.Minute
	if err := s.Maintain(ctx, end.Add(20*time.Minute), rules); err != nil {
		t.Fatal(err)
	}
	if u := historytest.Must[history.Usage](t)(s.Usage(ctx)); u.Sealed != 0 {
		t.Errorf("%d samples are left", u.Sealed)
	}
	same("all gone", 1, 5, 300, 18_000/4)
	wide := historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start.Add(17*time.Second), end.Add(17*time.Second), 4))
	whole := wide[0]
	for i, c := range wide { // of 75 minutes, which end within a minute
		if got := c.Count - 75*60*4; got < -60*4 || got > 60*4 {
			t.Errorf("wide column %d has %d samples", i, c.Count)
		}
		whole.Min, whole.Max = min(whole.Min, c.Min), max(whole.Max, c.Max)
	}
	if all := historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start, end, 1))[0]; whole.Min != all.Min || whole.Max != all.Max {
		t.Errorf("wide columns reach from %v to %v, all of it from %v to %v", whole.Min, whole.Max, all.Min, all.Max)
	}
	rules.Rules[0].Rollups = time.Hour
	if err := s.Maintain(ctx, end.Add(9*time.Hour), rules); err != nil {
		t.Fatal(err)
	}
	if cols := historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start, end, 1)); cols[0].Count != 0 {
		t.Errorf("roll-ups are left: %+v", cols)
	}
}

// TestRetention lets go by topic, by age and by size.
func TestRetention(t *testing.T) {
	ctx, start := context.Background(), historytest.Start()
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	big := make([]byte, 2000)
	for hour := range 10 {
		b := &history.Batch{}
		for i := range 100 {
			for j := range big {
				big[j] = byte(i*j + hour + j>>3)
			}
			at := start.Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Second)
			for _, topic := range []string{"long/a", "short/b", "small/c"} {
				b.Messages = append(b.Messages, historytest.Message(topic, string(big), at, nil))
			}
		}
		if err := s.Write(ctx, b); err != nil {
			t.Fatal(err)
		}
		if err := s.Seal(ctx); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(topic string) int {
		return len(historytest.Must[[]history.Message](t)(s.Messages(ctx, topic, start, start.Add(99*time.Hour), 9999)))
	}
	sealed := historytest.Must[history.Usage](t)(s.Usage(ctx)).Bytes
	r := history.Retention{Rules: []history.Rule{{Filter: "short/#", Messages: 5*time.Hour + 30*time.Minute}, {Filter: "small/+", Bytes: 1}, {Filter: "#"}}}
	if err := s.Maintain(ctx, start.Add(10*time.Hour), r); err != nil {
		t.Fatal(err)
	}
	if a, b, c := kept("long/a"), kept("short/b"), kept("small/c"); a != 1000 || b != 500 || c != 0 {
		t.Errorf("%d, %d and %d messages are kept, want 1000, 500 and none", a, b, c)
	}
	r = history.Retention{Bytes: 1}
	if err := s.Maintain(ctx, start.Add(11*time.Hour), r); err != nil {
		t.Fatal(err)
	}
	if a, b := kept("long/a"), kept("short/b"); a+b != 0 {
		t.Errorf("%d and %d messages are kept beyond the size", a, b)
	}
	if u := historytest.Must[history.Usage](t)(s.Usage(ctx)); u.Messages != 0 {
		t.Errorf("usage %+v after %d bytes", u, sealed)
	}
}
