package connection

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// sound is a profile with everything in it.
func sound() Profile {
	return Profile{
		ID: NewID(), Name: "Yard", URL: "mqtts://broker.example:8883", User: "mate", HasPassword: true,
		CAFile: "/etc/ca.pem", CertFile: "/etc/mate.pem", KeyFile: "/etc/mate.key", ServerName: "broker", ClientID: "window-1",
		KeepAlive: 20, Filters: []string{"yard/#", System},
	}
}

func TestAddressTells(t *testing.T) {
	at, user, err := ParseAddress("wss://mate:hush@broker.example/ws?token=hush")
	if err != nil || user.Username() != "mate" || !at.Secure() || !at.WebSocket() || at.HostPort() != "broker.example:443" {
		t.Fatalf("%+v, %v, %v", at, user, err)
	}
	if strings.Contains(at.String(), "hush") || at.URL() != "wss://broker.example:443/ws?token=hush" {
		t.Errorf("shown as %s, dialled as %s", at, at.URL())
	}
	padded := " MQTTS://h"
	for text, want := range map[string]bool{"mqtt://h": true, padded: true, "http://h": false, "broker.example": false, "": false, "tcp://": true} {
		if IsURL(text) != want {
			t.Errorf("IsURL(%q) is %v", text, !want)
		}
	}
}

func TestBookKeepsProfiles(t *testing.T) {
	a, b := sound(), Profile{ID: NewID(), URL: "ws://h:80/mqtt"}
	book := Book{Last: b.ID}
	for _, p := range []Profile{a, b} {
		if err := book.Put(p); err != nil {
			t.Fatal(err)
		}
	}
	a.Name = "Yard 2"
	if err := book.Put(a); err != nil || len(book.Profiles) != 2 {
		t.Fatalf("%v, %d profiles", err, len(book.Profiles))
	}
	text, err := book.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Decode(text)
	if err != nil || !reflect.DeepEqual(read, book) {
		t.Errorf("%+v, %v; want %+v", read, err, book)
	}
	if got := book.CopyName("Yard"); got != "Yard 3" {
		t.Errorf("a copy is called %q", got)
	}
	copied := book.Clone()
	copied.Profiles[0].Filters[0] = "changed"
	if book.Profiles[0].Filters[0] == "changed" {
		t.Error("a clone shares its filters")
	}
	book.Remove(b.ID)
	if _, there := book.Find(b.ID); there || book.Last != "" {
		t.Errorf("removed, it is %+v", book)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := Book{Profiles: []Profile{sound()}}
	text, _ := good.Encode()
	twice := Book{Profiles: []Profile{good.Profiles[0], good.Profiles[0]}}
	doubled, _ := twice.Encode()
	for name, text := range map[string]string{
		"damaged": string(text[:len(text)/2]), "no version": `{"profiles":[]}`, "twice": string(doubled),
		"a password in the address": strings.Replace(string(text), "broker.example", "mate:hush@broker.example", 1),
		"an ID that is a path":      strings.Replace(string(text), good.Profiles[0].ID, "../../etc/pw", 1),
		"too large":                 strings.Repeat(" ", MaxBook+1),
	} {
		if _, err := Decode([]byte(text)); err == nil || errors.Is(err, ErrNewer) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode([]byte(`{"version":99,"profiles":"in a new way"}`)); err == nil {
		t.Error("a newer file was read")
	}
	if _, err := Decode([]byte(`{"version":99}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer file: %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, change := range map[string]func(*Profile){
		"no host":                   func(p *Profile) { p.URL = "mqtt://" },
		"a long name":               func(p *Profile) { p.Name = strings.Repeat("n", MaxName+1) },
		"a control character":       func(p *Profile) { p.User = "a\nb" },
		"a password without a user": func(p *Profile) { p.User = "" },
		"a keep-alive below zero":   func(p *Profile) { p.KeepAlive = -1 },
		"a long keep-alive":         func(p *Profile) { p.KeepAlive = 65_536 },
		"a certificate alone":       func(p *Profile) { p.KeyFile = "" },
		"certificates without TLS":  func(p *Profile) { p.URL = "mqtt://h" },
		"a bad filter":              func(p *Profile) { p.Filters = []string{"a#"} },
		"many filters":              func(p *Profile) { p.Filters = make([]string, MaxFilters+1) },
		"a long client ID":          func(p *Profile) { p.ClientID = strings.Repeat("c", MaxClientID+1) },
	} {
		p := sound()
		if change(&p); p.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
	if p := sound(); p.Check() != nil || !p.Same(p) {
		t.Error(p.Check())
	}
	p, q := sound(), sound()
	q.ID = p.ID
	if q.KeepAlive++; p.Same(q) {
		t.Error("another keep-alive is the same")
	}
	p.Filters, q = nil, p
	q.Filters = []string{Everything}
	if !p.Same(q) {
		t.Error("no filters are not everything")
	}
}

func FuzzDecode(f *testing.F) {
	good := Book{Profiles: []Profile{sound()}}
	text, _ := good.Encode()
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := Decode(text)
		if err != nil {
			return
		}
		for _, p := range b.Profiles {
			if err := p.Check(); err != nil {
				t.Errorf("read, but not sound: %v", err)
			}
		}
	})
}
