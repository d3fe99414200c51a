package model_test

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/pilothouse/pilothouse/model"
)

const lamp = "hall/lamp"

// changes are the changes of liveness of a device so far, the oldest first.
func (h *house) changes(root string) (out []string) {
	for _, e := range h.Events(0, 1<<20) {
		if e.Kind == model.EventLiveness && e.Device == root {
			out = append([]string{fmt.Sprintf("%v-%v", e.From, e.To)}, out...)
		}
	}
	return out
}

func (h *house) expectChanges(root string, want ...string) {
	h.t.Helper()
	if got := h.changes(root); fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("%s went %v, want %v", root, got, want)
	}
}

func TestSilenceAndReturn(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.say(nil, lamp, "1")
	h.expect(lamp, model.Unknown)
	h.beat(nil, lamp, 2*time.Second, 20)
	h.expect(lamp, model.Alive)
	if e := h.device(lamp).Evidence; e.Messages != 21 || e.Cadence < 1900*time.Millisecond || e.Cadence > 2100*time.Millisecond || !e.LastSeen.Equal(h.clock()) {
		t.Errorf("evidence: %+v", e)
	}
	h.pass(4500 * time.Millisecond)
	h.expect(lamp, model.Late)
	before := h.Generation()
	h.pass(3 * time.Second)
	h.expect(lamp, model.Silent)
	if h.Generation() == before {
		t.Error("a reader could not tell that something changed")
	}
	h.pass(time.Hour)
	h.say(nil, lamp, "1")
	h.expect(lamp, model.Alive)
	h.beat(nil, lamp, 2*time.Second, 3)
	if c := h.device(lamp).Evidence.Cadence; c > 3*time.Second {
		t.Errorf("the hour of silence was learned: every %v", c)
	}
	h.expectChanges(lamp, "alive-late", "late-silent", "silent-alive")
}

func TestReplaysAreNoLife(t *testing.T) {
	h := newHouse(t, model.Options{})
	for range 20 {
		h.pass(time.Second)
		h.replay(lamp, "1")
	}
	h.expect(lamp, model.Unknown)
	if e := h.device(lamp).Evidence; e.Messages != 0 || !e.LastSeen.IsZero() {
		t.Errorf("evidence: %+v", e)
	}
	h.beat(nil, lamp, time.Second, 10)
	h.pass(20 * time.Second)
	h.replay(lamp, "1")
	h.Tick()
	h.expect(lamp, model.Silent)
}

func TestSessionEnds(t *testing.T) {
	for _, tc := range []struct {
		end  model.SessionState
		want model.Liveness
	}{{model.SessionGoodbye, model.Offline}, {model.SessionBroken, model.Lost}, {model.SessionWill, model.Lost}} {
		h := newHouse(t, model.Options{})
		p := h.open("lamp")
		h.beat(p, lamp, time.Second, 20)
		if e := h.device(lamp).Evidence; e.Session != model.SessionOpen {
			t.Errorf("evidence: %+v", e)
		}
		h.close(p, tc.end)
		h.expect(lamp, tc.want) // at once, without a tick
		h.pass(time.Hour)
		h.expect(lamp, tc.want)
		if e := h.device(lamp).Evidence; e.Session != tc.end {
			t.Errorf("evidence: %+v", e)
		}
		// Back: it is there as soon as it says hello, and judged by its silence again.
		p = h.open("lamp")
		h.Tick()
		h.expect(lamp, model.Alive)
		h.pass(10 * time.Second)
		h.expect(lamp, model.Silent)
		h.say(p, lamp, "1")
		h.expect(lamp, model.Alive)
		h.expectChanges(lamp, "alive-"+tc.want.String(), tc.want.String()+"-alive", "alive-late", "late-silent", "silent-alive")
		// A session that breaks before a word is said through it counts as well.
		h.close(p, tc.end)
		h.jump(time.Minute)
		p = h.open("lamp")
		h.Tick()
		h.expect(lamp, model.Alive)
		h.close(p, model.SessionBroken)
		h.expect(lamp, model.Lost)
	}
}

// A will may be told of after the end of the session; many say "offline".
func TestLateWill(t *testing.T) {
	h := newHouse(t, model.Options{})
	p := h.open("lamp")
	h.beat(p, lamp+"/status", time.Second, 10)
	h.close(p, model.SessionBroken)
	h.say(p, lamp+"/status", "offline")
	h.close(p, model.SessionWill)
	h.close(p, model.SessionWill)
	h.pass(time.Second)
	h.expect(lamp, model.Lost)
	closed := 0
	for _, e := range h.Events(0, 100) {
		if e.Kind == model.EventSessionClosed {
			closed++
		}
	}
	if closed != 2 {
		t.Errorf("%d events of an end and its will", closed)
	}
}

func TestOneShotSessions(t *testing.T) {
	for name, id := range map[string]func(int) string{
		"a client ID each": func(i int) string { return fmt.Sprint("mosq-", i) },
		"one client ID":    func(int) string { return "esp" },
	} {
		h := newHouse(t, model.Options{})
		for i := range 10 {
			h.pass(10 * time.Second)
			h.oneShot(id(i), lamp, "21.5")
			h.Tick()
			if l := h.device(lamp).Liveness; l == model.Offline || l == model.Lost {
				t.Fatalf("%s: %v after message %d", name, l, i)
			}
		}
		h.expect(lamp, model.Alive)
		if e := h.device(lamp).Evidence; e.Session != model.SessionShort {
			t.Errorf("%s: %+v", name, e)
		}
		h.pass(time.Minute)
		h.expect(lamp, model.Silent)
		h.oneShot(id(99), lamp, "21.5")
		h.expect(lamp, model.Alive)
	}
}

func TestStatusWords(t *testing.T) {
	for text, want := range map[string]model.Liveness{
		"online": model.Alive, "Online": model.Alive, " up\n": model.Alive, "1": model.Alive, "true": model.Alive,
		`{"state":"online"}`: model.Alive, `{ "rssi": -50, "status" : "Connected" }`: model.Alive,
		"offline": model.Offline, "Offline": model.Offline, "0": model.Offline, "sleeping": model.Offline,
		`"disconnected"`: model.Offline, `{"state":"offline","since":3}`: model.Offline, `{"status": "OFFLINE"}`: model.Offline,
		"lost": model.Lost, `{"state":"lost"}`: model.Lost,
		"offline since noon": model.Alive, `{"state":{"on":1}}`: model.Alive, `{"x":"offline"}`: model.Alive,
	} {
		for _, verb := range []string{"status", "availability", "LWT"} {
			h := newHouse(t, model.Options{})
			h.beat(nil, lamp+"/power", time.Second, 10)
			h.say(nil, lamp+"/"+verb, text)
			h.Tick()
			h.expect(lamp, want)
			h.jump(time.Second)
			h.say(nil, lamp+"/power", "1")
			h.expect(lamp, model.Alive)
		}
	}
}

func TestRetainedStatus(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.replay(lamp+"/status", "offline")
	h.Tick()
	h.expect(lamp, model.Offline)
	h.beat(nil, lamp+"/power", time.Second, 10) // back, without a word on its status topic
	h.expect(lamp, model.Alive)
	h.replay(lamp+"/status", "offline") // the link subscribed again: old news
	h.Tick()
	h.expect(lamp, model.Alive)
	h.say(nil, lamp+"/status", "online")
	h.replay(lamp+"/status", "lost") // it changed while the link was down
	h.Tick()
	h.expect(lamp, model.Lost)
	h.say(nil, lamp+"/status", "") // somebody clears it: the device did not speak
	h.pass(20 * time.Second)
	h.expect(lamp, model.Silent)
	if e := h.device(lamp).Evidence; e.Status != "" {
		t.Errorf("evidence: %+v", e)
	}
	h.say(nil, lamp+"/status", "offline")
	h.expect(lamp, model.Silent) // known with the next tick
	h.Tick()
	h.expect(lamp, model.Offline)
	h.say(nil, lamp+"/status", `{"report":"`+string(make([]byte, 300))+`"}`) // too long for a word: a report
	h.expect(lamp, model.Alive)
}

// "Offline" and a reading in the same moment: what came last counts.
func TestWordAndReadingInOneMoment(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.beat(nil, lamp+"/power", time.Second, 10)
	h.say(nil, lamp+"/status", "offline")
	h.say(nil, lamp+"/power", "1")
	h.Tick()
	h.expect(lamp, model.Alive)
	h.say(nil, lamp+"/status", "offline")
	h.Tick()
	h.expect(lamp, model.Offline)
}

func TestTakeover(t *testing.T) {
	h := newHouse(t, model.Options{})
	old := h.open("lamp")
	h.beat(old, lamp, time.Second, 10)
	fresh := h.open("lamp")
	h.close(old, model.SessionWill)
	h.Tick()
	h.expect(lamp, model.Alive)
	h.say(old, lamp, "1") // was still on its way
	h.say(fresh, lamp, "1")
	h.close(old, model.SessionBroken)
	h.expect(lamp, model.Alive)
	h.expectChanges(lamp)
	h.close(fresh, model.SessionBroken)
	h.expect(lamp, model.Lost)
}

// The broker's events and its messages come by different ways: a message may
// overtake the news of its session.
func TestMessageBeforeItsSession(t *testing.T) {
	h := newHouse(t, model.Options{})
	p, opened := client("lamp"), h.clock()
	h.beat(p, lamp, time.Second, 10)
	h.SessionOpened(p, opened)
	h.say(p, lamp, "1")
	if e := h.device(lamp).Evidence; e.Session != model.SessionOpen {
		t.Errorf("evidence: %+v", e)
	}
	h.close(p, model.SessionBroken)
	h.expect(lamp, model.Lost)

	h.jump(time.Second)
	again, opened := client("lamp"), h.clock()
	h.jump(time.Millisecond)
	h.say(again, lamp, "1")
	h.expect(lamp, model.Alive) // whatever became of the session before
	h.SessionOpened(again, opened)
	h.expect(lamp, model.Alive)
	h.close(again, model.SessionGoodbye)
	h.say(again, lamp, "1") // and one that came after the news of its end
	h.Tick()
	if l := h.device(lamp).Liveness; l == model.Lost {
		t.Errorf("%v after a goodbye", l)
	}
}

func TestGateway(t *testing.T) {
	h := newHouse(t, model.Options{})
	gate, other := h.open("gateway"), h.open("other")
	const n = 50
	root := func(i int) string { return fmt.Sprintf("gate/lamp%d", i) }
	for range 10 {
		h.pass(time.Second)
		for i := range n {
			h.say(gate, root(i), "1")
		}
		h.say(other, "gate/other", "1")
	}
	for i := range n / 2 { // half of them move to another session
		h.say(other, root(i), "1")
	}
	h.close(gate, model.SessionBroken)
	for i := range n {
		h.expect(root(i), map[bool]model.Liveness{true: model.Alive, false: model.Lost}[i < n/2])
	}
	h.expect("gate/other", model.Alive)
	h.close(other, model.SessionGoodbye)
	h.expect(root(0), model.Offline)
	h.expect(root(n-1), model.Lost)
}

// withClockSet is t on a wall clock set to another time: the monotonic reading
// stays. It knows the layout of time.Time, as no function of package time makes
// such a time: 33 bits of seconds above 30 of nanoseconds in its first word.
func withClockSet(t time.Time, by time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(int64(by/time.Second)) << 30
	return t
}

func TestClockSetBack(t *testing.T) {
	now := time.Now()
	if back := withClockSet(now, -time.Hour); back.Sub(now) != 0 || now.Unix()-back.Unix() != 3600 {
		t.Skip("the layout of time.Time has changed")
	}
	h := newHouse(t, model.Options{})
	p := h.open("lamp")
	h.beat(p, lamp, time.Second, 20)
	rate := h.Stats().PerSecond
	h.at = withClockSet(h.at, -time.Hour)
	h.Tick()
	h.expect(lamp, model.Alive)
	if got := h.Stats().PerSecond; got < rate*0.9 || got > rate*1.1 {
		t.Errorf("the rate went from %v to %v", rate, got)
	}
	c, _ := h.BeginCommand(model.Order{Device: lamp, Spec: model.CommandSpec{Name: "on", Topic: "{device}/set", Ack: "{device}/ack"}})
	h.Tick()
	if got := h.Commands("", 1)[0]; got.ID != c.ID || got.State != model.CommandSent {
		t.Errorf("command: %+v", got)
	}
	h.at = withClockSet(h.at, 2*time.Hour)
	h.beat(p, lamp, time.Second, 20)
	h.expect(lamp, model.Alive)
	h.expectChanges(lamp)
	at, _ := h.Series(model.SeriesKey{Topic: lamp}, time.Time{}, nil, nil)
	for i := 1; i < len(at); i++ {
		if at[i] < at[i-1] {
			t.Fatalf("samples out of order: %v", at)
		}
	}
	h.pass(10 * time.Second)
	h.expect(lamp, model.Silent)
}

// TestEventsOfASessionNameItsDevice opens sessions of a device, of a client with two
// devices and of one with none.
func TestEventsOfASessionNameItsDevice(t *testing.T) {
	h := newHouse(t, model.Options{Rules: []model.DeviceRule{{Filter: "yard/+"}}})
	crane := &model.Publisher{ClientID: "c-1", Identity: "crane", Addr: "192.0.2.1:1"}
	hub := &model.Publisher{ClientID: "h-1", Addr: "192.0.2.2:1"}
	reader := &model.Publisher{ClientID: "r-1", Addr: "192.0.2.3:1"}
	for _, p := range []*model.Publisher{crane, hub, reader} {
		h.SessionOpened(p, h.clock())
	}
	if e := h.Events(0, 9); e[2].Device != "" {
		t.Errorf("before it said anything the device is %q", e[2].Device)
	}
	h.say(crane, "yard/crane/load", "12")
	h.say(hub, "yard/gate/open", "1")
	h.say(hub, "yard/lamp/on", "1")
	for i, want := range []string{"", "", "yard/crane"} { // the newest first
		if e := h.Events(0, 3)[i]; e.Kind != model.EventSessionOpened || e.Device != want {
			t.Errorf("the event of %s names the device %q, want %q", e.Client, e.Device, want)
		}
	}
}
