package demo

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestCredentialsAreThoseOfTheDevice(t *testing.T) {
	asked := 0
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	d, err := New(Options{BrokerURL: "mqtt://127.0.0.1:1", Credentials: func(d Device) Credentials {
		asked++
		return Credentials{BrokerURL: "mqtts://127.0.0.1:2", Username: d.Name, Password: "p-" + d.Name, TLS: config}
	}})
	if err != nil {
		t.Fatal(err)
	}
	a, ok := d.agents[0].(*vesselAgent)
	if !ok {
		t.Fatalf("the first agent is a %T", d.agents[0])
	}
	for range 2 { // at every connection
		o := a.link.options(nil)
		name := Ships()[0].ID
		if o.Username != name || o.Password != "p-"+name || o.TLSConfig != config || o.Servers[0].String() != "mqtts://127.0.0.1:2" || o.ClientID != "ferry-"+name {
			t.Errorf("connects with %q %q %v %v as %q", o.Username, o.Password, o.TLSConfig, o.Servers, o.ClientID)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times for two connections", asked)
	}
}

func TestCredentialsKeepTheirSecret(t *testing.T) {
	c := Credentials{Username: "wight-sun", Password: "secret-word"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c)
	if text := fmt.Sprintf("%v %+v %#v %s", c, c, c, c) + log.String(); strings.Contains(text, "secret-word") || !strings.Contains(text, "wight-sun") {
		t.Errorf("printed as %s", text)
	}
}

func TestDevicesAreAllThatConnects(t *testing.T) {
	all, err := Devices()
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{BrokerURL: "mqtts://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(d.agents) {
		t.Errorf("%d devices, and %d agents", len(all), len(d.agents))
	}
	seen := make(map[string]bool)
	for _, one := range all {
		if seen[one.Name] || one.Name == "" || !strings.HasSuffix(one.ClientID, "-"+one.Name) || !strings.HasSuffix(one.Root, "/"+one.Name) {
			t.Errorf("%+v", one)
		}
		seen[one.Name] = true
	}
}
