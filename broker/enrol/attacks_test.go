package enrol

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestOtherAuthority puts a hub of another authority where the invitation leads
// to: the device notices before it has said anything.
func TestOtherAuthority(t *testing.T) {
	genuine, rogue := newHub(t, Limits{}), newHub(t, Limits{})
	u := genuine.invite(Invitation{Name: "x"})
	u.Host = rogue.addr
	_, err := (&Device{URL: u, Dir: t.TempDir(), ShowCode: func(string) { t.Error("a code was shown") }}).Enrol(t.Context())
	if !errors.Is(err, ErrAuthority) {
		t.Fatalf("another authority: %v", err)
	}
	if len(rogue.told()) != 0 || !genuine.registry.unspent(u.Token) {
		t.Errorf("the rogue hub was told %v", rogue.told())
	}
}

// TestLeafIsNoAuthority gives the fingerprint of the hub's own certificate, which
// cannot vouch for anything.
func TestLeafIsNoAuthority(t *testing.T) {
	a := newAuthority(t)
	config := a.server(t)
	h := serveHub(t, Limits{}, newMemory(a), config)
	leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	u := h.invite(Invitation{Name: "x"})
	u.Fingerprint = Fingerprint(leaf)
	if _, err := findAuthority(t.Context(), u); !errors.Is(err, ErrAuthority) {
		t.Errorf("a leaf as authority: %v", err)
	}
}

// TestManInTheMiddle gives the device an invitation of the attacker's own, who
// uses the true one for a key of his. The codes differ.
func TestManInTheMiddle(t *testing.T) {
	genuine, rogue := newHub(t, Limits{}), newHub(t, Limits{})
	stolen := genuine.invite(Invitation{Name: "wight-sun"})
	victim := begin(t, rogue.invite(Invitation{Name: "wight-sun"}), "")
	attacker := begin(t, stolen, "")
	shown, seen := <-victim.code, genuine.one(t)
	if shown == seen.Code {
		t.Fatalf("the victim and the operator see the same code %s", shown)
	}
	if err := errors.Join(genuine.Refuse(seen.ID), rogue.Refuse(rogue.one(t).ID)); err != nil {
		t.Fatal(err)
	}
	wantDenied(t, attacker.end(t), Declined)
	wantDenied(t, victim.end(t), Declined)
}

// TestGrinding is the same attacker with a fast machine: he knows the code that
// the victim shows, and searches for a nonce that gives his own request the same
// one. He finds it in a second; the commitment is what makes it worthless.
func TestGrinding(t *testing.T) {
	h := newHub(t, Limits{})
	u := h.invite(Invitation{Name: "wight-sun"})
	victimShows := transcript{publicKey: spkiOf(t, newKey(t)), token: "another", authority: "another", deviceNonce: newNonce(), hubNonce: newNonce()}.number()

	a, key, _ := asking(t, u.Token, "")
	c := h.direct(t)
	var ticket askReply
	if err := c.post(t.Context(), askPath, a, &ticket); err != nil {
		t.Fatal(err)
	}
	mine := transcript{publicKey: spkiOf(t, key), token: u.Token, authority: u.Fingerprint, deviceNonce: make([]byte, nonceSize), hubNonce: ticket.Nonce}
	tried := uint64(0)
	for ; mine.number() != victimShows; tried++ {
		binary.BigEndian.PutUint64(mine.deviceNonce, tried)
	}
	t.Logf("a nonce with the victim's code %06d found after %d tries", victimShows, tried)

	err := c.post(t.Context(), waitPath, waitRequest{Ticket: ticket.Ticket, Nonce: mine.deviceNonce}, &outcomeReply{})
	wantDenied(t, err, BadCommitment)
	if h.count(BadCommitment) != 1 || len(h.Pending()) != 0 {
		t.Errorf("the operator sees %v", h.Pending())
	}
	err = c.post(t.Context(), waitPath, waitRequest{Ticket: ticket.Ticket, Nonce: mine.deviceNonce}, &outcomeReply{})
	wantDenied(t, err, UnknownTicket) // no second guess
}

func TestTokens(t *testing.T) {
	h := newHub(t, Limits{})
	good := h.registry.invite(Invitation{Name: "x"})
	old := h.registry.invite(Invitation{Name: "x"})
	h.registry.expired[old] = true
	c := h.direct(t)
	post := func(token string) error {
		a, _, _ := asking(t, token, "")
		return c.post(t.Context(), askPath, a, &askReply{})
	}
	if err := post(good); err != nil {
		t.Fatal(err)
	}
	wantDenied(t, post(good), UsedToken)
	wantDenied(t, post(old), ExpiredToken)
	wantDenied(t, post(rand.Text()), UnknownToken)
	wantDenied(t, post(""), UnknownToken)
	wantDenied(t, post(strings.Repeat("A", maxToken+1)), UnknownToken)
	if h.count(UsedToken) != 1 || h.count(ExpiredToken) != 1 || h.count(UnknownToken) != 3 {
		t.Errorf("the operator was told %v", h.told())
	}
	if len(h.Pending()) != 0 {
		t.Error("a request is before the operator")
	}
}

// TestTokenOnce sends one token many times at once.
func TestTokenOnce(t *testing.T) {
	h := newHub(t, Limits{Burst: 100, Tickets: 100, TicketsPerAddress: 100, Connections: 100, ConnectionsPerAddress: 100})
	token := h.registry.invite(Invitation{Name: "x"})
	c := h.direct(t)
	const many = 20
	results := make(chan error, many)
	for range many {
		a, _, _ := asking(t, token, "")
		go func() { results <- c.post(t.Context(), askPath, a, &askReply{}) }()
	}
	good := 0
	for range many {
		if err := <-results; err == nil {
			good++
		} else {
			wantDenied(t, err, UsedToken)
		}
	}
	if good != 1 {
		t.Errorf("%d of %d requests with one token were granted", good, many)
	}
}

// TestNames asks for what the invitation is not for.
func TestNames(t *testing.T) {
	h := newHub(t, Limits{Burst: 100})
	h.registry.names["red-eagle"] = true
	c := h.direct(t)
	for name, try := range map[string]struct {
		invited string
		asked   string
		csr     x509.CertificateRequest
		outcome Outcome
	}{
		"another name":              {"wight-sun", "red-eagle", x509.CertificateRequest{}, WrongName},
		"a subject of another name": {"wight-sun", "", x509.CertificateRequest{Subject: pkix.Name{CommonName: "red-eagle"}}, WrongName},
		"both names":                {"wight-sun", "wight-sun", x509.CertificateRequest{Subject: pkix.Name{CommonName: "wight-sun"}, DNSNames: []string{"red-eagle"}}, WrongName},
		"a mail address":            {"wight-sun", "", x509.CertificateRequest{EmailAddresses: []string{"red@eagle.example"}}, WrongName},
		"an address":                {"wight-sun", "", x509.CertificateRequest{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, WrongName},
		"a URI":                     {"wight-sun", "", x509.CertificateRequest{URIs: []*url.URL{{Scheme: "mqtt", Host: "red-eagle"}}}, WrongName},
		"a name that is taken":      {"", "red-eagle", x509.CertificateRequest{}, WrongName},
		"no name at all":            {"", "", x509.CertificateRequest{}, WrongName},
		"a filter as a name":        {"", "#", x509.CertificateRequest{}, WrongName},
		"a path as a name":          {"", "..", x509.CertificateRequest{}, WrongName},
		"a look-alike":              {"", "red-\u0435agle", x509.CertificateRequest{}, WrongName},
		"a name too long":           {"", strings.Repeat("a", maxName+1), x509.CertificateRequest{}, WrongName},
	} {
		t.Run(name, func(t *testing.T) {
			a, key, _ := asking(t, h.registry.invite(Invitation{Name: try.invited}), try.asked)
			der, err := x509.CreateCertificateRequest(rand.Reader, &try.csr, key)
			if err != nil {
				t.Fatal(err)
			}
			a.CSR, a.Name = der, try.asked
			wantDenied(t, c.post(t.Context(), askPath, a, &askReply{}), try.outcome)
		})
	}
	if h.count(WrongName) != 12 || len(h.Pending()) != 0 {
		t.Errorf("the operator was told %v", h.told())
	}
}

// TestProofs sends signing requests that prove nothing, and each time a token
// that stays good.
func TestProofs(t *testing.T) {
	h := newHub(t, Limits{Burst: 100})
	c := h.direct(t)
	request := func(key any) []byte {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	// The key of one request, the signature of another.
	own, other := newKey(t), newKey(t)
	mixed := bytes.Replace(request(own), spkiOf(t, own), spkiOf(t, other), 1)
	token := h.registry.invite(Invitation{Name: "x"})
	for name, csr := range map[string][]byte{
		"none": nil, "rubbish": []byte("rubbish"), "P-384": request(p384), "RSA": request(rsaKey), "another's key": mixed,
		"something after it": append(request(own), 0), "too long": bytes.Repeat([]byte{0x30}, maxCSR+1),
	} {
		a, _, _ := asking(t, token, "")
		a.CSR = csr
		err := c.post(t.Context(), askPath, a, &askReply{})
		var no *Denied
		if !errors.As(err, &no) || no.Outcome != BadProof {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !h.registry.unspent(token) {
		t.Fatal("the token was spent on a request that proves nothing")
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := asking(t, token, "")
	a.CSR = request(ed)
	if err := c.post(t.Context(), askPath, a, &askReply{}); err != nil {
		t.Errorf("Ed25519: %v", err)
	}
}

// TestTicketsAreCapped spends all places of one address.
func TestTicketsAreCapped(t *testing.T) {
	h := newHub(t, Limits{TicketsPerAddress: 2, OpenTime: time.Second})
	c := h.direct(t)
	for range 2 {
		a, _, _ := asking(t, h.registry.invite(Invitation{Name: "x"}), "")
		if err := c.post(t.Context(), askPath, a, &askReply{}); err != nil {
			t.Fatal(err)
		}
	}
	token := h.registry.invite(Invitation{Name: "x"})
	a, _, _ := asking(t, token, "")
	wantDenied(t, c.post(t.Context(), askPath, a, &askReply{}), Flooded)
	if !h.registry.unspent(token) {
		t.Error("a token was spent though there is no room")
	}
	eventually(t, "room", func() bool { return h.count(Unopened) == 2 })
	if err := c.post(t.Context(), askPath, a, &askReply{}); err != nil {
		t.Errorf("after the others have lapsed: %v", err)
	}
}
