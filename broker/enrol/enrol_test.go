package enrol

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestEnrol(t *testing.T) {
	h := newHub(t, Limits{PollTime: 50 * time.Millisecond}) // so that the device polls several times
	a := begin(t, h.invite(Invitation{Name: "wight-sun", Role: "device", Kind: "ferry", Root: "solent/ferries/wight-sun"}), "")
	p := h.one(t)
	if code := <-a.code; code != p.Code || len(code) != len("123 456") {
		t.Errorf("the device shows %q, the operator sees %q", code, p.Code)
	}
	if p.Name != "wight-sun" || p.Kind != "ferry" || p.Role != "device" || p.Root != "solent/ferries/wight-sun" || p.Host != "box" ||
		p.Key != "ECDSA P-256" || !strings.HasPrefix(p.Addr, "127.0.0.1:") || !p.Until.After(p.Asked) {
		t.Errorf("the operator sees %+v", p)
	}
	if err := h.Approve(p.ID); err != nil {
		t.Fatal(err)
	}
	if err := a.end(t); err != nil {
		t.Fatal(err)
	}
	if a.got.Name != "wight-sun" || a.got.ClientID != "wight-sun" || a.got.Root != "solent/ferries/wight-sun" || a.got.Hub != h.addr ||
		len(a.got.Brokers) != 1 || a.got.Brokers[0] != "mqtts://127.0.0.1:8883" {
		t.Errorf("the device got %+v", a.got)
	}
	for _, name := range []string{KeyFile, CertificateFile, AuthorityFile, ConfigFile} {
		info, err := os.Stat(filepath.Join(a.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
	if info, err := os.Stat(a.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	for _, o := range []Outcome{Asked, Approved, Collected} {
		eventually(t, o.String(), func() bool { return h.count(o) == 1 })
	}
	if err := h.Approve(p.ID); !errors.Is(err, ErrNotPending) {
		t.Errorf("approved twice: %v", err)
	}
}

func TestDeclined(t *testing.T) {
	h := newHub(t, Limits{})
	a := begin(t, h.invite(Invitation{}), "pump-7")
	p := h.one(t)
	if p.Name != "pump-7" {
		t.Errorf("the operator sees %+v", p)
	}
	if err := h.Refuse(p.ID); err != nil {
		t.Fatal(err)
	}
	wantDenied(t, a.end(t), Declined)
	if left, err := os.ReadDir(a.dir); err != nil || len(left) != 0 {
		t.Errorf("a declined device has kept %v, %v", left, err)
	}
	if len(h.Pending()) != 0 || h.count(Declined) != 1 || h.registry.Exists("pump-7") {
		t.Error("a declined device left something at the hub")
	}
}

func TestNobodyDecides(t *testing.T) {
	h := newHub(t, Limits{DecideTime: 200 * time.Millisecond})
	a := begin(t, h.invite(Invitation{Name: "x"}), "")
	wantDenied(t, a.end(t), TimedOut)
	eventually(t, "event", func() bool { return h.count(TimedOut) == 1 })
}

// TestRegistryFails lets the operator try again.
func TestRegistryFails(t *testing.T) {
	h := newHub(t, Limits{})
	a := begin(t, h.invite(Invitation{Name: "x"}), "")
	p := h.one(t)
	full := errors.New("the disk is full")
	h.registry.mu.Lock()
	h.registry.broken = full
	h.registry.mu.Unlock()
	if err := h.Approve(p.ID); !errors.Is(err, full) {
		t.Fatalf("approved: %v", err)
	}
	h.registry.mu.Lock()
	h.registry.broken = nil
	h.registry.mu.Unlock()
	if err := h.Approve(h.one(t).ID); err != nil {
		t.Fatal(err)
	}
	if err := a.end(t); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsOverwritten finds each of the files there already, and spends no
// token.
func TestNothingIsOverwritten(t *testing.T) {
	h := newHub(t, Limits{})
	u := h.invite(Invitation{Name: "x"})
	for _, name := range []string{KeyFile, CertificateFile, AuthorityFile, ConfigFile} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := (&Device{URL: u, Dir: dir}).Enrol(t.Context())
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s there: %v", name, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
			t.Errorf("%s is %q now, %v", name, text, err)
		}
	}
	if !h.registry.unspent(u.Token) {
		t.Error("the token was spent in vain")
	}
}

func TestDeviceGivesUp(t *testing.T) {
	h := newHub(t, Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	d := Device{URL: h.invite(Invitation{Name: "x"}), Dir: t.TempDir(), ShowCode: func(string) { cancel() }}
	if _, err := d.Enrol(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	u := URL{Host: addr, Token: strings.Repeat("t", 26), Fingerprint: strings.Repeat("0", 64)}
	_, err = (&Device{URL: u, Dir: t.TempDir()}).Enrol(t.Context())
	if err == nil || !strings.Contains(err.Error(), "is Pilothouse running there?") {
		t.Errorf("nobody there: %v", err)
	}
}

// TestWrongHost reaches the hub by an address that its certificate does not name.
func TestWrongHost(t *testing.T) {
	a := newAuthority(t)
	h := serveHub(t, Limits{}, newMemory(a), a.server(t, "hub.example"))
	u := h.invite(Invitation{Name: "x"})
	_, err := (&Device{URL: u, Dir: t.TempDir()}).Enrol(t.Context())
	if err == nil || !strings.Contains(err.Error(), "ask for an invitation with an address that the hub's certificate names") {
		t.Errorf("a wrong host: %v", err)
	}
	if !h.registry.unspent(u.Token) {
		t.Error("the token was told to it")
	}
}

func TestTwoDevicesAtOnce(t *testing.T) {
	h := newHub(t, Limits{})
	first := begin(t, h.invite(Invitation{Name: "one"}), "")
	h.one(t)
	second := begin(t, h.invite(Invitation{Name: "two"}), "")
	eventually(t, "second request", func() bool { return len(h.Pending()) == 2 })
	all := h.Pending()
	if all[0].Name != "one" || all[1].Name != "two" || all[0].Code != <-first.code || all[1].Code != <-second.code {
		t.Errorf("the operator sees %+v", all)
	}
	if err := errors.Join(h.Refuse(all[0].ID), h.Approve(all[1].ID)); err != nil {
		t.Fatal(err)
	}
	wantDenied(t, first.end(t), Declined)
	if err := second.end(t); err != nil || second.got.Name != "two" {
		t.Errorf("the second got %+v, %v", second.got, err)
	}
}

// TestOneNameForTwo approves two devices that chose the same name.
func TestOneNameForTwo(t *testing.T) {
	h := newHub(t, Limits{})
	first := begin(t, h.invite(Invitation{}), "pump")
	h.one(t)
	second := begin(t, h.invite(Invitation{}), "pump")
	eventually(t, "second request", func() bool { return len(h.Pending()) == 2 })
	all := h.Pending()
	if err := h.Approve(all[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Approve(all[1].ID); err == nil || !strings.Contains(err.Error(), "another device got that name") {
		t.Errorf("the second: %v", err)
	}
	if err := h.Refuse(all[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := first.end(t); err != nil {
		t.Error(err)
	}
	wantDenied(t, second.end(t), Declined)
}
