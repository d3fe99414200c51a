package identity_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/model/watch"
)

// shake does a handshake and reads a byte, as TLS 1.3 tells the client of a
// refused certificate only then.
func (h *house) shake(config *tls.Config, from byte) (tls.ConnectionState, error) {
	h.t.Helper()
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, from)}}, Config: config}
	nc, err := d.DialContext(h.t.Context(), "tcp", h.tls)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = nc.Close() }()
	state := nc.(*tls.Conn).ConnectionState()
	if _, err := nc.Write([]byte{0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0}); err != nil { // CONNECT
		return state, err
	}
	_ = nc.SetReadDeadline(time.Now().Add(patience))
	_, err = nc.Read(make([]byte, 1))
	return state, err
}

// TestDowngrade offers TLS versions (row 13).
func TestDowngrade(t *testing.T) {
	h := newHouse(t)
	pool := x509.NewCertPool()
	pool.AddCert(h.r.Authority().Certificate())
	for version, good := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		_, err := h.shake(&tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: version, MaxVersion: version}, 1)
		if (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if n := h.count(watch.DowngradeTried); n != 2 {
		t.Errorf("told %d times", n)
	}
}

// TestBadServers has a device meet servers that are not the hub (row 14, from the
// device's side).
func TestBadServers(t *testing.T) {
	h := newHouse(t)
	other := newHouse(t)
	pool := x509.NewCertPool()
	pool.AddCert(h.r.Authority().Certificate())
	far := func(d time.Duration) func() time.Time {
		return func() time.Time { return time.Now().Add(d) }
	}
	for name, c := range map[string]struct {
		h      *house
		config *tls.Config
		good   bool
		reason string
	}{
		"the hub":           {h, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}, true, ""},
		"another authority": {other, &tls.Config{RootCAs: pool, ServerName: "localhost"}, false, "unknown authority"},
		"the wrong host":    {h, &tls.Config{RootCAs: pool, ServerName: "bank.example"}, false, "not bank.example"},
		"expired":           {h, &tls.Config{RootCAs: pool, ServerName: "localhost", Time: far(200 * 24 * time.Hour)}, false, "expired"},
		"not valid yet":     {h, &tls.Config{RootCAs: pool, ServerName: "localhost", Time: far(-100 * 24 * time.Hour)}, false, "not yet valid"},
	} {
		_, err := c.h.shake(c.config, 1)
		if (err == nil) != c.good || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// rogueAuthority signs certificates that look like ours.
func rogueAuthority(t testing.TB, name string, subject pkix.Name, from, to time.Time) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestBadClientCertificates shows the hub certificates that are no good (rows 14
// and 15): each is named exactly, and the ferry does not notice.
func TestBadClientCertificates(t *testing.T) {
	h := newHouse(t)
	sun := h.enrol(ferry("wight-sun"))
	victim := h.come(visit{id: "wight-sun", cert: sun})
	light := h.enrol(ferry("wight-light"))
	now := time.Now()
	forged := rogueAuthority(t, "wight-sun", h.r.Authority().Certificate().Subject, now.Add(-time.Hour), now.Add(time.Hour))
	h.refused(visit{id: "wight-sun", cert: forged})
	h.told(watch.UnknownIssuer)
	victim.well()

	if err := h.r.RevokeCertificate(fmt.Sprintf("%x", light.Leaf.SerialNumber), "lost"); err != nil {
		t.Fatal(err)
	}
	h.refused(visit{id: "wight-light", cert: light})
	h.told(watch.Revoked)

	removed := h.enrol(ferry("third"))
	if err := h.r.Remove("third"); err != nil {
		t.Fatal(err)
	}
	h.refused(visit{id: "third", cert: removed})

	h.clock.advance(400 * 24 * time.Hour)
	h.refusedAt(visit{id: "wight-sun", cert: sun})
	h.told(watch.Expired)
	victim.well() // a live session is not cut by the calendar

	h.r.SwitchOff(identity.CertificateCheck)
	h.r.SwitchOff(identity.TakeoverLimit)
	config := h.clientConfig(visit{cert: forged})
	config.Time = h.clock.now
	h.come(visit{id: "wight-sun", cert: forged, config: config})
	victim.gone()
}

// refusedAt is refused by the house's clock.
func (h *house) refusedAt(v visit) {
	h.t.Helper()
	v.config = h.clientConfig(v)
	v.config.Time = h.clock.now
	h.refused(v)
}

// TestResumptionAfterRevocation resumes a TLS session with a key that was revoked
// meanwhile (row 15).
func TestResumptionAfterRevocation(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		h := newHouse(t)
		light := h.enrol(ferry("wight-light"))
		config := h.clientConfig(visit{cert: light})
		config.ClientSessionCache, config.MaxVersion = tls.NewLRUClientSessionCache(4), version
		if _, err := h.shake(config, 1); err != nil {
			t.Fatal(err)
		}
		state, err := h.shake(config, 1)
		if err != nil || !state.DidResume {
			t.Fatalf("%s: not resumed: %v", tls.VersionName(version), err)
		}
		if err := h.r.Revoke("wight-light", "stolen"); err != nil {
			t.Fatal(err)
		}
		state, err = h.shake(config, 1)
		if err == nil {
			t.Errorf("%s: a revoked key resumes", tls.VersionName(version))
		}
		if version == tls.VersionTLS13 && !state.DidResume {
			t.Error("the last handshake was not a resumption")
		}
		h.told(watch.Revoked)
		h.r.SwitchOff(identity.RevocationCheck)
		if _, err := h.shake(config, 1); err != nil {
			t.Errorf("defence off: %v", err)
		}
	}
}

// TestRevocationSurvivesRestart opens the registry again.
func TestRevocationSurvivesRestart(t *testing.T) {
	h := newHouse(t)
	light := h.enrol(ferry("wight-light"))
	live := h.come(visit{id: "wight-light", cert: light})
	start := time.Now()
	if err := h.r.RevokeAndPurge("wight-light", "stolen"); err != nil {
		t.Fatal(err)
	}
	live.gone()
	t.Logf("cut after %v", time.Since(start))
	if err := h.r.Close(); err != nil {
		t.Fatal(err)
	}
	again := newHouse(t, func(o *identity.Options) { o.Dir, o.Secrets = h.dir, h.secrets })
	again.refused(visit{id: "wight-light", cert: light})
	again.told(watch.Revoked)
	if err := again.r.Restore("wight-light"); err != nil {
		t.Fatal(err)
	}
	again.refused(visit{id: "wight-light", cert: light}) // a lost key stays lost
	again.come(visit{id: "wight-light", cert: again.certificate("wight-light")}).well()
}

// TestRotation gives a device a new certificate before the old one ends.
func TestRotation(t *testing.T) {
	h := newHouse(t)
	old := h.enrol(ferry("wight-sun"))
	next := h.certificate("wight-sun")
	h.come(visit{id: "wight-sun", cert: old}).well()
	h.come(visit{id: "wight-sun", cert: next}).well()
	h.clock.advance(8 * 24 * time.Hour)
	h.refused(visit{id: "wight-sun", cert: old})
	h.told(watch.Expired)
	h.come(visit{id: "wight-sun", cert: next}).well()
	anna := h.enrol(identity.Identity{Name: "anna", Role: identity.Operator})
	h.certificate("anna")
	h.clock.advance(8 * 24 * time.Hour)
	h.come(visit{id: "anna", cert: anna}).well() // people have several
}

// TestClockSetBack sets the clock back by a year (row 34).
func TestClockSetBack(t *testing.T) {
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	certPEM, keyPEM, err := h.r.IssueKey("wight-sun", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	short, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.advance(2 * time.Hour)
	h.put(ferry("other")) // the registry is written: it is later than the end
	h.clock.advance(-365 * 24 * time.Hour)
	h.r.Check()
	h.told(watch.ClockWrong)
	config := h.clientConfig(visit{cert: &short})
	config.Time = func() time.Time { return time.Now().Add(2 * time.Hour) }
	h.refused(visit{id: "wight-sun", cert: &short, config: config})
	h.told(watch.Expired) // an old clock revives nothing
	if err := h.r.AcceptClock(); err != nil {
		t.Fatal(err)
	}
	before := h.count(watch.ClockWrong)
	h.refused(visit{id: "wight-sun", cert: &short, config: config})
	eventually(t, "the clock named", func() bool { return h.count(watch.ClockWrong) > before })
}

// TestExpiryIsWarnedOf looks a year ahead.
func TestExpiryIsWarnedOf(t *testing.T) {
	h := newHouse(t)
	h.enrol(ferry("wight-sun"))
	h.r.Check()
	if h.count(watch.ExpiresSoon) != 0 {
		t.Error("warned at once")
	}
	h.clock.advance(340 * 24 * time.Hour)
	h.r.Check()
	h.r.Check()
	if n := h.count(watch.ExpiresSoon); n != 1 {
		t.Errorf("warned %d times", n)
	}
	h.certificate("wight-sun")
	h.clock.advance(2 * 24 * time.Hour)
	h.r.Check()
	if n := h.count(watch.ExpiresSoon); n != 1 {
		t.Errorf("warned %d times, although it was renewed", n)
	}
}

// TestServerCertificateIsRenewed looks at the server's certificate as time goes.
func TestServerCertificateIsRenewed(t *testing.T) {
	h := newHouse(t, func(o *identity.Options) { o.Hosts = []string{"hub.example", "192.0.2.7"} })
	pool := x509.NewCertPool()
	pool.AddCert(h.r.Authority().Certificate())
	serial := ""
	for _, c := range []struct {
		days    int
		changes bool
	}{{0, true}, {50, false}, {11, true}, {300, true}} {
		h.clock.advance(time.Duration(c.days) * 24 * time.Hour)
		for _, name := range []string{"hub.example", "192.0.2.7", "localhost", "::1"} {
			state, err := h.shake(&tls.Config{RootCAs: pool, ServerName: name, Time: h.clock.now}, 1)
			if err != nil {
				t.Fatalf("%s after %d days: %v", name, c.days, err)
			}
			got := state.PeerCertificates[0].SerialNumber.String()
			if name == "hub.example" {
				if (got != serial) != c.changes {
					t.Errorf("after %d days: changed %v", c.days, got != serial)
				}
				serial = got
			}
		}
	}
}

// files writes what mosquitto's and openssl's tools need.
func (h *house) files(name string) (ca, cert, key string) {
	h.t.Helper()
	dir := h.t.TempDir()
	certPEM, keyPEM, err := h.r.IssueKey(name, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	write := func(file string, b []byte) string {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			h.t.Fatal(err)
		}
		return path
	}
	return write("ca.pem", h.r.Authority().PEM()), write("cert.pem", certPEM), write("key.pem", keyPEM)
}

// TestOpenSSL has another implementation of TLS check the hub.
func TestOpenSSL(t *testing.T) {
	path := tool(t, "openssl")
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	ca, cert, key := h.files("wight-sun")
	for name, c := range map[string]struct {
		args []string
		good bool
	}{
		"TLS 1.3":   {[]string{"-tls1_3", "-CAfile", ca, "-cert", cert, "-key", key}, true},
		"TLS 1.2":   {[]string{"-tls1_2", "-CAfile", ca, "-cert", cert, "-key", key}, true},
		"TLS 1.1":   {[]string{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-CAfile", ca}, false},
		"not ours":  {[]string{"-tls1_3", "-CAfile", cert}, false},
		"wrong one": {[]string{"-tls1_3", "-CAfile", ca, "-verify_hostname", "bank.example"}, false},
	} {
		args := append([]string{"s_client", "-connect", h.tls, "-verify_return_error", "-verify_ip", "127.0.0.1", "-brief"}, c.args...)
		cmd := exec.Command(path, args...)
		cmd.Stdin = strings.NewReader("")
		out, err := cmd.CombinedOutput()
		if (err == nil) != c.good {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	out, err := exec.Command(path, "verify", "-CAfile", ca, "-purpose", "sslclient", cert).CombinedOutput()
	if err != nil {
		t.Errorf("openssl verify: %v\n%s", err, out)
	}
	text, err := exec.Command(path, "x509", "-in", ca, "-noout", "-fingerprint", "-sha256").Output()
	if want := strings.ReplaceAll(strings.ToLower(string(text[bytes.IndexByte(text, '=')+1:])), ":", ""); err != nil || strings.TrimSpace(want) != h.r.Authority().Fingerprint() {
		t.Errorf("fingerprint %s, openssl says %s", h.r.Authority().Fingerprint(), want)
	}
}

// TestMosquittoWithCertificates has mosquitto's clients use issued certificates.
func TestMosquittoWithCertificates(t *testing.T) {
	pub, sub := tool(t, "mosquitto_pub"), tool(t, "mosquitto_sub")
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	h.put(identity.Identity{Name: "anna", Role: identity.Operator})
	ca, cert, key := h.files("wight-sun")
	_, annaCert, annaKey := h.files("anna")
	host, port, _ := net.SplitHostPort(h.tls)
	base := []string{"-h", host, "-p", port, "--cafile", ca}
	listener := exec.Command(sub, append(base, "--cert", annaCert, "--key", annaKey, "-i", "anna", "-t", "solent/#", "-C", "1", "-F", "%t %p")...)
	var heard, faults bytes.Buffer
	listener.Stdout, listener.Stderr = &heard, &faults
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "subscription", func() bool { return h.b.Stats().Subscriptions == 1 })
	ferry := slices.Concat(base, []string{"--cert", cert, "--key", key, "-i", "wight-sun", "-q", "1"})
	if out, err := exec.Command(pub, append(ferry, "-V", "5", "-t", sunRoot+"/command/horn", "-m", "no")...).CombinedOutput(); !strings.Contains(string(out), "Not authorized") {
		t.Errorf("a ferry commands: %v %s", err, out)
	}
	if out, err := exec.Command(pub, append(ferry, "-t", sunRoot+"/position", "-m", "here")...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := listener.Wait(); err != nil || heard.String() != sunRoot+"/position here\n" {
		t.Errorf("heard %q: %v %s", heard.String(), err, faults.String())
	}
	if err := h.r.Revoke("wight-sun", "stolen"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(pub, append(ferry, "-t", sunRoot+"/position", "-m", "stolen")...).CombinedOutput(); err == nil {
		t.Errorf("a revoked ferry publishes: %s", out)
	}
	h.told(watch.Revoked)
}

// TestSigningRequests has keys and requests judged.
func TestSigningRequests(t *testing.T) {
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	h.put(ferry("wight-light"))
	request := func(c elliptic.Curve) (*ecdsa.PrivateKey, *x509.CertificateRequest) {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "anna"}, DNSNames: []string{"hub.example"}}, key)
		if err != nil {
			t.Fatal(err)
		}
		csr, err := x509.ParseCertificateRequest(der)
		if err != nil {
			t.Fatal(err)
		}
		return key, csr
	}
	key, csr := request(elliptic.P256())
	cert, err := h.r.Issue("wight-sun", csr, 0)
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != "wight-sun" || len(cert.DNSNames) != 0 || cert.IsCA { // what the request claims does not count
		t.Errorf("%v %v", cert.Subject, cert.DNSNames)
	}
	h.come(visit{id: "wight-sun", cert: &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}).well()
	if _, err := h.r.Issue("wight-light", csr, 0); err == nil {
		t.Error("one key for two identities")
	}
	_, weak := request(elliptic.P224())
	if _, err := h.r.Issue("wight-sun", weak, 0); err == nil {
		t.Error("a weak key was signed")
	}
	csr.Signature[len(csr.Signature)-1] ^= 1
	if _, err := h.r.Issue("wight-sun", csr, 0); err == nil {
		t.Error("a request that is not signed by its key was taken")
	}
	for _, life := range []time.Duration{-1, time.Second, 10 * 365 * 24 * time.Hour} {
		if _, _, err := h.r.IssueKey("wight-sun", life); err == nil {
			t.Errorf("issued for %v", life)
		}
	}
	if _, _, err := h.r.IssueKey("nobody", 0); err == nil {
		t.Error("issued for nobody")
	}
}
