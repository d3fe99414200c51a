package broker

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// conn is one network connection. Its fields belong to the goroutine that reads
// from it, but for out, session's fields and leaving.
type conn struct {
	b       *Broker
	nc      net.Conn
	addr    string
	host    string // addr without the port
	version packet.Version
	pub     *model.Publisher
	session *session
	since   time.Time
	waits   waiting // until it has a session; Broker.mu guards it

	transport, cipher string
	keepAlive         time.Duration

	in     reader
	out    outbound
	own    gate // holds this client back until it reads
	router router

	// What the client accepts.
	window    int // unacknowledged QoS 1 and 2 messages
	maxPacket int
	aliases   *aliases // outbound topic aliases, nil for none
	// individual tells that each message is encoded for this client alone.
	individual bool

	patience  time.Duration // one and a half keep-alives, 0 for ever
	aliasesIn []string      // by alias - 1
	publish   packet.Publish
	ack       packet.Ack
	inbound   inbound
	values    []byte // of the message that is being routed
	topic     []byte // of a message with a topic alias
	acks      []byte // answers that wait until what was read is handled
	ticket    uint64 // and until this is on disk
	owed      uint64 // the latest ticket of answers that wait for the disk

	attached atomic.Pointer[session] // session, for other goroutines
	leaving  atomic.Pointer[departure]
}

// departure is how a connection ends.
type departure struct {
	reason CloseReason
	code   packet.Code // for the DISCONNECT packet
	err    error
	quiet  bool // no DISCONNECT packet
	// willSent tells that whoever took the session over has sent the will.
	willSent bool
}

// finishTime is how long a client has to read the last bytes.
const finishTime = time.Second

var (
	errReservedTopic = errors.New("topics that start with $ belong to the broker")
	errKeepAlive     = errors.New("nothing was heard for one and a half keep-alives")
	errConnectLate   = model.Faultf("no CONNECT packet came in time")
)

func newConn(b *Broker, nc net.Conn) *conn {
	c := &conn{b: b, nc: nc, since: time.Now(), maxPacket: packet.MaxLength + 5}
	if o, ok := nc.(interface{ Opened() time.Time }); ok { // a handshake came before
		c.since = o.Opened()
	}
	if a := nc.RemoteAddr(); a != nil {
		c.addr = a.String()
	}
	c.host = hostOf(c.addr)
	c.in.init(c)
	c.out = outbound{nc: nc, pool: &b.chunks, limit: b.limits.OutboundBytes,
		total: &b.outbound, most: int64(b.limits.OutboundBytesTotal), wire: &b.counts.wireOut, stall: b.limits.WriteStall,
		spawn: b.spawn, drained: c.drained, failed: c.writeFailed}
	return c
}

// serve reads until the connection ends, and cleans up.
func (c *conn) serve() {
	d := c.run()
	if kicked := c.leaving.Load(); kicked != nil {
		broken := d.err
		d = *kicked
		if d.err == nil && KindOf(broken) == watch.HandshakeFailed {
			d.err = broken // whoever is cut off by meddling may be back before we know
		}
	} else {
		c.leaving.CompareAndSwap(nil, &d)
	}
	c.depart(&d)
	c.in.release()
}

// run reads and handles packets until one ends the connection. A panic ends this
// connection alone.
func (c *conn) run() (d departure) {
	defer func() {
		if v := recover(); v != nil {
			c.b.panicked(c, v, debug.Stack())
			d = departure{reason: InternalFault, code: packet.UnspecifiedError, err: fmt.Errorf("internal fault: %v", v)}
			c.router = router{b: c.b, pub: c.pub}
		}
	}()
	err := c.in.each(c.handle)
	c.settle()
	return c.departureOf(err)
}

// settle hands over what was made of the packets read so far.
func (c *conn) settle() {
	c.router.settle()
	if c.answer() {
		c.b.journal.throttle()
	}
}

// answer sends the answers that were gathered, and reports whether they wait for
// the disk.
func (c *conn) answer() (waits bool) {
	if len(c.acks) == 0 {
		return false
	}
	if waits = c.ticket != 0 || c.owed != 0; waits {
		c.b.journal.answer(c, c.ticket, c.acks)
		c.ticket = 0
	} else {
		c.out.force(c.acks)
	}
	c.acks = c.acks[:0]
	return waits
}

// departureOf says what the end of reading means.
func (c *conn) departureOf(err error) departure {
	var d *departure
	var fault *packet.Error
	switch {
	case errors.As(err, &d):
		return *d
	case errors.As(err, &fault):
		c.b.malformed(c, fault)
		return departure{reason: ProtocolFault, code: fault.Code, err: fault}
	case errors.Is(err, os.ErrDeadlineExceeded):
		if c.session == nil {
			return departure{reason: ConnectionLost, err: errConnectLate, quiet: true}
		}
		return departure{reason: KeepAliveMissed, code: packet.KeepAliveTimeout, err: errKeepAlive}
	case errors.Is(err, io.EOF):
		return departure{reason: ConnectionLost, err: errors.New("the client closed the connection without a goodbye"), quiet: true}
	}
	return departure{reason: ConnectionLost, err: err, quiet: true}
}

// Error implements error, so that a handler can end the connection by it.
func (d *departure) Error() string {
	if d.err != nil {
		return d.err.Error()
	}
	return d.reason.String()
}

// depart says goodbye to the client, as far as the protocol knows one, and ends
// the session's connection.
func (c *conn) depart(d *departure) {
	var last []byte
	if c.session != nil && c.version == packet.V5 && !d.quiet { // [MQTT-4.13.1-1]
		p := packet.Disconnect{Code: d.code}
		if d.err != nil && d.code.Failed() {
			p.Props.SetText(packet.ReasonString, []byte(d.err.Error()))
		}
		last = p.Append(nil, c.version)
		if len(last) > c.maxPacket {
			last = packet.AppendDisconnect(nil, d.code)
		}
	}
	if c.session == nil && c.leaving.Load().reason == ConnectionLost {
		c.b.neverConnected(c, d)
	}
	c.out.finish(last, finishTime)
	c.b.connEnded(c, d)
	c.router.rest()
}

// kick ends the connection from another goroutine, without waiting for it.
func (c *conn) kick(d departure) {
	if !c.leaving.CompareAndSwap(nil, &d) {
		return
	}
	var last []byte
	if c.out.isGreeted() && c.version == packet.V5 && !d.quiet {
		last = packet.AppendDisconnect(nil, d.code)
	}
	c.out.finish(last, finishTime)
	_ = c.nc.SetReadDeadline(time.Unix(1, 0))
}

// drained is called after bytes were written to the client.
func (c *conn) drained() {
	c.own.wake()
	s := c.attached.Load()
	if s == nil {
		return
	}
	s.pump(c)
	if c.out.drains() {
		if c.out.size.Load() == 0 {
			s.gate.reopenIfShut()
		}
		s.gate.wake()
	}
}

// writeFailed is called when the client can no longer be written to.
func (c *conn) writeFailed(err error) {
	d := departure{reason: ConnectionLost, err: err, quiet: true}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		d = departure{reason: SlowReader, err: errors.New("the client did not read what it was sent"), quiet: true}
	}
	c.leaving.CompareAndSwap(nil, &d)
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return host
}
