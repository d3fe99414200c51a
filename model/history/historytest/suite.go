// Package historytest holds the tests that every store of history passes, so
// that one on SQLite and one on PostgreSQL answer alike.
package historytest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Suite is what is known of a store under test.
type Suite struct {
	// Open makes a new, empty store that the test closes.
	Open func(t *testing.T) history.Store
	// Settle brings a store into another shape that must answer the same, such as
	// with its rows sealed or after it was opened anew. Nil when there is none.
	Settle func(t *testing.T, s history.Store) history.Store
}

// Start is the moment at which recordings of the suite begin.
func Start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// Run runs all tests, on stores as they were written and as they settled.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, history.Store, func(history.Store) history.Store)
	}{
		{"messages", testMessages}, {"samples", testSamples}, {"log", testLog}, {"clock", testClock}, {"model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.test(t, s.Open(t), func(st history.Store) history.Store { return st })
		})
		if s.Settle != nil {
			t.Run(c.name+" settled", func(t *testing.T) {
				c.test(t, s.Open(t), func(st history.Store) history.Store { return s.Settle(t, st) })
			})
		}
	}
}

// Must fails the test on an error.
func Must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Message makes a message of the suite.
func Message(topic, payload string, at time.Time, p *model.Publisher) history.Message {
	return history.Message{Message: model.Message{Topic: topic, Payload: []byte(payload), At: at, Publisher: p}}
}

func write(t testing.TB, s history.Store, b history.Batch) {
	t.Helper()
	if err := s.Write(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
}

func closed(t testing.TB, s history.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func testMessages(t *testing.T, s history.Store, settle func(history.Store) history.Store) {
	t.Helper()
	ctx, start := context.Background(), Start()
	ferry := &model.Publisher{ClientID: "c1", Identity: "wight-sun", Addr: "10.0.0.1:5000", TLS: true}
	var all []history.Message
	for i := range 300 {
		at := start.Add(time.Duration(i) * time.Second)
		for _, topic := range []string{"solent/a", "solent/b", "other/c"} {
			m := Message(topic, fmt.Sprintf(`{"n":%d,"text":"said again and again"}`, i/10), at, ferry)
			m.QoS, m.Retained = byte(i%3), i%2 == 0
			if i == 7 {
				m.Properties = &model.Properties{ContentType: "application/json", User: []model.UserProperty{{Name: "a", Value: "b"}}}
				m.DeviceAt = at.Add(-time.Second)
			}
			if i == 8 {
				m.Payload, m.Publisher, m.Replayed = nil, nil, true
			}
			all = append(all, m)
			at = at.Add(time.Microsecond)
		}
	}
	write(t, s, history.Batch{ID: "1", Messages: all[:500]})
	write(t, s, history.Batch{ID: "2", Messages: all[500:]})
	s = settle(s)
	defer closed(t, s)

	from, to, ok, err := s.Span(ctx)
	if err != nil || !ok || !from.Equal(start) || to.Before(all[len(all)-1].At) {
		t.Errorf("span %v to %v, %v, %v", from, to, ok, err)
	}
	if got := Must[[]string](t)(s.Topics(ctx, "solent/#")); fmt.Sprint(got) != "[solent/a solent/b]" {
		t.Errorf("topics %v", got)
	}
	var got []history.Message
	err = s.Each(ctx, "#", start, start.Add(time.Hour), func(m history.Message) bool { got = append(got, m); return true })
	if err != nil {
		t.Fatal(err)
	}
	sameMessages(t, got, all)
	n := 0
	if err := s.Each(ctx, "other/+", start.Add(10*time.Second), start.Add(20*time.Second), func(history.Message) bool { n++; return n < 4 }); err != nil || n != 4 {
		t.Errorf("%d messages until stopped, %v", n, err)
	}
	list := Must[[]history.Message](t)(s.Messages(ctx, "solent/b", start.Add(100*time.Second), start.Add(200*time.Second), 10))
	if len(list) != 10 || !list[0].At.Equal(start.Add(199*time.Second+time.Microsecond)) || !list[9].At.Equal(start.Add(190*time.Second+time.Microsecond)) {
		t.Errorf("%d messages of a topic, want the ten newest", len(list))
	}
	testAt(t, s, all)
}

func testAt(t *testing.T, s history.Store, all []history.Message) {
	t.Helper()
	for _, after := range []time.Duration{-time.Second, 0, 5*time.Second + 500*time.Millisecond, 123 * time.Second, time.Hour} {
		at := Start().Add(after)
		want := make(map[string]history.Message)
		for _, m := range all {
			if !m.At.After(at) {
				want[m.Topic] = m
			}
		}
		got := make(map[string]history.Message)
		if err := s.At(context.Background(), at, "#", func(m history.Message) bool { got[m.Topic] = m; return true }); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("at %v there are %d topics, want %d", after, len(got), len(want))
		}
		for topic, m := range want {
			sameMessages(t, []history.Message{got[topic]}, []history.Message{m})
		}
	}
}

func sameMessages(t testing.TB, got, want []history.Message) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range want {
		g, w := got[i], want[i]
		same := g.Topic == w.Topic && string(g.Payload) == string(w.Payload) && g.At.Equal(w.At) && g.DeviceAt.Equal(w.DeviceAt) &&
			g.QoS == w.QoS && g.Retained == w.Retained && g.Replayed == w.Replayed && (g.Publisher == nil) == (w.Publisher == nil) &&
			(g.Properties == nil) == (w.Properties == nil)
		if same && w.Publisher != nil {
			same = *g.Publisher == *w.Publisher
		}
		if same && w.Properties != nil {
			same = fmt.Sprint(*g.Properties) == fmt.Sprint(*w.Properties)
		}
		if !same {
			t.Fatalf("message %d is %+v, want %+v", i, g, w)
		}
	}
}

// Walk makes samples of a sensor from a moment on, one every step.
func Walk(key model.SeriesKey, from time.Time, step time.Duration, n int) []history.Sample {
	r := rand.New(rand.NewPCG(uint64(n), uint64(len(key.Topic))))
	out, x := make([]history.Sample, n), 12.0
	for i := range out {
		x += r.NormFloat64() * 0.05
		out[i] = history.Sample{Key: key, At: from.Add(time.Duration(i) * step), Value: math.Round(x*100) / 100}
	}
	return out
}

func testSamples(t *testing.T, s history.Store, settle func(history.Store) history.Store) {
	t.Helper()
	ctx, start := context.Background(), Start()
	key := model.SeriesKey{Topic: "solent/a", Pointer: "/speed"}
	all := Walk(key, start, 100*time.Millisecond, 8_000)
	other := Walk(model.SeriesKey{Topic: "solent/b"}, start, time.Second, 50)
	write(t, s, history.Batch{ID: "1", Samples: append(append([]history.Sample{}, all[:5_000]...), other...)})
	write(t, s, history.Batch{ID: "2", Samples: all[5_000:]})
	s = settle(s)
	defer closed(t, s)
	if keys := Must[[]model.SeriesKey](t)(s.SeriesKeys(ctx, "solent/+")); fmt.Sprint(keys) != "[{solent/a /speed} {solent/b }]" {
		t.Errorf("series %v", keys)
	}
	from, to := all[3].At, all[7_000].At
	i := 3
	err := s.Samples(ctx, key, from, to, func(v model.Sample) bool {
		if i >= 7_000 || !v.At.Equal(all[i].At) || v.Value != all[i].Value {
			t.Fatalf("sample %d is %v", i, v)
		}
		i++
		return true
	})
	if err != nil || i != 7_000 {
		t.Errorf("samples up to %d, %v", i, err)
	}
	for _, n := range []int{1, 7, 100, 1000, 3001} {
		got := Must[[]history.Column](t)(s.Columns(ctx, key, start.Add(-time.Minute), start.Add(15*time.Minute), n))
		SameColumns(t, got, all, start.Add(-time.Minute), start.Add(15*time.Minute), n)
	}
	got := Must[[]history.Column](t)(s.Columns(ctx, model.SeriesKey{Topic: "nowhere"}, start, start.Add(time.Hour), 10))
	if len(got) != 10 || got[0].Count != 0 || !got[1].From.Equal(start.Add(6*time.Minute)) {
		t.Errorf("columns of an unknown series: %v", got)
	}
}

// SameColumns compares columns with those made from the samples themselves.
func SameColumns(t testing.TB, got []history.Column, all []history.Sample, from, to time.Time, n int) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("%d columns, want %d", len(got), n)
	}
	i := 0
	for c := range got {
		end := to
		if c+1 < n {
			end = got[c+1].From
		}
		var want history.Column
		for ; i < len(all) && all[i].At.Before(end); i++ {
			v := all[i]
			if v.At.Before(from) {
				continue
			}
			if want.Count == 0 {
				want.Min, want.Max, want.First, want.FirstAt = v.Value, v.Value, v.Value, v.At
			}
			want.Count++
			want.Min, want.Max, want.Mean = min(want.Min, v.Value), max(want.Max, v.Value), want.Mean+v.Value
			want.Last, want.LastAt = v.Value, v.At
		}
		g := got[c]
		if want.Count > 0 {
			want.Mean /= float64(want.Count)
		}
		if g.Count != want.Count || g.Min != want.Min || g.Max != want.Max || g.First != want.First || g.Last != want.Last ||
			!g.FirstAt.Equal(want.FirstAt) || !g.LastAt.Equal(want.LastAt) || math.Abs(g.Mean-want.Mean) > 1e-9 {
			t.Fatalf("column %d of %d is %+v, want %+v", c, n, g, want)
		}
	}
}

func testLog(t *testing.T, s history.Store, settle func(history.Store) history.Store) { //nolint:gocyclo // one record of each kind, one after the other
	t.Helper()
	ctx, start := context.Background(), Start()
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Minute) }
	pub := &model.Publisher{ClientID: "c1", Addr: "10.0.0.1:5000"}
	command := model.Command{ID: "x-1", Device: "d1", Topic: "d1/cmd", State: model.CommandSent, Sent: at(1)}
	write(t, s, history.Batch{
		ID: "1",
		Events: []model.Event{
			{At: at(0), Kind: model.EventLiveness, Device: "d1", From: model.Unknown, To: model.Alive},
			{At: at(1), Kind: model.EventLiveness, Device: "d2", To: model.Alive},
			{At: at(2), Kind: model.EventRefused, Client: "evil", Addr: "10.9.9.9:1", Text: "no", Serious: true},
			{At: at(3), Kind: model.EventLiveness, Device: "d1", From: model.Alive, To: model.Silent},
		},
		Sessions: []history.Session{{At: at(0), Publisher: pub, Opened: true}, {At: at(4), Publisher: pub, End: model.SessionWill, Why: "its will was sent"}},
		Commands: []model.Command{command},
		Alarms:   []history.Alarm{{At: at(2), ID: "a1", Source: "d1", State: "active", Severity: 3, Text: "too hot"}},
		Gaps:     []history.Gap{{From: at(5), To: at(6), Kind: history.GapLost, Lost: 42, Why: "too fast"}},
	})
	command.State, command.Done, command.Detail = model.CommandAcknowledged, at(2), "well"
	write(t, s, history.Batch{ID: "2", Commands: []model.Command{command}})
	id := Must[int64](t)(s.AddBookmark(ctx, history.Bookmark{At: at(3), Title: "here", Note: "it went silent"}))
	gone := Must[int64](t)(s.AddBookmark(ctx, history.Bookmark{At: at(3), Title: "gone"}))
	if err := s.RemoveBookmark(ctx, gone); err != nil {
		t.Error(err)
	}
	s = settle(s)
	defer closed(t, s)
	events := Must[[]model.Event](t)(s.Events(ctx, at(1), at(3), 10))
	if len(events) != 2 || events[1].Client != "evil" || !events[1].Serious || events[1].Kind != model.EventRefused || !events[1].At.Equal(at(2)) {
		t.Errorf("events %+v", events)
	}
	for minute, want := range map[int]string{0: "alive,unknown", 2: "alive,alive", 9: "silent,alive"} {
		live := Must[map[string]model.Event](t)(s.Liveness(ctx, at(minute)))
		if got := live["d1"].To.String() + "," + live["d2"].To.String(); got != want {
			t.Errorf("after %d minutes the devices are %s, want %s", minute, got, want)
		}
	}
	sessions := Must[[]history.Session](t)(s.Sessions(ctx, at(0), at(9), 10))
	if len(sessions) != 2 || !sessions[0].Opened || *sessions[1].Publisher != *pub || sessions[1].End != model.SessionWill || sessions[1].Why == "" {
		t.Errorf("sessions %+v", sessions)
	}
	commands := Must[[]model.Command](t)(s.Commands(ctx, at(0), at(9), 10))
	if len(commands) != 1 || commands[0].State != model.CommandAcknowledged || commands[0].Detail != "well" || !commands[0].Sent.Equal(at(1)) {
		t.Errorf("commands %+v", commands)
	}
	alarms := Must[[]history.Alarm](t)(s.Alarms(ctx, at(0), at(9), 10))
	if len(alarms) != 1 || alarms[0].ID != "a1" || alarms[0].Severity != 3 || !alarms[0].At.Equal(at(2)) {
		t.Errorf("alarms %+v", alarms)
	}
	gaps := Must[[]history.Gap](t)(s.Gaps(ctx, at(5).Add(time.Second), at(9)))
	if len(gaps) != 1 || gaps[0].Lost != 42 || !gaps[0].From.Equal(at(5)) || len(Must[[]history.Gap](t)(s.Gaps(ctx, at(7), at(9)))) != 0 {
		t.Errorf("gaps %+v", gaps)
	}
	marks := Must[[]history.Bookmark](t)(s.Bookmarks(ctx, at(0), at(9)))
	if len(marks) != 1 || marks[0].ID != id || marks[0].Note != "it went silent" || !marks[0].At.Equal(at(3)) {
		t.Errorf("bookmarks %+v", marks)
	}
}

// testClock sets the clock back an hour and on again while recording.
func testClock(t *testing.T, s history.Store, settle func(history.Store) history.Store) {
	t.Helper()
	ctx, start := context.Background(), Start()
	key := model.SeriesKey{Topic: "a", Pointer: ""}
	n := 0
	for part := range 3 {
		offset := []time.Duration{0, -time.Hour, 2 * time.Hour}[part]
		var b history.Batch
		b.ID = fmt.Sprint(part)
		for i := range 600 {
			at := start.Add(offset + time.Duration(part*600+i)*time.Second)
			b.Messages = append(b.Messages, Message("a", fmt.Sprint(n), at, nil))
			b.Samples = append(b.Samples, history.Sample{Key: key, At: at, Value: float64(n)})
			n++
		}
		write(t, s, b)
		if part == 1 {
			s = settle(s)
		}
	}
	s = settle(s)
	defer closed(t, s)
	last, count := time.Time{}, 0
	err := s.Each(ctx, "#", start.Add(-9*time.Hour), start.Add(9*time.Hour), func(m history.Message) bool {
		if m.At.Before(last) {
			t.Errorf("message %s came out of order", m.Payload)
		}
		last = m.At
		count++
		return true
	})
	if err != nil || count != n {
		t.Errorf("%d messages, want %d, %v", count, n, err)
	}
	cols := Must[[]history.Column](t)(s.Columns(ctx, key, start.Add(-9*time.Hour), start.Add(9*time.Hour), 9))
	sum := int64(0)
	for _, c := range cols {
		sum += c.Count
	}
	if sum != int64(n) {
		t.Errorf("%d samples in columns, want %d", sum, n)
	}
	list := Must[[]history.Message](t)(s.Messages(ctx, "a", start.Add(-9*time.Hour), start.Add(9*time.Hour), 5))
	if len(list) != 5 || string(list[0].Payload) != fmt.Sprint(n-1) {
		t.Errorf("the newest message is not the last: %v", list)
	}
}
