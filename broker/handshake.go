package broker

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// checkStart refuses a packet by its first bytes: the type must be one that the
// client may send now, the size within bounds. n is 0 when the header is not
// complete.
func (c *conn) checkStart(first byte, h packet.Header, n int) error {
	t, limit := packet.Type(first>>4), c.b.limits.PacketBytes
	if c.session == nil { // [MQTT-3.1.0-1]
		if t != packet.CONNECT {
			return &packet.Error{Code: packet.ProtocolError, What: "a first packet that is not CONNECT"}
		}
		limit = c.b.limits.ConnectBytes
	}
	if n > 0 && n+h.Length > limit {
		return &packet.Error{Code: packet.PacketTooLarge, What: "a packet beyond the maximum packet size"}
	}
	return nil
}

// connect handles the CONNECT packet.
func (c *conn) connect(h packet.Header, body []byte) error {
	var p packet.Connect
	err := packet.Read(&p, h, body, 0)
	c.version = min(max(p.Version, packet.V311), packet.V5)
	if err != nil {
		return c.badConnect(&p, err)
	}
	id, err := c.clientID(&p)
	if err != nil {
		return c.refuse(string(p.ClientID), err)
	}
	grant, err := c.askAccess(&p, id)
	if err != nil {
		return c.refuse(id, err)
	}
	_, encrypted := c.tlsState()
	c.transport, c.cipher = transport(c.nc)
	c.pub = &model.Publisher{ClientID: id, Identity: grant.Identity, Addr: c.addr, TLS: encrypted}
	c.router = router{b: c.b, pub: c.pub, now: c.router.now}
	w, err := c.newWill(&p)
	if err != nil {
		c.b.denied(c.pub, ToLeaveWill, string(p.Will.Topic), err)
		return c.refuse(id, err)
	}
	c.agree(&p)
	if err := c.b.open(c, &p, w, id != string(p.ClientID)); err != nil {
		return c.refuse(id, err)
	}
	c.in.setDeadline(c.router.now)
	return c.confirm(&grant)
}

// confirm asks once more whether the client may be here: who takes rights away
// cuts the sessions that are open, and may have missed this one.
func (c *conn) confirm(g *Grant) error {
	if g.Still == nil {
		return nil
	}
	err := g.Still()
	if err == nil {
		return nil
	}
	code := codeOf(err)
	c.b.refused(Refused{Addr: c.addr, ClientID: c.pub.ClientID, Code: code, Reason: err.Error(), Said: model.PhraseOf(err), Kind: kindOf(err, watch.Other)})
	return &departure{reason: Administrative, code: code, err: err}
}

// badConnect answers a CONNECT packet that cannot be read: with a CONNACK where
// the version lets the client understand it.
func (c *conn) badConnect(p *packet.Connect, err error) error {
	var fault *packet.Error
	if !errors.As(err, &fault) || p.Version != packet.V5 && fault.Code != packet.UnsupportedProtocolVersion {
		return err
	}
	c.acks = (&packet.Connack{Code: fault.Code}).Append(c.acks, c.version)
	return err
}

// clientID is the client ID to use, chosen when the client left that to us
// [MQTT-3.1.3-6].
func (c *conn) clientID(p *packet.Connect) (string, error) {
	if p.Props.Has(packet.AuthMethod) {
		return "", &Refusal{Code: packet.BadAuthenticationMethod, Reason: model.Sayf("extended authentication is not offered")} // section 4.12
	}
	if len(p.ClientID) == 0 {
		if p.Version == packet.V311 && !p.CleanStart { // 3.1.1: [MQTT-3.1.3-8]
			return "", &Refusal{Code: packet.ClientIDNotValid, Reason: model.Sayf("a kept session needs a client ID")}
		}
		return "auto-" + strings.ToLower(rand.Text()), nil
	}
	if err := CheckClientID(string(p.ClientID), c.b.limits.ClientIDBytes); err != nil {
		return "", &Refusal{Code: packet.ClientIDNotValid, Reason: model.PhraseOf(err), Kind: watch.BadName}
	}
	return string(p.ClientID), nil
}

// CheckClientID reports why id may not be a client ID, or nil: it is at most max
// bytes of letters, digits and -_.:@=~,| so that it can stand in a topic and
// read like nothing else.
func CheckClientID(id string, maxBytes int) error {
	if id == "" || len(id) > maxBytes {
		return model.Faultf("a client ID has 1 to %d bytes; this one has %d", maxBytes, len(id))
	}
	for _, r := range id {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune("-_.:@=~,|", r) {
			return model.Faultf("a client ID is made of letters, digits and -_.:@=~,| and cannot hold %q", r)
		}
	}
	return nil
}

// askAccess asks who the client is. It has until the time for CONNECT is over.
func (c *conn) askAccess(p *packet.Connect, id string) (Grant, error) {
	deadline := c.since.Add(c.b.limits.ConnectTime)
	ctx, cancel := context.WithDeadline(c.b.ctx, deadline)
	defer cancel()
	state, _ := c.tlsState()
	return c.b.access.Connect(ctx, &ConnectRequest{
		ClientID: id, Assigned: len(p.ClientID) == 0, Username: p.Username, Password: p.Password,
		Addr: c.addr, TLS: state, Version: p.Version, CleanStart: p.CleanStart,
	})
}

// tlsState is the state of an encrypted connection.
func (c *conn) tlsState() (*tls.ConnectionState, bool) {
	t, ok := c.nc.(interface{ ConnectionState() tls.ConnectionState })
	if !ok {
		return nil, false
	}
	state := t.ConnectionState()
	return &state, true
}

// refuse answers with a CONNACK that says no, and ends the connection
// [MQTT-3.2.2-7].
func (c *conn) refuse(id string, err error) error {
	code := codeOf(err)
	c.acks = (&packet.Connack{Code: code}).Append(c.acks, c.version)
	c.b.refused(Refused{Stamp: now(), Addr: c.addr, ClientID: c.b.shownID(id), Code: code, Reason: err.Error(), Said: model.PhraseOf(err),
		Kind: kindOf(err, watch.Other)})
	return &departure{reason: ProtocolFault, code: code, err: err, quiet: true}
}

// agree takes over what the client asks for, within the limits.
func (c *conn) agree(p *packet.Connect) {
	l := &c.b.limits
	keepAlive := time.Duration(p.KeepAlive) * time.Second
	if c.version == packet.V5 && l.KeepAlive > 0 && (keepAlive == 0 || keepAlive > l.KeepAlive) {
		keepAlive = l.KeepAlive
	}
	c.keepAlive, c.patience = keepAlive, keepAlive*3/2
	c.window = min(int(p.Props.NumberOr(packet.ReceiveMaximum, 65_535)), l.Inflight)
	c.maxPacket = int(p.Props.NumberOr(packet.MaximumPacketSize, packet.MaxLength+5))
	if n := min(int(p.Props.Number(packet.TopicAliasMaximum)), l.TopicAliases); n > 0 {
		c.aliases = &aliases{max: n}
		c.individual = true
	}
}

// connack is the CONNACK packet that lets the client in.
func (c *conn) connack(p *packet.Connect, present, assigned bool, expiry time.Duration) []byte {
	ack := packet.Connack{SessionPresent: present}
	if c.version != packet.V5 {
		return ack.Append(nil, c.version)
	}
	l := &c.b.limits
	ps := &ack.Props
	ps.SetNumber(packet.ReceiveMaximum, uint32(l.Inflight))
	ps.SetNumber(packet.MaximumPacketSize, uint32(l.PacketBytes))
	ps.SetNumber(packet.TopicAliasMaximum, uint32(l.TopicAliases))
	if uint32(expiry/time.Second) != p.Props.Number(packet.SessionExpiry) {
		ps.SetNumber(packet.SessionExpiry, uint32(expiry/time.Second))
	}
	if assigned { // [MQTT-3.2.2-16]
		ps.SetText(packet.AssignedClientID, []byte(c.pub.ClientID))
	}
	if c.patience != time.Duration(p.KeepAlive)*time.Second*3/2 { // [MQTT-3.2.2-21]
		ps.SetNumber(packet.ServerKeepAlive, uint32(c.patience*2/3/time.Second))
	}
	return ack.Append(nil, c.version)
}
