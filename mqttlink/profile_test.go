package mqttlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"mqtt://host":                 "mqtt://host:1883",
		"tcp://host:1884":             "mqtt://host:1884",
		"MQTT://host/":                "mqtt://host:1883",
		"mqtts://host":                "mqtts://host:8883",
		"ssl://host":                  "mqtts://host:8883",
		"tls://host:1":                "mqtts://host:1",
		"ws://host":                   "ws://host:80/mqtt",
		"ws://host/":                  "ws://host:80/",
		"wss://host/path":             "wss://host:443/path",
		"wss://host?token=hush":       "wss://host:443/mqtt",
		"mqtt://[::1]":                "mqtt://[::1]:1883",
		"mqtts://[2001:db8::1]:9000":  "mqtts://[2001:db8::1]:9000",
		" mqtt://192.0.2.7 ":          "mqtt://192.0.2.7:1883", //nolint:gocritic // spaces around it are the case
		"mqtt://user:hush@host":       "mqtt://host:1883",
		"ws://user:hush@host:8080/ws": "ws://host:8080/ws",
	} {
		p, at, err := Profile{URL: in}.prepare()
		if err != nil || at.String() != want || p.URL != want {
			t.Errorf("%q: %v, %v; want %q", in, at, err, want)
		}
		if strings.Contains(in, "user:") && (p.User != "user" || p.Password.Reveal() != "hush") {
			t.Errorf("%q: the credentials were not taken over", in)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", p, p, p.Password), "hush") {
			t.Errorf("%q: the profile tells the password", in)
		}
	}
	_, at, _ := Profile{URL: "wss://host?token=hush"}.prepare()
	if at.Path != "/mqtt?token=hush" {
		t.Errorf("path %q", at.Path)
	}
}

func TestBadProfiles(t *testing.T) {
	good := "mqtt://host"
	for name, p := range map[string]Profile{
		"empty":                  {},
		"no scheme":              {URL: "host:1883"},
		"unknown scheme":         {URL: "http://hush@host"},
		"no host":                {URL: "mqtt://:1883"},
		"bad port":               {URL: "mqtt://hush@host:99999"},
		"port 0":                 {URL: "mqtt://host:0"},
		"not a URL":              {URL: "mqtt://user:hush\x7f@host"},
		"path on mqtt":           {URL: "mqtt://host/path"},
		"long client ID":         {URL: good, ClientID: strings.Repeat("x", 257)},
		"control in client ID":   {URL: good, ClientID: "a\x00"},
		"password without user":  {URL: good, Password: NewSecret("hush")},
		"keep-alive too short":   {URL: good, KeepAlive: time.Millisecond},
		"keep-alive too long":    {URL: good, KeepAlive: 24 * time.Hour},
		"QoS 3":                  {URL: good, QoS: 3},
		"tiny packets":           {URL: good, MaxPacket: 1},
		"bad filter":             {URL: good, Filters: []string{"a/#/b"}},
		"certificate alone":      {URL: "mqtts://host", CertFile: "x"},
		"certificate, no TLS":    {URL: good, CertFile: "x", KeyFile: "x"},
		"authorities, no TLS":    {URL: "ws://host", CAFile: "x"},
		"more filters than fits": {URL: good, Filters: strings.Split(numbers(MaxFilters+1), " ")},
	} {
		_, err := NewRemote(p, ignore)
		if !errors.Is(err, KindProfile) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d ", i)
	}
	return strings.TrimSpace(b.String())
}

func TestClientID(t *testing.T) {
	a, _ := NewRemote(Profile{URL: "mqtt://h"}, ignore)
	b, _ := NewRemote(Profile{URL: "mqtt://h"}, ignore)
	if a.ClientID() == b.ClientID() || len(a.ClientID()) > 23 || !strings.HasPrefix(a.ClientID(), "pilothouse-") {
		t.Errorf("client IDs %q and %q", a.ClientID(), b.ClientID())
	}
	if c, _ := NewRemote(Profile{URL: "mqtt://h", ClientID: "mine"}, ignore); c.ClientID() != "mine" {
		t.Errorf("client ID %q", c.ClientID())
	}
}

func TestSecretKeepsToItself(t *testing.T) {
	p := Profile{URL: "mqtt://h", Password: NewSecret("hush")}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", p.Password, "profile", p)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", p.Password, "profile", p)
	asJSON, err := json.Marshal(struct {
		P Profile
		S Secret
	}{p, p.Password})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb+verb, p, p.Password)
	}
	if text := log.String() + string(asJSON); strings.Contains(text, "hush") || strings.Contains(text, "68757368") {
		t.Errorf("the secret is told: %s", text)
	}
	if p.Password.Reveal() != "hush" || NewSecret("").String() != "" {
		t.Error("the secret is lost")
	}
}
