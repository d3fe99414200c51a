package broker

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Tests name the normative statement of MQTT 5.0 that they hold the broker to,
// or that of 3.1.1 where they say so.

// patient are limits under which only a refusal ends a connection in time.
var patient = Limits{ConnectTime: time.Hour}

var bothVersions = []packet.Version{packet.V311, packet.V5}

// TestFirstPacketMustBeConnect proves [MQTT-3.1.4-1] [MQTT-3.14.0-1].
func TestFirstPacketMustBeConnect(t *testing.T) { // [MQTT-3.1.0-1]
	_, addr := serve(t, Options{Limits: patient})
	for _, b := range [][]byte{{0xc0, 0}, {0x20, 2, 0, 0}, {0x30, 3, 0, 1, 'a'}, {0xe0, 0}, {0x00, 0}} {
		c := dial(t, addr)
		c.write(b)
		c.expectEnd()
	}
}

// TestSecondConnect proves [MQTT-3.2.0-2].
func TestSecondConnect(t *testing.T) { // [MQTT-3.1.0-2]
	_, addr := serve(t, Options{})
	for _, v := range bothVersions {
		c := connect(t, addr, "a", v)
		c.send(&packet.Connect{Version: v, CleanStart: true, ClientID: []byte("a")})
		d := c.expectEnd()
		if v == packet.V5 && (d == nil || d.Code != packet.ProtocolError) {
			t.Errorf("DISCONNECT %+v", d)
		}
	}
}

// TestUnsupportedVersion proves [MQTT-3.1.2-1].
func TestUnsupportedVersion(t *testing.T) { // [MQTT-3.1.2-2]
	_, addr := serve(t, Options{Limits: patient})
	old := dial(t, addr)
	old.write([]byte("\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x00"))
	if ack := expect[*packet.Connack](old); ack.Code != 1 {
		t.Errorf("MQTT 3.1: %v", ack.Code)
	}
	old.expectEnd()
	future := dial(t, addr)
	future.v = packet.V5
	future.write([]byte("\x10\x0d\x00\x04MQTT\x06\x02\x00\x3c\x00\x00\x00"))
	if ack := expect[*packet.Connack](future); ack.Code != packet.UnsupportedProtocolVersion {
		t.Errorf("MQTT 6: %v", ack.Code)
	}
	future.expectEnd()
}

func TestClientIDs(t *testing.T) {
	_, addr := serve(t, Options{Limits: patient})
	for _, id := range []string{"+", "#", "a/b", "a b", "a\nb", "\u202eabc", "\u0430", strings.Repeat("x", 129), "a\x7f", "$a"} {
		for v, want := range map[packet.Version]packet.Code{packet.V311: 2, packet.V5: packet.ClientIDNotValid} { // [MQTT-3.1.3-8]
			if c, ack := tryConnect(t, addr, id, v); ack.Code != want {
				t.Errorf("client ID %q in MQTT %v: %v", id, v, ack.Code)
			} else {
				c.expectEnd() // [MQTT-3.2.2-7]
			}
		}
	}
	for _, id := range []string{"a", "0123456789abcdefghijABC", "mosq-Ab_1.2:3@h"} { // [MQTT-3.1.3-5]
		connect(t, addr, id, packet.V311)
	}
}

// TestAssignedClientID proves [MQTT-3.1.4-5].
func TestAssignedClientID(t *testing.T) {
	b, addr := serve(t, Options{})
	_, ack := tryConnect(t, addr, "", packet.V5) // [MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16]
	id := string(ack.Props.Text(packet.AssignedClientID))
	if ack.Code != 0 || id == "" || b.Sessions()[0].Publisher.ClientID != id {
		t.Errorf("assigned %q, code %v", id, ack.Code)
	}
	if _, ack := tryConnect(t, addr, "", packet.V311); ack.Code != 0 { // 3.1.1: [MQTT-3.1.3-6]
		t.Errorf("3.1.1 clean: %v", ack.Code)
	}
	_, ack = tryConnect(t, addr, "", packet.V311, keep) // 3.1.1: [MQTT-3.1.3-8]
	if ack.Code != 2 {
		t.Errorf("3.1.1 not clean: %v", ack.Code)
	}
}

// keep asks for a session that outlives its connection.
func keep(p *packet.Connect) {
	p.CleanStart = false
	if p.Version == packet.V5 {
		p.Props.SetNumber(packet.SessionExpiry, 3600)
	}
}

// TestConnackTellsTheLimits proves [MQTT-3.2.2-1].
func TestConnackTellsTheLimits(t *testing.T) {
	_, addr := serve(t, Options{Limits: Limits{Inflight: 7, PacketBytes: 5000, TopicAliases: 3, KeepAlive: 30 * time.Second, SessionExpiry: time.Hour}})
	_, ack := tryConnect(t, addr, "a", packet.V5, func(p *packet.Connect) {
		p.KeepAlive = 600
		p.Props.SetNumber(packet.SessionExpiry, 0xffffffff)
	})
	for p, want := range map[packet.Property]uint32{packet.ReceiveMaximum: 7, packet.MaximumPacketSize: 5000, packet.TopicAliasMaximum: 3,
		packet.ServerKeepAlive: 30, packet.SessionExpiry: 3600} { // [MQTT-3.2.2-21]
		if got := ack.Props.Number(p); got != want {
			t.Errorf("property 0x%02x is %d, want %d", p, got, want)
		}
	}
}

// TestEnhancedAuthenticationIsRefused proves [MQTT-4.12.0-1].
func TestEnhancedAuthenticationIsRefused(t *testing.T) { // section 4.12
	_, addr := serve(t, Options{})
	_, ack := tryConnect(t, addr, "a", packet.V5, func(p *packet.Connect) { p.Props.SetText(packet.AuthMethod, []byte("SCRAM")) })
	if ack.Code != packet.BadAuthenticationMethod {
		t.Errorf("%v", ack.Code)
	}
}

// gatekeeper is an Access made of functions.
type gatekeeper struct {
	connect   func(*ConnectRequest) (Grant, error)
	will      func(p *model.Publisher, topic string) error
	publish   func(p *model.Publisher, topic string, retain bool) error
	subscribe func(p *model.Publisher, filter string) error
	deliver   func(to, from *model.Publisher, topic string) error
	gen       func() uint64
}

func (g *gatekeeper) Connect(_ context.Context, r *ConnectRequest) (Grant, error) {
	if g.connect == nil {
		return Grant{Identity: string(r.Username)}, nil
	}
	return g.connect(r)
}

func (g *gatekeeper) Will(p *model.Publisher, topic string, _ bool) error {
	if g.will == nil {
		return nil
	}
	return g.will(p, topic)
}

func (g *gatekeeper) Publish(p *model.Publisher, topic string, retain bool) error {
	if g.publish == nil {
		return nil
	}
	return g.publish(p, topic, retain)
}

func (g *gatekeeper) Subscribe(p *model.Publisher, filter string) error {
	if g.subscribe == nil {
		return nil
	}
	return g.subscribe(p, filter)
}

func (g *gatekeeper) Deliver(to, from *model.Publisher, topic string) error {
	if g.deliver == nil {
		return nil
	}
	return g.deliver(to, from, topic)
}

func (g *gatekeeper) Generation() uint64 {
	if g.gen == nil {
		return 0
	}
	return g.gen()
}

// TestAccessRefusesConnect proves [MQTT-3.1.4-2] [MQTT-3.2.2-8] [MQTT-3.2.2-4].
func TestAccessRefusesConnect(t *testing.T) {
	var log eventLog
	_, addr := serve(t, Options{Limits: patient, OnEvent: log.add, Access: &gatekeeper{connect: func(r *ConnectRequest) (Grant, error) {
		if string(r.Password) != "secret" {
			return Grant{}, &Refusal{Code: packet.BadUserNameOrPassword, Reason: model.Quoted("wrong password")}
		}
		return Grant{Identity: string(r.Username)}, nil
	}}})
	login := func(password string) func(*packet.Connect) {
		return func(p *packet.Connect) { p.Username, p.Password = []byte("u"), []byte(password) }
	}
	old, ack := tryConnect(t, addr, "a", packet.V311, login("guess"))
	if ack.Code != 4 || ack.SessionPresent { // [MQTT-3.2.2-6]
		t.Errorf("3.1.1: %+v", ack)
	}
	old.expectEnd() // [MQTT-3.2.2-7]
	c, ack := tryConnect(t, addr, "b", packet.V5, login("guess"))
	if ack.Code != packet.BadUserNameOrPassword || ack.SessionPresent {
		t.Errorf("5: %+v", ack)
	}
	c.expectEnd()
	e := waitEvent(t, &log, func(e Refused) bool { return e.Reason != "" })
	if e.Reason != "wrong password" || e.Addr == "" || e.Count != 1 {
		t.Errorf("%+v", e)
	}
	connect(t, addr, "c", packet.V5, login("secret"))
	if o := waitEvent(t, &log, func(SessionOpened) bool { return true }); o.Publisher.Identity != "u" {
		t.Errorf("%+v", o.Publisher)
	}
}

// inMemory serves connections made of net.Pipe, so that a test can run in a
// bubble of synctest, where waiting takes no time.
type inMemory struct {
	conns chan net.Conn
	done  chan struct{}
}

func newInMemory() *inMemory {
	return &inMemory{make(chan net.Conn), make(chan struct{})}
}

func (l *inMemory) Accept() (net.Conn, error) {
	select {
	case nc := <-l.conns:
		return nc, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *inMemory) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

func (l *inMemory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "memory"} }

// inBubble runs a test against a broker whose time is that of the bubble.
func inBubble(t *testing.T, o Options, test func(t *testing.T, b *Broker, dial func() *client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b, ln := New(o), newInMemory()
		done := make(chan error, 1)
		go func() { done <- b.Serve(t.Context(), ln) }()
		var mine []net.Conn
		test(t, b, func() *client {
			ours, theirs := net.Pipe()
			ln.conns <- theirs
			mine = append(mine, ours)
			return newClient(t, ours)
		})
		for _, nc := range mine {
			_ = nc.Close()
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}

func TestConnectTimeout(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		c := dial()
		start := time.Now()
		go func() { _, _ = c.nc.Write([]byte{0x10}) }() // slow loris
		_, err := c.r.ReadByte()
		if waited := time.Since(start); err == nil || waited != 8*time.Second {
			t.Errorf("closed after %v: %v", waited, err)
		}
		synctest.Wait()
		if st := b.Stats(); st.Connections != 0 || st.Refused != 1 {
			t.Errorf("%+v", st)
		}
	})
}

// shaken is a connection that had a handshake before it was served.
type shaken struct {
	net.Conn
	opened time.Time
}

func (c shaken) Opened() time.Time { return c.opened }

// The handshake below MQTT takes of the time for CONNECT.
func TestConnectTimeHoldsTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, ln := New(Options{}), newInMemory()
		done := make(chan error, 1)
		go func() { done <- b.Serve(t.Context(), ln) }()
		ours, theirs := net.Pipe()
		start := time.Now()
		ln.conns <- shaken{theirs, start.Add(-5 * time.Second)}
		if _, err := ours.Read(make([]byte, 1)); err == nil || time.Since(start) != 3*time.Second {
			t.Errorf("closed after %v: %v", time.Since(start), err)
		}
		_, _ = ours.Close(), b.Close()
		<-done
	})
}

// TestKeepAlive proves [MQTT-3.2.2-22].
func TestKeepAlive(t *testing.T) { // [MQTT-3.1.2-22]
	inBubble(t, Options{}, func(t *testing.T, _ *Broker, dial func() *client) { //nolint:thelper // the body of a test: its own lines are what failed
		c := dial()
		c.v = packet.V5
		c.send(&packet.Connect{Version: packet.V5, CleanStart: true, KeepAlive: 10, ClientID: []byte("a")})
		expect[*packet.Connack](c)
		time.Sleep(14 * time.Second) // in the bubble
		c.quiet()
		start := time.Now()
		d := c.expectEndWithin(time.Minute)
		if waited := time.Since(start); waited != 15*time.Second || d == nil || d.Code != packet.KeepAliveTimeout {
			t.Errorf("after %v: %+v", waited, d)
		}
	})
}
