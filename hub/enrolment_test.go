package hub

import (
	"archive/zip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// networked is a hub whose network is this machine.
func networked(t *testing.T) (*Hub, *Watch) {
	t.Helper()
	h := start(t, func(c *Config) { c.ListenTLS, c.Enrol = "127.0.0.1:0", "127.0.0.1:0" })
	return h, h.Watch()
}

// enrolled lets a device in as a person would, and returns what it got.
func enrolled(t *testing.T, w *Watch, name, dir string) enrol.Credentials {
	t.Helper()
	offer, err := w.Invite(t.Context(), watch.InviteFor{Name: name, Kind: "pump", Root: "yard/" + name})
	if err != nil {
		t.Fatal(err)
	}
	if len(offer.QR) < 21 || !strings.Contains(offer.Command, offer.URL) || time.Until(offer.Expires) > inviteTime {
		t.Errorf("the offer is %d modules wide, expires %v and says %q", len(offer.QR), offer.Expires, offer.Command)
	}
	url, err := enrol.ParseURL(offer.URL)
	if err != nil {
		t.Fatal(err)
	}
	code := make(chan string, 1)
	type answer struct {
		enrol.Credentials
		err error
	}
	done := make(chan answer, 1)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	go func() {
		d := enrol.Device{URL: url, Dir: dir, ShowCode: func(c string) { code <- c }}
		c, err := d.Enrol(ctx)
		done <- answer{c, err}
	}()
	var asks []watch.Pending
	eventually(t, "request", patience, func() bool { asks = w.Pending(); return len(asks) == 1 })
	if shown := <-code; shown != asks[0].Code {
		t.Errorf("the device shows %s and the hub %s", shown, asks[0].Code)
	}
	if err := w.Approve(t.Context(), asks[0].ID, asks[0].InviteFor); err != nil {
		t.Fatal(err)
	}
	got := <-done
	if got.err != nil {
		t.Fatal(got.err)
	}
	return got.Credentials
}

// connected is an enrolled device with a session.
func connected(t *testing.T, c enrol.Credentials, dir string) (_ mqtt.Client, lost <-chan struct{}) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, enrol.CertificateFile), filepath.Join(dir, enrol.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.Authority)
	gone := make(chan struct{})
	o := mqtt.NewClientOptions().AddBroker(c.Brokers[0]).SetClientID(c.ClientID).SetAutoReconnect(false).
		SetTLSConfig(&tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12}).
		SetConnectionLostHandler(func(mqtt.Client, error) { close(gone) })
	client := mqtt.NewClient(o)
	if token := client.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("connect: %v", token.Error())
	}
	t.Cleanup(func() { client.Disconnect(100) })
	return client, gone
}

// TestEnrolSpeakRevoke takes a device through its life: invited, approved,
// vouched for, and put out with what it retained.
func TestEnrolSpeakRevoke(t *testing.T) {
	h, w := networked(t)
	dir := filepath.Join(t.TempDir(), "device")
	papers := enrolled(t, w, "pump-7", dir)
	client, lost := connected(t, papers, dir)
	if token := client.Publish(papers.Root+"/pressure", 1, true, "3.1"); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatal(token.Error())
	}
	var topic model.TopicInfo
	eventually(t, "message", patience, func() bool {
		var ok bool
		topic, ok = h.Store.Topic("yard/pump-7/pressure")
		return ok
	})
	if p := topic.Publisher; p == nil || p.Identity != "pump-7" || !p.TLS {
		t.Errorf("it is published by %+v", p)
	}
	if found, total := w.Retained("pump-7", 10); total != 1 || found[0].Publisher.Identity != "pump-7" {
		t.Errorf("retained: %+v of %d", found, total)
	}
	began := time.Now()
	if err := w.Revoke(t.Context(), "pump-7", "stolen", true); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lost:
		t.Logf("cut %v after the word was given", time.Since(began))
	case <-time.After(patience):
		t.Fatal("a revoked device stays connected")
	}
	eventually(t, "purge", patience, func() bool { _, total := w.Retained("", 10); return total == 0 })
	again := client.Connect()
	if again.WaitTimeout(patience); again.Error() == nil {
		t.Error("a revoked device came back")
	}
	eventually(t, "attempt in the feed", patience, func() bool {
		for _, a := range h.Feed.Attempts(-1) {
			if a.Kind == watch.Revoked {
				return true
			}
		}
		return false
	})
}

// TestEnrolledDevicesOpenTheNetworkAgain restarts a hub that has devices.
func TestEnrolledDevicesOpenTheNetworkAgain(t *testing.T) {
	c := Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", ListenTLS: "127.0.0.1:0", Enrol: "127.0.0.1:0", DemoSpeed: 1, NoKeychain: true}
	dir := filepath.Join(t.TempDir(), "device")
	first, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	papers := enrolled(t, first.Watch(), "pump-8", dir)
	url := first.urlOf(transportTLS, "127.0.0.1")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c.ListenTLS = strings.TrimPrefix(url, "mqtts://")
	second, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}()
	if second.enroller() == nil {
		t.Error("devices cannot enrol after a restart")
	}
	client, _ := connected(t, papers, dir)
	if !client.IsConnected() {
		t.Error("the device is not connected")
	}
}

func TestBundle(t *testing.T) {
	_, w := networked(t)
	path := filepath.Join(t.TempDir(), "meter.zip")
	if err := w.MakeBundle(t.Context(), watch.InviteFor{Name: "meter-1", Root: "yard/meter-1"}, path); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) < 6 {
		t.Errorf("the bundle has %d files", len(z.File))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the bundle is readable by others: %v, %v", info.Mode(), err)
	}
	if err := w.MakeBundle(t.Context(), watch.InviteFor{Name: "meter-1"}, path); err == nil {
		t.Error("a bundle was overwritten")
	}
}

// TestBanOfAShortenedName is refused: it would keep nobody out.
func TestBanOfAShortenedName(t *testing.T) {
	_, w := networked(t)
	if err := w.Ban(t.Context(), watch.Ban{ClientID: "tok…(21 bytes, #a1b2c3)"}); err == nil || !strings.Contains(err.Error(), "address") {
		t.Errorf("the ban of a shortened client ID: %v", err)
	}
	if err := w.Ban(t.Context(), watch.Ban{Addr: "192.0.2.9"}); err != nil || len(w.Bans()) != 1 {
		t.Errorf("the ban of an address: %v, %v", err, w.Bans())
	}
	if err := w.Unban(t.Context(), watch.Ban{Addr: "192.0.2.9"}); err != nil || len(w.Bans()) != 0 {
		t.Errorf("the end of a ban: %v, %v", err, w.Bans())
	}
}
