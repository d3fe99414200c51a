package model

import (
	"fmt"
	"testing"
	"time"
)

// Sessions without end cost no more than the history they left.
func TestPublishersAreForgotten(t *testing.T) {
	s := NewStore(Options{Limits: Limits{HistoryMessages: 50, Events: 10}})
	start := time.Now()
	for i := range 100_000 {
		p := &Publisher{ClientID: fmt.Sprint("mosq-", i), Addr: "127.0.0.1:50000"}
		at := start.Add(time.Duration(i) * time.Second)
		s.SessionOpened(p, at)
		s.Ingest([]Message{{Topic: fmt.Sprintf("hall/lamp%d", i%3), At: at, Publisher: p}})
		s.SessionClosed(p, at, SessionGoodbye, "")
	}
	if n := len(s.pubs.list); n > 3*50+2 {
		t.Errorf("%d publishers are remembered for 150 records", n-1)
	}
	if len(s.pubs.nums)+len(s.pubs.free)+1 != len(s.pubs.list) {
		t.Errorf("%d in use and %d free of %d", len(s.pubs.nums), len(s.pubs.free), len(s.pubs.list)-1)
	}
	if n := len(s.dir.sessions); n != 3 {
		t.Errorf("%d sessions are remembered for 3 devices", n)
	}
	got, _ := s.History("hall/lamp0", 50)
	for i, r := range got {
		if want := fmt.Sprint("mosq-", 99_999-3*i); r.Publisher.ClientID != want {
			t.Fatalf("record %d is of %s, want %s", i, r.Publisher.ClientID, want)
		}
	}
}

func TestSessionsAreBounded(t *testing.T) {
	s := NewStore(Options{})
	at := time.Now()
	for i := range maxSessions + 10 {
		s.SessionOpened(&Publisher{ClientID: fmt.Sprint(i)}, at)
	}
	if n := len(s.dir.sessions); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
}

func TestRate(t *testing.T) {
	var r rate
	for i := range 40 { // ten a second, a few out of order
		now := time.Duration(i) * 100 * time.Millisecond
		if i%10 == 9 {
			now -= 150 * time.Millisecond
		}
		r.add(10*time.Minute + now)
	}
	end := 10*time.Minute + 4*time.Second
	for _, tc := range []struct {
		after time.Duration
		want  float64
	}{{0, 10}, {2 * time.Second, 5}, {4 * time.Second, 0}, {time.Hour, 0}} {
		if got := r.perSecond(end + tc.after); got < tc.want-0.1 || got > tc.want+0.1 {
			t.Errorf("%v after the last: %v a second, want %v", tc.after, got, tc.want)
		}
	}
	r.add(end)
	r.add(end - time.Millisecond) // of the bin before
	if r.cur != 2 || r.prev != 40 {
		t.Errorf("a moment out of order lost the count: %+v", r)
	}
}

func TestUnitOf(t *testing.T) {
	for pointer, want := range map[string]string{
		"/oil_temp_c": "°C", "/fuel_pct": "%", "/a/sog": "kn", "/RPM": "rpm", "/lat": "°", "": "", "/x": "", "/x_y": "", "/battery": "%", "/p_hPa": "hPa",
	} {
		if got := UnitOf(pointer); got != want {
			t.Errorf("UnitOf(%q) = %q, want %q", pointer, got, want)
		}
	}
}

func TestTrackIsARing(t *testing.T) {
	var tr track
	at := LatLon{Lat: 50}
	for i := range 10 {
		tr.push(TrackPoint{LatLon: at.Move(90, float64(i)*100), At: time.Unix(int64(i), 0)}, 4)
		tr.push(TrackPoint{LatLon: at.Move(90, float64(i)*100+5), At: time.Unix(int64(i), 1)}, 4)
	}
	got := tr.list(nil)
	if len(got) != 4 || got[0].At.Unix() != 6 || got[3].At.Unix() != 9 || got[3].At.Nanosecond() != 0 {
		t.Errorf("track: %v", got)
	}
}
