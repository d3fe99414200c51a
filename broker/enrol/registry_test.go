package enrol_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// adapter fits the registry of identities to the endpoint.
type adapter struct{ *identity.Registry }

func (a adapter) Authority() *x509.Certificate { return a.Registry.Authority().Certificate() }

func (a adapter) Redeem(token string) (enrol.Invitation, error) {
	i, err := a.Registry.Redeem(token)
	for of, why := range map[error]error{identity.ErrUnknownInvitation: enrol.ErrUnknownToken,
		identity.ErrUsedInvitation: enrol.ErrUsedToken, identity.ErrExpiredInvitation: enrol.ErrExpiredToken} {
		if errors.Is(err, of) {
			err = fmt.Errorf("%w: %w", why, err)
		}
	}
	return enrol.Invitation{Name: i.For.Name, Role: i.For.Role.String(), Kind: i.For.Kind, Root: i.For.Root}, err
}

func (a adapter) Exists(name string) bool {
	_, found := a.Get(name)
	return found
}

func (a adapter) Enrol(i enrol.Invitation, name string, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	who, found := a.Get(name)
	if !found {
		who = identity.Identity{Name: name, Kind: i.Kind, Root: i.Root}
		if err := who.Role.UnmarshalText([]byte(i.Role)); err != nil {
			return enrol.Enrolled{}, err
		}
		if err := a.Put(who); err != nil {
			return enrol.Enrolled{}, err
		}
	}
	return a.issue(who, csr)
}

func (a adapter) Renew(old *x509.Certificate, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	who, found := a.Get(old.Subject.CommonName)
	if !found {
		return enrol.Enrolled{}, identity.ErrUnknown
	}
	good := slices.ContainsFunc(who.Certificates, func(c identity.Certificate) bool {
		return c.Fingerprint == enrol.Fingerprint(old) && c.Revoked == nil && time.Now().Before(c.Ends())
	})
	if !good {
		return enrol.Enrolled{}, errors.New("the certificate is revoked, or has been replaced")
	}
	return a.issue(who, csr)
}

func (a adapter) issue(who identity.Identity, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	cert, err := a.Issue(who.Name, csr, 0)
	id := who.Name
	if len(who.ClientIDs) > 0 {
		id = who.ClientIDs[0]
	}
	return enrol.Enrolled{Certificate: cert, Name: who.Name, ClientID: id, Root: who.Root}, err
}

// house is a broker over TLS with its registry and its enrolment endpoint.
type house struct {
	registry *identity.Registry
	server   *enrol.Server
	enrolAt  string
	got      chan model.Message
}

func newHouse(t *testing.T) *house {
	t.Helper()
	r, err := identity.Open(identity.Options{Dir: filepath.Join(t.TempDir(), "registry"), Secrets: secret.Memory()})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{registry: r, got: make(chan model.Message, 16)}
	b := broker.New(broker.Options{Access: r})
	plain, at := listener(t), listener(t)
	config, verify := r.ServerTLS()
	secure, err := listen.TLS(plain, config, verify)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(plain.Addr().String())
	h.enrolAt = at.Addr().String()
	h.server, err = enrol.New(enrol.Options{Registry: adapter{r}, Brokers: func(host string) []string {
		return []string{"mqtts://" + net.JoinHostPort(host, port)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 2)
	go func() { served <- b.Serve(context.Background(), secure) }()
	go func() { served <- h.server.Serve(at, config) }()
	local, err := b.Attach(broker.LocalOptions{ClientID: "window", OnMessages: func(all []model.Message) {
		for _, m := range all {
			m.Payload = bytes.Clone(m.Payload)
			h.got <- m
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := local.Subscribe("#", 1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, err := range []error{local.Close(), h.server.Close(), b.Close(), <-served, <-served, r.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// enrol lets a device in, and returns its folder.
func (h *house) enrol(t *testing.T, i identity.Invitation) (string, enrol.Credentials) {
	t.Helper()
	token, err := h.registry.Invite(i)
	if err != nil {
		t.Fatal(err)
	}
	u, err := enrol.ParseURL(h.server.Invite(h.enrolAt, token).String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	dir, shown := filepath.Join(t.TempDir(), "device"), make(chan string, 1)
	var wait sync.WaitGroup
	wait.Go(func() {
		code := <-shown
		for ctx.Err() == nil {
			if all := h.server.Pending(); len(all) == 1 {
				if all[0].Code != code {
					t.Errorf("the operator sees %q, the device %q", all[0].Code, code)
				}
				if err := h.server.Approve(all[0].ID); err != nil {
					t.Error(err)
				}
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	d := enrol.Device{URL: u, Dir: dir, ShowCode: func(code string) { shown <- code }}
	got, err := d.Enrol(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	return dir, got
}

// connect says hello to the broker with what is in the folder.
func connect(t *testing.T, dir string, c enrol.Credentials, id string) (mqtt.Client, error) {
	t.Helper()
	own, err := tls.LoadX509KeyPair(filepath.Join(dir, enrol.CertificateFile), filepath.Join(dir, enrol.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, enrol.AuthorityFile))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	at, err := url.Parse(c.Brokers[0])
	if err != nil {
		t.Fatal(err)
	}
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("ssl://" + at.Host).SetClientID(id).SetAutoReconnect(false).
		SetTLSConfig(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}))
	t.Cleanup(func() { client.Disconnect(0) })
	return client, finished(client.Connect())
}

func finished(token mqtt.Token) error {
	if !token.WaitTimeout(patience) {
		return errors.New("no answer")
	}
	return token.Error()
}

func ferry() identity.Invitation {
	return identity.Invitation{For: identity.Identity{Name: "wight-sun", Kind: "ferry", Root: "solent/ferries/wight-sun"}}
}

// TestEnrolledDeviceSpeaks goes all the way: invitation, enrolment, a message
// that the broker vouches for, renewal, another message, revocation.
func TestEnrolledDeviceSpeaks(t *testing.T) {
	h := newHouse(t)
	dir, c := h.enrol(t, ferry())
	says := func(text string) {
		t.Helper()
		client, err := connect(t, dir, c, c.ClientID)
		if err != nil {
			t.Fatal(err)
		}
		if err := finished(client.Publish(c.Root+"/hello", 1, false, text)); err != nil {
			t.Fatal(err)
		}
		select {
		case m := <-h.got:
			if m.Topic != "solent/ferries/wight-sun/hello" || string(m.Payload) != text || m.Publisher.Identity != "wight-sun" || !m.Publisher.TLS {
				t.Errorf("the window got %s %q from %+v", m.Topic, m.Payload, m.Publisher)
			}
		case <-time.After(patience):
			t.Fatal("the window got nothing")
		}
		client.Disconnect(0)
	}
	says("first")
	if _, err := enrol.Renew(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	says("second")
	if _, err := connect(t, dir, c, "red-eagle"); err == nil {
		t.Error("it may use another's client ID")
	}
	if err := h.registry.Revoke("wight-sun", "lost"); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, dir, c, c.ClientID); err == nil {
		t.Error("a revoked device is let in")
	}
	if _, err := enrol.Renew(t.Context(), dir); err == nil {
		t.Error("a revoked certificate was renewed")
	}
}

// TestTokenWorksOnce uses an invitation that another device has used.
func TestTokenWorksOnce(t *testing.T) {
	h := newHouse(t)
	token, err := h.registry.Invite(ferry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.registry.Redeem(token); err != nil {
		t.Fatal(err)
	}
	d := enrol.Device{URL: h.server.Invite(h.enrolAt, token), Dir: t.TempDir()}
	_, err = d.Enrol(t.Context())
	var no *enrol.Denied
	if !errors.As(err, &no) || no.Outcome != enrol.UsedToken || !strings.Contains(no.Text, "used already") {
		t.Errorf("used again: %v", err)
	}
}

// TestBannedAddress keeps an address out of the endpoint, too.
func TestBannedAddress(t *testing.T) {
	h := newHouse(t)
	token, err := h.registry.Invite(ferry())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.registry.Ban(identity.Ban{Of: identity.BanAddress, Value: "127.0.0.0/8"}); err != nil {
		t.Fatal(err)
	}
	d := enrol.Device{URL: h.server.Invite(h.enrolAt, token), Dir: t.TempDir()}
	if _, err := d.Enrol(t.Context()); err == nil {
		t.Error("a banned address enrols a device")
	}
	if len(h.registry.Invitations()) != 1 {
		t.Error("it spent the invitation")
	}
}
