package attacks

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model/watch"
)

// full tells that all combinations are to be tried, as make attacks does.
func full() bool { return os.Getenv("ATTACKS") == "full" }

// trial is an attack with the world it needs, and with the one that lacks the
// defence.
type trial struct {
	impostor.Attack
	// on and off change the world for the runs with and without the defence; off
	// comes after on.
	on, off func(*setup)
	// run, if not nil, is the attack itself, for those that need more than a
	// client can do.
	run func(ctx context.Context, w *world) (impostor.Outcome, error)
	// quick is the transport of the short form; empty means the first one.
	quick impostor.Transport
	// brief tells that the attacker is let in for a moment, and fromEnd that the
	// operator's event is timed from the end of the attack: both for a copied key
	// at an address where the device may be, which is the device until that comes
	// back, twice at most.
	brief, fromEnd bool
	// silent tells that the hub has no part in the attack, and so nothing to tell.
	silent bool
}

// without switches defences of the registry off.
func without(off ...identity.Defence) func(*setup) {
	return func(s *setup) { s.off = append(s.off, off...) }
}

// onSundayBroker tries the attack on a broker without defences.
func onSundayBroker(s *setup) { s.undefined = true }

// bare says for each defence of the catalogue how a world lacks it.
func bare() map[string]func(*setup) {
	return map[string]func(*setup){
		impostor.BindClientID:    without(identity.BindClientID),
		impostor.SourcePinning:   without(identity.SourcePin),
		impostor.Lockout:         without(identity.Lockout),
		impostor.CloneQuarantine: without(identity.CloneQuarantine, identity.SourcePin),
		impostor.TakeoverLimit:   without(identity.TakeoverLimit, identity.CloneQuarantine),
		impostor.OwnRoot:         without(identity.BindRoot),
		impostor.WillRule:        without(identity.WillRule),
		impostor.RetainRule:      without(identity.RetainRule, identity.BindRoot),
		impostor.FilterRule:      without(identity.FilterRule, identity.DeliveryRule),
		impostor.CommandRule:     without(identity.CommandRule),
		impostor.AliasFirst:      without(identity.BindRoot),
		impostor.KnownIdentity:   without(identity.AnonymousRefusal),
		impostor.CertificateRule: without(identity.CertificateCheck),
		impostor.TopicQuota:      without(identity.TopicQuota),
		impostor.StrictNames:     onSundayBroker,
		impostor.TopicShape:      onSundayBroker,
		impostor.BoundedDecoder:  onSundayBroker,
		impostor.DepthCap:        onSundayBroker,
		impostor.MinimumTLS:      func(s *setup) { s.oldTLS = true },
		impostor.AllowList:       func(s *setup) { s.web = listen.Options{Origins: []string{"*"}, Hosts: []string{"*"}} },
		impostor.Encryption:      func(s *setup) { s.via = impostor.TCP },
		impostor.PinnedAuthority: func(s *setup) { s.gullible = true },
		impostor.SizeCaps:        func(s *setup) { s.limits.PacketBytes, s.limits.ConnectBytes = 1<<29, 1<<29 },
		impostor.SocketCaps: func(s *setup) {
			s.undefined, s.limits.ConnectTime = true, time.Second
		},
	}
}

// catalogue are the attacks of the impostor, with the worlds that they need.
func catalogue() []trial {
	quick := []impostor.Transport{impostor.TCP, impostor.TLS, impostor.WSS}
	var all []trial
	for i, a := range impostor.Attacks() {
		one := trial{Attack: a, off: bare()[a.Defence], quick: quick[i%3], on: func(*setup) {}}
		switch a.Name {
		case "Takeover war":
			one.on = func(s *setup) { s.registry.Connects = 20 }
		case "Cloned certificate":
			near := one
			near.Name, near.brief, near.fromEnd = "Cloned certificate, nearby", true, true
			near.Kinds = []watch.Kind{watch.ClonedKey}
			near.on = without(identity.SourcePin) // which would have stopped it at once
			all = append(all, near)
		case "Silent sockets":
			one.on = func(s *setup) {
				s.limits = broker.Limits{ConnectTime: 2 * time.Second, ConnectionsPerAddr: s.sockets / 2, PendingPerAddr: s.sockets / 10}
			}
		case "Huge lengths", "Malformed packets":
			one.on = func(s *setup) { s.limits = broker.Limits{ConnectTime: 4 * time.Second} }
		case "Man in the middle":
			one.quick = impostor.TLS
		case "JSON bomb":
			one.silent = true // what is in a payload is its readers' affair
		}
		all = append(all, one)
	}
	return all
}

// row is a line of the table.
type row struct {
	rows, attack, via, defence, result, victim, told string
}

func (r row) String() string {
	return fmt.Sprintf("| %-6s | %-27s | %-3s | %-38s | %-9s | %-52s | %-8s |", r.rows, r.attack, r.via, r.defence, r.result, r.victim, r.told)
}

func numbers(rows []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(rows), "[]"), " ", ", ")
}

// tellTime is how soon the operator has to be told.
func tellTime() time.Duration {
	if full() {
		return 2 * time.Second
	}
	return patience // a loaded machine, with the race detector, is no measure
}

// via are the transports of a trial.
func (one *trial) via() []impostor.Transport {
	if full() {
		return one.Transports
	}
	for _, v := range one.Transports {
		if v == one.quick {
			return []impostor.Transport{v}
		}
	}
	return one.Transports[:1]
}

// TestAttacks tries every attack, with and without its defence.
func TestAttacks(t *testing.T) {
	var table []row
	for _, one := range append(catalogue(), hubTrials()...) {
		if one.off == nil {
			t.Errorf("%s: it is not said how to do without %q", one.Name, one.Defence)
			continue
		}
		t.Run(one.Name, func(t *testing.T) {
			for _, via := range one.via() {
				t.Run(string(via), func(t *testing.T) {
					t.Run("refused", func(t *testing.T) { table = append(table, tryRefused(t, &one, via)) })
					t.Run("undefended", func(t *testing.T) { table = append(table, tryUndefended(t, &one, via)) })
				})
			}
		})
	}
	table = append(table,
		row{rows: "20", attack: "Bridge as confused deputy", via: "-", defence: "-", result: "-", victim: "there are no bridges yet"},
		row{rows: "21", attack: "Bridge loop", via: "-", defence: "-", result: "-", victim: "there are no bridges yet"})
	var b strings.Builder
	b.WriteString("\n" + row{"row", "attack", "via", "defence", "result", "the victim's view", "told in"}.String())
	for _, r := range table {
		b.WriteString("\n" + r.String())
	}
	t.Log(b.String())
}

// attack runs the trial in a world, and says when it began.
func (one *trial) attack(w *world) (out impostor.Outcome, began time.Time, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	began = time.Now()
	w.target.Began = func() { began = time.Now() }
	if one.run != nil {
		out, err = one.run(ctx, w)
	} else {
		out, err = one.Run(ctx, w.target)
	}
	return out, began, err
}

// sized is the usual world of the short or the full form.
func sized() setup {
	s := setup{sockets: 100, topics: 1_500, reconnects: 100}
	if full() {
		s.sockets, s.topics, s.reconnects = 5_000, 20_000, 2_000
	}
	return s
}

// tryRefused runs a trial with all defences on.
func tryRefused(t *testing.T, one *trial, via impostor.Transport) row {
	t.Helper()
	s := sized()
	one.on(&s)
	w := newWorld(t, via, s)
	out, began, err := one.attack(w)
	if err != nil {
		t.Fatalf("it could not be tried: %v%s", err, w.log.String())
	}
	ended := time.Now()
	r := row{numbers(one.Rows), one.Name, string(via), one.Defence, "refused", "", "-"}
	if out.Succeeded {
		r.result = "SUCCEEDED"
		t.Errorf("it succeeded: %s%s", out.Evidence, w.log.String())
	}
	if !one.silent {
		r.told = one.telling(t, w, began, ended)
	}
	e := w.verdict(one.brief)
	r.victim = e.String()
	if one.brief {
		e.lost = nil // what came while another had its place
	}
	if len(e.forged)+len(e.lost) > 0 || e.drops > 2 || e.drops > 0 && !one.brief {
		t.Errorf("the victim felt it: %s%s", e, w.log.String())
	}
	t.Logf("%s; the victim: %s", out.Evidence, e)
	return r
}

// telling says how soon the operator was told.
func (one *trial) telling(t *testing.T, w *world, began, ended time.Time) string {
	t.Helper()
	e, ok := w.log.await(began, one.Kinds, tellTime())
	if !ok {
		t.Errorf("the operator was told none of %v%s", one.Kinds, w.log.String())
		return "NEVER"
	}
	took := e.at.Sub(began)
	if one.fromEnd {
		took = max(0, e.at.Sub(ended))
	}
	if took > tellTime() {
		t.Errorf("the operator was told after %v", took)
	}
	return took.Round(time.Millisecond).String()
}

// tryUndefended runs a trial without its defence: it has to succeed.
func tryUndefended(t *testing.T, one *trial, via impostor.Transport) row {
	t.Helper()
	s := sized()
	s.topics, s.sockets, s.reconnects = 1_500, min(s.sockets, 500), 100
	one.on(&s)
	one.off(&s)
	w := newWorld(t, via, s)
	out, _, err := one.attack(w)
	if err != nil {
		t.Fatalf("it could not be tried: %v%s", err, w.log.String())
	}
	if !out.Succeeded {
		t.Errorf("it did not succeed although its defence was off, and so proves nothing: %s%s", out.Evidence, w.log.String())
	}
	t.Log(out.Evidence)
	return row{numbers(one.Rows), one.Name, string(w.target.Via), "off", "succeeds", "", ""}
}
