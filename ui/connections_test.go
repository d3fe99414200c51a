package ui

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// harbour keeps profiles in memory and plays trials: the parts that wait run where
// the window has them run.
type harbour struct {
	mu        sync.Mutex
	book      connection.Book
	passwords map[string]string
	watched   string
	fault     error
	tried     []connection.Profile
	trial     connection.Trial
	turn      func(id string) error
}

func (h *harbour) Book() (connection.Book, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.book.Clone(), h.fault
}

func (h *harbour) Watched() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.watched
}

func (h *harbour) Save(p connection.Profile, password *string) (connection.Profile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if password != nil {
		p.HasPassword = *password != ""
		if h.passwords == nil {
			h.passwords = map[string]string{}
		}
		h.passwords[p.ID] = *password
	}
	return p, h.book.Put(p)
}

func (h *harbour) Remove(id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.book.Remove(id)
	return nil
}

func (h *harbour) Try(_ context.Context, p connection.Profile, _ *string, tell func(connection.Trial)) connection.Trial {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tried = append(h.tried, p)
	tell(h.trial)
	return h.trial
}

func (h *harbour) Watch(id string) error {
	h.mu.Lock()
	turn := h.turn
	h.watched = id
	h.mu.Unlock()
	if turn != nil {
		return turn(id)
	}
	return nil
}

func (h *harbour) Keeper() (place, weakness string, err error) { return "memory", "", nil }

func TestFormOfAProfile(t *testing.T) {
	p := connection.Profile{
		ID: connection.NewID(), Name: "Yard", URL: "wss://[2001:db8::1]:9443/ws", User: "mate", HasPassword: true, CAFile: "/ca.pem",
		CertFile: "/c.pem", KeyFile: "/k.pem", ServerName: "yard", ClientID: "w1", KeepAlive: 20, Filters: []string{"#", "$SYS/#", "yard/+"},
	}
	text := textOf(p)
	if got, err := text.profile(p); err != nil || !got.Same(p) {
		t.Errorf("filled in and read it is %+v, %v", got, err)
	}
	fresh := textOf(connection.Profile{})
	if fresh.scheme != "mqtt" || fresh.port != "1883" || !fresh.everything || fresh.system || fresh.more != "" {
		t.Errorf("a new form is %+v", fresh)
	}
	text.setScheme("mqtt")
	if text.port != "9443" || text.secure() {
		t.Errorf("a port of one's own became %s", text.port)
	}
	got, err := text.profile(p)
	if err != nil || got.CAFile+got.CertFile+got.KeyFile+got.ServerName != "" || got.URL != "mqtt://[2001:db8::1]:9443" {
		t.Errorf("without TLS it is %+v, %v", got, err)
	}
	fresh.setScheme("wss")
	if fresh.port != "443" || fresh.path != "/mqtt" {
		t.Errorf("wss has port %s and path %s", fresh.port, fresh.path)
	}
}

func TestFormTakesURLsApart(t *testing.T) {
	text := textOf(connection.Profile{})
	password, took := text.take(" mqtts://mate:hush@broker.example ")
	if !took || password == nil || *password != "hush" || text.user != "mate" || text.scheme != "mqtts" || text.host != "broker.example" || text.port != "8883" {
		t.Errorf("%v: %+v", took, text)
	}
	if password, took = text.take("ws://h/x?y=1"); !took || password != nil || text.path != "/x?y=1" || text.user != "mate" {
		t.Errorf("%v: %+v", took, text)
	}
	for _, no := range []string{"broker.example", "http://h", "mqtt://", ""} {
		if _, took := text.take(no); took {
			t.Errorf("%q was taken for a broker's URL", no)
		}
	}
}

func TestFormRefuses(t *testing.T) {
	base := connection.Profile{ID: connection.NewID()}
	for name, change := range map[string]func(*connectText){
		"no host":           func(x *connectText) { x.host = " " },
		"a port of letters": func(x *connectText) { x.port = "mqtt" },
		"a port too high":   func(x *connectText) { x.port = "70000" },
		"a host with user":  func(x *connectText) { x.host = "mate@h" },
		"nothing to hear":   func(x *connectText) { x.everything = false },
		"a bad filter":      func(x *connectText) { x.more = "a#" },
		"keep-alive 0":      func(x *connectText) { x.keepAlive = "0" },
		"keep-alive words":  func(x *connectText) { x.keepAlive = "soon" },
		"half a pair":       func(x *connectText) { x.scheme, x.cert = "mqtts", "/c.pem" },
	} {
		text := textOf(base)
		text.host = "broker.example"
		if _, err := text.profile(base); err != nil {
			t.Fatal(err)
		}
		if change(&text); func() error { _, err := text.profile(base); return err }() == nil {
			t.Errorf("%s passes", name)
		}
	}
	text := textOf(base)
	text.host, text.keepAlive, text.more = "h", "45 s", "yard/#, plant/+\n$SYS/broker/#"
	p, err := text.profile(base)
	if want := []string{"#", "yard/#", "plant/+", "$SYS/broker/#"}; err != nil || p.KeepAlive != 45 || !reflect.DeepEqual(p.Filters, want) {
		t.Errorf("%+v, %v", p, err)
	}
}

// sheetOf opens the sheet of connections over a harbour.
func sheetOf(t *testing.T, h *harbour, url string) (*bridge, fyne.CanvasObject) {
	t.Helper()
	b := open(t, newSea(), func(o *Options) { o.Connections = h })
	b.openConnectionsAt(url)
	top := b.win.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("there is no sheet")
	}
	b.win.Canvas().Capture()
	return b, top
}

func says(root fyne.CanvasObject, part string) bool {
	_, found := uitest.Find(root, func(l *widget.Label) bool { return strings.Contains(l.Text, part) })
	return found
}

func TestSheetKeepsAndWatches(t *testing.T) {
	h := &harbour{}
	b, sheet := sheetOf(t, h, "mqtts://mate:hush@broker.example")
	b.tap(sheet, "Connect")
	b.app.Until(t, "broker to watch", 5*time.Second, func() bool { return h.Watched() != "" && b.sheet == nil })
	book, _ := h.Book()
	if len(book.Profiles) != 1 || book.Profiles[0].URL != "mqtts://broker.example:8883" || book.Profiles[0].User != "mate" || h.passwords[h.watched] != "hush" {
		t.Errorf("kept %+v with the passwords %v, watched %q", book, h.passwords, h.watched)
	}
	b.openConnections()
	sheet = b.win.Canvas().Overlays().Top()
	if _, found := uitest.Find(sheet, func(e *widgets.Entry) bool { return e.Text == "hush" }); found {
		t.Error("a kept password is shown")
	}
	b.tap(sheet, "Save")
	b.app.Until(t, "profile to be saved", 5*time.Second, func() bool { return len(b.notices.list) > 0 })
	if h.passwords[h.watched] != "hush" {
		t.Error("saving anew forgot the password")
	}
	h.turn = func(string) error { return errors.New("no way there") }
	b.tap(sheet, "Connect again")
	b.app.Until(t, "reason", 5*time.Second, func() bool { return says(sheet, "No way there") })
}

func TestSheetOffersAnUnknownAuthority(t *testing.T) {
	offer, err := connection.ReadCertificate(testCertificate)
	if err != nil {
		t.Fatal(err)
	}
	h := &harbour{trial: connection.Trial{Done: true, Offer: &offer, Chain: []connection.Certificate{offer}}}
	for i := range h.trial.Steps {
		h.trial.Steps[i].State = connection.Skipped
	}
	h.trial.Steps[connection.StageTLS] = connection.Step{State: connection.Failed, Text: model.Quoted("nobody knows it"), Hint: model.Quoted("Ask for its file.")}
	b, sheet := sheetOf(t, h, "mqtts://broker.example")
	b.tap(sheet, "Test")
	b.app.Until(t, "offer", 5*time.Second, func() bool {
		return says(sheet, offer.Fingerprint()) && says(sheet, "Nobody knows it. Ask for its file.")
	})
	if len(offer.Fingerprint()) != 32*3-1 {
		t.Errorf("the fingerprint is %q", offer.Fingerprint())
	}
	h.mu.Lock()
	h.trial = connection.Trial{}
	h.mu.Unlock()
	b.tap(sheet, "The fingerprint is the same: trust it")
	b.app.Until(t, "second trial", 5*time.Second, func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.tried) == 2 })
	if h.tried[0].Trusted != "" || h.tried[1].Trusted != offer.PEM {
		t.Errorf("tried %+v", h.tried)
	}
	b.tap(sheet, "Trust no more")
	b.tap(sheet, "Test")
	b.app.Until(t, "third trial", 5*time.Second, func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.tried) == 3 })
	if h.tried[2].Trusted != "" {
		t.Error("it is trusted for good")
	}
}

// TestTurn watches another broker in the same window, and back.
func TestTurn(t *testing.T) {
	here, there := newSea(), newSea()
	here.fill()
	b := open(t, here, nil)
	b.Start()
	b.goTo(pageTopics, true)
	b.chart.add(key("kitchen/thermometer", ""))
	first := b.view
	left := make(chan struct{})
	b.Turn(Source{Store: there.Store, Link: newLink(), LinkName: "elsewhere"}, func() { close(left) })
	b.app.Until(t, "end of the first view", 10*time.Second, func() bool {
		select {
		case <-left:
			return true
		default:
			return false
		}
	})
	if b.view == first || b.page != pageTopics || b.stores.shown() != there.Store || !b.chart.has(key("kitchen/thermometer", "")) {
		t.Errorf("turned to page %s, store %p", b.page, b.stores.shown())
	}
	if first.ctx.Err() == nil || b.life.Err() != nil {
		t.Error("the first view goes on, or the window ended")
	}
	b.goTo(pageWatch, true)
	if _, found := uitest.Find(b.watched.object(), func(*widgets.EmptyState) bool { return true }); !found {
		t.Error("the Watch page does not say what cannot be known")
	}
	b.Turn(Source{Store: here.Store, Link: b.wire, LinkName: "ferries"}, nil)
	b.openTopic("kitchen/thermometer")
	b.app.Until(t, "topic of the first broker", 10*time.Second, func() bool { return b.topics.detail.title.Text == "kitchen/thermometer" })
}

// testCertificate is of a made-up authority; its key is gone.
const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBkDCCATWgAwIBAgIUK+XhKv94hE3S5TEvsdfgv5sl63swCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRSGFyYm91ciBhdXRob3JpdHkwIBcNMjYxMTIyMjMwMzE1WhgP
MjEyNjEwMjkyMzAzMTVaMBwxGjAYBgNVBAMMEUhhcmJvdXIgYXV0aG9yaXR5MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhlMTpl2rEjz3eHbkYB1lhYkpTnff2Dl4
gVp706zYxjPFT8NPY6kN349Yc2HsQ9ES8GvAOIj2EDNlINrkVJRHgaNTMFEwHQYD
VR0OBBYEFKwIKjUJhKZYbMSOikoSwCwIerX3MB8GA1UdIwQYMBaAFKwIKjUJhKZY
bMSOikoSwCwIerX3MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
APmffjBcAviZklUQ39bh41y3mcwcHkur+Bbu54dLeM8VAiEA7EOWdtDPM5R5P+Sp
rSt52deGPvO0cACTEOfi3ESI/EE=
-----END CERTIFICATE-----
`
