package identity_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

// asked counts what authenticators are asked.
type asked struct{ n atomic.Int64 }

// Authenticate implements identity.Authenticator.
func (a *asked) Authenticate(context.Context, *broker.ConnectRequest) (string, error) {
	a.n.Add(1)
	return "", identity.ErrNotMine
}

// TestWarWithPasswords reconnects with the right password without end: beyond
// the rate no password is looked at, and others do not feel it (row 4).
func TestWarWithPasswords(t *testing.T) {
	looked := &asked{}
	h := newHouse(t, func(o *identity.Options) {
		o.Authenticators = []identity.Authenticator{looked}
		o.Limits.Connects, o.Limits.ConnectEvery = 5, patience*100
	})
	h.pump(false)
	h.r.SwitchOff(identity.CloneQuarantine)
	const tries = 300
	refused := 0
	for range tries {
		_, ack, err := h.knock(visit{id: "pump", user: "pump", password: right, from: 3})
		switch {
		case err != nil:
			t.Fatal(err)
		case ack.Code == packet.ConnectionRateExceeded:
			refused++
		}
	}
	if n := looked.n.Load(); n != 5 || refused != tries-5 {
		t.Errorf("%d passwords were looked at, %d of %d attempts refused for their rate", n, refused, tries)
	}
	eventually(t, "exact count", func() bool { return h.count(watch.Flapping) == tries-5 })
	h.come(visit{id: "pump", user: "pump", password: right}).well() // from its own address
	h.r.SwitchOff(identity.TakeoverLimit)
	before := looked.n.Load()
	h.come(visit{id: "pump", user: "pump", password: right, from: 3})
	if looked.n.Load() != before+1 {
		t.Error("without the limit the password is not looked at either")
	}
}

// TestSecretInTheWrongPlace has devices send their token as a user name and as a
// client ID: it is in no event, and yet they can be told apart (row 32).
func TestSecretInTheWrongPlace(t *testing.T) {
	const token, other = "tok-5up3r-s3cr3t-0001", "tok-5up3r-s3cr3t-0002"
	h := newHouse(t, func(o *identity.Options) { o.OpenLoopback = false })
	sun := h.enrol(ferry("wight-sun"))
	for _, s := range []string{token, other} {
		h.refused(visit{id: "x", user: s, password: "whatever it is"})
		h.refused(visit{id: s})
		h.refused(visit{id: s + "#"})
		h.refused(visit{id: s, user: s, password: s})
		h.refused(visit{id: "wight-sun", cert: sun, user: s})
		h.refused(visit{id: s, cert: sun})
	}
	h.refused(visit{id: "x", user: "Wight-Sun", password: "a wrong one"}) // is enrolled, and so no secret
	eventually(t, "events", func() bool { return h.count(watch.UnknownIdentity) >= 5 })
	h.mu.Lock()
	defer h.mu.Unlock()
	all := fmt.Sprintf("%+v", h.events)
	ids := make(map[string]bool)
	for _, e := range h.seen {
		all += fmt.Sprintf("%+v\n", e)
		if r, ok := e.(broker.Refused); ok && strings.HasPrefix(r.ClientID, "tok…(21 bytes, #") {
			ids[r.ClientID] = true
		}
	}
	if strings.Contains(all, "5up3r") {
		t.Error("the token is told:", all)
	}
	if len(ids) != 2 || !strings.Contains(all, "Wight-Sun") {
		t.Errorf("%d client IDs are told apart: %s", len(ids), all)
	}
}

// TestRevokedWhileComing has a right taken away between the answer and the
// session: who cuts the sessions then does not see it.
func TestRevokedWhileComing(t *testing.T) {
	for name, c := range map[string]struct {
		take func(h *house) error
		kind watch.Kind
	}{
		"nothing":     {func(h *house) error { return h.r.Put(ferry("wight-light")) }, watch.Other},
		"revoked":     {func(h *house) error { return h.r.Revoke("wight-sun", "stolen") }, watch.Revoked},
		"certificate": {func(h *house) error { return h.r.RevokeCertificate(h.serial("wight-sun"), "copied") }, watch.Revoked},
		"banned":      {func(h *house) error { return h.r.Ban(identity.Ban{Of: identity.BanAddress, Value: "127.0.0.1"}) }, watch.Banned},
		"removed":     {func(h *house) error { return h.r.Remove("wight-sun") }, watch.Revoked},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			sun := h.enrol(ferry("wight-sun"))
			var once atomic.Bool
			h.between.Store(func() {
				if !once.Swap(true) {
					if err := c.take(h); err != nil {
						t.Error(err)
					}
				}
			})
			guest := h.come(visit{id: "wight-sun", cert: sun})
			if c.kind == watch.Other {
				guest.well()
				return
			}
			guest.gone()
			h.told(c.kind)
			h.closed("wight-sun")
			h.refused(visit{id: "wight-sun", cert: sun})
		})
	}
}

// serial is that of an identity's first certificate.
func (h *house) serial(name string) string {
	h.t.Helper()
	i, ok := h.r.Get(name)
	if !ok || len(i.Certificates) == 0 {
		h.t.Fatalf("%s has no certificate", name)
	}
	return i.Certificates[0].Serial
}

// lateNews is the registry, with something done between its answer and the
// session.
type lateNews struct {
	*identity.Registry
	h *house
}

// Connect implements broker.Access.
func (l lateNews) Connect(ctx context.Context, q *broker.ConnectRequest) (broker.Grant, error) {
	g, err := l.Registry.Connect(ctx, q)
	if f, ok := l.h.between.Load().(func()); ok && err == nil {
		f()
	}
	return g, err
}
