package ui

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
)

// TestMain checks that no page and no presenter leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// noon is the time at which the tests take place, in local time so that clocks
// read the same everywhere.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.Local)

// clock is a clock that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// sea is a store with a clock of its own, fed by hand.
type sea struct {
	*model.Store
	clock *clock
}

// The ports, rules and commands of the tests.
var (
	cowes       = model.Geofence{ID: "cowes", Name: "East Cowes", Center: model.LatLon{Lat: 50.757, Lon: -1.288}, Radius: 500}
	southampton = model.Geofence{ID: "southampton", Name: "Southampton", Center: model.LatLon{Lat: 50.895, Lon: -1.405}, Radius: 500}

	horn = model.CommandSpec{Name: "horn", Label: "Sound horn", Topic: "{device}/command/horn", Ack: "{device}/ack/horn"}
	hold = model.CommandSpec{Name: "hold", Label: "Hold", Topic: "{device}/command/hold", Ack: "{device}/ack/hold", Hold: true}
)

func newSea() sea {
	c := &clock{at: noon}
	return sea{clock: c, Store: model.NewStore(model.Options{
		Scanner: &payload.Scanner{}, Now: c.now, Ports: []model.Geofence{cowes, southampton},
		Rules: []model.DeviceRule{
			{
				Filter: "solent/ferries/+", Kind: "ferry", Commands: []model.CommandSpec{horn, hold},
				Values: []model.ValueSpec{
					{Topic: "position", Pointer: "/sog", Label: "Speed", Unit: "kn", Decimals: 1},
					{Topic: "engine", Pointer: "/rpm", Label: "Engine", Unit: "rpm"},
				},
			},
			{Filter: "solent/buoys/+", Kind: "buoy"},
		},
	})}
}

// falcon and thermometer are who publishes in the tests.
var (
	falcon      = &model.Publisher{ClientID: "ferry-red-falcon", Identity: "red-falcon", Addr: "192.0.2.7:40001", TLS: true}
	thermometer = &model.Publisher{ClientID: "thermo", Addr: "192.0.2.9:40002"}
)

// say publishes a message at the clock's time.
func (s sea) say(pub *model.Publisher, topic, text string) {
	s.Ingest([]model.Message{{Topic: topic, Payload: []byte(text), At: s.clock.now(), QoS: 1, Publisher: pub}})
}

// fill has a ferry sail north, a buoy speak and a thermometer read, for a minute.
func (s sea) fill() {
	s.SessionOpened(falcon, s.clock.now())
	s.Ingest([]model.Message{{Topic: "solent/ferries/red-falcon/status", Payload: []byte("online"), At: s.clock.now(), QoS: 1, Retained: true, Publisher: falcon}})
	for i := range 60 {
		lat := 50.775 + float64(i)*0.0001
		s.say(falcon, "solent/ferries/red-falcon/position", positionJSON(lat, -1.29, 11.5+float64(i%4)/10))
		s.say(falcon, "solent/ferries/red-falcon/engine", `{"rpm": 720, "oil_temp_c": 81.5, "fuel_pct": 64}`)
		s.say(nil, "solent/buoys/bramble/ok", "ok")
		s.say(thermometer, "kitchen/thermometer", "21.5")
		s.Tick()
		s.clock.advance(time.Second)
	}
}

// link is a broker that takes what it is given and says what it is told to.
type link struct {
	mu     sync.Mutex
	status model.LinkStatus
	sent   []sentMessage
	// outgoing are the same, whole; plain leaves properties out.
	outgoing []model.Outgoing
	plain    bool
	retries  int

	sessions int
	known    bool
	err      error
	// kept is what the broker keeps; asked are the filters it was asked with.
	kept  []string
	asked []string
}

func (l *link) Retained(_ context.Context, filter string, limit int) (topics []string, more bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, filter)
	return l.kept[:min(limit, len(l.kept))], len(l.kept) > limit, l.err
}

type sentMessage struct {
	topic, payload string
	qos            byte
	retain         bool
}

func newLink() *link {
	return &link{status: model.LinkStatus{State: model.LinkUp, URL: "mqtt://127.0.0.1:1883", KnowsPublishers: true}, sessions: 1, known: true}
}

func (l *link) Status() model.LinkStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

func (l *link) Send(_ context.Context, m model.Outgoing) (model.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, sentMessage{m.Topic, string(m.Payload), m.QoS, m.Retain})
	l.outgoing = append(l.outgoing, m)
	return model.Receipt{Sessions: l.sessions, SessionsKnown: l.known, PropertiesLeftOut: l.plain && m.Properties != nil}, l.err
}

func (l *link) Audience(string, byte) model.Audience {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := model.Audience{Known: l.known}
	for range l.sessions * b2i(l.known) {
		a.Total++
		a.Listeners = append(a.Listeners, model.Listener{ClientID: "ferry-red-falcon", Identity: "red-falcon", Connected: true, QoS: 1})
	}
	return a
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *link) Retry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retries++
}

func (l *link) published() []sentMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]sentMessage(nil), l.sent...)
}

// testLook is the look of the dark theme.
func testLook(t testing.TB) *look {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(themeFor("dark"))
	l, err := newLooks()
	if err != nil {
		t.Fatal(err)
	}
	return l.get()
}

// positionJSON is what a vessel says of where it is.
func positionJSON(lat, lon, sog float64) string {
	return fmt.Sprintf(`{"lat": %.4f, "lon": %.4f, "sog": %.1f, "cog": 10, "hdg": 12}`, lat, lon, sog)
}
