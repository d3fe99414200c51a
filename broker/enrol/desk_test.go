package enrol

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// notes are the outcomes that a desk told.
type notes struct {
	mu  sync.Mutex
	all []Outcome
}

func (n *notes) add(o Outcome, _ *ticket) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, o)
}

func (n *notes) told() []Outcome {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all)
}

// watched is a desk that notes its outcomes.
func watched(l Limits) (*desk, *notes) {
	n := new(notes)
	return newDesk(l.withDefaults(), n.add, func() {}), n
}

// sealedTicket puts a ticket on the desk and returns the nonce that opens it.
func sealedTicket(t *testing.T, d *desk) (*ticket, []byte) {
	t.Helper()
	from := netip.MustParseAddr("192.0.2.1")
	if !d.reserve(from) {
		t.Fatal("no room on an empty desk")
	}
	csr, err := newCSR(newKey(t), "x")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parseCSR(csr)
	if err != nil {
		t.Fatal(err)
	}
	nonce := newNonce()
	x := &ticket{secret: "secret", id: "id", from: from, csr: parsed, decided: make(chan struct{}),
		committed: commitment(parsed.RawSubjectPublicKeyInfo, nonce),
		script:    transcript{publicKey: parsed.RawSubjectPublicKeyInfo, token: "token", hubNonce: newNonce()}}
	if !d.add(x) {
		t.Fatal("the desk is closed")
	}
	return x, nonce
}

// size is the number of tickets, and of places that are taken or reserved.
func (d *desk) size() (tickets, places int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.from {
		places += n
	}
	return len(d.tickets), places
}

// TestTicketsLapse leaves a ticket alone in each phase.
func TestTicketsLapse(t *testing.T) {
	open := func(t *testing.T, d *desk, x *ticket, nonce []byte) {
		t.Helper()
		if got, o := d.open(x.secret, nonce); got != x || o != Asked {
			t.Fatalf("opened: %v", o)
		}
		if x.script.token != "" {
			t.Error("the token is kept")
		}
	}
	for name, c := range map[string]struct {
		until time.Duration
		lead  func(*testing.T, *desk, *ticket, []byte)
		told  []Outcome
	}{
		"sealed":  {30 * time.Second, func(*testing.T, *desk, *ticket, []byte) {}, []Outcome{Unopened}},
		"waiting": {10*time.Minute + 30*time.Second, open, []Outcome{Asked, TimedOut}},
		"issuing and given back": {10*time.Minute + 30*time.Second, func(t *testing.T, d *desk, x *ticket, nonce []byte) {
			t.Helper()
			open(t, d, x, nonce)
			time.Sleep(9 * time.Minute)
			if _, ok := d.take(x.id); !ok {
				t.Fatal("not pending")
			}
			time.Sleep(2 * time.Minute) // the registry is slow
			if d.list()[0].ID != x.id {
				t.Error("it lapsed while the registry was at work")
			}
			d.giveBack(x)
		}, []Outcome{Asked, TimedOut}},
		"approved": {10 * time.Minute, func(t *testing.T, d *desk, x *ticket, nonce []byte) {
			t.Helper()
			open(t, d, x, nonce)
			d.take(x.id)
			d.settle(x, approved, Enrolled{}, d.limits.KeepTime)
		}, []Outcome{Asked, Uncollected}},
		"collected": {10 * time.Minute, func(t *testing.T, d *desk, x *ticket, nonce []byte) {
			t.Helper()
			open(t, d, x, nonce)
			d.take(x.id)
			d.settle(x, approved, Enrolled{}, d.limits.KeepTime)
			if _, _, first := d.outcome(x); !first {
				t.Error("collected before")
			}
			if _, _, first := d.outcome(x); first {
				t.Error("collected for the first time twice")
			}
		}, []Outcome{Asked}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, n := watched(Limits{})
				x, nonce := sealedTicket(t, d)
				c.lead(t, d, x, nonce)
				time.Sleep(c.until - time.Second)
				if tickets, _ := d.size(); name != "issuing and given back" && tickets != 1 {
					t.Error("it lapsed too early")
				}
				time.Sleep(3 * time.Second)
				synctest.Wait()
				if tickets, places := d.size(); tickets != 0 || places != 0 {
					t.Errorf("left: %d tickets, %d places", tickets, places)
				}
				if !slices.Equal(n.told(), c.told) {
					t.Errorf("told %v, want %v", n.told(), c.told)
				}
			})
		})
	}
}

func TestDeskCloses(t *testing.T) {
	d, n := watched(Limits{})
	x, nonce := sealedTicket(t, d)
	d.open(x.secret, nonce)
	d.take(x.id)
	d.close()
	d.settle(x, approved, Enrolled{}, time.Hour)
	if d.reserve(x.from) || len(d.list()) != 0 || len(n.told()) != 1 {
		t.Errorf("a closed desk: %v, %v", d.list(), n.told())
	}
	if _, o := d.open(x.secret, nonce); o != UnknownTicket {
		t.Errorf("a ticket of a closed desk: %v", o)
	}
}

// TestForeignNonce tries to hear of another device's ticket without its nonce.
func TestForeignNonce(t *testing.T) {
	d, _ := watched(Limits{})
	x, nonce := sealedTicket(t, d)
	defer d.close()
	d.open(x.secret, nonce)
	if _, o := d.open(x.secret, newNonce()); o != UnknownTicket {
		t.Errorf("another's nonce: %v", o)
	}
	if got, o := d.open(x.secret, nonce); got != x || o != Asked {
		t.Errorf("its own after that: %v", o)
	}
}
