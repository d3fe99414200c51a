package identity_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

const right = "correct horse battery"

// pump is a device with a password only.
func (h *house) pump(pin bool) {
	h.t.Helper()
	h.put(identity.Identity{Name: "pump", Root: "yard/pump", PinSource: pin})
	if err := h.r.SetPassword("pump", right); err != nil {
		h.t.Fatal(err)
	}
}

// TestStolenPassword uses the right password from a new address (row 2).
func TestStolenPassword(t *testing.T) {
	h := newHouse(t)
	h.pump(true)
	victim := h.come(visit{id: "pump", user: "pump", password: right, tls: true, from: 101})
	for range 3 {
		h.refused(visit{id: "pump", user: "pump", password: right, tls: true, from: 102})
		victim.well()
	}
	h.told(watch.NewSource)
	if i, _ := h.r.Get("pump"); len(i.Sources) != 1 || i.Sources[0].String() != "192.0.2.101/32" {
		t.Errorf("%v", i.Sources)
	}
	if err := h.r.AllowSource("pump", netip.MustParsePrefix("192.0.2.102/32")); err != nil {
		t.Fatal(err)
	}
	h.come(visit{id: "pump", user: "pump", password: right, tls: true, from: 102})
	victim.gone()
	h.r.SwitchOff(identity.SourcePin)
	h.come(visit{id: "pump", user: "pump", password: right, tls: true, from: 103})
}

// TestLockout guesses a password: the guesser is locked out and the owner is not.
func TestLockout(t *testing.T) {
	h := newHouse(t)
	h.pump(false)
	victim := h.come(visit{id: "pump", user: "pump", password: right, from: 1})
	for range 5 {
		if code := h.refused(visit{id: "pump", user: "pump", password: "a wrong one", from: 2}); code != packet.BadUserNameOrPassword {
			t.Error(code)
		}
	}
	h.told(watch.WrongPassword)
	h.refused(visit{id: "pump", user: "pump", password: right, from: 2}) // whatever it says
	h.told(watch.LockedOut)
	victim.well()
	_ = victim.nc.Close()
	h.closed("pump")
	h.come(visit{id: "pump", user: "pump", password: right, from: 1}).well()

	h.clock.advance(61 * time.Second)
	h.refused(visit{id: "pump", user: "pump", password: "a wrong one", from: 2})
	h.clock.advance(61 * time.Second) // it doubles
	h.refused(visit{id: "pump", user: "pump", password: right, from: 2})
	h.r.SwitchOff(identity.Lockout)
	h.come(visit{id: "pump", user: "pump", password: right, from: 2})
}

// TestGuessesFromEverywhere guesses from many addresses: the owner's own are
// still heard.
func TestGuessesFromEverywhere(t *testing.T) {
	h := newHouse(t, func(o *identity.Options) { o.Limits.FailuresTotal = 8 })
	h.pump(false)
	h.come(visit{id: "pump", user: "pump", password: right, from: 1})
	for n := range byte(8) {
		h.refused(visit{id: "x", user: "pump", password: "a wrong one", from: 10 + n})
	}
	h.refused(visit{id: "pump", user: "pump", password: right, from: 30})
	h.told(watch.LockedOut)
	h.come(visit{id: "pump", user: "pump", password: right, from: 1}).well()
}

// TestEmptyCredentials tries what other brokers took for an identity.
func TestEmptyCredentials(t *testing.T) {
	h := newHouse(t)
	h.pump(false)
	h.put(identity.Identity{Name: "bare"}) // neither password nor certificate
	with := func(user, password []byte) func(*packet.Connect) {
		return func(p *packet.Connect) { p.Username, p.Password = user, password }
	}
	for name, change := range map[string]func(*packet.Connect){
		"empty password":       with([]byte("pump"), []byte{}),
		"no password":          with([]byte("pump"), nil),
		"empty name":           with([]byte{}, []byte(right)),
		"password alone":       with(nil, []byte(right)),
		"no password is set":   with([]byte("bare"), []byte{}),
		"none set, one given":  with([]byte("bare"), []byte("password")),
		"another case":         with([]byte("PUMP"), []byte(right)),
		"with a NUL":           with([]byte("pump"), []byte(right+"\x00")),
		"longer than any":      with([]byte("pump"), make([]byte, 4_000)),
		"unknown":              with([]byte("nobody"), []byte(right)),
		"another's, in blanks": with([]byte(" pump "), []byte(right)),
	} {
		t.Log(name)
		h.refused(visit{id: "pump", change: change})
	}
	h.told(watch.UnknownIdentity)
	h.r.SwitchOff(identity.PasswordCheck)
	h.come(visit{id: "pump", user: "pump", password: "anything"})
}

// TestBeyondThisMachine comes from elsewhere without encryption or identity
// (row 16).
func TestBeyondThisMachine(t *testing.T) {
	h := newHouse(t)
	h.pump(false)
	if code := h.refused(visit{id: "x", from: 101}); code != packet.NotAuthorized {
		t.Error(code)
	}
	h.refused(visit{id: "pump", user: "pump", password: right, from: 101})
	h.told(watch.PlainRefused)
	if code := h.refused(visit{id: "x", from: 101, tls: true}); code != packet.NotAuthorized {
		t.Error(code)
	}
	h.told(watch.Anonymous)
	h.come(visit{id: "pump", user: "pump", password: right, from: 101, tls: true}).well()
	h.come(visit{id: "x"}).well()
	h.r.SwitchOff(identity.PlainRefusal)
	h.r.SwitchOff(identity.AnonymousRefusal)
	c := h.come(visit{id: "y", from: 101})
	c.publish("a", "b", 1)
	h.r.SwitchOn(identity.AnonymousRefusal)
	if code := c.publish("a", "b", 1); code != packet.NotAuthorized {
		t.Error("an anonymous session goes on when it may not be here any more:", code)
	}
	h.r.SwitchOn(identity.PlainRefusal)

	closed := newHouse(t, func(o *identity.Options) { o.OpenLoopback = false })
	closed.refused(visit{id: "x"})
	open := newHouse(t, func(o *identity.Options) { o.OpenLoopback, o.AllowPlain, o.AllowAnonymous = false, true, true })
	open.put(ferry("wight-sun"))
	c = open.come(visit{id: "x", from: 101})
	if code := c.publish("free", "", 1); code.Failed() {
		t.Error(code)
	}
	if code := c.publish(sunRoot, "", 1); code != packet.NotAuthorized {
		t.Error("a trusted network is no reason to write for others:", code)
	}
}

// TestBans bans an address, a client ID and an identity.
func TestBans(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	for _, c := range []struct {
		ban identity.Ban
		v   visit
	}{
		{identity.Ban{Of: identity.BanAddress, Value: "127.0.0.9"}, visit{id: "a", from: 9}},
		{identity.Ban{Of: identity.BanAddress, Value: "192.0.2.0/24"}, visit{id: "wight-sun", cert: sun, from: 109}},
		{identity.Ban{Of: identity.BanClientID, Value: "Noisy"}, visit{id: "noisy"}},
		{identity.Ban{Of: identity.BanIdentity, Value: "wight-sun"}, visit{id: "wight-sun", cert: sun}},
	} {
		live := h.come(c.v)
		if err := h.r.Ban(c.ban); err != nil {
			t.Fatal(err)
		}
		live.gone()
		if code := h.refused(c.v); code != packet.Banned && code != packet.Success {
			t.Errorf("%v: %v", c.ban, code)
		}
		h.come(visit{id: "bystander-" + string(c.ban.Of) + c.ban.Value[:1]}).well()
		if err := h.r.Unban(c.ban.Of, c.ban.Value); err != nil {
			t.Fatal(err)
		}
		h.come(c.v)
	}
	h.told(watch.Banned)
	if len(h.r.Bans()) != 0 {
		t.Error(h.r.Bans())
	}
}

// TestHashingIsBounded has many guess at once: few are checked at a time, and the
// rest is told to come back.
func TestHashingIsBounded(t *testing.T) {
	h := newHouse(t, func(o *identity.Options) {
		o.Limits.Hashes, o.Limits.HashQueue, o.Limits.HashQueueEach = 1, 4, 2
	})
	h.pump(false)
	h.r.SwitchOff(identity.Lockout)
	var group sync.WaitGroup
	for n := range 24 {
		group.Go(func() {
			c, ack, err := h.knock(visit{id: "x", user: "pump", password: "a wrong one", from: byte(10 + n%3)})
			if err != nil || ack.Code == packet.Success {
				t.Errorf("%v %v %v", c, ack, err)
			}
		})
	}
	group.Wait()
	if h.count(watch.WrongPassword) == 0 {
		t.Error("nobody was checked")
	}
	h.come(visit{id: "pump", user: "pump", password: right}).well()
}
