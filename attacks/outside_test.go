package attacks

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// outsideTrials are the attacks on a client of ours by a hub that is hostile, and
// the search for secrets.
func outsideTrials() []trial {
	plain := func(*setup) {}
	return []trial{
		{Attack: impostor.Attack{Name: "False hubs", Rows: []int{14}, Transports: []impostor.Transport{impostor.TLS}, Defence: "full verification by clients"},
			on: plain, off: func(s *setup) { s.gullible = true }, run: falseHubs, silent: true},
		{Attack: impostor.Attack{Name: "Hostile upstream", Rows: []int{37}, Transports: []impostor.Transport{impostor.TCP}, Defence: "bounded reads in the client"},
			on: plain, off: func(s *setup) { s.gullible = true }, run: hostileUpstream, silent: true},
		{Attack: impostor.Attack{Name: "Secrets at rest and in logs", Rows: []int{31, 32}, Transports: everywhere, Defence: "secrets hashed, sealed and redacted"},
			on: func(s *setup) { s.stored, s.limits.QueueMessages = true, 10 }, off: func(s *setup) { s.gullible = true }, run: searchSecrets, silent: true},
	}
}

// trap is a listener of an attacker.
type trap struct {
	ln   net.Listener
	work sync.WaitGroup
}

// fakeHub serves each connection by handle.
func (w *world) fakeHub(handle func(net.Conn)) *trap {
	w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	h := &trap{ln: ln}
	h.work.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			h.work.Go(func() {
				defer func() { _ = nc.Close() }()
				_ = nc.SetDeadline(time.Now().Add(patience))
				handle(nc)
			})
		}
	})
	return h
}

func (h *trap) end() {
	_ = h.ln.Close()
	h.work.Wait()
}

// falseHubs have certificates that should convince no client.
func falseHubs(ctx context.Context, w *world) (out impostor.Outcome, err error) {
	trusted, own := selfSigned("Pilothouse test authority", time.Hour, nil)
	stranger, _ := selfSigned("another authority", time.Hour, nil)
	file := filepath.Join(w.t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: trusted.Certificate[0]}), 0o600); err != nil {
		return out, err
	}
	expired, _ := selfSigned("localhost", -time.Minute, own)
	elsewhere, _ := selfSigned("elsewhere.example", time.Hour, own)
	for _, one := range []struct {
		what string
		cert tls.Certificate
		kind mqttlink.Kind
	}{
		{"another authority", stranger, mqttlink.KindTLSAuthority},
		{"an expired certificate", expired, mqttlink.KindTLSExpired},
		{"another host", elsewhere, mqttlink.KindTLSHost},
	} {
		said := make(chan string, 16)
		h := w.fakeHub(func(nc net.Conn) {
			b := make([]byte, 512)
			if n, err := tls.Server(nc, &tls.Config{Certificates: []tls.Certificate{one.cert}}).Read(b); err == nil {
				said <- string(b[:n])
			}
		})
		fault := w.visit(ctx, "mqtts://localhost:"+port(h.ln), file, one.kind, said)
		h.end()
		select {
		case hello := <-said:
			return impostor.Outcome{Succeeded: true, Evidence: fmt.Sprintf("the client said hello to a hub with %s: %d bytes, its password among them: %v",
				one.what, len(hello), bytes.Contains([]byte(hello), []byte(victimPassword)))}, nil
		default:
		}
		if !errors.Is(fault, one.kind) {
			return impostor.Outcome{Succeeded: true, Evidence: fmt.Sprintf("of %s the client said only: %v", one.what, fault)}, nil
		}
		out.Evidence += fmt.Sprintf("%s: %v. ", one.what, one.kind)
	}
	return out, nil
}

func port(ln net.Listener) string {
	_, p, _ := net.SplitHostPort(ln.Addr().String())
	return p
}

// visit has a client of ours connect, and returns what it says is wrong. Without
// the defence it is a client that checks nothing.
func (w *world) visit(ctx context.Context, url, file string, until mqttlink.Kind, said <-chan string) error {
	if w.setup.gullible {
		nc, err := tls.Dial("tcp", url[len("mqtts://"):], &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		defer func() { _ = nc.Close() }()
		_, err = nc.Write([]byte("hello, my password is " + victimPassword))
		for deadline := time.Now().Add(patience); len(said) == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		return err
	}
	profile := mqttlink.Profile{URL: url, User: victimName, Password: mqttlink.NewSecret(victimPassword), CAFile: file}
	return linkUntil(ctx, profile, func(s model.LinkStatus) bool { return errors.Is(s.Err, until) })
}

// linkUntil runs a link until its status is right, for a while at most, and
// returns its error.
func linkUntil(ctx context.Context, p mqttlink.Profile, ok func(model.LinkStatus) bool) error {
	r, err := mqttlink.NewRemote(p, func([]model.Message) {})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	for deadline := time.Now().Add(5 * time.Second); !ok(r.Status()) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	fault := r.Status().Err
	cancel()
	<-done
	return fault
}

// selfSigned makes a certificate by an authority, or one that is one.
func selfSigned(host string, life time.Duration, by *tls.Certificate) (tls.Certificate, *tls.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life), IsCA: by == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	parent, signer := t, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	} else {
		t.DNSNames = []string{"localhost"}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pair := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	return pair, &pair
}

// hostileUpstream is a broker elsewhere that sends the window's link a message of
// 256 MB (64 in the short form, or without the defence), and then an ordinary one.
func hostileUpstream(ctx context.Context, w *world) (out impostor.Outcome, err error) {
	size := 64 << 20
	if full() && !w.setup.gullible { // a client that takes it has to hold it
		size = 1<<28 - 1
	}
	h := w.fakeHub(func(nc net.Conn) {
		r := bufio.NewReader(nc)
		if _, err := r.ReadByte(); err != nil {
			return
		}
		_, _ = nc.Write([]byte{0x20, 2, 0, 0})
		_, _ = nc.Write(binary.AppendUvarint([]byte{0x30}, uint64(size)))
		_, _ = nc.Write([]byte{0, 1, 'a'})
		zeros := make([]byte, 1<<16)
		for left := size - 3; left > 0; left -= len(zeros) {
			if _, err := nc.Write(zeros[:min(left, len(zeros))]); err != nil {
				return
			}
		}
		_, _ = nc.Write([]byte{0x30, 4, 0, 1, 'b', '1'})
		_, _ = r.WriteTo(io.Discard) // until the client hangs up
	})
	defer h.end()
	p := mqttlink.Profile{URL: "mqtt://" + h.ln.Addr().String()}
	if w.setup.gullible {
		p.MaxPacket = 1 << 28
	}
	var largest, last atomic.Int64
	r, err := mqttlink.NewRemote(p, func(batch []model.Message) {
		for _, m := range batch {
			largest.Store(max(largest.Load(), int64(len(m.Payload))))
			if m.Topic == "b" {
				last.Add(1)
			}
		}
	})
	if err != nil {
		return out, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	for deadline := time.Now().Add(patience); last.Load() == 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	s := r.Status()
	cancel()
	<-done
	out.Succeeded = largest.Load() > mqttlink.DefaultMaxPacket || last.Load() == 0
	out.Evidence = fmt.Sprintf("the largest message taken had %d bytes, the one after it came %d times; the link let go %v", largest.Load(), last.Load(), s.Dropped)
	return out, nil
}
