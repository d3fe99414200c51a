package impostor

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// oldTLS greets with versions of TLS that are broken.
func oldTLS(s *scene) (Outcome, error) {
	words := ""
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		nc, err := s.t.raw(s.ctx, "")
		if err != nil {
			return Outcome{}, err
		}
		config := s.t.config(s.t.Thief)
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
		secure := tls.Client(nc, config)
		ctx, cancel := context.WithTimeout(s.ctx, s.t.Patience)
		err = secure.HandshakeContext(ctx)
		cancel()
		_ = nc.Close()
		if err == nil {
			return Outcome{Succeeded: true, Evidence: "the broker agreed to " + tls.VersionName(version)}, nil
		}
		words = err.Error()
	}
	return Outcome{Evidence: "TLS 1.0 and 1.1 refused: " + words}, nil
}

// webPage connects as a browser does that shows somebody else's page: with its
// Origin, and under a name that was rebound to this machine.
func webPage(s *scene) (Outcome, error) {
	headers := []http.Header{
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
		{"Origin": {"https://rebound.evil.example"}, "Host": {"rebound.evil.example"}},
		{"Host": {"rebound.evil.example"}},
	}
	words := ""
	for _, h := range headers {
		nc, err := s.t.raw(s.ctx, "")
		if err != nil {
			return Outcome{}, err
		}
		ctx, cancel := context.WithTimeout(s.ctx, s.t.Patience)
		secure := tls.Client(nc, s.t.config(s.t.Thief))
		err = secure.HandshakeContext(ctx)
		var ws net.Conn
		if err == nil {
			ws, err = s.t.upgrade(ctx, secure, h)
		}
		cancel()
		if err == nil {
			_ = ws.Close()
			return Outcome{Succeeded: true, Evidence: fmt.Sprintf("a page of %q under the host %q was let in", h.Get("Origin"), h.Get("Host"))}, nil
		}
		_ = nc.Close()
		words = err.Error()
	}
	return Outcome{Evidence: fmt.Sprintf("%d forms refused: %s", len(headers), words)}, nil
}

// between is a proxy on a port of its own, to which a device has been lured.
type between struct {
	ln   net.Listener
	work sync.WaitGroup
}

// lure opens a proxy that handles one connection.
func lure(ctx context.Context, handle func(device net.Conn)) (*between, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a man in the middle: %w", err)
	}
	b := &between{ln: ln}
	b.work.Go(func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer func() { _ = nc.Close() }()
		handle(nc)
	})
	return b, nil
}

func (b *between) end() {
	_ = b.ln.Close()
	b.work.Wait()
}

// lured is the target as a device sees it that has been lured to the proxy.
func (s *scene) lured(b *between) Target {
	t := s.t
	t.Addresses = map[Transport]string{t.Via: b.ln.Addr().String()}
	return t
}

// otherAuthority is a man in the middle who shows a certificate of another
// authority to a device that knows its own.
func otherAuthority(s *scene) (Outcome, error) {
	other, err := newAuthority("Harbour Wi-Fi")
	if err != nil {
		return Outcome{}, err
	}
	leaf, err := other.issue(s.t.ServerName, s.t.ServerName)
	if err != nil {
		return Outcome{}, err
	}
	var overheard []byte
	b, err := lure(s.ctx, func(device net.Conn) {
		_ = device.SetDeadline(time.Now().Add(s.t.Patience))
		hub, err := s.t.raw(s.ctx, s.t.Elsewhere) // to pass on what the device says
		if err == nil {
			defer func() { _ = hub.Close() }()
		}
		fake := tls.Server(device, &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12})
		buffer := make([]byte, 4096)
		if n, err := fake.Read(buffer); err == nil {
			overheard = buffer[:n]
		}
	})
	if err != nil {
		return Outcome{}, err
	}
	t := s.lured(b)
	words, err := deviceSays(s.ctx, &t, s.t.Late)
	b.end()
	if err != nil {
		return Outcome{}, err
	}
	if len(overheard) > 0 {
		return broken(model.Sayf("the device said hello to a stranger: %d bytes overheard, its password among them", len(overheard))), nil
	}
	return held(model.Sayf("the device hung up before it said a word: %s", words)), nil
}

// deviceSays has a device connect over TLS to where it was lured, and tells what
// it made of that.
func deviceSays(ctx context.Context, t *Target, c Credentials) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Patience)
	defer cancel()
	nc, err := t.raw(ctx, "")
	if err != nil {
		return "", err
	}
	defer func() { _ = nc.Close() }()
	config := t.config(c)
	config.InsecureSkipVerify = t.Gullible
	secure := tls.Client(nc, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err.Error(), nil
	}
	l := login{Credentials: c, version: v5, clean: true}
	_, _ = secure.Write(l.encode())
	_ = secure.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	_, _ = secure.Read(make([]byte, 1))
	return "it was satisfied", nil
}

// flipBytes is a man in the middle who changes what a device says on the wire.
// Over plain TCP nothing keeps it from that.
func flipBytes(s *scene) (Outcome, error) {
	var armed atomic.Bool
	over := make(chan struct{}, 1) // the hub has hung up
	b, err := lure(s.ctx, func(device net.Conn) {
		defer func() {
			select {
			case over <- struct{}{}:
			default:
			}
		}()
		hub, err := s.t.raw(s.ctx, "")
		if err != nil {
			return
		}
		defer func() { _ = hub.Close() }()
		defer context.AfterFunc(s.ctx, func() { _ = hub.Close() })()
		tamper(device, hub, []byte(s.mark), &armed)
	})
	if err != nil {
		return Outcome{}, err
	}
	defer b.end()
	t := s.lured(b)
	c, verdict, err := t.open(s.ctx, "", login{Credentials: s.t.Thief, version: v5, clean: true})
	if err != nil || c == nil {
		return Outcome{}, errors.Join(err, fmt.Errorf("the device could not connect through the proxy: %s", verdict.words))
	}
	defer c.close()
	armed.Store(true)
	words, err := c.publish(s.ctx, message{topic: s.t.ThiefRoot + "/hello", payload: bytes.Repeat([]byte(s.mark), 4), qos: 1})
	if err != nil {
		return Outcome{}, err
	}
	c.close()
	select { // or the hub might take who comes next for the same device in a hurry
	case <-over:
	case <-s.ctx.Done():
		return Outcome{}, s.ctx.Err()
	}
	if err := s.settle(nil); err != nil {
		return Outcome{}, err
	}
	altered := s.w.saw(func(m message) bool {
		return m.topic == s.t.ThiefRoot+"/hello" && len(m.payload) == 4*len(s.mark) && !bytes.Equal(m.payload, bytes.Repeat([]byte(s.mark), 4))
	})
	if altered {
		return Outcome{Succeeded: true, Evidence: "subscribers were given what the man in the middle made of the message"}, nil
	}
	return Outcome{Evidence: "the changed message was not taken: " + words}, nil
}

// tamper relays both ways. Once armed, it changes one byte of the next piece that
// goes to the hub: of the mark where that can be seen, else of what is encrypted.
func tamper(device, hub net.Conn, mark []byte, armed *atomic.Bool) {
	var back sync.WaitGroup
	back.Go(func() {
		relay(device, hub, func([]byte) {})
		_ = device.Close()
	})
	relay(hub, device, func(b []byte) {
		if !armed.CompareAndSwap(true, false) {
			return
		}
		at := bytes.Index(b, mark)
		if at < 0 {
			at = len(b) / 2
		}
		b[at] ^= 1
	})
	if half, ok := hub.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // and hear the hub out
	} else {
		_ = hub.Close()
	}
	back.Wait()
}

// relay copies what comes in pieces of at most 4 KiB, after change has seen them.
func relay(to, from net.Conn, change func([]byte)) {
	r := bufio.NewReaderSize(from, 4096)
	buffer := make([]byte, 4096)
	for {
		n, err := r.Read(buffer)
		if err != nil {
			return
		}
		change(buffer[:n])
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
