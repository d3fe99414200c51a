package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/postgres"
	"github.com/pilothouse/pilothouse/model/payload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	server := startServer(t)
	historytest.Suite{Open: func(t *testing.T) history.Store {
		t.Helper()
		return open(t, server.database(t))
	}}.Run(t)
	t.Run("another program", func(t *testing.T) {
		var url string
		historytest.Suite{
			Open: func(t *testing.T) history.Store {
				t.Helper()
				url = server.database(t)
				return open(t, url)
			},
			Settle: func(t *testing.T, _ history.Store) history.Store {
				t.Helper()
				return open(t, url)
			},
		}.Run(t)
	})
	t.Run("rolled up", func(t *testing.T) { testRollup(t, server) })
	t.Run("once", func(t *testing.T) { testOnce(t, server) })
	t.Run("newer", func(t *testing.T) { testNewer(t, server) })
	t.Run("timescale", func(t *testing.T) { testTimescale(t, server) })
	t.Run("two writers", func(t *testing.T) { testTwoWriters(t, server) })
	t.Run("shared", func(t *testing.T) { testShared(t, server) })
	t.Run("cut off", func(t *testing.T) { testCutOff(t, server) })
}

// testRollup lets the samples of some hours go: their roll-ups remain.
func testRollup(t *testing.T, server *server) {
	t.Helper()
	ctx, start := context.Background(), historytest.Start()
	s := open(t, server.database(t))
	key := model.SeriesKey{Topic: "a", Pointer: "/x"}
	all := historytest.Walk(key, start, time.Second, 5*3600)
	write(t, s, history.Batch{Samples: all, Messages: []history.Message{historytest.Message("a", "1", start, nil)}})
	end := start.Add(5 * time.Hour)
	if err := s.Maintain(ctx, end.Add(3*time.Hour), history.Retention{}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3, 5, 77, 1000} {
		historytest.SameColumns(t, historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start, end, n)), all, start, end, n)
	}
	rules := history.Retention{Rules: []history.Rule{{Filter: "#", Messages: time.Hour, Samples: time.Hour}}}
	if err := s.Maintain(ctx, end.Add(4*time.Hour), rules); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 5, 300} { // columns of whole minutes
		historytest.SameColumns(t, historytest.Must[[]history.Column](t)(s.Columns(ctx, key, start, end, n)), all, start, end, n)
	}
	if err := s.Samples(ctx, key, start, end, func(model.Sample) bool { t.Error("a sample is left"); return false }); err != nil {
		t.Error(err)
	}
	if err := s.Maintain(ctx, end.Add(96*time.Hour), rules); err != nil {
		t.Fatal(err)
	}
	if u := historytest.Must[history.Usage](t)(s.Usage(ctx)); !u.Oldest.IsZero() || u.Topics != 1 {
		t.Errorf("usage %+v", u)
	}
	write(t, s, history.Batch{Messages: []history.Message{historytest.Message("a", "2", start, nil)}}) // the day is made again
	if err := s.Maintain(ctx, end.Add(97*time.Hour), history.Retention{Bytes: 1}); err != nil {
		t.Fatal(err)
	}
	if _, _, ok, err := s.Span(ctx); ok || err != nil {
		t.Errorf("a day beyond the size was kept: %v", err)
	}
}

func write(t testing.TB, s history.Store, b history.Batch) {
	t.Helper()
	if err := s.Write(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
}

// testOnce sends a batch twice.
func testOnce(t *testing.T, server *server) {
	t.Helper()
	s := open(t, server.database(t))
	for range 2 {
		write(t, s, history.Batch{ID: "same", Messages: []history.Message{historytest.Message("a", "1", historytest.Start(), nil)}})
	}
	if n := count(t, s); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

func count(t testing.TB, s history.Store) int {
	t.Helper()
	n := 0
	err := s.Each(context.Background(), "#", time.UnixMicro(0), time.Now().Add(time.Hour), func(history.Message) bool { n++; return true })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func testNewer(t *testing.T, server *server) {
	t.Helper()
	url := server.database(t)
	open(t, url)
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(context.Background(), "UPDATE pilothouse.format SET version = 99"); err != nil {
		t.Fatal(err)
	}
	_, err = postgres.Open(context.Background(), url)
	var newer *postgres.NewerFormatError
	if !errors.As(err, &newer) || newer.Format != 99 || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("a newer schema: %v", err)
	}
	_, err = postgres.Open(context.Background(), "postgres://u:hush-hush@[nowhere")
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("an address that is none: %v", err)
	}
	if errors.Is(err, history.ErrAway) {
		t.Errorf("an address that is none may answer later: %v", err)
	}
	if _, err = postgres.Open(context.Background(), "postgres://nobody@127.0.0.1:1/none"); !errors.Is(err, history.ErrAway) {
		t.Errorf("where nobody listens: %v", err)
	}
}

// testTimescale stands in for TimescaleDB, which Debian does not have, with
// functions of its names that note what they were asked.
func testTimescale(t *testing.T, server *server) {
	t.Helper()
	url := server.database(t, `CREATE TABLE public.asked(what text)`,
		`CREATE FUNCTION public.create_hypertable(r regclass, c name, chunk_time_interval bigint, create_default_indexes boolean) RETURNS void
			LANGUAGE sql AS 'INSERT INTO public.asked VALUES (''create '' || r)'`)
	_, err := postgres.Open(context.Background(), url)
	if err == nil || !strings.Contains(err.Error(), "TimescaleDB") || !strings.Contains(err.Error(), "set_integer_now_func") {
		t.Errorf("with a stand-in that lacks the rest: %v", err)
	}
}

// testTwoWriters lets two programs write the same names at once.
func testTwoWriters(t *testing.T, server *server) {
	t.Helper()
	url := server.database(t)
	stores := []*postgres.Store{open(t, url), open(t, url)}
	var group sync.WaitGroup
	for w, s := range stores {
		group.Go(func() {
			for i := range 20 {
				var b history.Batch
				for k := range 50 {
					at := historytest.Start().Add(time.Duration(i*50+k) * time.Second)
					topic := fmt.Sprintf("t/%d", (i*50+k*(w*2+1))%97)
					b.Messages = append(b.Messages, historytest.Message(topic, "the same payload, said by both writers", at, nil))
					b.Samples = append(b.Samples, history.Sample{Key: model.SeriesKey{Topic: topic}, At: at, Value: 1})
				}
				if err := s.Write(context.Background(), &b); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n := count(t, stores[0]); n != 2000 {
		t.Errorf("%d messages, want 2000", n)
	}
}

// cutOff is how long the database is away: a minute when CUT_OFF=1m is set.
func cutOff(t testing.TB) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(os.Getenv("CUT_OFF"))
	if err != nil {
		return 2 * time.Second
	}
	return d
}

// testCutOff takes the database away while a Recorder writes to it: what comes
// meanwhile goes to the spool, and nothing is lost or kept twice.
func testCutOff(t *testing.T, server *server) {
	t.Helper()
	s := open(t, server.database(t))
	spool := filepath.Join(t.TempDir(), "spool")
	states := make(chan history.State, 100)
	r, err := history.NewRecorder(history.Options{
		Store: s, Scanner: &payload.Scanner{}, Spool: spool, Retry: 100 * time.Millisecond, Interval: 10 * time.Millisecond,
		OnState: func(st history.Status) { states <- st.State },
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	send := func(until func() bool) {
		for !until() {
			r.Record([]model.Message{{Topic: "a", Payload: fmt.Appendf(nil, `{"n":%d}`, sent), At: time.Now()}})
			if sent++; sent%50 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
		}
	}
	reached := func(want history.State) func() bool {
		deadline := time.Now().Add(time.Minute)
		return func() bool {
			select {
			case got := <-states:
				return got == want
			default:
				if time.Now().After(deadline) {
					t.Fatalf("the recorder did not get to: %v; it is %+v", want, r.Status())
				}
				return false
			}
		}
	}
	send(func() bool { return sent > 500 })
	server.stop(t)
	send(reached(history.Spooling))
	away := time.Now().Add(cutOff(t))
	late := away.Add(time.Minute) // on a machine that has much else to do
	send(func() bool { now := time.Now(); return now.After(away) && (r.Status().Spooled > 0 || now.After(late)) })
	if st := r.Status(); st.Spooled == 0 || st.Err == nil {
		t.Errorf("while the database was away: %+v", st)
	}
	server.start(t)
	send(reached(history.Recording))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute+5*cutOff(t)) // the spool is written batch by batch
	defer cancel()
	if err := r.Flush(ctx); err != nil {
		t.Fatalf("%v: %+v", err, r.Status())
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if st := r.Status(); st.Lost != 0 || st.Spooled != 0 {
		t.Errorf("at the end: %+v", st)
	}
	t.Logf("%d messages", sent)
	i := 0
	err = s.Each(context.Background(), "#", time.UnixMicro(0), time.Now().Add(time.Hour), func(m history.Message) bool {
		if want := fmt.Sprintf(`{"n":%d}`, i); string(m.Payload) != want {
			t.Errorf("message %d is %s", i, m.Payload)
			return false
		}
		i++
		return true
	})
	if err != nil || i != sent {
		t.Errorf("%d messages came through, want %d, %v", i, sent, err)
	}
}
