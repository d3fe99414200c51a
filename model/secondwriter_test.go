package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// vouched is the session of an identity.
func vouched(name string) *model.Publisher {
	return &model.Publisher{ClientID: name, Identity: name, Addr: "192.0.2.7:50000", TLS: true}
}

func TestSecondWriterIsFlaggedOnce(t *testing.T) {
	var told []model.SecondWriter
	h := newHouse(t, model.Options{OnSecondWriter: func(w model.SecondWriter) { told = append(told, w) }})
	owner, thief, again := vouched("wight-sun"), vouched("mallory"), vouched("wight-sun")
	const topic = "ferries/wight-sun/position"
	h.say(owner, topic, "1")
	h.say(again, topic, "2") // the same identity in a new session
	if h.topic(topic).Second != nil || len(told) != 0 {
		t.Fatalf("a reconnection is flagged: %+v", told)
	}
	began := h.clock()
	for range 3 {
		h.say(thief, topic, "3")
		h.say(thief, topic, "4")
		h.jump(time.Second)
		h.say(owner, topic, "5")
	}
	w := h.topic(topic).Second
	if w == nil || w.Owner.Name() != "wight-sun" || w.Publisher.Name() != "mallory" || w.Turns != 3 || !w.First.Equal(began) || !w.Last.After(began) {
		t.Fatalf("flagged %+v", w)
	}
	if len(told) != 1 || told[0].Publisher != thief || told[0].Topic != topic {
		t.Errorf("told %+v, want it told once", told)
	}
	var events int
	for _, e := range h.Events(0, 100) {
		if e.Kind == model.EventSecondWriter {
			events++
			if e.Client != "mallory" || !e.Serious || e.Device == "" {
				t.Errorf("the event is %+v", e)
			}
		}
	}
	if events != 1 {
		t.Errorf("%d events", events)
	}
}

func TestWhoIsNoSecondWriter(t *testing.T) {
	inside := &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}
	for _, c := range []struct {
		name   string
		first  *model.Publisher
		second *model.Publisher
		topic  string
		want   bool
	}{
		{"two clients without identity", client("a"), client("b"), "kitchen/lamp/state", false},
		{"an identity after a client without", client("a"), vouched("lamp"), "kitchen/lamp/state", false},
		{"a client without after an identity", vouched("lamp"), client("b"), "kitchen/lamp/state", true},
		{"the operator", vouched("lamp"), inside, "kitchen/lamp/state", false},
		{"nobody knows", vouched("lamp"), nil, "kitchen/lamp/state", false},
		{"another identity", vouched("lamp"), vouched("switch"), "kitchen/lamp/state", true},
		{"two operators command", vouched("ann"), vouched("bob"), "kitchen/lamp/set", false},
	} {
		h := newHouse(t, model.Options{})
		h.say(c.first, c.topic, "1")
		h.say(c.second, c.topic, "2")
		if got := h.topic(c.topic).Second != nil; got != c.want {
			t.Errorf("%s: flagged %v", c.name, got)
		}
	}
}

func TestAcceptWriter(t *testing.T) {
	h := newHouse(t, model.Options{})
	const topic = "kitchen/lamp/state"
	h.say(vouched("lamp"), topic, "1")
	if h.AcceptWriter(topic) || h.AcceptWriter("no/such") {
		t.Error("accepted nobody")
	}
	h.say(client("anyone"), topic, "2")
	if h.AcceptWriter(topic) {
		t.Error("a client that nobody vouches for owns a topic")
	}
	h.say(vouched("lamp-2"), topic, "3")
	if !h.AcceptWriter(topic) || h.topic(topic).Second != nil {
		t.Error("the new lamp is not accepted")
	}
	h.say(vouched("lamp-2"), topic, "4")
	if h.topic(topic).Second != nil {
		t.Error("the new lamp is flagged on its own topic")
	}
	if h.say(vouched("lamp"), topic, "5"); h.topic(topic).Second == nil {
		t.Error("the old lamp is not flagged")
	}
}

// TestSecondWritersAreBounded has many clients write one topic: the events stop,
// the topic stays flagged, and nothing is allocated any more.
func TestSecondWritersAreBounded(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{HistoryMessages: 4}})
	const topic = "ferries/wight-sun/position"
	h.say(vouched("wight-sun"), topic, "1")
	others := make([]*model.Publisher, 50)
	for i := range others {
		others[i] = client(fmt.Sprintf("other-%d", i))
		h.say(others[i], topic, "2")
	}
	events := 0
	for _, e := range h.Events(0, 1000) {
		if e.Kind == model.EventSecondWriter {
			events++
		}
	}
	if events != 8 {
		t.Errorf("%d events of 50 further writers, want 8", events)
	}
	batch := []model.Message{{Topic: topic, Payload: []byte("3"), At: h.clock()}}
	next := 0
	take := func() {
		next = (next + 1) % 2
		batch[0].Publisher = others[next]
		h.Ingest(batch)
	}
	take()
	if n := testing.AllocsPerRun(500, take); n > 1 { // who holds a record is numbered anew each time
		t.Errorf("%v allocations for a message of changing writers", n)
	}
}
