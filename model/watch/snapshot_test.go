package watch_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

func TestWideFilter(t *testing.T) {
	for filter, want := range map[string]bool{
		"#": true, "+/#": true, "+/status": true, "$SYS/#": true, "$share/g/#": true, "$share/g/+/x": true,
		"solent/#": false, "solent/+/x": false, "a": false, "$share/g/a/#": false, "$SYS/broker/uptime": false, "": false, "$share/g": false,
	} {
		if watch.WideFilter(filter) != want {
			t.Errorf("%q: %v", filter, !want)
		}
	}
}

func TestSessionWide(t *testing.T) {
	s := watch.Session{Publisher: &model.Publisher{ClientID: "spy", Addr: "192.0.2.66:1"}, Filters: []string{"#", "a/#"}}
	if got := s.Wide(); !slices.Equal(got, []string{"#"}) {
		t.Errorf("wide filters %q", got)
	}
	if s.Expected = true; s.Wide() != nil {
		t.Error("an expected # is flagged")
	}
	own := watch.Session{Publisher: &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}, Filters: []string{"#"}}
	if own.Wide() != nil || !own.Operator() {
		t.Error("the window's own session is flagged")
	}
}

func TestCertificateAt(t *testing.T) {
	day := 24 * time.Hour
	year := watch.Certificate{NotBefore: noon, NotAfter: noon.Add(365 * day)}
	week := watch.Certificate{NotBefore: noon, NotAfter: noon.Add(10 * day)}
	gone := year
	gone.Revoked = noon
	for _, c := range []struct {
		cert  watch.Certificate
		after time.Duration
		want  watch.Validity
	}{
		{year, -time.Second, watch.NotYet}, {year, 0, watch.Valid}, {year, 351 * day, watch.Valid}, {year, 352 * day, watch.Ending},
		{year, 365 * day, watch.Ended}, {week, 7 * day, watch.Valid}, {week, 9 * day, watch.Ending}, {gone, day, watch.Withdrawn},
	} {
		if got := c.cert.At(noon.Add(c.after)); got != c.want {
			t.Errorf("after %v: %v, want %v", c.after, got, c.want)
		}
	}
}

func TestListenerWarnings(t *testing.T) {
	for _, c := range []struct {
		l    watch.Listener
		want int
	}{
		{watch.Listener{Loopback: true, Anonymous: true}, 0},
		{watch.Listener{Encrypted: true}, 0},
		{watch.Listener{Encrypted: true, Anonymous: true}, 1},
		{watch.Listener{Anonymous: true}, 2},
	} {
		if got := c.l.Warnings(); len(got) != c.want {
			t.Errorf("%+v: %q", c.l, got)
		}
	}
}

func TestScore(t *testing.T) {
	i := watch.Impostor{Trials: []watch.Trial{{Outcome: watch.Refused}, {Outcome: watch.Refused}, {Outcome: watch.Succeeded}, {Outcome: watch.Unproven}, {Outcome: watch.Trying}, {}}}
	if s := i.Score(); s != (watch.Score{Refused: 2, Succeeded: 1, Unproven: 1, Total: 6}) || s.Done() != 4 {
		t.Errorf("score %+v", s)
	}
}

// TestWords has every value of every enumeration say something of its own.
func TestWords(t *testing.T) {
	seen := map[string]bool{}
	for k := watch.Other; k <= watch.DefenceOff; k++ {
		if w := k.String(); w == "" || seen[w] {
			t.Errorf("kind %d is called %q", k, w)
		} else {
			seen[w] = true
		}
	}
	for _, past := range []string{watch.Kind(255).String(), watch.Mark(99).String(), watch.Outcome(99).String(), watch.Validity(99).String()} {
		if past != "Unknown" && past != "unknown" {
			t.Errorf("beyond the last: %q", past)
		}
	}
	if watch.Impersonation.Gravity() != watch.Serious || watch.TopicDenied.Gravity() != watch.Caution || watch.Enrolling.Gravity() != watch.Notice {
		t.Error("gravities")
	}
	if watch.Enrolling.Refused() || !watch.Impersonation.Refused() {
		t.Error("refusals")
	}
}

func TestIdentityBinds(t *testing.T) {
	plain := watch.Identity{Name: "pump"}
	two := watch.Identity{Name: "pump", ClientIDs: []string{"p1", "p2"}}
	if !plain.Binds("pump") || plain.Binds("p1") || !two.Binds("p2") || two.Binds("pump") {
		t.Error("client IDs")
	}
	for want, b := range map[string]watch.Ban{"identity a": {Identity: "a"}, "client b": {ClientID: "b"}, "address c": {Addr: "c"}} {
		if b.String() != want {
			t.Errorf("%q, want %q", b.String(), want)
		}
	}
}
