package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// station is a bridge whose window watches a busy broker.
type station struct {
	*bridge
	guard *guard
}

func openStation(t *testing.T) *station {
	t.Helper()
	s := newSea()
	s.fill()
	g := busyGuard(s)
	b := open(t, s, func(o *Options) { o.Watch = g })
	b.goTo(pageWatch, true)
	b.draw()
	return &station{b, g}
}

// says reports whether a text that holds part is in sight, in a dialog or on the
// page.
func (s *station) says(part string) bool {
	holds := func(text string) bool { return strings.Contains(text, part) }
	for _, o := range append(s.win.Canvas().Overlays().List(), s.pages[s.page].object()) {
		_, text := uitest.Find(o, func(x *canvas.Text) bool { return holds(x.Text) })
		_, label := uitest.Find(o, func(x *widget.Label) bool { return holds(x.Text) })
		if text || label {
			return true
		}
	}
	return false
}

func (s *station) expect(parts ...string) {
	s.t.Helper()
	s.draw()
	for _, part := range parts {
		if !s.says(part) {
			s.t.Errorf("nothing says %q", part)
		}
	}
}

// tap taps the button in sight with a label, in a dialog if there is one.
func (s *station) tap(label string) {
	s.t.Helper()
	o := s.pages[s.page].object()
	if top := s.win.Canvas().Overlays().Top(); top != nil {
		o = top
	}
	button, ok := uitest.Find(o, func(x *widget.Button) bool { return x.Text == label })
	if !ok {
		s.t.Fatalf("there is no button %q", label)
	}
	test.Tap(button)
}

// word types a word into the dialog in sight.
func (s *station) word(text string) {
	s.t.Helper()
	entry, ok := uitest.Find(s.win.Canvas().Overlays().Top(), func(*widgets.Entry) bool { return true })
	if !ok {
		s.t.Fatal("there is nothing to type into")
	}
	entry.SetText(text)
}

// asked waits until the program was asked for something.
func (s *station) asked(what string) {
	s.t.Helper()
	s.app.Until(s.t, what, patience, func() bool { return slices.Contains(s.guard.acts(), what) })
}

func TestRemoteBrokerIsSaidToBeUnknown(t *testing.T) {
	b := open(t, newSea(), nil)
	b.goTo(pageWatch, true)
	b.draw()
	s := &station{bridge: b}
	s.expect("does not tell who is there")
	b.watched.enrol(watch.InviteFor{Name: "x"}, 0) // has nowhere to go
	for _, a := range b.actions() {
		if a.key == "action:enrol" || a.key == "action:impostor" {
			t.Errorf("a broker elsewhere offers %q", a.title)
		}
	}
}

func TestWatchSections(t *testing.T) {
	s := openStation(t)
	for section, says := range map[string][]string{
		watchLive:     {"Impersonation refused", "2,113", "Flood", "explorer-77", "4 sessions connected, 1 kept", "7,130 refused"},
		watchKeys:     {"red-falcon", "password only", "8 d left", "revoked"},
		watchListen:   {"mqtts://192.0.2.7:8883", "not encrypted, lets anyone in", "takes in everything", "everything, as expected", "the directory does not exist"},
		watchRetained: {"solent/ferries/wight-sun/voyage", "legacy/config", "unknown", "4 retained messages"},
		watchImpostor: {"6 of 11 refused", "Wages a takeover war", "trying", "OFF"},
	} {
		s.watched.sections.OnSelect(section)
		s.expect(says...)
	}
	s.watched.show("no such section")
	if got := s.watched.want.get(); got == "no such section" {
		t.Error("went to a section that is not there")
	}
}

func TestWatchOutsideOfTheDemo(t *testing.T) {
	sea := newSea()
	g := &guard{feed: watch.NewFeed(watch.FeedOptions{}), now: sea.clock.now}
	b := open(t, sea, func(o *Options) { o.Watch = g })
	b.goTo(pageWatch, true)
	s := &station{b, g}
	s.expect("Nothing was refused", "Nobody was refused")
	for section, says := range map[string]string{watchKeys: "Nobody is enrolled yet", watchListen: "Nobody listens", watchRetained: "Nothing is retained"} {
		b.watched.show(section)
		s.expect(says)
	}
	if _, there := b.watched.parts[watchImpostor]; there {
		t.Error("there is an impostor outside of the demo")
	}
}

func TestAttemptIsIgnoredAndReopened(t *testing.T) {
	s := openStation(t)
	flood := s.guard.feed.Attempts(-1)[4]
	s.watched.live.feed.OnSelect("1")
	s.expect("silent for 10 s before CONNECT", "5,000")
	s.tap("Ignore")
	if a, _ := s.guard.feed.Attempt(flood.ID); a.Mark != watch.Ignored {
		t.Fatalf("the flood is %v", a.Mark)
	}
	s.expect("ignored · silent")
	s.tap("Reopen")
	if a, _ := s.guard.feed.Attempt(flood.ID); a.Mark != watch.Open {
		t.Errorf("the flood is %v", a.Mark)
	}
}

func TestAttemptIsBanned(t *testing.T) {
	s := openStation(t)
	s.watched.live.choose(liveWant{attempt: 5})
	s.draw()
	s.tap("Ban …")
	s.tap("Cancel")
	s.tap("Ban …")
	radio, ok := uitest.Find(s.win.Canvas().Overlays().Top(), func(*widget.RadioGroup) bool { return true })
	if !ok || !slices.Equal(radio.Options, []string{"identity red-falcon", "client ferry-red-falcon", "address 192.0.2.66"}) || radio.Selected != "address 192.0.2.66" {
		t.Fatalf("whom to ban: %+v", radio)
	}
	s.tap("Ban")
	s.asked("ban address 192.0.2.66: Impersonation refused")
	s.app.Until(t, "mark", patience, func() bool { a, _ := s.guard.feed.Attempt(5); return a.Mark == watch.BannedBy })
}

func TestRevokedIdentityIsRestored(t *testing.T) {
	s := openStation(t)
	s.guard.feed.Add(watch.Report{Kind: watch.Revoked, Identity: "old-buoy", Addr: "192.0.2.9:1", At: s.sea.clock.now(), Said: model.Quoted("the key is revoked")})
	id := s.guard.feed.Attempts(1)[0].ID
	s.watched.live.choose(liveWant{attempt: id})
	s.draw()
	s.tap("Restore")
	s.asked("restore old-buoy")
	s.app.Until(t, "mark", patience, func() bool { a, _ := s.guard.feed.Attempt(id); return a.Mark == watch.Restored })
}

func TestSessionIsEnded(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchListen)
	s.draw()
	s.watched.parts[watchListen].(*listenSection).filter.OnActivate("# explorer-77")
	s.expect("Not vouched for", "It listens to everything with #.", "12 messages to it let go")
	s.tap("Disconnect")
	s.asked("disconnect explorer-77")
	s.guard.set(func(g *guard) { g.err = errors.New("it is gone already") })
	s.tap("Disconnect")
	s.app.Until(t, "word of the failure", patience, func() bool {
		return slices.ContainsFunc(s.notices.list, func(n notice) bool { return n.toast.Text == "Not done: it is gone already" })
	})
	s.watched.live.chooseSession("pilothouse")
	s.expect("A session of this program itself.")
	if _, found := uitest.Find(s.watched.body, func(b *widget.Button) bool { return b.Text == "Disconnect" }); found {
		t.Error("the window offers to cut its own session")
	}
	s.watched.live.chooseSession("ferry-red-falcon")
	s.expect("Vouched for by the broker.")
	if s.tap("Device"); s.page != pageDevices {
		t.Errorf("its device leads to %s", s.page)
	}
}

func TestSessionFacts(t *testing.T) {
	s := newSea()
	g := busyGuard(s)
	said := func(i int) string {
		var out []string
		for _, f := range sessionFacts(&g.sessions[i], traffic{2, 0}, noon) {
			out = append(out, f.label+": "+f.value)
		}
		return strings.Join(out, "\n")
	}
	for i, parts := range map[int][]string{
		0: {"Identity: red-falcon", "Role: device", "Transport: TLS", "Encryption: TLS 1.3, AES-128-GCM", "Protocol: MQTT 5", "Since: 11:00:00 (1 h)",
			"From it: 7,200 messages, 1.0 MiB, 2.0/s", "Listens to: solent/ferries/red-falcon/command/#"},
		2: {"Identity: none", "Encryption: none", "Waiting: 120 (40.0 KiB), 20 in flight", "Let go: 12 messages"},
		3: {"Away since: 11:20:00 (40 min)", "Encryption: –", "Transport: –"},
	} {
		for _, part := range parts {
			if got := said(i); !strings.Contains(got, part) {
				t.Errorf("session %d does not say %q:\n%s", i, part, got)
			}
		}
	}
	g.sessions[0].Filters = make([]string, 100)
	if got := said(0); !strings.HasSuffix(got, "and 80 more") {
		t.Errorf("a hundred subscriptions end with %q", got)
	}
}

func TestBadgeAndWordOfRequests(t *testing.T) {
	s := openStation(t)
	var counts []int
	told := 0
	b := &watchBadge{watch: s.guard, set: func(n int, _ fyne.ThemeColorName) { counts = append(counts, n) }, tell: func(string) { told++ }}
	show := func() { b.frame(noon)() }
	show()
	s.guard.set(func(g *guard) { g.pending = []watch.Pending{{ID: "p", Code: "4F7-K2Q"}} })
	show()
	show()
	s.guard.set(func(g *guard) { g.pending = nil })
	show()
	if !slices.Equal(counts, []int{5, 6, 6, 5}) || told != 1 {
		t.Errorf("counts %v, told %d times", counts, told)
	}
	if (&watchBadge{}).frame(noon) != nil {
		t.Error("a broker elsewhere has a badge")
	}
}

func TestSessionRates(t *testing.T) {
	var r sessionRates
	s := []watch.Session{{Publisher: falcon}}
	at := func(in, out uint64, after time.Duration) traffic {
		s[0].Received, s[0].Sent = in, out
		return r.observe(s, noon.Add(after))[falcon.ClientID]
	}
	for i, c := range []struct {
		in, out uint64
		after   time.Duration
		want    traffic
	}{
		{100, 10, 0, traffic{}},
		{120, 10, 2 * time.Second, traffic{10, 0}},
		{500, 90, 2500 * time.Millisecond, traffic{10, 0}}, // too soon to say
		{180, 30, 4 * time.Second, traffic{30, 10}},
		{5, 0, 6 * time.Second, traffic{}}, // began anew
	} {
		if got := at(c.in, c.out, c.after); got != c.want {
			t.Errorf("step %d: %+v, want %+v", i, got, c.want)
		}
	}
	if got := r.observe(nil, noon.Add(10*time.Second)); len(got) != 0 || len(r.last) != 0 {
		t.Errorf("a session that is gone is remembered: %v", r.last)
	}
}

func TestTotalsText(t *testing.T) {
	for want, c := range map[string]watch.Totals{
		"Nobody was refused": {},
		"1,200 refused":      {Reports: 1300, Refused: 1200},
		"5 refused, 3 reports in 2 older lines made room": {Reports: 5, Refused: 5, Forgotten: 2, ForgottenReports: 3},
	} {
		if got := totalsText(&c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
