package ui

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// guard is a Watch that shows what it is given and notes what it is asked to do.
type guard struct {
	mu           sync.Mutex
	feed         *watch.Feed
	sessions     []watch.Session
	listeners    []watch.Listener
	identities   []watch.Identity
	certificates []watch.Certificate
	invitations  []watch.Invitation
	pending      []watch.Pending
	bans         []watch.Ban
	retained     []watch.Retained
	rogue        *rogue
	asked        []string
	err          error
	now          func() time.Time
}

var _ Watch = (*guard)(nil)

// note notes an act and says how it went.
func (g *guard) note(format string, args ...any) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, fmt.Sprintf(format, args...))
	return g.err
}

func (g *guard) acts() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.asked...)
}

// set changes what it shows.
func (g *guard) set(f func(*guard)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f(g)
}

func get[T any](g *guard, f func() []T) []T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]T(nil), f()...)
}

func (g *guard) Feed() *watch.Feed { return g.feed }
func (g *guard) Sessions() []watch.Session {
	return get(g, func() []watch.Session { return g.sessions })
}
func (g *guard) Listeners() []watch.Listener {
	return get(g, func() []watch.Listener { return g.listeners })
}
func (g *guard) Identities() []watch.Identity {
	return get(g, func() []watch.Identity { return g.identities })
}
func (g *guard) Certificates() []watch.Certificate {
	return get(g, func() []watch.Certificate { return g.certificates })
}
func (g *guard) Invitations() []watch.Invitation {
	return get(g, func() []watch.Invitation { return g.invitations })
}
func (g *guard) Pending() []watch.Pending { return get(g, func() []watch.Pending { return g.pending }) }
func (g *guard) Bans() []watch.Ban        { return get(g, func() []watch.Ban { return g.bans }) }

func (g *guard) Retained(search string, limit int) (found []watch.Retained, total int) {
	for _, r := range get(g, func() []watch.Retained { return g.retained }) {
		if strings.Contains(r.Topic, search) {
			found = append(found, r)
		}
	}
	return found[:min(limit, len(found))], len(found)
}

func (g *guard) Impostor() Impostor {
	if g.rogue == nil {
		return nil
	}
	return g.rogue
}

func (g *guard) Disconnect(_ context.Context, id string) error { return g.note("disconnect %s", id) }
func (g *guard) Ban(_ context.Context, b watch.Ban) error {
	return g.note("ban %s: %s", b.String(), b.Why)
}
func (g *guard) Unban(_ context.Context, b watch.Ban) error     { return g.note("unban %s", b.String()) }
func (g *guard) Withdraw(_ context.Context, id string) error    { return g.note("withdraw %s", id) }
func (g *guard) Refuse(_ context.Context, request string) error { return g.note("refuse %s", request) }
func (g *guard) Restore(_ context.Context, name string) error   { return g.note("restore %s", name) }

func (g *guard) Approve(_ context.Context, request string, as watch.InviteFor) error {
	return g.note("approve %s as %s, %s", request, as.Name, as.Role)
}

func (g *guard) Invite(_ context.Context, who watch.InviteFor) (watch.Offer, error) {
	err := g.note("invite %s, %s, %s, %s", who.Name, who.Role, who.Kind, who.Root)
	i := watch.Invitation{ID: "inv-1", InviteFor: who, Created: g.now(), Expires: g.now().Add(10 * time.Minute)}
	g.set(func(g *guard) { g.invitations = append(g.invitations, i) })
	url := "https://192.0.2.7:8443/enrol/#k3J9vQ2mT7xLwP5sR8nY4d.9f2c1e7ab04d5c88"
	return watch.Offer{Invitation: i, URL: url, Command: "pilothouse enrol '" + url + "'", QR: checkers(33)}, err
}

func (g *guard) MakeBundle(_ context.Context, who watch.InviteFor, path string) error {
	return g.note("bundle %s to %s", who.Name, path)
}

func (g *guard) Revoke(_ context.Context, name, why string, purge bool) error {
	return g.note("revoke %s: %s, purge %v", name, why, purge)
}

func (g *guard) RevokeCertificate(_ context.Context, serial, why string) error {
	return g.note("revoke certificate %s: %s", serial, why)
}

func (g *guard) SetRole(_ context.Context, name string, r watch.Role) error {
	return g.note("role of %s: %s", name, r)
}

func (g *guard) DeleteRetained(_ context.Context, topics []string) error {
	return g.note("delete %s", strings.Join(topics, " "))
}

// checkers is a picture in place of a QR code.
func checkers(n int) [][]bool {
	rows := make([][]bool, n)
	for y := range rows {
		rows[y] = make([]bool, n)
		for x := range rows[y] {
			rows[y][x] = (x*x+y*3+x*y)%3 == 0
		}
	}
	return rows
}

// rogue is an impostor that does as it is told.
type rogue struct {
	mu       sync.Mutex
	state    watch.Impostor
	defences []watch.Defence
	asked    []string
}

func (r *rogue) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, text)
}

func (r *rogue) acts() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.asked, ", ")
}

func (r *rogue) set(f func(*watch.Impostor)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.state)
}

func (r *rogue) State() watch.Impostor {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := r.state
	st.Trials = append([]watch.Trial(nil), st.Trials...)
	return st
}

func (r *rogue) Defences() []watch.Defence {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]watch.Defence(nil), r.defences...)
}

func (r *rogue) Release(stepping bool)           { r.note(fmt.Sprintf("release %v", stepping)) }
func (r *rogue) Step()                           { r.note("step") }
func (r *rogue) Stop()                           { r.note("stop") }
func (r *rogue) SetDefence(key string, off bool) { r.note(fmt.Sprintf("%s off %v", key, off)) }

// busyGuard is a Watch with something of everything, at the sea's time.
func busyGuard(s sea) *guard {
	at := func(ago time.Duration) time.Time { return s.clock.now().Add(-ago) }
	g := &guard{feed: watch.NewFeed(watch.FeedOptions{}), now: s.clock.now}
	wight := &model.Publisher{ClientID: "wight-sun", Identity: "wight-sun", Addr: "192.0.2.8:40110", TLS: true}
	spy := &model.Publisher{ClientID: "explorer-77", Addr: "192.0.2.66:51234"}
	window := &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}
	g.sessions = []watch.Session{
		{Publisher: falcon, Role: watch.RoleDevice, Transport: "TLS", TLS: "TLS 1.3, AES-128-GCM", Protocol: "MQTT 5", Connected: true, Since: at(time.Hour),
			Filters: []string{"solent/ferries/red-falcon/command/#"}, Received: 7200, ReceivedBytes: 1 << 20, Sent: 3, SentBytes: 90},
		{Publisher: wight, Role: watch.RoleDevice, Transport: "WebSocket", TLS: "TLS 1.2, ECDHE-ECDSA-AES256-GCM", Protocol: "MQTT 3.1.1", Connected: true,
			Since: at(3 * time.Minute), Filters: []string{"solent/ferries/wight-sun/command/#"}, Received: 180, ReceivedBytes: 9000},
		{Publisher: spy, Transport: "TCP", Protocol: "MQTT 3.1.1", Connected: true, Since: at(12 * time.Second), Filters: []string{"#"}, Queued: 120,
			QueuedBytes: 40 << 10, Inflight: 20, Sent: 900, SentBytes: 1 << 17, Dropped: 12},
		{Publisher: thermometer, Protocol: "MQTT 3.1.1", Since: at(40 * time.Minute), Filters: []string{"kitchen/set"}, Queued: 4, QueuedBytes: 80},
		{Publisher: window, Transport: "in-process", Connected: true, Since: at(2 * time.Hour), Filters: []string{"#"}, Sent: 120000, SentBytes: 1 << 24},
	}
	g.listeners = []watch.Listener{
		{URL: "mqtt://127.0.0.1:1883", Address: "127.0.0.1:1883", Transport: "TCP", Loopback: true, Anonymous: true, Connections: 1},
		{URL: "mqtts://192.0.2.7:8883", Address: "0.0.0.0:8883", Transport: "TLS", Encrypted: true, Connections: 14, Refused: 31},
		{URL: "wss://192.0.2.7:8884/mqtt", Address: "0.0.0.0:8884", Transport: "secure WebSocket", Encrypted: true, Connections: 1},
		{URL: "mqtt://192.0.2.7:1884", Address: "0.0.0.0:1884", Transport: "TCP", Anonymous: true},
		{URL: "unix:///run/pilothouse/mqtt.sock", Transport: "Unix socket", Loopback: true, Encrypted: false, Anonymous: true, Err: "the directory does not exist"},
	}
	year := 365 * 24 * time.Hour
	g.identities = []watch.Identity{
		{Name: "red-falcon", Role: watch.RoleDevice, Kind: "ferry", Root: "solent/ferries/red-falcon", ClientIDs: []string{"ferry-red-falcon"},
			Created: at(year / 3), LastSeen: at(time.Second), Connected: true, Certificates: 1, Expires: at(-year * 2 / 3)},
		{Name: "wight-sun", Role: watch.RoleDevice, Kind: "ferry", Root: "solent/ferries/wight-sun", Created: at(year - 200*time.Hour), LastSeen: at(time.Minute),
			Connected: true, Certificates: 1, Expires: at(-200 * time.Hour)},
		{Name: "harbour-desk", Role: watch.RoleOperator, Created: at(year / 3), Password: true, Sources: []string{"192.0.2.30"}},
		{Name: "old-buoy", Role: watch.RoleDevice, Kind: "buoy", Root: "solent/buoys/old", Created: at(2 * year), Revoked: at(time.Hour), Why: "revoked by the operator"},
	}
	sha := "9f2c1e7ab04d5c8895b31d4bc8aa0f2ee5ff7c112a14f7bb6a9e1c3d8b0a5521"
	g.certificates = []watch.Certificate{
		{Serial: "01", Purpose: "authority", NotBefore: at(year), NotAfter: at(-9 * year), Fingerprint: sha},
		{Serial: "5be20c4411fa", Purpose: "this broker", NotBefore: at(year / 4), NotAfter: at(-3 * year / 4), Fingerprint: sha},
		{Serial: "7a31c09be4d2", Identity: "red-falcon", Purpose: "device", NotBefore: at(year / 3), NotAfter: at(-2 * year / 3), Fingerprint: sha},
		{Serial: "7a31c09be4d3", Identity: "wight-sun", Purpose: "device", NotBefore: at(year - 200*time.Hour), NotAfter: at(-200 * time.Hour), Fingerprint: sha},
		{Serial: "11bb20aa17c0", Identity: "old-buoy", Purpose: "device", NotBefore: at(2 * year), NotAfter: at(year), Revoked: at(time.Hour), Fingerprint: sha},
	}
	g.bans = []watch.Ban{{Addr: "192.0.2.66", Why: "Flood", Since: at(10 * time.Minute)}}
	g.retained = []watch.Retained{
		{Topic: "kitchen/lamp/state", Payload: []byte("on"), Size: 2, At: at(3 * time.Hour), Publisher: thermometer},
		{Topic: "solent/ferries/red-falcon/status", Payload: []byte("online"), Size: 6, At: at(time.Hour), Publisher: falcon},
		{Topic: "solent/ferries/wight-sun/voyage", Payload: []byte(`{"from":"southampton","to":"east-cowes"}`), Size: 40, At: at(20 * time.Minute), Publisher: wight},
		{Topic: "legacy/config", Payload: []byte("v1"), Size: 2, At: at(100 * 24 * time.Hour)},
	}
	busyFeed(g.feed, s.clock.now())
	g.rogue = busyRogue(s.clock.now())
	return g
}

// busyFeed is refused this and that.
func busyFeed(f *watch.Feed, now time.Time) {
	tell := func(k watch.Kind, identity, client, addr, topic, text string, ago time.Duration, n uint64) {
		f.Add(watch.Report{Kind: k, At: now.Add(-ago), Identity: identity, ClientID: client, Addr: addr + ":50000", Topic: topic, Said: model.Quoted(text), Count: n})
	}
	tell(watch.Flood, "", "", "192.0.2.66", "", "silent for 10 s before CONNECT", 9*time.Minute, 5000)
	tell(watch.Anonymous, "", "kettle-3", "192.0.2.41", "", "no credentials, and they are required here", 6*time.Minute, 14)
	tell(watch.WideListener, "", "explorer-77", "192.0.2.66", "#", "listens to everything", 12*time.Second, 1)
	tell(watch.TopicDenied, "wight-sun", "wight-sun", "192.0.2.8", "solent/ferries/red-falcon/position", "may not publish below solent/ferries/red-falcon", 8*time.Second, 3)
	tell(watch.Impersonation, "red-falcon", "ferry-red-falcon", "192.0.2.66", "", "the client ID belongs to another identity", 2*time.Second, 2113)
}

// busyRogue is in the middle of its work.
func busyRogue(now time.Time) *rogue {
	r := &rogue{state: watch.Impostor{Running: true, Victim: "solent/ferries/red-falcon", Started: now.Add(-50 * time.Second)}}
	for i, n := range []string{"Takes the ferry's client ID", "Uses a stolen password", "Publishes another ferry's position", "Leaves a forged will",
		"Leaves a forged retained position", "Uses a cloned certificate", "Wages a takeover war", "Hides a topic behind an alias", "Opens 2,000 silent sockets",
		"Sits in the middle with another authority", "Snoops on #"} {
		t := watch.Trial{Name: n, Transport: "TLS", Defence: fmt.Sprint("d", i)}
		switch {
		case i < 6:
			t.Outcome, t.Took, t.Detail = watch.Refused, time.Duration(40+i*310)*time.Millisecond, model.Quoted("CONNACK 0x87: not authorized; the ferry's session stands")
		case i == 6:
			t.Outcome, t.Detail = watch.Trying, model.Quoted("2,000 reconnections a second")
		}
		r.state.Trials = append(r.state.Trials, t)
	}
	for i, n := range []string{"Client ID bound to identity", "Password checked", "Own topics only", "Wills checked", "Retain is a right", "Clones held", "Takeovers limited",
		"Aliases resolved first", "Silent sockets capped", "Certificates verified", "Filters checked"} {
		r.defences = append(r.defences, watch.Defence{Key: fmt.Sprint("d", i), Name: n, Off: i == 4})
	}
	return r
}
