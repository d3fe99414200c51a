package model_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestEventsAreARing(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{Events: 5}})
	for i := range 12 {
		h.Note(model.Event{Kind: model.EventLink, Text: fmt.Sprint(i + 1)})
	}
	for _, tc := range []struct {
		since uint64
		limit int
		want  string
	}{{0, 100, "12 11 10 9 8"}, {9, 100, "12 11 10"}, {12, 100, ""}, {99, 100, ""}, {0, 2, "12 11"}, {0, -1, ""}} {
		var got []string
		for _, e := range h.Events(tc.since, tc.limit) {
			if e.Text != fmt.Sprint(e.Seq) {
				t.Errorf("event %d says %s", e.Seq, e.Text)
			}
			got = append(got, e.Text)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("since %d: %q, want %q", tc.since, s, tc.want)
		}
	}
}

func TestSearch(t *testing.T) {
	h := plant(t, "site/pump-10/flow", "site/pump-2/flow", "site/old-pump/flow", "hall/lamp", "Site/Ölbad", "$SYS/pumps")
	h.say(nil, "x/y/set", "1") // only ever commanded
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{
		{"pump", 20, "site/pump-2 site/pump-10 site/old-pump $SYS/pumps site/pump-2/flow site/pump-10/flow site/old-pump/flow "},
		{"PUMP site", 20, "site/pump-2 site/pump-10 site/old-pump site/pump-2/flow site/pump-10/flow site/old-pump/flow "},
		{"pump", 2, "site/pump-2 site/pump-10 "},
		{"ölbad", 20, "Site/Ölbad Site/Ölbad "},
		{"", 20, "hall/lamp Site/Ölbad site/pump-2 site/pump-10 site/old-pump "}, // the shortest first
		{"nothing", 20, ""},
		{"pump", 0, ""},
		{"pump", -1, ""},
	} {
		got := ""
		for _, hit := range h.Search(tc.text, tc.limit) {
			got += hit.Path + " "
		}
		if got != tc.want {
			t.Errorf("%q: %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func TestPosition(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{TrackPoints: 3}})
	if _, ok := h.Device("sea/x", 0); ok {
		t.Error("a device before its first message")
	}
	for i := range 6 {
		h.jump(time.Minute)
		for range 3 { // lying still makes no track
			h.say(nil, "sea/x/position", fmt.Sprintf(`{"lat":50.%d,"lon":-1,"sog":12,"cog":90,"time":"2026-03-14T12:00:0%dZ"}`, i, i))
		}
	}
	h.say(nil, "sea/x/position", `{"lat":91,"lon":0}`)
	h.say(nil, "sea/x/position", `{"lat":1}`)
	d := h.device("sea/x")
	if p := d.Position; !d.HasPosition || p.Lat != 50.5 || p.SOG != 12 || p.COG != 90 || p.HDG == p.HDG || p.Device.Second() != 5 || !p.At.Equal(h.clock()) {
		t.Errorf("position: %+v", p)
	}
}

// A store is read, ticked and fed from many goroutines at once; the race
// detector watches.
func TestStoreFromManyGoroutines(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{Topics: 200, Events: 20, HistoryBytes: 100 << 10}})
	var feeders, readers sync.WaitGroup
	done := make(chan struct{})
	const rounds, writers = 200, 3
	for w := range writers {
		feeders.Go(func() {
			for i := range rounds {
				p := h.open(fmt.Sprintf("client%d", i%7))
				h.say(p, fmt.Sprintf("site/dev%d/%d", i%40, w), `{"lat":50,"lon":1,"sog":3,"v":7}`)
				h.say(p, fmt.Sprintf("site/dev%d/status", i%40), "offline")
				c := h.press(horn)
				h.say(p, c.Ack, "ok")
				h.close(p, model.SessionGoodbye)
				h.jump(time.Millisecond)
			}
		})
	}
	read := func(f func()) {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					f()
				}
			}
		})
	}
	v := h.NewTreeView(2)
	read(h.Tick)
	read(func() {
		v.SetFilter([]string{"", "dev1", "site/+/1"}[h.Generation()%3])
		v.Rows(0, 50)
	})
	read(func() {
		h.Devices(model.DeviceQuery{Count: 10, Values: 3})
		h.Search("dev 1", 5)
		h.Commands("", 10)
		h.Events(0, 10)
	})
	read(func() {
		h.Topic("site/dev1/1")
		h.History("site/dev1/1", 10)
		h.Series(model.SeriesKey{Topic: "site/dev1/1", Pointer: "/v"}, time.Time{}, nil, nil)
		h.Device("site/dev1", 5)
	})
	feeders.Wait()
	close(done)
	readers.Wait()
	if st := h.Stats(); st.Messages+st.DroppedTopics != 3*rounds*writers {
		t.Errorf("%d messages, want %d", st.Messages+st.DroppedTopics, 3*rounds*writers)
	}
}
