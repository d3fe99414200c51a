package postgres_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/postgres"
	"github.com/pilothouse/pilothouse/model/payload"
)

// sharer is one of several programs that share a history.
type sharer struct {
	name  string
	store *postgres.Store
	*history.Recorder
}

// testShared lets a hub and two desktops begin on an empty database at once, record
// into it at once and keep it up at once: each finds what all of them recorded, in
// order, nothing lost and nothing twice.
func testShared(t *testing.T, server *server) {
	t.Helper()
	const each = 3000
	url := server.database(t)
	all := make([]sharer, 3)
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i] = newSharer(t, fmt.Sprintf("program-%d", i), url) })
	}
	if group.Wait(); t.Failed() {
		t.FailNow()
	}
	from := time.Now()
	for _, s := range all {
		group.Go(func() { s.record(t, each) })
	}
	group.Wait()
	to := time.Now().Add(time.Second)
	for _, s := range all {
		s.check(t, len(all)*each, from, to)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func newSharer(t *testing.T, name, url string) sharer {
	t.Helper()
	store, err := postgres.Open(context.Background(), url)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return sharer{}
	}
	t.Cleanup(func() { _ = store.Close() })
	r, err := history.NewRecorder(history.Options{Store: store, Scanner: &payload.Scanner{}, Spool: filepath.Join(t.TempDir(), "spool"),
		Interval: 5 * time.Millisecond, Upkeep: 50 * time.Millisecond, BatchMessages: 100})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return sharer{name, store, r}
}

// record records messages on a topic of its own and on one that all share, and
// something of each other kind.
func (s *sharer) record(t *testing.T, n int) {
	t.Helper()
	topics := []string{"shared/topic", s.name + "/topic"}
	for i := range n {
		s.Record([]model.Message{{Topic: topics[i%2], Payload: fmt.Appendf(nil, `{"n":%d}`, i), At: time.Now(), Publisher: &model.Publisher{ClientID: s.name}}})
	}
	now := time.Now()
	s.Event(model.Event{At: now, Kind: model.EventTrouble, Text: s.name})
	s.Alarm(history.Alarm{At: now, ID: s.name, State: history.AlarmActive})
	s.Command(model.Command{ID: s.name, Sent: now})
	s.Session(history.Session{At: now, Opened: true, Publisher: &model.Publisher{ClientID: s.name}})
	if _, err := s.store.AddBookmark(context.Background(), history.Bookmark{At: now, Title: s.name}); err != nil {
		t.Errorf("%s: %v", s.name, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Flush(ctx); err != nil {
		t.Errorf("%s: %v", s.name, err)
	}
	if st := s.Status(); st.Lost != 0 || st.Upkeep != nil || st.State != history.Recording {
		t.Errorf("%s: %+v", s.name, st)
	}
}

// check reads what all have recorded, through this one.
func (s *sharer) check(t *testing.T, want int, from, to time.Time) {
	t.Helper()
	ctx := context.Background()
	next := map[string]int{} // by publisher and topic, as each said them in order
	n, samples := 0, 0
	err := s.store.Each(ctx, "#", from, to, func(m history.Message) bool {
		key := m.Publisher.ClientID + m.Topic
		if _, begun := next[key]; !begun && m.Topic != "shared/topic" {
			next[key] = 1
		}
		if got := fmt.Sprintf(`{"n":%d}`, next[key]); string(m.Payload) != got {
			t.Errorf("%s reads %s of %s, want %s", s.name, m.Payload, key, got)
			return false
		}
		next[key] += 2
		n++
		return true
	})
	if err != nil || n != want || len(next) != 6 {
		t.Errorf("%s reads %d messages of %d, of %d sources, %v", s.name, n, want, len(next), err)
	}
	keys := historytest.Must[[]model.SeriesKey](t)(s.store.SeriesKeys(ctx, "#"))
	for _, k := range keys {
		for _, c := range historytest.Must[[]history.Column](t)(s.store.Columns(ctx, k, from, to, 1)) {
			samples += int(c.Count)
		}
	}
	others := len(historytest.Must[[]model.Event](t)(s.store.Events(ctx, from, to, 99))) + len(historytest.Must[[]history.Alarm](t)(s.store.Alarms(ctx, from, to, 99))) +
		len(historytest.Must[[]model.Command](t)(s.store.Commands(ctx, from, to, 99))) + len(historytest.Must[[]history.Session](t)(s.store.Sessions(ctx, from, to, 99))) +
		len(historytest.Must[[]history.Bookmark](t)(s.store.Bookmarks(ctx, from, to)))
	if len(keys) != 4 || samples != want || others != 5*3 {
		t.Errorf("%s reads %d series with %d numbers, want 4 with %d; and %d other records, want 15", s.name, len(keys), samples, want, others)
	}
}
