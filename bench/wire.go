package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// patience bounds a handshake, and the wait for the last messages.
const patience = 20 * time.Second

// client is a connection that has been let in, spoken to in raw packets.
type client struct {
	net.Conn
	r *bufio.Reader
}

// dial connects to a server under a client ID.
func dial(ctx context.Context, s *server, id string, clean bool) (*client, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	c := &client{Conn: nc, r: bufio.NewReaderSize(nc, 64<<10)}
	hello := packet.Connect{Version: packet.V311, CleanStart: clean, KeepAlive: 600, ClientID: []byte(id)}
	if s.password != "" {
		hello.Username, hello.Password = []byte(id), []byte(s.password)
	}
	if _, err := c.Write(hello.Append(nil, packet.V311)); err != nil {
		return nil, errors.Join(err, nc.Close())
	}
	ack, err := c.packet()
	if err == nil && (len(ack) != 4 || ack[3] != 0) {
		err = fmt.Errorf("CONNACK % x", ack)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect as %s: %w", id, err), nc.Close())
	}
	return c, nil
}

// drop closes what has done its work: how that ends is of no interest.
func drop(c io.Closer) { _ = c.Close() }

// packet reads one short packet.
func (c *client) packet() ([]byte, error) {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	head, err := c.r.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[1] > 127 {
		return nil, fmt.Errorf("a packet of type %d is longer than expected", head[0]>>4)
	}
	b := make([]byte, 2+int(head[1]))
	_, err = io.ReadFull(c.r, b)
	return b, err
}

// subscribe takes out a subscription to all that the benchmark publishes.
func (c *client) subscribe(qos byte) error {
	p := packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("bench/#"), QoS: qos}}}
	if _, err := c.Write(p.Append(nil, packet.V311)); err != nil {
		return err
	}
	ack, err := c.packet()
	if err == nil && (len(ack) != 5 || ack[4] > 2) {
		err = fmt.Errorf("SUBACK % x", ack)
	}
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return c.SetReadDeadline(time.Time{})
}

const (
	payloadBytes = 64
	topicCount   = 1000
)

// burst is n PUBLISH packets in a row, on topics that go round from a number on.
func burst(n, from int, qos byte) []byte {
	var b []byte
	for i := range n {
		p := packet.Publish{QoS: qos, ID: uint16(i + 1), Topic: fmt.Appendf(nil, "bench/device-%04d/value", (from+i)%topicCount),
			Payload: make([]byte, payloadBytes)}
		b = p.Append(b, packet.V311)
	}
	return b
}
