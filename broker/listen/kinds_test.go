package listen_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

// kindError is an error of a verifier that knows what it speaks of.
type kindError struct{ kind watch.Kind }

func (kindError) Error() string      { return "not this one" }
func (e kindError) Kind() watch.Kind { return e.kind }

// What ended a connection before CONNECT is told by its kind.
func TestFailedHandshakesAreToldApart(t *testing.T) {
	cert, pool, _ := identity(t)
	stranger, _, _ := identity(t)
	verify := func(tls.ConnectionState) error { return nil }
	config := &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven}
	late := config.Clone()
	late.Time = func() time.Time { return time.Now().Add(48 * time.Hour) }
	revoked := func(tls.ConnectionState) error { return kindError{watch.Revoked} }
	with := func(c tls.Certificate) *tls.Config {
		return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{c}}
	}
	for _, tc := range []struct {
		name   string
		server *tls.Config
		verify listen.Verifier
		client *tls.Config // nil for one that sends bytes
		send   string
		want   watch.Kind
	}{
		{"another authority", config, verify, with(stranger), "", watch.UnknownIssuer},
		{"expired", late, verify, with(cert), "", watch.Expired},
		{"a verdict of the verifier", config, revoked, with(cert), "", watch.Revoked},
		{"an old version", config, verify, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "", watch.DowngradeTried},
		{"a client that does not trust us", config, verify, &tls.Config{RootCAs: x509.NewCertPool()}, "", watch.HandshakeFailed},
		{"bytes that are not TLS", config, verify, nil, "GET / HTTP/1.1\r\n\r\n", watch.HandshakeFailed},
		{"silence", config, verify, nil, "\x16", watch.Flood},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ln, err := listen.TLS(tcp(t), tc.server, tc.verify)
			if err != nil {
				t.Fatal(err)
			}
			refused := make(chan broker.Refused, 10)
			serve(t, ln, broker.Options{Limits: broker.Limits{ConnectTime: time.Second}, OnEvent: func(e broker.Event) {
				if e, ok := e.(broker.Refused); ok {
					refused <- e
				}
			}})
			nc, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = nc.Close() }()
			_ = nc.SetDeadline(time.Now().Add(patience))
			if tc.client != nil {
				tc.client.ServerName = "localhost"
				secure := tls.Client(nc, tc.client)
				if secure.Handshake() == nil { // TLS 1.3 tells at the first read
					_, _ = secure.Read(make([]byte, 1))
				}
			} else if _, err := nc.Write([]byte(tc.send)); err != nil {
				t.Fatal(err)
			}
			select {
			case e := <-refused:
				if e.Kind != tc.want || e.Reason == "" {
					t.Errorf("%v: %s; want %v", e.Kind, e.Reason, tc.want)
				}
			case <-time.After(patience):
				t.Fatal("nothing was refused")
			}
		})
	}
}

// A secure WebSocket's failed handshake says why, too.
func TestSecureWebSocketTellsFailures(t *testing.T) {
	cert, _, _ := identity(t)
	inner, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	refused := make(chan listen.Refusal, 1)
	ln := listen.WebSocket(inner, listen.Options{OnRefuse: func(r listen.Refusal) { refused <- r }})
	serve(t, ln, broker.Options{})
	config := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}
	if nc, err := tls.Dial("tcp", ln.Addr().String(), config); err == nil {
		_ = nc.Close()
		t.Fatal("TLS 1.1 was accepted")
	}
	select {
	case r := <-refused:
		if r.Reason != listen.HandshakeFailed || broker.KindOf(r.Err) != watch.DowngradeTried {
			t.Errorf("%v: %v", r.Reason, r.Err)
		}
	case <-time.After(patience):
		t.Fatal("nothing was refused")
	}
}

// A session list says what carries each session.
func TestTransports(t *testing.T) {
	cert, pool, _ := identity(t)
	secured, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	memory := listen.Memory()
	plain := tcp(t)
	for _, tc := range []struct {
		want string
		ln   net.Listener
		dial func() (net.Conn, error)
	}{
		{"TCP", plain, func() (net.Conn, error) { return net.Dial("tcp", plain.Addr().String()) }},
		{"TLS 1.3", secured, func() (net.Conn, error) {
			return tls.Dial("tcp", secured.Addr().String(), &tls.Config{RootCAs: pool})
		}},
		{"in-process", memory, func() (net.Conn, error) { return memory.Dial(t.Context()) }},
	} {
		t.Run(tc.want, func(t *testing.T) {
			b := serve(t, tc.ln, broker.Options{})
			nc, err := tc.dial()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = nc.Close() }()
			p := packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("a"), KeepAlive: 30,
				Will: &packet.Will{Topic: []byte("gone")}}
			if _, err := nc.Write(p.Append(nil, packet.V311)); err != nil {
				t.Fatal(err)
			}
			eventually(t, "session", func() bool { s := b.Sessions(); return len(s) == 1 && s[0].Connected })
			s := b.Sessions()[0]
			if s.Transport != tc.want || (s.Cipher != "") != (tc.want == "TLS 1.3") || s.KeepAlive != 30*time.Second || s.WillTopic != "gone" {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	if k := broker.KindOf(errors.Join(errors.New("x"), kindError{watch.Banned})); k != watch.Banned {
		t.Errorf("a wrapped verdict is %v", k)
	}
	if k := broker.KindOf(nil); k != watch.Flood {
		t.Errorf("silence is %v", k)
	}
}
