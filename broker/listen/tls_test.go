package listen_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

func TestTLSRefusesOldVersions(t *testing.T) {
	cert, pool, _ := identity(t)
	ln, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10}, nil)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, ln, broker.Options{})
	for version, good := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		nc, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: pool, MinVersion: version, MaxVersion: version})
		if err == nil {
			_ = nc.Close()
		}
		if (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

// TestVerifierSeesResumedSessions revokes a client between two connections of
// one session.
func TestVerifierSeesResumedSessions(t *testing.T) {
	cert, pool, _ := identity(t)
	var calls, resumed atomic.Int64
	var revoked atomic.Bool
	ln, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS12},
		func(state tls.ConnectionState) error {
			calls.Add(1)
			if state.DidResume {
				resumed.Add(1)
			}
			if len(state.PeerCertificates) != 1 || revoked.Load() {
				return errors.New("not this one")
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, ln, broker.Options{})
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	dial := func() error {
		nc, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", ln.Addr().String(), config)
		if err == nil {
			_ = nc.Close()
		}
		return err
	}
	for range 2 {
		if err := dial(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "resumption", func() bool { return calls.Load() == 2 && resumed.Load() == 1 })
	revoked.Store(true)
	if err := dial(); err == nil {
		t.Error("a revoked client resumes its session")
	}
	if resumed.Load() != 2 {
		t.Errorf("the last session was not a resumed one: %d", resumed.Load())
	}
}

func TestTLSRefusesConfigs(t *testing.T) {
	cert, _, _ := identity(t)
	ln := tcp(t)
	defer func() { _ = ln.Close() }()
	skipped := func([][]byte, [][]*x509.Certificate) error { return nil }
	for name, config := range map[string]*tls.Config{
		"none":                  nil,
		"no certificate":        {},
		"VerifyPeerCertificate": {Certificates: []tls.Certificate{cert}, VerifyPeerCertificate: skipped},
	} {
		if _, err := listen.TLS(ln, config, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestChosenConfigIsStrict goes through a config that is chosen for each client.
func TestChosenConfigIsStrict(t *testing.T) {
	cert, pool, _ := identity(t)
	ln, err := listen.TLS(tcp(t), &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10}, nil
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, ln, broker.Options{})
	nc, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = nc.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

func TestSilentTLSIsClosed(t *testing.T) {
	cert, _, _ := identity(t)
	ln, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := serve(t, ln, broker.Options{Limits: broker.Limits{ConnectTime: time.Second}})
	silent(t, ln.Addr().String(), 100, "\x16\x03\x01\x02\x00")()
	eventually(t, "departure", func() bool { return b.Stats().Connections == 0 })
}
