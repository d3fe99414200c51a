package enrol

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// door is a listener that lets in so many connections at once, and so many from
// one address, and tells of those that never say what they want.
type door struct {
	net.Listener
	limits Limits
	rates  *rates
	admit  func(netip.Addr) error // nil admits everybody
	tell   func(Outcome, string, string)
	crowd  *crowd
}

// crowd counts the connections of all doors.
type crowd struct {
	mu    sync.Mutex
	total int
	from  map[netip.Addr]int
}

// Accept waits for a connection that may come in; the others are closed.
func (d *door) Accept() (net.Conn, error) {
	for {
		nc, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		text := nc.RemoteAddr().String()
		addr := addrOf(text)
		from := network(addr)
		if outcome, detail := d.judge(addr, from); outcome != Asked {
			_ = nc.Close()
			d.tell(outcome, text, detail)
			continue
		}
		return &visitor{Conn: nc, door: d, from: from, since: time.Now()}, nil
	}
}

// judge decides on a connection, and counts it when it answers Asked.
func (d *door) judge(addr, from netip.Addr) (Outcome, string) {
	if d.admit != nil {
		if err := d.admit(addr); err != nil {
			return Barred, err.Error()
		}
	}
	if !d.rates.allow(from) {
		return Flooded, "too many connections within a minute"
	}
	if !d.crowd.enter(from, d.limits) {
		return Flooded, "too many connections at once"
	}
	return Asked, ""
}

func (c *crowd) enter(from netip.Addr, l Limits) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= l.Connections || c.from[from] >= l.ConnectionsPerAddress {
		return false
	}
	c.total++
	c.from[from]++
	return true
}

func (c *crowd) leave(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	if c.from[from]--; c.from[from] == 0 {
		delete(c.from, from)
	}
}

// visitor is a connection that was let in.
type visitor struct {
	net.Conn
	door  *door
	from  netip.Addr
	since time.Time
	spoke atomic.Bool // a request of it was read
	once  sync.Once
}

// Close makes room for the next one.
func (v *visitor) Close() error {
	v.once.Do(func() {
		v.door.crowd.leave(v.from)
		if !v.spoke.Load() && time.Since(v.since) >= v.door.limits.RequestTime {
			v.door.tell(Stalled, v.RemoteAddr().String(), "no request within "+v.door.limits.RequestTime.String())
		}
	})
	return v.Conn.Close()
}

type visitorKey struct{}

// withVisitor remembers in ctx which connection its requests come from.
func withVisitor(ctx context.Context, nc net.Conn) context.Context {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	if v, ok := nc.(*visitor); ok {
		return context.WithValue(ctx, visitorKey{}, v)
	}
	return ctx
}

// spoke notes that the connection of ctx has sent a request.
func spoke(ctx context.Context) {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		v.spoke.Store(true)
	}
}
