package model_test

import (
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
)

// house is a store with a clock that the test moves.
type house struct {
	*model.Store
	t testing.TB

	mu sync.Mutex
	at time.Time
}

// newHouse makes a store that reads payloads as the program does. Its clock
// starts now, with a monotonic reading.
func newHouse(t testing.TB, o model.Options) *house {
	t.Helper()
	h := &house{t: t, at: time.Now()}
	o.Now, o.Scanner = h.clock, new(payload.Scanner)
	h.Store = model.NewStore(o)
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// pass lets time pass, with a tick every quarter of a second and at its end.
func (h *house) pass(d time.Duration) {
	const tick = 250 * time.Millisecond
	for ; d > 0; d -= tick {
		h.jump(min(d, tick))
		h.Tick()
	}
}

// jump moves the clock without a tick.
func (h *house) jump(d time.Duration) {
	h.mu.Lock()
	h.at = h.at.Add(d)
	h.mu.Unlock()
}

// say takes in a live message.
func (h *house) say(p *model.Publisher, topic, text string) {
	h.Ingest([]model.Message{{Topic: topic, Payload: []byte(text), At: h.clock(), Publisher: p}})
}

// replay takes in a message from the broker's retained store.
func (h *house) replay(topic, text string) {
	h.Ingest([]model.Message{{Topic: topic, Payload: []byte(text), At: h.clock(), Retained: true, Replayed: true}})
}

// beat lets p say something every gap, n times, a gap after now at first.
func (h *house) beat(p *model.Publisher, topic string, gap time.Duration, n int) {
	for range n {
		h.pass(gap)
		h.say(p, topic, "1")
	}
}

func (h *house) device(root string) model.DeviceInfo {
	h.t.Helper()
	d, ok := h.Device(root, 8)
	if !ok {
		h.t.Fatalf("there is no device %q", root)
	}
	return d
}

func (h *house) expect(root string, want model.Liveness) {
	h.t.Helper()
	if d := h.device(root); d.Liveness != want {
		h.t.Errorf("%s is %v, want %v (%+v)", root, d.Liveness, want, d.Evidence)
	}
}

func (h *house) topic(path string) model.TopicInfo {
	h.t.Helper()
	info, ok := h.Topic(path)
	if !ok {
		h.t.Fatalf("there is no topic %q", path)
	}
	return info
}

func client(id string) *model.Publisher {
	return &model.Publisher{ClientID: id, Addr: "127.0.0.1:50000"}
}

func (h *house) open(id string) *model.Publisher {
	p := client(id)
	h.SessionOpened(p, h.clock())
	return p
}

func (h *house) close(p *model.Publisher, end model.SessionState) {
	h.SessionClosed(p, h.clock(), end, "test")
}

// oneShot publishes as mosquitto_pub does: a session for a message.
func (h *house) oneShot(id, topic, text string) {
	p := h.open(id)
	h.jump(20 * time.Millisecond)
	h.say(p, topic, text)
	h.jump(20 * time.Millisecond)
	h.close(p, model.SessionGoodbye)
}
