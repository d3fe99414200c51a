package board

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/model/workspace"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func store(topics ...string) *model.Store {
	s := model.NewStore(model.Options{Scanner: &payload.Scanner{}, Now: func() time.Time { return noon }})
	for i := 0; i+1 < len(topics); i += 2 {
		s.Ingest([]model.Message{{Topic: topics[i], Payload: []byte(topics[i+1]), At: noon.Add(time.Duration(i) * time.Second)}})
	}
	return s
}

func read(t *testing.T, s *model.Store, topic, field string) Reading {
	t.Helper()
	info, ok := s.Topic(topic)
	if !ok {
		t.Fatalf("no %s", topic)
	}
	return Read(&info, field)
}

func TestRead(t *testing.T) {
	s := store("a", `{"v": 1.5, "on": true, "mode": "auto", "list": [1, {"x~/y": "deep"}], "none": null}`, "b", "online", "c", "21.5", "d", `"OFF"`)
	for _, c := range []struct {
		topic, field, text string
		number             float64
		known              bool
	}{
		{"a", "/v", "1.5", 1.5, true}, {"a", "/on", "true", 1, true}, {"a", "/mode", "auto", math.NaN(), true}, {"a", "/list/1/x~0~1y", "deep", math.NaN(), true},
		{"a", "/list/7", "", math.NaN(), false}, {"a", "/missing", "", math.NaN(), false}, {"a", "v", "", math.NaN(), false}, {"a", "/none", "null", math.NaN(), true},
		{"b", "", "online", 1, true}, {"c", "", "21.5", 21.5, true}, {"d", "", "OFF", 0, true}, {"c", "/x", "", math.NaN(), false},
	} {
		r := read(t, s, c.topic, c.field)
		same := r.Number == c.number || math.IsNaN(r.Number) && math.IsNaN(c.number)
		if r.Text != c.text || !same || r.Known != c.known {
			t.Errorf("%s %s: %+v", c.topic, c.field, r)
		}
	}
	if _, ok := Lookup([]byte(`{"a": "`+strings.Repeat("x", maxLookup)+`"}`), "/a"); ok {
		t.Error("a huge payload was looked into")
	}
	if text, _ := Lookup([]byte(strings.Repeat("é", maxWord)), ""); len(text) > maxWord+len("…") {
		t.Errorf("a word of %d bytes", len(text))
	}
}

// TestReadOfAFieldThatWentAway: the latest payload does not have it any more.
func TestReadOfAFieldThatWentAway(t *testing.T) {
	s := store("a", `{"v": 1}`)
	s.Ingest([]model.Message{{Topic: "a", Payload: []byte(`{"w": 2}`), At: noon.Add(time.Minute)}})
	if r := read(t, s, "a", "/v"); r.Known {
		t.Errorf("it still says %+v", r)
	}
}

func TestCombine(t *testing.T) {
	s := store("a", `{"v": 1}`, "b", `{"v": 5}`, "c", `{"w": 9}`, "d", `{"v": 3}`)
	var list []Reading
	for _, topic := range []string{"a", "b", "c", "d"} {
		list = append(list, read(t, s, topic, "/v"))
	}
	for by, want := range map[workspace.Aggregate]float64{
		workspace.Latest: 3, workspace.Min: 1, workspace.Max: 5, workspace.Mean: 3, workspace.Sum: 9, workspace.Count: 3, "of a later version": 3,
	} {
		if got := Combine(list, by); got.Number != want || !got.Known {
			t.Errorf("%q: %+v", by, got)
		}
	}
	if got := Combine(list[2:3], workspace.Mean); got.Known || !math.IsNaN(got.Number) {
		t.Errorf("the mean of nothing: %+v", got)
	}
}

func TestJudge(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	th := workspace.Thresholds{LowAlarm: f(0), LowWarning: f(10), HighWarning: f(90), HighAlarm: f(100)}
	for v, want := range map[float64]Level{-1: Alarm, 0: Alarm, 5: Warning, 10: Warning, 50: Normal, 90: Warning, 99: Warning, 100: Alarm, math.Inf(1): Alarm} {
		if got := Judge(th, v); got != want {
			t.Errorf("%g is %v, want %v", v, got, want)
		}
	}
	if Judge(th, math.NaN()) != Normal || Judge(workspace.Thresholds{}, 1e9) != Normal {
		t.Error("what cannot be judged is not normal")
	}
}

// walks counts how often the tree is walked.
type walks struct {
	*model.Store
	n int
}

func (w *walks) Match(filter string, limit int) ([]string, bool) {
	w.n++
	return w.Store.Match(filter, limit)
}

func TestMatchesAreRemembered(t *testing.T) {
	w := &walks{Store: store("a/1", "1", "a/2", "2")}
	var m Matches
	now := noon
	find := func() int {
		topics, _ := m.Find(w, "a/+", 10, now)
		return len(topics)
	}
	for range 5 {
		find()
	}
	if w.n != 1 {
		t.Errorf("walked %d times", w.n)
	}
	w.Ingest([]model.Message{{Topic: "a/3", Payload: []byte("3"), At: noon}})
	if find() != 2 || w.n != 1 {
		t.Errorf("walked %d times within a second", w.n)
	}
	if now = now.Add(settleTime); find() != 3 || w.n != 2 {
		t.Errorf("a new topic is not found after a second; walked %d times", w.n)
	}
	if topics, _ := m.Find(w, "a/#/b", 10, now); topics != nil || w.n != 2 {
		t.Error("walked for what is no filter")
	}
}

func TestWhatTilesSend(t *testing.T) {
	for _, c := range []struct {
		kind        workspace.Kind
		send        workspace.Send
		value, want string
	}{
		{workspace.Command, workspace.Send{}, "", `{"id":"…"}`}, {workspace.Switch, workspace.Send{}, "true", `{"id":"…","value":true}`},
		{workspace.Slider, workspace.Send{}, "4.5", `{"id":"…","value":4.5}`}, {workspace.Switch, workspace.Send{}, "ON", `{"id":"…","value":"ON"}`},
		{workspace.Switch, workspace.Send{Payload: "{value}"}, "ON", "ON"}, {workspace.Slider, workspace.Send{Payload: `{"n": {value}, "ref": "{id}"}`}, "7", `{"n": 7, "ref": "…"}`},
	} {
		c.send.Topic = "a/set"
		o, err := Order(&Instance{Tile: workspace.Tile{Kind: c.kind, Send: &c.send}}, c.value)
		if err != nil {
			t.Errorf("%+v: %v", c.send, err)
			continue
		}
		if _, got, err := store().PreviewCommand(o); got != c.want || err != nil {
			t.Errorf("%+v says %s, want %s; %v", c.send, got, c.want, err)
		}
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	three := byte(3)
	order := func(s *workspace.Send) error {
		_, err := Order(&Instance{Tile: workspace.Tile{Kind: workspace.Command, Send: s}}, "")
		return err
	}
	for _, s := range []*workspace.Send{nil, {}, {Topic: "a/+/b"}, {Topic: "{device}/set"}, {Topic: "a", Ack: "b/#"}, {Topic: "a", QoS: &three},
		{Topic: "a/"}, {Topic: "a", Second: "shout"}, {Topic: "a", Payload: "{prompt:}"}, {Topic: "a", AckField: "/ok"}, {Topic: "a", Payload: "{unknown}"}} {
		if order(s) == nil {
			t.Errorf("%+v can be sent", s)
		}
	}
	if !errors.Is(order(&workspace.Send{Topic: "a/#"}), model.ErrTopicWildcard) || order(&workspace.Send{Topic: "a/set", Ack: "a/ack"}) != nil {
		t.Error("the reason is another")
	}
	if err := order(&workspace.Send{Topic: "a/set", Retain: true}); !errors.Is(err, model.ErrRetainedCommand) {
		t.Errorf("a retained command: %v", err)
	}
}

// TestSpecOfATile goes to a tile and comes back whole.
func TestSpecOfATile(t *testing.T) {
	two := byte(2)
	c := model.CommandSpec{Name: "set", Label: "Go", Topic: "a/set", Ack: "a/ack", AckField: "/mode", AckValue: "auto", Payload: "{prompt:x}",
		QoS: &two, Step: model.StepType, Timeout: 2500 * time.Millisecond}
	tile := workspace.Tile{Kind: workspace.Command, Send: &workspace.Send{On: "1", Step: 5}}
	SetSpec(&tile, &c)
	got, err := Spec(&tile)
	if err != nil || !reflect.DeepEqual(got, c) || tile.Send.On != "1" || tile.Send.Step != 5 {
		t.Errorf("%+v, %v; of %+v", got, err, tile.Send)
	}
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte(`{"a": [1, "x"]}`), "/a/1")
	f.Add([]byte("\xff"), "")
	f.Fuzz(func(t *testing.T, raw []byte, pointer string) {
		if text, ok := Lookup(raw, pointer); len(text) > 2*maxWord || !ok && text != "" {
			t.Fatalf("%q, %v", text, ok)
		}
	})
}
