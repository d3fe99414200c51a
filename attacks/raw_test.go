package attacks

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/demo/impostor"
)

// raw is an MQTT 5 connection over any transport, on which packets are sent and
// read one by one.
type raw struct {
	t  *testing.T
	nc net.Conn
	r  *bufio.Reader
}

// dialRaw connects over the world's transport. The error is that of TLS or of the
// WebSocket.
func (w *world) dialRaw(config *tls.Config) (*raw, error) {
	nc, err := net.Dial("tcp", w.target.Addresses[w.target.Via])
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(patience))
	if w.target.Via != impostor.TCP {
		secure := tls.Client(nc, config)
		if err := secure.Handshake(); err != nil {
			return nil, err
		}
		nc = secure
	}
	if w.target.Via == impostor.WSS {
		d := websocket.Dialer{Subprotocols: []string{"mqtt"},
			NetDialContext: func(context.Context, string, string) (net.Conn, error) { return nc, nil }}
		ws, response, err := d.Dial("ws://"+w.target.Addresses[w.target.Via]+"/mqtt", nil)
		if err != nil {
			return nil, err
		}
		_ = response.Body.Close()
		nc = &webConn{Conn: nc, ws: ws}
	}
	return &raw{t: w.t, nc: nc, r: bufio.NewReader(nc)}, nil
}

// webConn is a WebSocket as a stream.
type webConn struct {
	net.Conn
	ws   *websocket.Conn
	rest []byte
}

// Read implements net.Conn.
func (c *webConn) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		_, b, err := c.ws.ReadMessage()
		if err != nil {
			return 0, err
		}
		c.rest = b
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write implements net.Conn.
func (c *webConn) Write(p []byte) (int, error) {
	return len(p), c.ws.WriteMessage(websocket.BinaryMessage, p)
}

// clientTLS is the TLS of a device with a certificate.
func (w *world) clientTLS(c impostor.Credentials) *tls.Config {
	config := &tls.Config{RootCAs: w.target.Authority, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	if c.Certificate != nil {
		config.Certificates = []tls.Certificate{*c.Certificate}
	}
	return config
}

// login connects as somebody over MQTT 5, with a session that is kept, and
// returns the code of CONNACK.
func (w *world) login(c impostor.Credentials, clean bool) (*raw, packet.Connack, error) {
	r, err := w.dialRaw(w.clientTLS(c))
	if err != nil {
		return nil, packet.Connack{}, err
	}
	ack, err := r.connect(c, clean)
	return r, ack, err
}

func (r *raw) connect(c impostor.Credentials, clean bool) (ack packet.Connack, err error) {
	p := packet.Connect{Version: packet.V5, ClientID: []byte(c.ClientID), CleanStart: clean}
	if c.Certificate == nil {
		p.Username, p.Password = []byte(c.Username), []byte(c.Password)
	}
	p.Props.SetNumber(packet.SessionExpiry, 600)
	r.write(p.Append(nil, packet.V5))
	h, body, err := r.read()
	if err != nil {
		return ack, err
	}
	return ack, packet.Read(&ack, h, body, packet.V5)
}

func (r *raw) write(b []byte) {
	_, _ = r.nc.Write(b) // whether it went is seen by what is read
}

// read reads one packet.
func (r *raw) read() (h packet.Header, body []byte, err error) {
	first, err := r.r.ReadByte()
	if err != nil {
		return h, nil, err
	}
	n, err := binary.ReadUvarint(r.r)
	if err != nil {
		return h, nil, err
	}
	body = make([]byte, min(n, 1<<21))
	if _, err = io.ReadFull(r.r, body); err != nil {
		return h, nil, err
	}
	h, _, err = packet.ParseHeader(append([]byte{first}, binary.AppendUvarint(nil, n)...))
	return h, body, err
}

// expect reads until a packet of a type comes.
func (r *raw) expect(kind packet.Type) (packet.Header, []byte, error) {
	for {
		h, body, err := r.read()
		if err != nil || h.Type == kind {
			return h, body, err
		}
		if h.Type == packet.DISCONNECT {
			return h, nil, fmt.Errorf("disconnected with %x", body)
		}
	}
}

// publish sends a message at QoS 1 and returns the code of its acknowledgement.
func (r *raw) publish(topic string, alias uint16, payload string, retain bool) (packet.Code, error) {
	b := append(binary.BigEndian.AppendUint16(nil, uint16(len(topic))), topic...)
	b = append(b, 0, 9)
	if alias > 0 {
		b = binary.BigEndian.AppendUint16(append(b, 3, 0x23), alias)
	} else {
		b = append(b, 0)
	}
	b = append(b, payload...)
	first := byte(0x32)
	if retain {
		first |= 1
	}
	r.write(append(binary.AppendUvarint([]byte{first}, uint64(len(b))), b...))
	h, body, err := r.expect(packet.PUBACK)
	if err != nil {
		return 0, err
	}
	ack := packet.Ack{Kind: h.Type}
	err = packet.Read(&ack, h, body, packet.V5)
	return ack.Code, err
}

// subscribe asks for a filter at QoS 1 and returns the code.
func (r *raw) subscribe(filter string) (packet.Code, error) {
	b := append([]byte{0, 7, 0}, binary.BigEndian.AppendUint16(nil, uint16(len(filter)))...)
	b = append(append(b, filter...), 1)
	r.write(append(binary.AppendUvarint([]byte{0x82}, uint64(len(b))), b...))
	_, body, err := r.expect(packet.SUBACK)
	if err != nil {
		return 0, err
	}
	return packet.Code(body[len(body)-1]), nil
}

// hears reports whether a message below a root comes before the answer to a
// ping, sent when all that could come is on its way.
func (r *raw) hears(root string) (topic string, err error) {
	r.write([]byte{0xc0, 0})
	for {
		h, body, err := r.read()
		if err != nil {
			return topic, err
		}
		switch h.Type {
		case packet.PINGRESP:
			return topic, nil
		case packet.PUBLISH:
			n := int(binary.BigEndian.Uint16(body))
			if one := string(body[2 : 2+n]); len(one) > len(root) && one[:len(root)] == root {
				topic = one
			}
		}
	}
}
