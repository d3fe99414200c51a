package impostor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// mostMessages is how many messages a client remembers, the latest.
const mostMessages = 4096

// client is an MQTT client that does as it is told, however wrong. A goroutine
// reads, and acknowledges what it is sent.
type client struct {
	nc      net.Conn
	version level
	ended   chan struct{} // closed when nothing more will come

	writing sync.Mutex

	mu       sync.Mutex
	changed  chan struct{} // closed and made anew with each change
	answers  []answer
	messages []message
	received uint64 // messages, forgotten ones included
	err      error  // why it ended
	goodbye  byte   // the code of the DISCONNECT packet that came
	nextID   uint16
	pulse    *pulse // of the victim, nil for a client that does not watch it
}

// verdict is the answer to a CONNECT packet.
type verdict struct {
	in      bool
	present bool // the broker had a session for it
	words   string
}

// open connects and sends CONNECT. When the verdict is no, the client is nil. The
// error tells that it could not be tried.
func (t *Target) open(ctx context.Context, from string, l login) (*client, verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Patience)
	defer cancel()
	nc, err := t.dial(ctx, from, l.Credentials)
	var no *refused
	switch {
	case errors.As(err, &no):
		return nil, verdict{words: "the handshake failed: " + no.Error()}, nil
	case err != nil:
		return nil, verdict{}, err
	}
	return start(ctx, nc, l)
}

// start sends CONNECT over a connection and waits for the answer.
func start(ctx context.Context, nc net.Conn, l login) (*client, verdict, error) {
	c := &client{nc: nc, version: l.version, ended: make(chan struct{}), changed: make(chan struct{})}
	go c.read()
	if err := c.write(l.encode()); err != nil {
		c.close()
		return nil, verdict{words: "the connection was closed: " + err.Error()}, nil //nolint:nilerr // to be cut off is a verdict
	}
	a, ok, err := c.await(ctx, typeConnack, 0)
	switch {
	case err != nil:
		c.close()
		return nil, verdict{}, fmt.Errorf("wait for CONNACK: %w", err)
	case !ok:
		c.close()
		return nil, verdict{words: "the connection was closed: " + c.err.Error()}, nil
	case a.code != 0:
		c.close()
		return nil, verdict{words: "CONNACK " + codeText(a.code)}, nil
	}
	return c, verdict{in: true, present: a.present, words: "CONNACK: let in"}, nil
}

// read takes what comes until the connection ends.
func (c *client) read() {
	defer close(c.ended)
	r := bufio.NewReader(c.nc)
	for {
		first, body, err := readPacket(r)
		if err == nil {
			err = c.take(first, body)
		}
		if err != nil {
			c.change(func() { c.err = err })
			return
		}
	}
}

// change changes the client's state and wakes who waits for that.
func (c *client) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	close(c.changed)
	c.changed = make(chan struct{})
}

// take handles one packet.
func (c *client) take(first byte, body []byte) error {
	switch kind := first >> 4; kind {
	case typePublish:
		m, err := readMessage(first, body, c.version)
		if err != nil {
			return err
		}
		c.change(func() { c.keep(m) })
		return c.acknowledge(m)
	case typePubrel:
		if len(body) < 2 {
			return errWire
		}
		return c.write(ackPacket(typePubcomp, uint16(body[0])<<8|uint16(body[1])))
	case typeConnack, typeSuback, typePuback, typePubrec, typePubcomp:
		a, err := readAnswer(kind, body, c.version)
		if err != nil {
			return err
		}
		c.change(func() { c.answers = append(c.answers, a) })
		if kind == typePubrec && a.code < 0x80 {
			return c.write(ackPacket(typePubrel, a.id))
		}
	case typeGoodbye:
		c.change(func() {
			if len(body) > 0 {
				c.goodbye = body[0]
			}
		})
	}
	return nil
}

func (c *client) keep(m message) {
	c.pulse.take(&m, time.Now())
	if len(c.messages) == mostMessages {
		c.messages = append(c.messages[:0], c.messages[mostMessages/2:]...)
	}
	c.messages = append(c.messages, m)
	c.received++
}

func (c *client) acknowledge(m message) error {
	switch m.qos {
	case 1:
		return c.write(ackPacket(typePuback, m.id))
	case 2:
		return c.write(ackPacket(typePubrec, m.id))
	}
	return nil
}

func (c *client) write(b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.nc.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := c.nc.Write(b)
	return err
}

// until waits until ok, which is asked with the client locked, and reports
// whether it came to be: not when the connection ended before. The error is that
// of ctx.
func (c *client) until(ctx context.Context, ok func() bool) (bool, error) {
	for {
		c.mu.Lock()
		done, over, changed := ok(), c.err != nil, c.changed
		c.mu.Unlock()
		if done || over {
			return done, nil //nolint:nilerr // that the connection ended is an answer
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// await waits for an answer.
func (c *client) await(ctx context.Context, kind byte, id uint16) (a answer, ok bool, err error) {
	ok, err = c.until(ctx, func() bool {
		for _, one := range c.answers {
			if one.kind == kind && one.id == id {
				a = one
				return true
			}
		}
		return false
	})
	return a, ok, err
}

// id is a fresh packet ID.
func (c *client) id() uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextID++
	return c.nextID
}

// publish sends a message, waits for what acknowledges it, and says what came.
func (c *client) publish(ctx context.Context, m message) (string, error) {
	m.id = c.id()
	if err := c.write(m.encode(c.version)); err != nil {
		return "the connection was closed", nil //nolint:nilerr // being cut off is an answer
	}
	kind := byte(typePuback)
	switch m.qos {
	case 0:
		return "not answered, as usual at QoS 0", nil
	case 2:
		kind = typePubrec
	}
	a, ok, err := c.await(ctx, kind, m.id)
	switch {
	case err != nil:
		return "", fmt.Errorf("wait for the acknowledgement: %w", err)
	case !ok:
		return "the connection was closed", nil
	case a.code >= 0x80:
		return "answered " + codeText(a.code), nil
	}
	return "acknowledged", nil
}

// subscribe asks for a filter, and tells whether it was granted and what came.
func (c *client) subscribe(ctx context.Context, filter string, qos byte) (granted bool, words string, err error) {
	id := c.id()
	if err := c.write(subscribePacket(c.version, id, filter, qos)); err != nil {
		return false, "the connection was closed", nil //nolint:nilerr // being cut off is an answer
	}
	a, ok, err := c.await(ctx, typeSuback, id)
	switch {
	case err != nil:
		return false, "", fmt.Errorf("wait for SUBACK: %w", err)
	case !ok:
		return false, "the connection was closed", nil
	case a.code >= 0x80:
		return false, "SUBACK " + codeText(a.code), nil
	}
	return true, "granted", nil
}

// sees reports whether a message comes before ctx ends, or the connection does.
func (c *client) sees(ctx context.Context, what func(message) bool) (bool, error) {
	var seen uint64
	return c.until(ctx, func() bool {
		forgotten := c.received - uint64(len(c.messages))
		for seen = max(seen, forgotten); seen < c.received; seen++ {
			if what(c.messages[seen-forgotten]) {
				return true
			}
		}
		return false
	})
}

// within reports whether a message comes in time.
func (c *client) within(ctx context.Context, d time.Duration, what func(message) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	ok, _ := c.sees(ctx, what)
	return ok
}

// dropped reports whether the connection is ended by the other side in time.
func (c *client) dropped(ctx context.Context, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-c.ended:
		return true
	case <-ctx.Done():
		return false
	}
}

// saw reports whether a message has come.
func (c *client) saw(what func(message) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		if what(m) {
			return true
		}
	}
	return false
}

// over reports whether the connection has ended.
func (c *client) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// leave says goodbye and closes.
func (c *client) leave() {
	_ = c.write([]byte{typeGoodbye << 4, 0})
	c.close()
}

// crash ends the connection without a goodbye.
func (c *client) crash() {
	reset(c.nc)
	<-c.ended
}

// close closes the connection and waits for the reader.
func (c *client) close() {
	_ = c.nc.Close()
	<-c.ended
}
