package enrol

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// attacker dials from an address of its own, so that an honest device has
// another.
func attacker() *net.Dialer {
	return &net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}
}

// TestFloodOfRequests exceeds the rate; each request beyond it is refused and
// told, and a device elsewhere is let in all the same.
func TestFloodOfRequests(t *testing.T) {
	h := newHub(t, Limits{Burst: 20, PerMinute: 1})
	c := h.direct(t)
	c.transport.DialContext = attacker().DialContext
	const flood = 200
	for i := range flood {
		err := c.post(t.Context(), askPath, askRequest{}, &askReply{})
		want := UnknownToken
		if i >= 20 {
			want = Flooded
		}
		wantDenied(t, err, want)
	}
	if h.count(Flooded) != flood-20 || h.count(UnknownToken) != 20 {
		t.Errorf("told of %d refused by rate and %d by token", h.count(Flooded), h.count(UnknownToken))
	}
	honest(t, h)
}

// honest enrols a device from 127.0.0.1.
func honest(t *testing.T, h *hub) {
	t.Helper()
	a := begin(t, h.invite(Invitation{Name: "honest"}), "")
	if err := h.Approve(h.one(t).ID); err != nil {
		t.Fatal(err)
	}
	if err := a.end(t); err != nil {
		t.Fatalf("an honest device during the attack: %v", err)
	}
}

// TestSlowClients opens connections that never finish what they begin, at each
// stage, as many as fit and more.
func TestSlowClients(t *testing.T) {
	h := newHub(t, Limits{RequestTime: time.Second, ConnectionsPerAddress: 8})
	secure := &tls.Config{RootCAs: h.direct(t).transport.TLSClientConfig.RootCAs, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
	begins := map[string]func(net.Conn) error{
		"silence":      func(net.Conn) error { return nil },
		"half a hello": func(c net.Conn) error { _, err := c.Write([]byte("\x16\x03\x01\x02\x00\x01")); return err },
		"half a header": func(c net.Conn) error {
			return say(tls.Client(c, secure), "POST /enrol/ask HTTP/1.1\r\nHost: h\r\nX: ")
		},
		"half a body":    func(c net.Conn) error { return say(tls.Client(c, secure), post+"\r\n{\"token\":") },
		"an idle client": func(c net.Conn) error { return say(tls.Client(c, secure), post) },
	}
	d := attacker()
	for what, begin := range begins {
		c, err := d.DialContext(t.Context(), "tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if err := begin(c); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		go func() { _, _ = io.Copy(io.Discard, c) }() // the deferred Close ends it
	}
	eventually(t, "full house", func() bool { return h.crowd.count() >= len(begins) })
	for range 5 { // three find room
		c, err := d.DialContext(t.Context(), "tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
	}
	eventually(t, "refusal of what is too many", func() bool { return h.count(Flooded) >= 2 })
	honest(t, h)
	eventually(t, "end of the slow ones", func() bool { return h.crowd.countFrom("127.0.0.9") == 0 })
	if n := h.count(Stalled); n < 7 {
		t.Errorf("told of %d silent connections of 8, one of which had begun a request", n)
	}
}

const post = "POST /enrol/ask HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"

func say(c net.Conn, text string) error {
	_, err := io.WriteString(c, text)
	return err
}

func (c *crowd) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

func (c *crowd) countFrom(addr string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.from[netip.MustParseAddr(addr)]
}

// TestTooBig sends more than is read.
func TestTooBig(t *testing.T) {
	h := newHub(t, Limits{})
	c := h.direct(t)
	err := c.post(t.Context(), askPath, askRequest{Name: strings.Repeat("x", maxBody)}, &askReply{})
	wantDenied(t, err, BadRequest)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+h.addr+Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X", strings.Repeat("x", 64<<10))
	if response, err := c.http.Do(request); err == nil {
		_ = response.Body.Close()
		if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a header of 64 KiB: %s", response.Status)
		}
	}
}

func TestBadRequests(t *testing.T) {
	h := newHub(t, Limits{Burst: 100})
	for body, status := range map[string]int{
		"":                        http.StatusBadRequest,
		"{":                       http.StatusBadRequest,
		"[]":                      http.StatusBadRequest,
		"{}{}":                    http.StatusBadRequest,
		`{"csr":"!"}`:             http.StatusBadRequest,
		strings.Repeat("[", 9000): http.StatusBadRequest,
		`{"token":"1"}`:           http.StatusForbidden,
	} {
		for path, want := range map[string]int{askPath: status, renewPath: http.StatusUnauthorized} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s %.20q: %d, want %d", path, body, w.Code, want)
			}
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path+askPath, strings.NewReader("{}"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d", w.Code)
	}
	told := h.count(BadRequest)
	for _, target := range []string{"GET /enrol/ask", "POST /", "GET /etc/passwd", "PUT /enrol/", "POST /enrol/other"} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if n := h.count(BadRequest) - told; n != 5 {
		t.Errorf("told of %d of 5 requests for what is not there", n)
	}
}

func TestExplains(t *testing.T) {
	h := newHub(t, Limits{})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Path, nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "pilothouse enrol") {
		t.Errorf("a browser sees %d %q", w.Code, w.Body)
	}
}

func TestBarredAddress(t *testing.T) {
	m := newMemory(newAuthority(t))
	var told []Event
	s, err := New(Options{Registry: m, Brokers: func(string) []string { return nil }, OnEvent: func(e Event) { told = append(told, e) },
		Admit: func(a netip.Addr) error { return fmt.Errorf("%v is banned", a) }})
	if err != nil {
		t.Fatal(err)
	}
	d := door{limits: s.limits, rates: s.dials, admit: s.admit, crowd: s.crowd}
	if o, detail := d.judge(netip.MustParseAddr("192.0.2.1"), netip.Addr{}); o != Barred || detail != "192.0.2.1 is banned" {
		t.Errorf("a banned address: %v, %s", o, detail)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRates(Limits{Burst: 3, PerMinute: 60})
		a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		take := func(a netip.Addr) (n int) {
			for r.allow(a) {
				n++
			}
			return n
		}
		if take(a) != 3 || take(b) != 3 {
			t.Error("a burst is not 3")
		}
		time.Sleep(2 * time.Second)
		if n := take(a); n != 2 {
			t.Errorf("%d after two seconds", n)
		}
		time.Sleep(time.Hour)
		if n := take(a); n != 3 {
			t.Errorf("%d after an hour", n)
		}
	})
}

// TestManyAddresses comes from more addresses than are told apart: those beyond
// share what one has, and the table does not grow.
func TestManyAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRates(Limits{Burst: 2, PerMinute: 1})
		passed := 0
		for i := range 5 * maxBuckets {
			if r.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})) {
				passed++
			}
		}
		if passed != maxBuckets+2 || len(r.buckets) > maxBuckets+1 {
			t.Errorf("%d passed, %d buckets", passed, len(r.buckets))
		}
		time.Sleep(time.Hour)
		if !r.allow(netip.MustParseAddr("192.0.2.1")) || len(r.buckets) > maxBuckets {
			t.Errorf("%d buckets after an hour", len(r.buckets))
		}
	})
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::", "2001:db8::2:3": "2001:db8::", "fe80::1%eth0": "fe80::",
	} {
		if got := network(netip.MustParseAddr(in)).String(); got != want {
			t.Errorf("%s counts as %s, want %s", in, got, want)
		}
	}
}

// TestCloseWhileWaiting ends the hub while a device waits.
func TestCloseWhileWaiting(t *testing.T) {
	h := newHub(t, Limits{})
	a, _, nonce := asking(t, h.registry.invite(Invitation{Name: "x"}), "")
	c := h.direct(t)
	var ticket askReply
	if err := c.post(t.Context(), askPath, a, &ticket); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		answered <- c.post(context.Background(), waitPath, waitRequest{Ticket: ticket.Ticket, Nonce: nonce}, &outcomeReply{})
	}()
	h.one(t)
	begun := time.Now()
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	<-answered
	if d := time.Since(begun); d > h.limits.PollTime/2 {
		t.Errorf("closing took %v", d)
	}
	if len(h.Pending()) != 0 || h.Approve("x") == nil {
		t.Error("a closed hub has something to decide")
	}
}

// FuzzRequests sends anything to each endpoint. None of it gets before the
// operator.
func FuzzRequests(f *testing.F) {
	f.Add(`{"token":"AAAAAAAAAAAAAAAAAAAAAAAAAA","csr":"MIIB","commitment":"AAAA","name":"x"}`)
	f.Add(`{"ticket":"x","nonce":"AAAA"}`)
	s, err := New(Options{Registry: newMemory(newAuthority(f)), Brokers: func(string) []string { return nil }, Limits: Limits{Burst: 1 << 30, PerMinute: 1 << 30}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{askPath, waitPath, renewPath} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code < 400 || w.Code >= 500 || len(s.Pending()) != 0 {
				t.Errorf("%s answers %q with %d", path, body, w.Code)
			}
		}
	})
}
