package broker

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"

	"github.com/pilothouse/pilothouse/model"
)

// A mask tells names apart and does not tell them.
func TestMask(t *testing.T) {
	m := NewMask()
	if m.Hide("") != "" {
		t.Error("a mask for nothing")
	}
	seen := make(map[string]string)
	for _, s := range []string{"a", "abc", "abcdefgh", "a\nb", "\x1b[31mred alert", "Bearer ey0123456789", "Bearer ey0123456780", "ünïcödé-tøken"} {
		h := m.Hide(s)
		if h != m.Hide(s) {
			t.Errorf("%q changes", s)
		}
		if other, taken := seen[h]; taken {
			t.Errorf("%q and %q are both %s", s, other, h)
		}
		seen[h] = s
		if len(s) > 3 && strings.Contains(h, s[:len(s)/4+1]) || strings.ContainsAny(h, "\x1b\n") || !strings.Contains(h, "bytes, #") {
			t.Errorf("%q is shown as %q", s, h)
		}
	}
	if NewMask().Hide("abcdefgh") == m.Hide("abcdefgh") {
		t.Error("two masks have one key")
	}
}

// withdrawn is an Access that thinks better of a grant when its session is open.
type withdrawn struct{ Access }

func (withdrawn) Connect(_ context.Context, r *ConnectRequest) (Grant, error) {
	if r.ClientID != "late" {
		return Grant{Still: func() error { return nil }}, nil
	}
	return Grant{Still: func() error { return &Refusal{Code: packet.NotAuthorized, Reason: model.Quoted("revoked meanwhile")} }}, nil
}

// A grant that is withdrawn before its session is open ends it.
func TestGrantIsAskedAgain(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{Access: withdrawn{OpenAccess()}, OnEvent: log.add})
	connect(t, addr, "early", packet.V5)
	c := connect(t, addr, "late", packet.V5)
	if d := c.expectEnd(); d == nil || d.Code != packet.NotAuthorized {
		t.Errorf("%v", d)
	}
	waitEvent(t, &log, func(e Refused) bool { return e.ClientID == "late" })
	waitEvent(t, &log, func(e SessionClosed) bool {
		return e.Publisher.ClientID == "late" && e.Reason == Administrative
	})
}

// shut is an Access that lets nobody in.
type shut struct{ Access }

func (shut) Connect(context.Context, *ConnectRequest) (Grant, error) {
	return Grant{}, errors.New("nobody")
}

// The client ID of somebody who is refused is not told.
func TestRefusedClientIDIsMasked(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{Access: shut{OpenAccess()}, OnEvent: log.add})
	c := dial(t, addr)
	c.send(&packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("token-0123456789")})
	c.receive()
	waitEvent(t, &log, func(e Refused) bool {
		return strings.HasPrefix(e.ClientID, "tok…(16 bytes") && !strings.Contains(e.ClientID, "0123")
	})
}
