package demo

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// runDemo runs the fleet against a broker until the returned function is
// called or the test ends.
func runDemo(t *testing.T, broker string) (stop func()) {
	t.Helper()
	d, err := New(Options{BrokerURL: broker, Seed: 4, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Fatal("the demo does not end with its context")
		}
	}
	t.Cleanup(stop)
	return stop
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func TestFleetSpeaksOnAllItsTopics(t *testing.T) {
	broker := startMosquitto(t)
	l := listen(t, broker, "#")
	stop := runDemo(t, broker)
	for _, s := range Ships() {
		root := "solent/ferries/" + s.ID
		l.await(t, 0, s.Name+" online", saying(root+"/status", StatusOnline))
		for _, below := range []string{"/position", "/engine", "/passengers", "/voyage"} {
			h := l.await(t, 0, root+below, onTopic(root+below))
			if h.retained || !json.Valid([]byte(h.payload)) {
				t.Errorf("%s: %+v: want JSON, not retained", h.topic, h)
			}
		}
	}
	chart, err := LoadChart()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range chart.Buoys {
		l.await(t, 0, b.Name, saying("solent/buoys/"+b.ID+"/ok", BuoyPayload))
	}
	checkPosition(t, l)
	stop()
	for _, s := range Ships() {
		l.await(t, 0, s.Name+"'s goodbye", saying("solent/ferries/"+s.ID+"/status", StatusOffline))
	}
	late := listen(t, broker, "solent/#")
	for _, b := range chart.Buoys {
		h := late.await(t, 0, b.Name+"'s place", onTopic("solent/buoys/"+b.ID+"/position"))
		if !h.retained {
			t.Errorf("%s: its place is not retained", b.Name)
		}
	}
	for _, h := range late.all() {
		if !strings.HasSuffix(h.topic, "/position") && !strings.HasSuffix(h.topic, "/status") {
			t.Errorf("%s is retained", h.topic)
		}
	}
}

// checkPosition compares position payloads with what they are to hold.
func checkPosition(t *testing.T, l *listener) {
	t.Helper()
	h := l.await(t, 0, "a position", onTopic("solent/ferries/st-clare/position"))
	var p map[string]any
	if err := json.Unmarshal([]byte(h.payload), &p); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"lat", "lon", "sog", "cog", "hdg", "time"} {
		if _, ok := p[field]; !ok {
			t.Errorf("%s lacks %s", h.payload, field)
		}
	}
	at, _ := p["time"].(string)
	if _, err := time.Parse(time.RFC3339, at); err != nil || !strings.HasSuffix(at, "Z") {
		t.Errorf("time %q is not RFC 3339 in UTC", at)
	}
}

func TestCommandsAreObeyedOnceAndAcknowledged(t *testing.T) {
	broker := startMosquitto(t)
	const root = "solent/ferries/red-falcon"
	l := listen(t, broker, root+"/#")
	press := func(name, payload string, retained bool) Ack {
		t.Helper()
		mark := l.mark()
		l.client.Publish(root+"/command/"+name, 1, retained, payload)
		h := l.await(t, mark, "the ack of "+name, onTopic(root+"/ack/"+name))
		var a Ack
		if err := json.Unmarshal([]byte(h.payload), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	l.client.Publish(root+"/command/lights", 1, true, `{"id":"old"}`).WaitTimeout(patience)
	runDemo(t, broker)
	l.await(t, 0, "the vessel online", saying(root+"/status", StatusOnline))
	old := l.await(t, 0, "the ack of the retained command", onTopic(root+"/ack/lights"))
	if !strings.Contains(old.payload, `"ok":false`) || !strings.Contains(old.payload, "retained") {
		t.Errorf("retained command: %s", old.payload)
	}
	if a := press("horn", `{"id":"h1"}`, false); !a.OK || string(a.ID) != `"h1"` || a.State.Horn != 1 {
		t.Errorf("horn: %+v", a)
	}
	if a := press("horn", `{"id":"h1"}`, false); a.OK || a.State.Horn != 1 || a.Reason == "" {
		t.Errorf("the same command again: %+v", a)
	}
	if a := press("hold", `{"id":7}`, false); !a.OK || string(a.ID) != "7" || !a.State.Held {
		t.Errorf("hold: %+v", a)
	}
	if a := press("resume", "", false); !a.OK || a.State.Held || a.ID != nil {
		t.Errorf("resume: %+v", a)
	}
	if a := press("self-destruct", "now", false); a.OK || a.Reason == "" {
		t.Errorf("unknown command: %+v", a)
	}
}

// A client that takes a vessel's client ID cuts its connection: its will
// speaks, and the vessel comes back.
func TestVesselThatIsCutOffIsLostAndComesBack(t *testing.T) {
	broker := startMosquitto(t)
	const status = "solent/ferries/wight-sun/status"
	l := listen(t, broker, status)
	runDemo(t, broker)
	l.await(t, 0, "the vessel online", saying(status, StatusOnline))
	mark := l.mark()
	connect(t, broker, "ferry-wight-sun").Disconnect(100)
	l.await(t, mark, "the will", saying(status, StatusLost))
	l.await(t, mark, "the vessel back online", saying(status, StatusOnline))
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for _, o := range []Options{
		{},
		{BrokerURL: "127.0.0.1:1883"},
		{BrokerURL: "http://127.0.0.1"},
		{BrokerURL: "mqtt://127.0.0.1:1883", Speed: -1},
		{BrokerURL: "mqtt://127.0.0.1:1883", Speed: 1e6},
	} {
		if d, err := New(o); err == nil || d != nil {
			t.Errorf("New(%+v) gives no error", o)
		}
	}
}

func TestRunWithoutABrokerEndsWithItsContext(t *testing.T) {
	d, err := New(Options{BrokerURL: "mqtt://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := d.Run(ctx); err != nil {
		t.Error(err)
	}
	if err := d.Run(ctx); !errors.Is(err, ErrRunning) {
		t.Errorf("second Run: %v, want %v", err, ErrRunning)
	}
}

func TestQuietBuoyFallsSilentAndComesBack(t *testing.T) {
	o := Options{BrokerURL: "mqtt://127.0.0.1:1"}
	a := newBuoyAgent(o, Buoy{ID: "b"}, true)
	now := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	silent, spoke := 0, 0
	for range 1200 { // twenty minutes
		if a.hushed(now) {
			silent++
		} else {
			spoke++
		}
		now = now.Add(time.Second)
	}
	if silent < 200 || spoke < 400 {
		t.Errorf("silent for %d s of 1200, spoke for %d", silent, spoke)
	}
	if b := newBuoyAgent(o, Buoy{ID: "b"}, false); b.hushed(now) || b.hushed(now.Add(time.Hour)) {
		t.Error("a buoy that is not the quiet one is silent")
	}
}

func TestHoldStopsAVesselSmoothlyAndDelaysIt(t *testing.T) {
	f := newFleet(t, 9, start().Add(10*time.Hour))
	for _, v := range f.Vessels {
		if v.Position().SOG < 5 {
			continue
		}
		delay := v.Voyage().Delay
		v.Command("hold")
		was := v.Position()
		for range 1200 {
			v.Advance(v.Now().Add(time.Second))
			p := v.Position()
			if brake := (was.SOG - p.SOG) * model.KnotsToMS; brake > 1.5*v.Ship().Hull.Brake+0.02 {
				t.Fatalf("%s braked by %.2f m/s in a second", v.Ship().Name, brake)
			}
			was = p
		}
		if was.SOG != 0 {
			t.Errorf("%s makes %.1f knots while held", v.Ship().Name, was.SOG)
		}
		if now := v.Voyage().Delay; now < delay+600 {
			t.Errorf("%s: delay %d s after twenty minutes on hold, %d before", v.Ship().Name, now, delay)
		}
		v.Command("resume")
		v.Advance(v.Now().Add(2 * time.Hour))
		if v.berthed.Before(was.Time) {
			t.Errorf("%s did not go on", v.Ship().Name)
		}
	}
}
