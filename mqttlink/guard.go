package mqttlink

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
)

const (
	// readBuffer is what is read from the network at once: bare paho needs
	// three system calls for each message.
	readBuffer = 64 << 10
	// passThrough is the largest promise that paho, which reserves memory for
	// what a header promises, is told of before the bytes have arrived.
	passThrough = 256 << 10
)

// MQTT 3.1.1 control packets that a broker may send (section 2.2.1).
const (
	packetConnack  = 2
	packetPublish  = 3
	packetPuback   = 4
	packetPubrec   = 5
	packetPubrel   = 6
	packetPubcomp  = 7
	packetSuback   = 9
	packetUnsuback = 11
	packetPingresp = 13
)

// guard stands between the network and paho. It buffers reads, and it checks
// the fixed header of each packet (MQTT 3.1.1 section 2.2) before paho sees it:
// only packets that a broker may send, with the flags and length they must
// have, none beyond the bound, and never a promise without the bytes. Messages
// at QoS 0, which need no answer, it takes out of the stream and delivers
// itself, which is several times as fast.
type guard struct {
	net.Conn
	in        *bufio.Reader
	maxPacket int
	// subackLength is the remaining length that a SUBACK must have: paho
	// trusts it to answer every filter and no more.
	subackLength int
	// deliver takes a message at QoS 0; borrowed tells that the payload is
	// valid only during the call.
	deliver func(topic, payload []byte, retained, borrowed bool)
	// oversize is called for each message that was skipped for its size.
	oversize func()

	fixed  [5]byte
	head   []byte // of the current packet, still to be handed out
	body   int    // bytes that follow head, still to be read from in
	opened bool   // the CONNACK has passed
	fault  atomic.Pointer[Error]
}

func newGuard(conn net.Conn, maxPacket, filters int) *guard {
	return &guard{
		Conn: conn, in: bufio.NewReaderSize(conn, readBuffer), maxPacket: maxPacket, subackLength: 2 + filters,
		deliver:  func(_, _ []byte, _, _ bool) {},
		oversize: func() {},
	}
}

// Read implements io.Reader for paho.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.head) == 0 && g.body == 0 {
		if err := g.next(); err != nil {
			var e *Error
			if errors.As(err, &e) {
				g.fault.CompareAndSwap(nil, e)
			}
			return 0, err
		}
	}
	if len(g.head) > 0 {
		n := copy(p, g.head)
		if g.head = g.head[n:]; len(g.head) == 0 {
			g.head = nil // a large packet's memory is not kept
		}
		return n, nil
	}
	n, err := g.in.Read(p[:min(len(p), g.body)])
	g.body -= n
	return n, err
}

// next reads the header of the next packet, and either prepares it for paho or
// deals with all of it.
func (g *guard) next() error {
	first, length, n, err := g.header()
	if err != nil {
		return err
	}
	kind, qos := first>>4, first>>1&3
	if err := g.check(first, length); err != nil {
		return err
	}
	if kind == packetPublish && qos == 0 {
		_, _ = g.in.Discard(n) // in the buffer already
		return g.publish(length, first&1 != 0)
	}
	if length > g.maxPacket {
		return &Error{Kind: KindTooLarge,
			Detail: model.Sayf("a message at QoS %d of %d bytes, where %d are allowed", qos, length, g.maxPacket)}
	}
	g.head = append(g.fixed[:0], mustPeek(g.in, n)...)
	_, _ = g.in.Discard(n)
	if length <= passThrough {
		g.body = length
		return nil
	}
	g.head, err = readGrowing(g.in, slices.Clone(g.head), length)
	return err
}

// header peeks at a fixed header and returns its first byte, the remaining
// length (section 2.2.3), and the header's own length.
func (g *guard) header() (first byte, length, n int, err error) {
	for n = 2; n <= 5; n++ {
		b, err := g.in.Peek(n)
		if !g.opened && len(b) > 0 && b[0] != packetConnack<<4 {
			return 0, 0, 0, g.stranger()
		}
		if err != nil {
			return 0, 0, 0, err
		}
		length |= int(b[n-1]&0x7f) << (7 * (n - 2))
		if b[n-1] < 0x80 {
			return b[0], length, n, nil
		}
	}
	return 0, 0, 0, malformed("a packet length of more than four bytes")
}

// check reports why a packet with this header must not reach paho.
func (g *guard) check(first byte, length int) error {
	flags := first & 0x0f
	switch kind := first >> 4; {
	case kind == packetConnack && !g.opened:
		return g.connack(length)
	case kind == packetPublish:
		if flags>>1&3 == 3 {
			return malformed("a PUBLISH at QoS 3")
		}
		if flags&8 != 0 && flags>>1&3 == 0 {
			return malformed("a PUBLISH at QoS 0 marked as a repetition")
		}
		return nil
	case kind == packetPubrel && flags == 2 && length == 2,
		(kind == packetPuback || kind == packetPubrec || kind == packetPubcomp || kind == packetUnsuback) && flags == 0 && length == 2,
		kind == packetSuback && flags == 0 && length == g.subackLength,
		kind == packetPingresp && flags == 0 && length == 0:
		return nil
	}
	return malformed(fmt.Sprintf("a packet with header byte 0x%02x and length %d", first, length))
}

// connack checks the answer to CONNECT (section 3.2).
func (g *guard) connack(length int) error {
	if length > 2 {
		return &Error{Kind: KindVersion, Detail: model.Sayf("it answered in another version of MQTT")}
	}
	if length < 2 {
		return malformed("a CONNACK that is too short")
	}
	b, err := g.in.Peek(4)
	if err != nil {
		return err
	}
	if b[3] > 5 {
		return malformed(fmt.Sprintf("a CONNACK with the unknown code %d", b[3]))
	}
	g.opened = true
	return nil
}

// stranger says what answered instead of a broker.
func (g *guard) stranger() error {
	b := mustPeek(g.in, min(g.in.Buffered(), 24))
	switch {
	case b[0] == 0x15 || b[0] == 0x16: // a TLS alert or handshake record
		return &Error{Kind: KindTLSNeeded}
	case bytes.HasPrefix(b, []byte("HTTP/")):
		return &Error{Kind: KindNotMQTT, Detail: model.Sayf("it is a web server")}
	}
	return &Error{Kind: KindNotMQTT, Detail: model.Sayf("it answered %+q", b)}
}

// publish takes a message at QoS 0 out of the stream (section 3.3).
func (g *guard) publish(length int, retained bool) error {
	if length > g.maxPacket {
		return g.skip(length)
	}
	if length <= g.in.Size() {
		b, err := g.in.Peek(length)
		if err != nil {
			return noEOF(err)
		}
		if err := g.hand(b, retained, true); err != nil {
			return err
		}
		_, err = g.in.Discard(length)
		return err
	}
	b, err := readGrowing(g.in, nil, length)
	if err != nil {
		return err
	}
	return g.hand(b, retained, false)
}

func (g *guard) hand(b []byte, retained, borrowed bool) error {
	if len(b) < 2 {
		return malformed("a PUBLISH that is too short")
	}
	n := 2 + int(b[0])<<8 + int(b[1])
	if n > len(b) {
		return malformed("a PUBLISH whose topic is longer than itself")
	}
	g.deliver(b[2:n], b[n:], retained, borrowed)
	return nil
}

// skip lets a message pass by that is beyond the bound.
func (g *guard) skip(length int) error {
	for length > 0 {
		n, err := g.in.Discard(min(length, readBuffer))
		if err != nil {
			return noEOF(err)
		}
		length -= n
	}
	g.oversize()
	return nil
}

// readGrowing appends the next n bytes to b as they arrive: memory at most
// doubles what has come.
func readGrowing(in *bufio.Reader, b []byte, n int) ([]byte, error) {
	for n > 0 {
		b = slices.Grow(b, min(n, max(len(b), readBuffer)))
		m, err := in.Read(b[len(b):min(cap(b), len(b)+n)])
		b, n = b[:len(b)+m], n-m
		if err != nil && n > 0 {
			return nil, noEOF(err)
		}
	}
	return b, nil
}

// mustPeek returns the next n bytes, which are known to be buffered.
func mustPeek(in *bufio.Reader, n int) []byte { b, _ := in.Peek(n); return b }

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func malformed(detail string) error {
	return &Error{Kind: KindMalformed, Detail: model.Quoted(detail)}
}
