package identity_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

// TestSpoofedClientID has others connect with a ferry's client ID (row 1).
func TestSpoofedClientID(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	light := h.enrol(ferry("wight-light"))
	victim := h.come(visit{id: "wight-sun", cert: sun, keep: true})
	if code := victim.subscribe("solent/ferries/wight-sun/#", 1); code.Failed() {
		t.Fatal(code)
	}
	for name, v := range map[string]visit{
		"another identity":   {id: "wight-sun", cert: light},
		"another case":       {id: "WIGHT-SUN", cert: light},
		"nobody":             {id: "wight-sun"},
		"nobody, encrypted":  {id: "wight-sun", tls: true},
		"nobody, kept":       {id: "wight-sun", keep: true},
		"nobody, MQTT 3.1.1": {id: "wight-sun", version: packet.V311},
		"the user name only": {id: "wight-sun", user: "wight-sun"},
		"a wrong password":   {id: "wight-sun", user: "wight-sun", password: "open sesame"},
		"its own user name":  {id: "wight-sun", cert: light, user: "wight-light"},
		"the other's name":   {id: "wight-light", cert: light, user: "wight-sun"},
	} {
		t.Log(name)
		h.refused(v)
		victim.well()
	}
	h.told(watch.Impersonation)
	if _, err := h.window().Publish(t.Context(), "solent/ferries/wight-sun/command/horn", []byte("1"), 1, false, nil); err != nil {
		t.Fatal(err)
	}
	victim.well("solent/ferries/wight-sun/command/horn 1")
	_ = victim.nc.Close()
	h.closed("wight-sun")
	h.refused(visit{id: "wight-sun", keep: true}) // its queue is nobody else's while it is away
	h.come(visit{id: "wight-sun", cert: sun, keep: true}).well()

	h.r.SwitchOff(identity.BindClientID)
	h.come(visit{id: "wight-sun", cert: light, keep: true}).well()
}

// TestClonedCertificate has one key in two places (row 3).
func TestClonedCertificate(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	owner := visit{id: "wight-sun", cert: sun}
	clone := visit{id: "wight-sun", cert: sun, from: 2}
	first := h.come(owner)
	copied := h.come(clone) // the standard has a newer connection take over
	first.gone()
	second := h.come(owner)
	copied.gone()
	for range 10 {
		if code := h.refused(clone); code != packet.NotAuthorized {
			t.Error(code)
		}
		second.well()
	}
	h.told(watch.ClonedKey)
	_ = second.nc.Close()
	h.closed("wight-sun")
	eventually(t, "departure", func() bool { return h.b.Stats().Connections == 0 })
	h.refused(clone) // the line is kept for the owner's address
	third := h.come(owner)
	third.well()

	h.r.SwitchOff(identity.CloneQuarantine)
	h.come(clone)
	third.gone()
}

// TestClonedCertificateOfOneThatSpeaks has a copied key come while its device is
// speaking: the device does not notice (row 3).
func TestClonedCertificateOfOneThatSpeaks(t *testing.T) {
	h := newHouse(t, func(o *identity.Options) { o.Limits.Listen = patience })
	sun := h.enrol(ferry("wight-sun"))
	victim := h.come(visit{id: "wight-sun", cert: sun})
	for n := range 3 {
		answer := make(chan error, 1)
		go func() {
			_, ack, err := h.knock(visit{id: "wight-sun", cert: sun, from: byte(2 + n)})
			if err == nil && ack.Code == packet.Success {
				err = errors.New("the clone was let in")
			}
			answer <- err
		}()
		for waiting := true; waiting; {
			victim.publish("solent/ferries/wight-sun/position", "here", 1)
			victim.well()
			select {
			case err := <-answer:
				if err != nil {
					t.Error(err)
				}
				waiting = false
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	h.told(watch.ClonedKey)
	victim.well()
}

// TestReconnectIsNoClone has a device come back whose old connection is not known
// to be dead, and one whose old connection ends while it waits.
func TestReconnectIsNoClone(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	old := h.come(visit{id: "wight-sun", cert: sun})
	h.come(visit{id: "wight-sun", cert: sun}).well()
	old.gone()

	h = newHouse(t, func(o *identity.Options) { o.Limits.Listen = time.Hour })
	sun = h.enrol(ferry("wight-sun"))
	old = h.come(visit{id: "wight-sun", cert: sun})
	_ = old.nc.Close()
	h.come(visit{id: "wight-sun", cert: sun}).well()
}

// TestTakeoverWar has a client reconnect without end (row 4).
func TestTakeoverWar(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	h.enrol(ferry("wight-light"))
	h.put(identity.Identity{Name: "rogue", Role: identity.Reader})
	if err := h.r.SetPassword("rogue", "correct horse"); err != nil {
		t.Fatal(err)
	}
	bystander := h.come(visit{id: "wight-sun", cert: sun})
	in, out := 0, 0
	h.r.SwitchOff(identity.CloneQuarantine)
	for range 200 {
		_, ack, err := h.knock(visit{id: "war", from: 3})
		switch {
		case err != nil:
			t.Fatal(err)
		case ack.Code == packet.Success:
			in++
		default:
			out++
		}
	}
	if in > 60 || out == 0 {
		t.Errorf("%d of 200 reconnects were let in", in)
	}
	eventually(t, "exact count", func() bool { return h.count(watch.Flapping) == uint64(out) })
	bystander.well()
	h.r.SwitchOff(identity.TakeoverLimit)
	h.come(visit{id: "war", from: 3})
}

// TestNames has client IDs and user names that could be read as something else
// (row 18, and wildcards as identities).
func TestNames(t *testing.T) {
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	for _, name := range []string{"+", "#", "a/b", "a\x00b", "a\nb", "wight\u2011sun", "w\u0456ght-sun", "\u202ewight-sun", "$SYS", "wight sun", ""} {
		if name != "" {
			h.refused(visit{id: name})
			if err := h.r.Put(identity.Identity{Name: "other", ClientIDs: []string{name}}); err == nil && name != "" {
				t.Errorf("the client ID %q can be bound", name)
			}
		}
		h.refused(visit{id: "x", change: func(p *packet.Connect) { p.Username, p.Password = []byte(name), []byte("password") }})
		if err := h.r.Put(identity.Identity{Name: name}); err == nil {
			t.Errorf("an identity may be named %q", name)
		}
		if err := h.r.Put(identity.Identity{Name: "other", Root: "solent/" + name + "/+"}); err == nil {
			t.Errorf("a root may hold wildcards: %q", name)
		}
	}
	h.told(watch.BadName)
	h.come(visit{id: "bystander"}).well()
}

// TestNothingIsSharedByTwo binds what is bound already.
func TestNothingIsSharedByTwo(t *testing.T) {
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	for _, i := range []identity.Identity{
		{Name: "Wight-Sun"},
		{Name: "other", ClientIDs: []string{"wight-sun"}},
		{Name: "other", ClientIDs: []string{"WIGHT-SUN"}},
		{Name: "other", Root: "solent/ferries/wight-sun"},
		{Name: "other", Root: "solent/ferries/wight-sun/engine"},
		{Name: "other", Root: "solent"},
		{Name: "other", Root: "$SYS/x"},
		{Name: "other", Root: "a//b"},
		{Name: "other", Root: "{root}"},
	} {
		if err := h.r.Put(i); err == nil {
			t.Errorf("%+v was taken", i)
		}
	}
	for n := range 3 {
		h.put(identity.Identity{Name: fmt.Sprint("ok", n), Root: fmt.Sprint("solent/ferries/wight-sun", n)})
	}
}
