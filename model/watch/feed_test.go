package watch_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// tried is a report of a kind under a client ID from an address, seconds after
// noon.
func tried(kind watch.Kind, client, addr string, after float64) watch.Report {
	return watch.Report{Kind: kind, ClientID: client, Addr: addr, At: noon.Add(time.Duration(after * float64(time.Second))), Said: model.Sayf("%v", after)}
}

func TestFeedCoalesces(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{})
	for i := range 10 {
		f.Add(tried(watch.TopicDenied, "pump", "192.0.2.9:"+fmt.Sprint(4000+i), float64(i)))
	}
	f.Add(tried(watch.FilterDenied, "pump", "192.0.2.9:4000", 3))
	f.Add(tried(watch.TopicDenied, "pump", "192.0.2.10:4000", 3))
	f.Add(tried(watch.TopicDenied, "lamp", "192.0.2.9:4000", 3))
	f.Add(watch.Report{Kind: watch.TopicDenied, Identity: "red-falcon", ClientID: "pump", Addr: "192.0.2.9:1", At: noon, Count: 7})
	f.Add(watch.Report{Kind: watch.TopicDenied, Identity: "red-falcon", ClientID: "other", Addr: "192.0.2.9:2", At: noon, Count: 5})
	all := f.Attempts(-1)
	if len(all) != 5 {
		t.Fatalf("%d attempts: %+v", len(all), all)
	}
	first := all[4]
	if first.Count != 10 || first.Addr != "192.0.2.9" || !first.First.Equal(noon) || !first.Last.Equal(noon.Add(9*time.Second)) || first.Said.String() != "9" {
		t.Errorf("the first is %+v", first)
	}
	if all[0].Count != 12 || all[0].Who() != "red-falcon" {
		t.Errorf("the latest is %+v", all[0])
	}
	if two := f.Attempts(2); len(two) != 2 || two[0].ID != all[0].ID {
		t.Errorf("the two newest are %+v", two)
	}
}

func TestFeedWindow(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{Quiet: 10 * time.Second, Span: time.Minute})
	for _, at := range []float64{0, 9, 18, 29} { // the last comes 11 s after the one before
		f.Add(tried(watch.WrongPassword, "x", "a", at))
	}
	if all := f.Attempts(-1); len(all) != 2 || all[0].Count != 1 || all[1].Count != 3 {
		t.Fatalf("after a pause: %+v", all)
	}
	for at := 30.0; at < 120; at += 5 {
		f.Add(tried(watch.WrongPassword, "x", "a", at))
	}
	all := f.Attempts(-1)
	if len(all) != 3 || all[1].Last.Sub(all[1].First) > time.Minute {
		t.Errorf("what goes on for long did not come up again: %+v", all)
	}
	f.Add(tried(watch.WrongPassword, "x", "a", 100)) // late
	if again := f.Attempts(-1); len(again) != 3 || !again[0].Last.Equal(all[0].Last) || again[0].Said.String() != all[0].Said.String() || again[0].Count != all[0].Count+1 {
		t.Errorf("a report that came late: %+v", again[0])
	}
}

func TestFeedMarks(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{})
	f.Add(tried(watch.Anonymous, "x", "a", 0))
	f.Add(tried(watch.Anonymous, "y", "a", 0))
	ignored, banned := f.Attempts(-1)[1].ID, f.Attempts(-1)[0].ID
	before := f.Generation()
	if !f.Mark(ignored, watch.Ignored, noon) || !f.Mark(banned, watch.BannedBy, noon) || f.Mark(99, watch.Ignored, noon) {
		t.Fatal("marks")
	}
	if f.Generation() == before || f.Totals().Open != 0 {
		t.Errorf("generation %d, totals %+v", f.Generation(), f.Totals())
	}
	f.Add(tried(watch.Anonymous, "x", "a", 7200))
	if a, ok := f.Attempt(ignored); !ok || a.Count != 2 || a.Mark != watch.Ignored || f.Totals().Open != 0 {
		t.Errorf("what was ignored came back: %+v", a)
	}
	f.Add(tried(watch.Anonymous, "y", "a", 1))
	if got := f.Totals().Open; got != 1 {
		t.Errorf("what was banned and goes on is not open: %d", got)
	}
	if f.Mark(ignored, watch.Open, noon); f.Totals().Open != 2 {
		t.Errorf("a mark cannot be taken back: %+v", f.Totals())
	}
	if a, _ := f.Attempt(ignored); !a.Marked.IsZero() {
		t.Errorf("still marked at %v", a.Marked)
	}
}

// TestFeedFlood has one address call itself a thousand names.
func TestFeedFlood(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{Names: 8})
	f.Add(tried(watch.Impersonation, "victim", "192.0.2.1", 0))
	for i := range 1000 {
		f.Add(tried(watch.UnknownIdentity, fmt.Sprint("guess-", i), "192.0.2.66:1", float64(i)/100))
	}
	all := f.Attempts(-1)
	if len(all) != 10 {
		t.Fatalf("%d attempts", len(all))
	}
	if shared := all[0]; !shared.Various || shared.Count != 992 || shared.Addr != "192.0.2.66" {
		t.Errorf("the names beyond the eighth are %+v", shared)
	}
	f.Add(tried(watch.UnknownIdentity, "guess-3", "192.0.2.66:1", 11))
	if a := f.Attempts(-1)[5]; a.ClientID != "guess-3" || a.Count != 2 {
		t.Errorf("a name that has its own attempt: %+v", a)
	}
}

// TestFeedIsBounded has more attackers than there is room; handled attempts go
// first.
func TestFeedIsBounded(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{Attempts: 20})
	for i := range 15 {
		f.Add(tried(watch.Flood, "", fmt.Sprint("10.0.0.", i), float64(i)))
	}
	handled := f.Attempts(1)[0].ID // the newest
	f.Mark(handled, watch.BannedBy, noon)
	for i := range 6 {
		f.Add(tried(watch.Flood, "", fmt.Sprint("10.0.1.", i), float64(20+i)))
	}
	if _, ok := f.Attempt(handled); ok || len(f.Attempts(-1)) != 20 {
		t.Errorf("%d attempts, the handled one kept: %v", len(f.Attempts(-1)), ok)
	}
	f.Add(tried(watch.Flood, "", "10.0.0.0", 21)) // is not quiet any more
	f.Add(tried(watch.Flood, "", "10.0.2.0", 22))
	for _, a := range f.Attempts(-1) {
		if a.Addr == "10.0.0.1" {
			t.Error("the longest quiet was kept")
		}
	}
	tot := f.Totals()
	if tot.Forgotten != 2 || tot.ForgottenReports != 2 || tot.Reports != 23 || tot.Refused != 23 {
		t.Errorf("totals %+v", tot)
	}
}

// check holds a feed to its promise: every report is in exactly one attempt that
// is kept, or counted as forgotten.
func check(t interface{ Errorf(string, ...any) }, f *watch.Feed, want map[watch.Kind]uint64, bound int) {
	tot := f.Totals()
	var sum, kept, total uint64
	for _, k := range tot.ByKind {
		sum += k.Count
		if k.Count != want[k.Kind] {
			t.Errorf("%v counted %d times, want %d", k.Kind, k.Count, want[k.Kind])
		}
	}
	for _, n := range want {
		total += n
	}
	open := 0
	all := f.Attempts(-1)
	for i, a := range all {
		kept += a.Count
		if a.Mark == watch.Open {
			open++
		}
		if a.Last.Before(a.First) || i > 0 && all[i-1].ID <= a.ID {
			t.Errorf("out of order: %+v", a)
		}
	}
	if sum != total || tot.Reports != total || kept+tot.ForgottenReports != total {
		t.Errorf("added %d, counted %d and %d, in attempts %d and forgotten %d", total, sum, tot.Reports, kept, tot.ForgottenReports)
	}
	if len(all) > bound || open != tot.Open {
		t.Errorf("%d attempts of %d, %d open, said %d", len(all), bound, open, tot.Open)
	}
}

func TestFeedIsExactUnderLoad(t *testing.T) {
	const writers, each, bound = 8, 5000, 60
	f := watch.NewFeed(watch.FeedOptions{Attempts: bound, Names: 4})
	var mu sync.Mutex
	want := map[watch.Kind]uint64{}
	var work sync.WaitGroup
	for w := range writers {
		work.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			own := map[watch.Kind]uint64{}
			for i := range each {
				r := tried(watch.Kind(rng.IntN(6)), fmt.Sprint("c", rng.IntN(20)), fmt.Sprint("10.0.0.", rng.IntN(6)), float64(i)/50)
				r.Count = uint64(1 + rng.IntN(3))
				own[r.Kind] += r.Count
				f.Add(r)
				if i%97 == 0 {
					if all := f.Attempts(5); len(all) > 0 {
						f.Mark(all[len(all)-1].ID, watch.Mark(rng.IntN(5)), r.At)
					}
					f.Totals()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for k, n := range own {
				want[k] += n
			}
		})
	}
	work.Wait()
	check(t, f, want, bound)
}

func TestFeedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 12).Draw(t, "bound")
		f := watch.NewFeed(watch.FeedOptions{Attempts: bound, Names: rapid.IntRange(1, 4).Draw(t, "names"), Quiet: 5 * time.Second, Span: 20 * time.Second})
		want := map[watch.Kind]uint64{}
		at := 0.0
		t.Repeat(map[string]func(*rapid.T){
			"report": func(t *rapid.T) {
				at += rapid.Float64Range(-2, 4).Draw(t, "after")
				r := tried(watch.Kind(rapid.IntRange(0, 3).Draw(t, "kind")), rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e"}).Draw(t, "client"),
					rapid.SampledFrom([]string{"h", "i", ""}).Draw(t, "host"), at)
				r.Count = rapid.Uint64Range(0, 5).Draw(t, "count")
				want[r.Kind] += max(1, r.Count)
				gen := f.Generation()
				if f.Add(r); f.Generation() == gen {
					t.Errorf("the generation stands still")
				}
			},
			"mark": func(t *rapid.T) {
				if all := f.Attempts(-1); len(all) > 0 {
					f.Mark(rapid.SampledFrom(all).Draw(t, "attempt").ID, watch.Mark(rapid.IntRange(0, 4).Draw(t, "mark")), noon)
				}
			},
			"": func(t *rapid.T) { check(t, f, want, bound) },
		})
	})
}

func TestFeedUnknownKind(t *testing.T) {
	f := watch.NewFeed(watch.FeedOptions{})
	f.Add(watch.Report{Kind: 250, At: noon, Addr: "a"})
	if a := f.Attempts(-1)[0]; a.Kind != watch.Other || a.Who() != "a" {
		t.Errorf("an unknown kind became %+v", a)
	}
}

func BenchmarkFeedAdd(b *testing.B) {
	f := watch.NewFeed(watch.FeedOptions{})
	r := tried(watch.TopicDenied, "pump", "192.0.2.9:4000", 0)
	b.ReportAllocs()
	for b.Loop() {
		f.Add(r)
	}
}
