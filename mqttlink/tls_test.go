package mqttlink

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func ignore([]model.Message) {}

func TestTLS(t *testing.T) {
	ca := newAuthority(t, "Harbour Authority")
	m := startMosquitto(t, ca.issue("server", nil).listener(ca)...)
	var in inbox
	r := startRemote(t, Profile{URL: "mqtts://" + m.address(), CAFile: ca.file}, in.sink)
	waitUp(t, r)
	publish(t, r, "tls", "1", 2, false)
	eventually(t, "message arrives", func() bool { return len(in.find("tls")) == 1 })
}

func TestTLSBadCertificates(t *testing.T) {
	ca, other := newAuthority(t, "Harbour Authority"), newAuthority(t, "Someone Else")
	past := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 2, 3, 4, 5, 0, 0, time.UTC)
	}
	future := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
	}
	elsewhere := func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"broker.example"}, nil }
	for _, c := range []struct {
		name   string
		change func(*x509.Certificate)
		trust  *authority
		server string
		kind   Kind
		says   string
	}{
		{"unknown authority", nil, other, "", KindTLSAuthority, "Harbour Authority"},
		{"expired", past, ca, "", KindTLSExpired, "expired on 2021-02-03 04:05 UTC"},
		{"not yet valid", future, ca, "", KindTLSExpired, "valid only from"},
		{"wrong host", elsewhere, ca, "", KindTLSHost, `it is for "broker.example", not 127.0.0.1`},
		{"wrong server name", nil, ca, "broker.example", KindTLSHost, `"localhost", "127.0.0.1", not broker.example`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := startMosquitto(t, ca.issue("server", c.change).listener(ca)...)
			r := startRemote(t, Profile{URL: "mqtts://" + m.address(), CAFile: c.trust.file, ServerName: c.server}, ignore)
			err := waitError(t, r)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v; want kind %q and %q", err, c.kind, c.says)
			}
		})
	}
}

func TestTLSServerName(t *testing.T) {
	ca := newAuthority(t, "Harbour Authority")
	named := ca.issue("server", func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"broker.example"}, nil })
	m := startMosquitto(t, named.listener(ca)...)
	r := startRemote(t, Profile{URL: "ssl://" + m.address(), CAFile: ca.file, ServerName: "broker.example"}, ignore)
	waitUp(t, r)
}

func TestTLSClientCertificates(t *testing.T) {
	ca, other := newAuthority(t, "Harbour Authority"), newAuthority(t, "Someone Else")
	m := startMosquitto(t, ca.issue("server", nil).listener(ca, "require_certificate true")...)
	p := Profile{URL: "mqtts://" + m.address(), CAFile: ca.file}
	good, bad := ca.issue("window", nil), other.issue("window", nil)
	old := ca.issue("old", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })

	t.Run("trusted", func(t *testing.T) {
		p := p
		p.CertFile, p.KeyFile = good.cert, good.key
		waitUp(t, startRemote(t, p, ignore))
	})
	t.Run("none", func(t *testing.T) {
		if err := waitError(t, startRemote(t, p, ignore)); !errors.Is(err, KindTLSClient) {
			t.Error(err)
		}
	})
	t.Run("of another authority", func(t *testing.T) {
		p := p
		p.CertFile, p.KeyFile = bad.cert, bad.key
		if err := waitError(t, startRemote(t, p, ignore)); !errors.Is(err, KindTLSClient) {
			t.Error(err)
		}
	})
	t.Run("expired", func(t *testing.T) {
		p := p
		p.CertFile, p.KeyFile = old.cert, old.key
		if err := waitError(t, startRemote(t, p, ignore)); !errors.Is(err, KindTLSClient) || !strings.Contains(err.Error(), "expired") {
			t.Error(err)
		}
	})
}

func TestTLSFiles(t *testing.T) {
	ca := newAuthority(t, "Harbour Authority")
	a, b := ca.issue("a", nil), ca.issue("b", nil)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Profile{
		"no such file":          {CAFile: "/does/not/exist.pem"},
		"not PEM":               {CAFile: text},
		"key of another":        {CertFile: a.cert, KeyFile: b.key},
		"a directory for a key": {CertFile: a.cert, KeyFile: t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			p.URL = "mqtts://127.0.0.1:1"
			if err := waitError(t, startRemote(t, p, ignore)); !errors.Is(err, KindFile) {
				t.Error(err)
			}
		})
	}
}

func TestTLSWhereThereIsNone(t *testing.T) {
	m := startMosquitto(t)
	if err := waitError(t, startRemote(t, Profile{URL: "mqtts://" + m.address()}, ignore)); !errors.Is(err, KindNotTLS) {
		t.Error(err)
	}
}

func TestNoTLSWhereThereIsSome(t *testing.T) {
	ca := newAuthority(t, "Harbour Authority")
	m := startMosquitto(t, ca.issue("server", nil).listener(ca)...)
	err := waitError(t, startRemote(t, Profile{URL: "mqtt://" + m.address()}, ignore))
	if !errors.Is(err, KindTLSNeeded) && !errors.Is(err, KindClosed) || !strings.Contains(err.Error(), "TLS") {
		t.Error(err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	ca := newAuthority(t, "Harbour Authority")
	address := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.issue("server", nil).pair(t)},
		MinVersion:   tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	})
	r := startRemote(t, Profile{URL: "mqtts://" + address, CAFile: ca.file}, ignore)
	if err := waitError(t, r); !errors.Is(err, KindTLSVersion) {
		t.Error(err)
	}
}

// serveTLS accepts TLS connections and finishes their handshake, no more.
func serveTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, config)
		_ = secure.Handshake()
		_, _ = secure.Read(make([]byte, 1))
	})
}
