package hub

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/command"
)

// say publishes a message at the hub's broker.
func say(t testing.TB, h *Hub, topic, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := h.Link.Send(ctx, model.Outgoing{Topic: topic, Payload: []byte(text), QoS: 1}); err != nil {
		t.Fatal(err)
	}
}

// flush waits until all that was heard is on disk.
func flush(t testing.TB, h *Hub) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.History.Recorder().Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// heard reports whether the live store has a topic's text.
func heard(h *Hub, topic, text string) func() bool {
	return func() bool {
		info, ok := h.Store.Topic(topic)
		return ok && string(info.Payload) == text
	}
}

// TestHistoryOutlivesTheHub records messages, an event and a command, ends the
// hub, and finds all of it in the next, with the time between marked.
func TestHistoryOutlivesTheHub(t *testing.T) {
	dir, began := t.TempDir(), time.Now()
	h := start(t, func(c *Config) { c.DataDir = dir })
	say(t, h, "kitchen/thermometer", "21.5")
	say(t, h, "kitchen/thermometer", "22")
	eventually(t, "thermometer", patience, heard(h, "kitchen/thermometer", "22"))
	h.trouble(model.Quoted("the kettle boiled over"), true)
	h.Store.Note(model.Event{At: time.Now(), Kind: model.EventDenied, Client: "lamp", Text: "may not publish"})
	lamp := &model.Publisher{ClientID: "lamp", Addr: "192.0.2.4:4000"}
	h.tellStore(broker.SessionOpened{Stamp: broker.Stamp{At: time.Now()}, Publisher: lamp})
	h.tellStore(broker.WillPublished{Stamp: broker.Stamp{At: time.Now()}, Publisher: lamp})
	c, _ := h.Store.BeginCommand(model.Order{Device: "kitchen/lamp", Spec: model.CommandSpec{Name: "on", Topic: "{device}/set"}})
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = start(t, func(c *Config) { c.DataDir = dir })
	r, ctx := h.History.Reader(), t.Context()
	messages, err := r.Messages(ctx, "kitchen/thermometer", began.Add(-time.Second), time.Now(), 10)
	if err != nil || len(messages) != 2 || string(messages[0].Payload) != "22" || messages[0].Publisher == nil {
		t.Fatalf("found %v, %v", messages, err)
	}
	samples := 0
	err = r.Samples(ctx, model.SeriesKey{Topic: "kitchen/thermometer"}, began.Add(-time.Second), time.Now(), func(model.Sample) bool { samples++; return true })
	if err != nil || samples != 2 {
		t.Errorf("found %d samples, %v", samples, err)
	}
	events, err := r.Events(ctx, began.Add(-time.Second), time.Now(), 100)
	if err != nil || !slices.ContainsFunc(events, func(e model.Event) bool { return e.Text == "the kettle boiled over" && e.Serious }) {
		t.Errorf("found the events %v, %v", events, err)
	}
	commands, err := r.Commands(ctx, began.Add(-time.Second), time.Now(), 10)
	if err != nil || len(commands) != 1 || commands[0].ID != c.ID {
		t.Errorf("found the commands %v, %v", commands, err)
	}
	alarms, err := r.Alarms(ctx, began.Add(-time.Second), time.Now(), 100)
	if err != nil || !slices.ContainsFunc(alarms, func(a history.Alarm) bool {
		return a.ID == "refused lamp" && a.State == history.AlarmActive && a.Text == "lamp was denied: may not publish"
	}) {
		t.Errorf("found the alarms %+v, %v", alarms, err)
	}
	sessions, err := r.Sessions(ctx, began.Add(-time.Second), time.Now(), 10)
	if err != nil || len(sessions) != 2 || !sessions[0].Opened || sessions[1].End != model.SessionWill {
		t.Errorf("found the sessions %v, %v", sessions, err)
	}
}

// TestTimeWithoutHistoryIsMarked opens a history whose last message is old.
func TestTimeWithoutHistoryIsMarked(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	store, err := command.OpenStore(t.Context(), filepath.Join(dir, HistoryFile), false)
	if err != nil {
		t.Fatal(err)
	}
	old := history.Message{Message: model.Message{Topic: "a", Payload: []byte("1"), At: long}}
	if err := store.Write(t.Context(), &history.Batch{Messages: []history.Message{old}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	h := start(t, func(c *Config) { c.DataDir = dir })
	flush(t, h)
	gaps, err := h.History.Reader().Gaps(t.Context(), long, time.Now())
	if err != nil || len(gaps) != 1 || gaps[0].Kind != history.GapOff || gaps[0].To.Sub(gaps[0].From) < 50*time.Minute || gaps[0].Why != "Pilothouse was not running" {
		t.Errorf("the gaps are %+v, %v", gaps, err)
	}
}

// TestPastStore shows a moment before a value changed.
func TestPastStore(t *testing.T) {
	h := start(t, nil)
	say(t, h, "kitchen/thermometer", "21.5")
	eventually(t, "thermometer", patience, heard(h, "kitchen/thermometer", "21.5"))
	info, _ := h.Store.Topic("kitchen/thermometer")
	say(t, h, "kitchen/thermometer", "30")
	eventually(t, "thermometer", patience, heard(h, "kitchen/thermometer", "30"))
	h.History.Recorder().Record([]model.Message{{Topic: LoadTopic, At: info.At, Payload: []byte("1")}})
	flush(t, h)
	p, err := h.History.NewPlayer(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Seek(t.Context(), info.At); err != nil {
		t.Fatal(err)
	}
	if past, ok := p.Store().Topic("kitchen/thermometer"); !ok || string(past.Payload) != "21.5" {
		t.Errorf("then it said %q", past.Payload)
	}
	if _, ok := p.Store().Topic(LoadTopic); ok {
		t.Error("what the historian notes for itself is shown as a topic")
	}
	if now, _ := h.Store.Topic("kitchen/thermometer"); string(now.Payload) != "30" {
		t.Errorf("now it says %q", now.Payload)
	}
}

// TestHistoryThatCannotBeOpened starts all the same, and says so.
func TestHistoryThatCannotBeOpened(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, where := range map[string]string{
		"folder": filepath.Join(folder, "taken"), "address": "postgres://nobody@127.0.0.1:none/none",
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(c *Config) { c.History = where })
			eventually(t, "word of it", patience, func() bool {
				return slices.ContainsFunc(h.Store.Events(0, 100), func(e model.Event) bool { return e.Serious && strings.HasPrefix(e.Text, "nothing is recorded: ") })
			})
			if _, on, err := h.History.Status(); on || err == nil || h.History.Reader() != nil {
				t.Errorf("recording %v, %v", on, err)
			}
			say(t, h, "a", "1")
			eventually(t, "message", patience, heard(h, "a", "1"))
			if _, err := h.History.NewPlayer(nil); err == nil {
				t.Error("the past of nothing is shown")
			}
			if _, err := h.History.AddBookmark(t.Context(), history.Bookmark{}); err == nil {
				t.Error("a bookmark is kept nowhere")
			}
		})
	}
}

// TestDatabaseThatIsAway starts while the database is away: what is heard is on disk
// all the same, over another start, and goes to the database when it is there.
func TestDatabaseThatIsAway(t *testing.T) {
	dir := t.TempDir()
	away := func(c *Config) { c.DataDir, c.History = dir, "postgres://nobody@127.0.0.1:1/none" }
	spooled := func(h *Hub) func() bool {
		return func() bool {
			s, on, _ := h.History.Status()
			return on && s.State == history.Spooling && s.Spooled > 0 && s.Queued == 0
		}
	}
	from := time.Now()
	h := start(t, away)
	eventually(t, "recorder", patience, func() bool { return h.History.Recorder() != nil })
	say(t, h, "kitchen/thermometer", "21.5")
	eventually(t, "spool", patience, spooled(h))
	if h.History.Reader() != nil {
		t.Error("there is something to read from")
	}
	if _, err := h.History.NewPlayer(nil); err == nil || !strings.Contains(err.Error(), "until the database is back") {
		t.Errorf("the past of nothing: %v", err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}

	h = start(t, away)
	eventually(t, "recorder", patience, func() bool { return h.History.Recorder() != nil })
	say(t, h, "kitchen/thermometer", "22")
	eventually(t, "spool", patience, spooled(h))
	store, err := command.OpenStore(t.Context(), filepath.Join(t.TempDir(), "database"), false)
	if err != nil {
		t.Fatal(err)
	}
	if !h.History.recordInto(t.Context(), store) {
		t.Fatal("it does not record into the database that is back")
	}
	eventually(t, "empty spool", patience, func() bool { s, _, _ := h.History.Status(); return s.State == history.Recording && s.Spooled == 0 })
	messages, err := h.History.Reader().Messages(t.Context(), "kitchen/thermometer", from, time.Now(), 9)
	if err != nil || len(messages) != 2 || string(messages[0].Payload) != "22" || string(messages[1].Payload) != "21.5" {
		t.Errorf("the database has %v, %v", messages, err)
	}
	if s, on, _ := h.History.Status(); !on || s.State != history.Recording || s.Lost > 0 || s.Spooled > 0 {
		t.Errorf("afterwards it is %+v", s)
	}
}

func TestHistoryOff(t *testing.T) {
	dir := t.TempDir()
	h := start(t, func(c *Config) { c.DataDir, c.History = dir, historyOff })
	if _, on, err := h.History.Status(); on || err != nil {
		t.Errorf("recording %v, %v", on, err)
	}
	say(t, h, "a", "1")
	eventually(t, "message", patience, heard(h, "a", "1"))
	if _, err := os.Stat(filepath.Join(dir, HistoryFile)); err == nil {
		t.Error("there is a file of the history all the same")
	}
}

// TestTrail follows a store: each event once, each command again when it got
// further, the load every so often.
func TestTrail(t *testing.T) {
	h := start(t, nil)
	var tr trail
	store := model.NewStore(model.Options{})
	r := h.History.Recorder()
	from := time.Now().Add(-time.Second)
	store.Note(model.Event{At: time.Now(), Kind: model.EventTrouble, Text: "one"})
	c, _ := store.BeginCommand(model.Order{Device: "lamp", Spec: model.CommandSpec{Name: "on", Topic: "lamp/set"}})
	tr.follow(store, r)
	tr.follow(store, r)
	store.CommandAccepted(c.ID, 1, true)
	tr.follow(store, r)
	now := time.Now()
	for i := range 5 {
		tr.load(now.Add(time.Duration(i)*LoadEvery/2), uint64(100*i), r)
	}
	flush(t, h)
	read := h.History.Reader()
	events, err := read.Events(t.Context(), from, time.Now().Add(time.Hour), 100)
	ones := 0
	for i := range events {
		if events[i].Text == "one" {
			ones++
		}
	}
	if err != nil || ones != 1 {
		t.Errorf("the event is recorded %d times, %v", ones, err)
	}
	if got, err := read.Commands(t.Context(), from, time.Now().Add(time.Hour), 10); err != nil || len(got) != 1 || got[0].State != model.CommandAcknowledged {
		t.Errorf("the command is recorded as %+v, %v", got, err)
	}
	load, err := read.Messages(t.Context(), LoadTopic, from, now.Add(time.Hour), 10)
	if err != nil || len(load) != 2 || string(load[0].Payload) != "20.00" {
		t.Errorf("the load is recorded as %v, %v", load, err)
	}
}

func TestHistoryFlags(t *testing.T) {
	parse := func(args ...string) (Config, error) {
		var c Config
		fs := flag.NewFlagSet("x", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		c.Register(fs)
		if err := fs.Parse(args); err != nil {
			return c, err
		}
		return c, c.Finish(fs)
	}
	c, err := parse("--history-keep", "cameras/#=2", "--history-keep", "a/+=0.5,1.5GiB", "--history-gib", "1.5")
	if err != nil {
		t.Fatal(err)
	}
	r := c.Retention()
	if err := r.Check(); err != nil || len(r.Rules) != 3 || r.Rules[0].Messages != 2*day || r.Rules[1].Samples != day/2 || r.Rules[0].Bytes != 0 || r.Rules[1].Bytes != 3<<29 || r.Bytes != 3<<29 || r.Rules[2].Filter != "#" {
		t.Errorf("retention %+v, %v", r, err)
	}
	if got := c.HistoryKeep.String(); got != "cameras/#=2 a/+=0.5,1.5GiB" {
		t.Errorf("the flag reads %q", got)
	}
	for _, args := range [][]string{{"--history", "mysql://x"}, {"--history-keep", "a"}, {"--history-keep", "a=0"}, {"--history-keep", "a=NaN"}, {"--history-keep", "a=1,2"}, {"--history-keep", "a=1,GiB"}, {"--history-keep", "a=1,-2GiB"}, {"--history-keep", "a=1,NaNGiB"},
		{"--history-keep", "a/#/b=3"}, {"--history-gib", "-1"}, {"--history-gib", "NaN"}} {
		if _, err := parse(args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// BenchmarkTake measures what recording costs the goroutine of the link at
// 50,000 messages a second, a batch of 50 each millisecond.
func BenchmarkTake(b *testing.B) {
	batch := make([]model.Message, 50)
	for i := range batch {
		batch[i] = model.Message{Topic: "solent/ferries/f" + string(rune('a'+i%10)) + "/position", Payload: []byte(`{"lat": 50.7570, "lon": -1.2880, "sog": 11.5, "cog": 10, "hdg": 12}`)}
	}
	for _, where := range []string{historyOff, ""} {
		b.Run("history="+where, func(b *testing.B) {
			h, err := New(Config{DataDir: b.TempDir(), Listen: "127.0.0.1:0", NoKeychain: true, History: where})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = h.Close() }()
			beat := time.NewTicker(time.Millisecond)
			defer beat.Stop()
			var spent, record time.Duration
			for range b.N {
				now := <-beat.C
				for i := range batch {
					batch[i].At = now
				}
				began := time.Now()
				h.Store.Ingest(batch)
				middle := time.Now()
				h.History.record(batch)
				spent, record = spent+time.Since(began), record+time.Since(middle)
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*len(batch)), "ns/msg")
			b.ReportMetric(100*float64(record)/float64(spent-record), "%slower")
		})
	}
}
