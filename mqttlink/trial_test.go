package mqttlink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model/connection"
)

// try makes a trial and proves that what was told grew into what came of it.
func try(t *testing.T, p Profile) connection.Trial {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	var last connection.Trial
	told := 0
	got := Try(ctx, p, func(now connection.Trial) { last, told = now, told+1 }, WithConnectTimeout(5*time.Second))
	if told < 2 || !last.Done || !reflect.DeepEqual(last.Steps, got.Steps) {
		t.Errorf("%d states were told, the last %+v; it ended as %+v", told, last, got)
	}
	return got
}

// wantStage fails the test unless a stage is in a state, with a text.
func wantStage(t *testing.T, got connection.Trial, at connection.Stage, state connection.State, text string) {
	t.Helper()
	if s := got.Steps[at]; s.State != state || !strings.Contains(s.Text.String()+" "+s.Hint.String(), text) {
		t.Errorf("stage %d is %+v, want state %d and %q", at, s, state, text)
	}
}

func TestTrialPasses(t *testing.T) {
	m := startMosquitto(t)
	got := try(t, Profile{URL: "mqtt://localhost:" + m.port, Filters: []string{"#", "$SYS/#"}})
	if !got.Passed() {
		t.Errorf("it did not pass: %+v", got)
	}
	wantStage(t, got, connection.StageName, connection.Passed, "localhost is 127.0.0.1")
	wantStage(t, got, connection.StageReach, connection.Passed, "127.0.0.1:"+m.port+" answers")
	wantStage(t, got, connection.StageTLS, connection.Skipped, "Not encrypted")
	wantStage(t, got, connection.StageMQTT, connection.Passed, "without a user")
	wantStage(t, got, connection.StageSubscribe, connection.Passed, "#, $SYS/#")
}

func TestTrialTellsWhereItFails(t *testing.T) {
	m := startMosquitto(t, "allow_anonymous false", "password_file "+passwords(t, "mate", "right"))
	closed := "mqtt://127.0.0.1:" + freePort(t)
	for name, c := range map[string]struct {
		p    Profile
		at   connection.Stage
		says string
	}{
		"settings": {Profile{URL: "http://h"}, connection.StageSettings, "must start with mqtt://"},
		"file":     {Profile{URL: "mqtts://127.0.0.1:" + m.port, CAFile: "/nowhere/ca.pem"}, connection.StageSettings, "nowhere"},
		"name":     {Profile{URL: "mqtt://no-such-host.invalid"}, connection.StageName, "was not found"},
		"port":     {Profile{URL: closed}, connection.StageReach, "Is the broker running"},
		"no TLS":   {Profile{URL: "mqtts://127.0.0.1:" + m.port}, connection.StageTLS, "does not speak TLS"},
		"password": {Profile{URL: "mqtt://127.0.0.1:" + m.port, User: "mate", Password: NewSecret("wrong-hush")}, connection.StageMQTT, "code 5"},
	} {
		got := try(t, c.p)
		if at, failed := got.Failed(); !failed || at != c.at || got.Passed() {
			t.Errorf("%s: failed at %d (%v), want %d: %+v", name, at, failed, c.at, got.Steps)
		}
		wantStage(t, got, c.at, connection.Failed, c.says)
		for _, s := range got.Steps[c.at+1:] {
			if s.State != connection.Skipped {
				t.Errorf("%s: a later stage is %+v", name, s)
			}
		}
		for _, s := range got.Steps {
			if strings.Contains(s.Text.String()+s.Hint.String(), "hush") {
				t.Errorf("%s tells the password: %+v", name, s)
			}
		}
	}
	if got := try(t, Profile{URL: "mqtt://127.0.0.1:" + m.port, User: "mate", Password: NewSecret("right")}); !got.Passed() {
		t.Errorf("the right password did not pass: %+v", got.Steps)
	}
}

// TestTrialOffersTheAuthority proves that what is offered is what makes the
// connection good, and nothing else does.
func TestTrialOffersTheAuthority(t *testing.T) {
	ours, other := newAuthority(t, "Harbour authority"), newAuthority(t, "Some other")
	leaf := ours.issue("broker", nil)
	broker := startMosquitto(t, leaf.listener(ours)...) // which sends its authority, too
	front := httptest.NewUnstartedServer(webSocketFront(t, startMosquitto(t).address()))
	front.TLS = &tls.Config{Certificates: []tls.Certificate{leaf.pair(t)}}
	front.Config.ErrorLog = log.New(io.Discard, "", 0)
	front.StartTLS()
	t.Cleanup(front.Close)
	for url, c := range map[string]struct {
		subject string
		ca      bool
	}{
		"mqtts://localhost:" + broker.port:        {"CN=Harbour authority", true},
		"wss://" + front.Listener.Addr().String(): {"CN=broker", false},
	} {
		p := Profile{URL: url}
		got := try(t, p)
		wantStage(t, got, connection.StageTLS, connection.Failed, "does not know")
		if got.Offer == nil || got.Offer.Subject != c.subject || got.Offer.Authority != c.ca || len(got.Chain) == 0 || got.Chain[0].Subject != "CN=broker" {
			t.Fatalf("%s offers %+v of %+v", url, got.Offer, got.Chain)
		}
		p.Trusted = got.Offer.PEM
		got = try(t, p)
		if !got.Passed() || got.Offer != nil || got.Chain[0].Subject != "CN=broker" {
			t.Errorf("%s, trusted as offered, is %+v", url, got)
		}
		wrong := p
		wrong.Trusted = connection.NewCertificate(other.cert).PEM
		if got = try(t, wrong); got.Passed() {
			t.Errorf("%s: another authority's certificate passes", url)
		}
		p.ServerName = "elsewhere.example"
		got = try(t, p)
		wantStage(t, got, connection.StageTLS, connection.Failed, "not elsewhere.example")
		if got.Offer != nil {
			t.Errorf("%s: a wrong name can be trusted away", url)
		}
	}
	expired := ours.issue("old", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	m := startMosquitto(t, expired.listener(ours)...)
	got := try(t, Profile{URL: "mqtts://localhost:" + m.port, CAFile: ours.file})
	wantStage(t, got, connection.StageTLS, connection.Failed, "expired")
	if got.Offer != nil {
		t.Error("an expired certificate can be trusted away")
	}
}

func TestTrialWithClientCertificate(t *testing.T) {
	ours := newAuthority(t, "Harbour authority")
	m := startMosquitto(t, ours.issue("broker", nil).listener(ours, "require_certificate true", "use_identity_as_username true")...)
	p := Profile{URL: "mqtts://localhost:" + m.port, CAFile: ours.file}
	wantStage(t, try(t, p), connection.StageTLS, connection.Failed, "client certificate")
	mate := ours.issue("mate", nil)
	p.CertFile, p.KeyFile = mate.cert, mate.key
	got := try(t, p)
	if !got.Passed() {
		t.Errorf("with a certificate: %+v", got.Steps)
	}
	wantStage(t, got, connection.StageTLS, connection.Passed, "TLS 1.3, a certificate for localhost")
}

func TestTrialOverWebSocket(t *testing.T) {
	m := startMosquitto(t)
	front := httptest.NewTLSServer(webSocketFront(t, m.address()))
	defer front.Close()
	ca := writePEM(t, t.TempDir()+"/ca.pem", "CERTIFICATE", front.Certificate().Raw)
	got := try(t, Profile{URL: "wss://" + front.Listener.Addr().String(), CAFile: ca})
	if !got.Passed() || len(got.Chain) == 0 {
		t.Errorf("over a WebSocket: %+v", got)
	}
	wantStage(t, got, connection.StageMQTT, connection.Passed, "WebSocket")
}
