package model_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestIngestCounts(t *testing.T) {
	h := newHouse(t, model.Options{})
	p := client("a")
	before := h.Generation()
	h.Ingest([]model.Message{
		{Topic: "site/a/temp", Payload: []byte("20"), At: h.clock(), Publisher: p},
		{Topic: "site/a/temp", Payload: []byte("21.5"), At: h.clock().Add(time.Second), Publisher: p, QoS: 1},
		{Topic: "site/b/temp", Payload: []byte(`{"v":-3,"w":{"x":4}}`), At: h.clock()},
	})
	if h.Generation() == before {
		t.Error("the generation stands still")
	}
	st := h.Stats()
	if st.Messages != 3 || st.Bytes != 26 || st.Topics != 2 || st.Devices != 2 || st.Samples == 0 || st.HistoryBytes == 0 {
		t.Errorf("counts: %+v", st)
	}
	if d := st.Dropped(); len(d) != 0 {
		t.Errorf("dropped: %v", d)
	}
	a := h.topic("site/a/temp")
	if string(a.Payload) != "21.5" || a.QoS != 1 || a.Publisher != p || a.Messages != 2 || a.Bytes != 6 || a.Device != "site/a" {
		t.Errorf("latest: %+v", a)
	}
	if len(a.Fields) != 1 || a.Fields[0].Pointer != "" || a.Fields[0].Last != 21.5 || len(a.Fields[0].Spark) != 2 {
		t.Errorf("fields: %+v", a.Fields)
	}
	b := h.topic("site/b/temp")
	if len(b.Fields) != 2 || b.Fields[0].Pointer != "/v" || b.Fields[1].Pointer != "/w/x" || b.Fields[1].Last != 4 {
		t.Errorf("fields: %+v", b.Fields)
	}
	at, v := h.Series(model.SeriesKey{Topic: "site/a/temp"}, time.Time{}, nil, nil)
	if len(at) != 2 || v[0] != 20 || v[1] != 21.5 || at[1]-at[0] != int64(time.Second) {
		t.Errorf("series: %v %v", at, v)
	}
	if _, ok := h.Topic("site/a"); ok {
		t.Error("a level without a message is no topic")
	}
}

func TestRetainedMark(t *testing.T) {
	h := newHouse(t, model.Options{})
	send := func(text string, retained, want bool) {
		t.Helper()
		h.Ingest([]model.Message{{Topic: "a/b", Payload: []byte(text), Retained: retained, At: h.clock()}})
		if got := h.topic("a/b").Retained; got != want {
			t.Errorf("after %q (retained %v) the mark is %v", text, retained, got)
		}
	}
	send("1", false, false)
	send("2", true, true)
	send("3", false, true) // what the broker keeps is still "2"
	send("", false, true)
	send("", true, false)
	send("4", false, false)
}

func TestHistoryNamesPublishers(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{HistoryMessages: 3}})
	a, b := client("a"), client("b")
	for i, p := range []*model.Publisher{a, a, b, nil, a} {
		h.say(p, "x/y", fmt.Sprint(i))
	}
	got, kept := h.History("x/y", 10)
	if kept != 3 || len(got) != 3 || got[0].Publisher != a || got[1].Publisher != nil || got[2].Publisher != b || string(got[0].Payload) != "4" {
		t.Errorf("%d kept: %+v", kept, got)
	}
	if got, kept = h.History("x/y", 1); len(got) != 1 || kept != 3 || string(got[0].Payload) != "4" {
		t.Errorf("the latest of %d: %+v", kept, got)
	}
	if got, _ = h.History("x/y", -1); len(got) != 0 {
		t.Errorf("none was asked for: %+v", got)
	}
}

func TestLimitsDropAndCount(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{Topics: 5, Devices: 2, FieldsPerTopic: 2}})
	for i := range 8 {
		h.say(nil, fmt.Sprintf("d%d/t", i), `{"a":1,"b":2,"c":3}`)
		h.say(nil, fmt.Sprintf("d%d/t", i), `{"c":3,"b":2,"a":1}`)
	}
	h.say(nil, "bad/+", "1") // still told apart when all topics are taken
	st := h.Stats()
	want := model.Stats{Messages: 10, Bytes: 190, Topics: 5, Devices: 2, DroppedTopics: 6, DroppedDevices: 3, DroppedFields: 10, BadTopics: 1}
	want.HistoryBytes, want.Samples, want.PerSecond = st.HistoryBytes, st.Samples, st.PerSecond
	if st != want {
		t.Errorf("counts: %+v\n want %+v", st, want)
	}
	if got := len(st.Dropped()); got != 4 {
		t.Errorf("%d reasons: %v", got, st.Dropped())
	}
	if info := h.topic("d4/t"); info.Device != "" || info.Messages != 2 {
		t.Errorf("a topic beyond the device limit: %+v", info)
	}
}

// Memory for messages and samples stays within its limits, and every topic
// keeps at least its latest message.
func TestMemoryLimits(t *testing.T) {
	lim := model.Limits{HistoryBytes: 64 << 10, HistoryTopicBytes: 8 << 10, Samples: 2000, SeriesSamples: 64}
	h := newHouse(t, model.Options{Limits: lim})
	text := "7" + strings.Repeat(" ", 200)
	const rounds, topics = 50, 100
	for i := range rounds * topics {
		h.jump(time.Millisecond)
		h.say(client("a"), fmt.Sprintf("t%d", i%topics), text)
	}
	st := h.Stats()
	if st.HistoryBytes > lim.HistoryBytes {
		t.Errorf("%d bytes of history, limit %d", st.HistoryBytes, lim.HistoryBytes)
	}
	if most := lim.Samples + 16*topics; st.Samples > most {
		t.Errorf("%d samples, at most %d", st.Samples, most)
	}
	kept := 0
	for i := range topics {
		_, n := h.History(fmt.Sprintf("t%d", i), 0)
		if n == 0 {
			t.Errorf("t%d lost its latest message", i)
		}
		kept += n
	}
	if st.Shed == 0 || uint64(kept)+st.Shed > rounds*topics {
		t.Errorf("%d kept and %d shed of %d", kept, st.Shed, rounds*topics)
	}
}

// One outsized payload costs its memory only for as long as it is the latest.
func TestOutsizedPayload(t *testing.T) {
	h := newHouse(t, model.Options{})
	big := bytes.Repeat([]byte("x"), 10<<20)
	h.Ingest([]model.Message{{Topic: "a/big", Payload: big, At: h.clock()}})
	if info := h.topic("a/big"); !bytes.Equal(info.Payload, big) {
		t.Errorf("%d bytes came back", len(info.Payload))
	}
	rows, _ := h.NewTreeView(9).Rows(0, 9)
	if r := rows[1]; r.Size != len(big) || len(r.Payload) != 256 {
		t.Errorf("row of %d bytes: %d", r.Size, len(r.Payload))
	}
	h.say(nil, "a/big", "1")
	if st := h.Stats(); st.HistoryBytes > 1<<20 || st.Unreadable != 1 {
		t.Errorf("after it: %+v", st)
	}
}

// Whatever comes, it is taken in or counted, and what comes next is not lost.
func TestBadInput(t *testing.T) {
	for _, tc := range []struct {
		name, topic, payload string
		bad, unreadable      bool
		fields               int
	}{
		{name: "empty topic", topic: "", bad: true},
		{name: "empty level", topic: "a//b", payload: "1", fields: 1},
		{name: "only slashes", topic: "//", payload: "1", fields: 1},
		{name: "200 levels", topic: strings.Repeat("a/", 199) + "a", bad: true},
		{name: "a level too many", topic: strings.Repeat("/", model.MaxTopicLevels), bad: true},
		{name: "as many levels as may be", topic: strings.Repeat("/", model.MaxTopicLevels-1), payload: "1", fields: 1},
		{name: "a byte too long", topic: strings.Repeat("x", model.MaxTopicBytes+1), bad: true},
		{name: "as long as may be", topic: strings.Repeat("x", model.MaxTopicBytes), payload: "1", fields: 1},
		{name: "wildcard +", topic: "a/+", bad: true},
		{name: "wildcard #", topic: "a/#", bad: true},
		{name: "NUL", topic: "a\x00b", bad: true},
		{name: "control character", topic: "a\x1bb", bad: true},
		{name: "C1 control character", topic: "a\u0085b", bad: true},
		{name: "invalid UTF-8", topic: "a\xffb", bad: true},
		{name: "invalid UTF-8 payload", topic: "p", payload: "\xff\xfe\x00"},
		{name: "broken JSON", topic: "p", payload: `{"a":1,`, unreadable: true},
		{name: "deep JSON", topic: "p", payload: strings.Repeat("[", 1000) + strings.Repeat("]", 1000), unreadable: true},
		{name: "NaN", topic: "p", payload: "NaN"},
		{name: "NaN in JSON", topic: "p", payload: `{"a":NaN}`, unreadable: true},
		{name: "beyond float64", topic: "p", payload: `{"a":1e999,"b":2}`, unreadable: true, fields: 1},
		{name: "nothing", topic: "p", payload: ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, model.Options{})
			h.Ingest([]model.Message{
				{Topic: "good/one", Payload: []byte("1"), At: h.clock()},
				{Topic: tc.topic, Payload: []byte(tc.payload), At: h.clock()},
				{Topic: "good/one", Payload: []byte("2"), At: h.clock()},
			})
			st := h.Stats()
			if (st.BadTopics == 1) != tc.bad || (st.Unreadable == 1) != tc.unreadable {
				t.Errorf("counts: %+v", st)
			}
			if good := h.topic("good/one"); good.Messages != 2 || string(good.Payload) != "2" {
				t.Errorf("its neighbour: %+v", good)
			}
			if tc.bad {
				return
			}
			if info := h.topic(tc.topic); string(info.Payload) != tc.payload || len(info.Fields) != tc.fields {
				t.Errorf("taken in as %d bytes, fields %v", len(info.Payload), info.Fields)
			}
		})
	}
}

// A known topic costs no memory once its rings have grown.
func TestIngestDoesNotAllocate(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{HistoryMessages: 20, SeriesSamples: 32}})
	p := h.open("sensor")
	batch := []model.Message{
		{Topic: "kitchen/thermometer", Payload: []byte("21.5"), Publisher: p},
		{Topic: "hall/thermometer", Payload: []byte(`{"t":21.5,"h":40,"ok":true}`)},
		{Topic: "ship/position", Payload: []byte(`{"lat":50.7,"lon":-1.3,"sog":1.5}`), Publisher: p},
	}
	ingest := func() {
		h.jump(time.Second)
		for i := range batch {
			batch[i].At = h.clock()
		}
		h.Ingest(batch)
	}
	for range 100 {
		ingest()
	}
	if n := testing.AllocsPerRun(1000, ingest); n != 0 {
		t.Errorf("%v allocations for three known topics", n)
	}
}

// Memory for messages is bounded even when the latest message of each topic is
// large: then only the front of further ones is kept, counted and marked.
func TestHistoryIsBoundedByLatestMessagesToo(t *testing.T) {
	const budget = 1 << 20
	s := model.NewStore(model.Options{Limits: model.Limits{HistoryBytes: budget}})
	big := make([]byte, 64<<10)
	for i := range 200 {
		s.Ingest([]model.Message{{Topic: fmt.Sprintf("camera/%d/image", i), Payload: big, At: time.Now()}})
	}
	st := s.Stats()
	if st.HistoryBytes > budget+200*512 {
		t.Errorf("history takes %d bytes of a budget of %d", st.HistoryBytes, budget)
	}
	whole, _ := s.Topic("camera/0/image")
	cut, _ := s.Topic("camera/199/image")
	if len(whole.Payload) != len(big) || len(cut.Payload) != 256 || cut.Size != len(big) {
		t.Errorf("kept %d and %d of %d bytes, size said %d", len(whole.Payload), len(cut.Payload), len(big), cut.Size)
	}
	if records, _ := s.History("camera/199/image", 1); len(records) != 1 || !records[0].Cut {
		t.Errorf("a cut message is not marked: %+v", records)
	}
	if st.Cut < 180 || st.Cut > 195 {
		t.Errorf("%d messages counted as cut", st.Cut)
	}
}
