package enrol

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// enrolled is a device that was let in.
func enrolled(t *testing.T, h *hub, name string) *attempt {
	t.Helper()
	a := begin(t, h.invite(Invitation{Name: name}), "")
	if err := h.Approve(h.one(t).ID); err != nil {
		t.Fatal(err)
	}
	if err := a.end(t); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRenew(t *testing.T) {
	h := newHub(t, Limits{})
	a := enrolled(t, h, "wight-sun")
	before, err := os.ReadFile(filepath.Join(a.dir, CertificateFile))
	if err != nil {
		t.Fatal(err)
	}
	until, err := Renew(t.Context(), a.dir)
	if err != nil {
		t.Fatal(err)
	}
	own, _, _, err := load(a.dir) // the key fits
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(a.dir, CertificateFile))
	if err != nil || bytes.Equal(before, after) {
		t.Errorf("the certificate is the old one, %v", err)
	}
	if !own.Leaf.NotAfter.Equal(until) || !until.After(a.got.Certificate.NotAfter) {
		t.Errorf("valid until %v, before it was %v", until, a.got.Certificate.NotAfter)
	}
	if info, err := os.Stat(filepath.Join(a.dir, CertificateFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new certificate: %v, %v", info.Mode(), err)
	}
	eventually(t, "event", func() bool { return h.count(Renewed) == 1 })
	if files, err := os.ReadDir(a.dir); err != nil || len(files) != 4 {
		t.Errorf("left in the folder: %v, %v", files, err)
	}
}

func TestRenewRevoked(t *testing.T) {
	h := newHub(t, Limits{})
	a := enrolled(t, h, "wight-sun")
	h.registry.mu.Lock()
	h.registry.revoked[a.got.Certificate.SerialNumber.String()] = true
	h.registry.mu.Unlock()
	_, err := Renew(t.Context(), a.dir)
	wantDenied(t, err, RenewalRefused)
	if h.count(RenewalRefused) != 1 {
		t.Errorf("told %v", h.told())
	}
}

// TestRenewWithWhat tries certificates that are not good for it.
func TestRenewWithWhat(t *testing.T) {
	h := newHub(t, Limits{Burst: 100})
	key := newKey(t)
	csr, err := newCSR(key, "wight-sun")
	if err != nil {
		t.Fatal(err)
	}
	other, err := newCSR(key, "red-eagle")
	if err != nil {
		t.Fatal(err)
	}
	pair := func(a *authority, good time.Duration) tls.Certificate {
		cert, err := a.client("wight-sun", key.Public(), good)
		if err != nil {
			t.Fatal(err)
		}
		return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	}
	renew := func(csr []byte, own ...tls.Certificate) error {
		return h.direct(t, own...).post(t.Context(), renewPath, renewRequest{CSR: csr}, &outcomeReply{})
	}
	wantDenied(t, renew(csr), RenewalRefused)
	wantDenied(t, renew(other, pair(h.registry.authority, time.Hour)), WrongName)
	wantDenied(t, renew([]byte("x"), pair(h.registry.authority, time.Hour)), BadProof)
	if err := renew(csr, pair(h.registry.authority, -time.Minute)); err == nil {
		t.Error("an expired certificate was renewed")
	}
	// A client leaves out what the hub does not ask for, unless it insists.
	insists := func(own tls.Certificate) error {
		c := h.direct(t)
		c.transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
		return c.post(t.Context(), renewPath, renewRequest{CSR: csr}, &outcomeReply{})
	}
	if err := insists(pair(newAuthority(t), time.Hour)); err == nil {
		t.Error("a certificate of another authority was renewed")
	}
	stolen := pair(h.registry.authority, time.Hour)
	stolen.PrivateKey = newKey(t)
	if err := insists(stolen); err == nil {
		t.Error("a certificate was renewed without its key")
	}
	if h.count(Renewed) != 0 {
		t.Errorf("told %v", h.told())
	}
	if err := renew(csr, pair(h.registry.authority, time.Hour)); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestRenewBadFolder(t *testing.T) {
	h := newHub(t, Limits{})
	for name, spoil := range map[string]func(dir string) error{
		"no key":         func(dir string) error { return os.Remove(filepath.Join(dir, KeyFile)) },
		"no authority":   func(dir string) error { return os.WriteFile(filepath.Join(dir, AuthorityFile), nil, 0o600) },
		"no settings":    func(dir string) error { return os.Remove(filepath.Join(dir, ConfigFile)) },
		"wrong settings": func(dir string) error { return os.WriteFile(filepath.Join(dir, ConfigFile), []byte("{"), 0o600) },
	} {
		a := enrolled(t, h, "x")
		if err := spoil(a.dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Renew(t.Context(), a.dir); err == nil || !strings.Contains(err.Error(), a.dir) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRenewExpired(t *testing.T) {
	a := newAuthority(t)
	key, dir := newKey(t), filepath.Join(t.TempDir(), "expired")
	cert, err := a.client("x", key.Public(), -time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := prepare(dir); err != nil {
		t.Fatal(err)
	}
	if err := save(dir, Credentials{Name: "x", Hub: "127.0.0.1:1", Certificate: cert, Authority: a.cert}, key); err != nil {
		t.Fatal(err)
	}
	if _, err := Renew(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Errorf("expired: %v", err)
	}
}

// TestKeyStays shows that the key on disk is that of the certificate, and nobody
// else was told of it.
func TestKeyStays(t *testing.T) {
	h := newHub(t, Limits{})
	a := enrolled(t, h, "wight-sun")
	own, _, settings, err := load(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := own.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !samePublicKey(a.got.Certificate, key) {
		t.Errorf("the key is a %T", own.PrivateKey)
	}
	if settings.Name != "wight-sun" || settings.Hub != h.addr || len(settings.Brokers) != 1 {
		t.Errorf("the settings are %+v", settings)
	}
}
