package identity_test

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/brokertest"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// client is a raw client that keeps what it receives.
type client struct {
	t  testing.TB
	nc net.Conn
	r  *bufio.Reader
	v  packet.Version
	// early are messages that came while something else was waited for.
	early []string
}

// keep keeps a message, and acknowledges it.
func (c *client) keep(p *packet.Publish) {
	c.early = append(c.early, string(p.Topic)+" "+string(p.Payload))
	if p.QoS == 1 {
		c.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
	}
}

func (c *client) next() (packet.Packet, error) {
	_ = c.nc.SetReadDeadline(time.Now().Add(patience))
	return brokertest.Read(c.r, c.v)
}

func (c *client) send(p packet.Packet) {
	c.t.Helper()
	if _, err := c.nc.Write(p.Append(nil, c.v)); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// heard pings and returns the messages that came before the answer; it fails the
// test when the connection is gone.
func (c *client) heard() (messages []string) {
	c.t.Helper()
	c.send(&packet.Ping{Kind: packet.PINGREQ})
	for {
		p, err := c.next()
		if err != nil {
			c.t.Fatalf("the connection is gone: %v", err)
		}
		switch p := p.(type) {
		case *packet.Publish:
			c.keep(p)
		case *packet.Ping:
			messages, c.early = c.early, nil
			return messages
		}
	}
}

// well checks that the client is connected and has heard exactly these messages.
func (c *client) well(want ...string) {
	c.t.Helper()
	if got := c.heard(); strings.Join(got, "|") != strings.Join(want, "|") {
		c.t.Errorf("heard %q, want %q", got, want)
	}
}

// gone waits for the end of the connection.
func (c *client) gone() {
	c.t.Helper()
	for {
		if _, err := c.next(); err != nil {
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
				c.t.Fatal("the connection did not end")
			}
			return
		}
	}
}

func (c *client) subscribe(filter string, qos byte) packet.Code {
	c.t.Helper()
	c.send(&packet.Subscribe{ID: 7, Filters: []packet.Filter{{Filter: []byte(filter), QoS: qos}}})
	for {
		p, err := c.next()
		if err != nil {
			c.t.Fatalf("subscribe: %v", err)
		}
		switch p := p.(type) {
		case *packet.Publish:
			c.keep(p)
		case *packet.Suback:
			return p.Codes[0]
		}
	}
}

func (c *client) publish(topic, payload string, qos byte, change ...func(*packet.Publish)) packet.Code {
	c.t.Helper()
	p := &packet.Publish{Topic: []byte(topic), Payload: []byte(payload), QoS: qos, ID: 9}
	for _, f := range change {
		f(p)
	}
	c.send(p)
	if qos == 0 {
		return packet.Success
	}
	for {
		got, err := c.next()
		if err != nil {
			c.t.Fatalf("publish: %v", err)
		}
		if p, ok := got.(*packet.Publish); ok {
			c.keep(p)
		}
		ack, ok := got.(*packet.Ack)
		if !ok {
			continue
		}
		if ack.Kind == packet.PUBREC && !ack.Code.Failed() {
			c.send(&packet.Ack{Kind: packet.PUBREL, ID: 9})
			continue
		}
		return ack.Code
	}
}
