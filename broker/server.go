package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// ErrClosed is returned by methods of a broker that has been closed.
var ErrClosed = errors.New("the broker is closed")

// Options configure a broker. The zero value works: everybody may connect, and
// nothing is told.
type Options struct {
	Limits Limits
	// Access decides who may do what; nil means OpenAccess.
	Access Access
	// Store keeps on disk what outlives a connection; nil keeps it in memory. The
	// broker closes it.
	Store Store
	// Spool is a folder that belongs to this broker alone, in which sessions keep
	// what waits for a client beyond Limits.QueueBytes; it is made if need be.
	// Without one, or when it cannot be made, the queues end there.
	Spool string
	// SysInterval is how often what has changed under $SYS is published to those
	// who subscribed. 0 means 10 s; less than 0 that there is no $SYS. Version is
	// what $SYS/broker/version says. "pilothouse".
	SysInterval time.Duration
	Version     string
	// OnEvent is told what happens, one event at a time, from any goroutine. It
	// must not block and must not call the broker.
	OnEvent func(Event)
	// Logger receives faults of the broker itself; nil discards them.
	Logger *slog.Logger
}

// Broker is an MQTT server. Make one with New.
type Broker struct {
	limits Limits
	access Access
	log    *slog.Logger
	events reporter

	subs     index
	retained retainedStore
	queued   atomic.Int64 // bytes that wait or are in flight in all sessions
	outbound atomic.Int64 // bytes on their way to all clients
	spooled  atomic.Int64 // bytes of spools on disk
	spools   atomic.Uint64
	spoolDir string // empty for none
	counts   totals
	journal  *journal   // nil without a store
	sys      *sysReport // nil when it is off
	mask     *Mask
	started  time.Time

	buffers    pool[[bigBuffer]byte]
	workspaces pool[workspace]
	chunks     pool[chunk]
	frames     pool[[]byte]
	batches    pool[batch]

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup // all goroutines and timers
	timers timers

	mu       sync.Mutex
	closed   bool
	sessions map[string]*session
	conns    map[*conn]struct{}
	most     int // clients that were seen connected at once
	perHost  map[string]int
	// leftSpools are those of kept sessions that ended with the broker.
	leftSpools []*spool
	pending    pending
	listeners  map[net.Listener]struct{}
}

// New makes a broker without listeners. It takes over what Options.Store holds;
// when that cannot be read, it starts without and says so by an event.
func New(o Options) *Broker {
	b := &Broker{limits: o.Limits.withDefaults(), access: o.Access, log: o.Logger, started: time.Now(), mask: NewMask(),
		sessions: make(map[string]*session), conns: make(map[*conn]struct{}), perHost: make(map[string]int),
		listeners: make(map[net.Listener]struct{})}
	b.timers.group, b.timers.rescue = &b.group, b.rescue
	b.events.on = o.OnEvent
	if b.access == nil {
		b.access = OpenAccess()
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.retained.maxCount, b.retained.maxBytes = b.limits.Retained, b.limits.RetainedBytes
	b.retained.maxEach = b.limits.RetainedEach
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.spoolDir = o.Spool
	if o.Store != nil {
		b.useStore(o.Store)
	}
	b.claimSpools()
	b.startSys(o.SysInterval, cmp.Or(o.Version, "pilothouse"))
	return b
}

// Serve accepts connections from ln until ctx ends or the broker is closed, and
// closes ln. It returns nil then, and ErrClosed for a broker that was closed
// before. A failed accept is reported, and tried again after a pause. Several
// listeners may be served at once; any net.Listener will do.
func (b *Broker) Serve(ctx context.Context, ln net.Listener) error {
	if !b.enter(ln) {
		_ = ln.Close()
		return ErrClosed
	}
	defer b.group.Done()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	defer func() {
		b.mu.Lock()
		delete(b.listeners, ln)
		b.mu.Unlock()
		_ = ln.Close()
	}()
	var pause time.Duration
	for {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			b.accept(nc)
		case ctx.Err() != nil || b.ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept connections on %v: %w", ln.Addr(), err)
		default:
			pause = b.acceptFailed(ctx, ln, err, pause)
		}
	}
}

// enter registers a listener and its goroutine.
func (b *Broker) enter(ln net.Listener) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.listeners[ln] = struct{}{}
	b.group.Add(1)
	return true
}

// The pauses after a failed accept.
const (
	firstPause = 5 * time.Millisecond
	maxPause   = time.Second
)

// acceptFailed reports a failed accept and waits, longer each time.
func (b *Broker) acceptFailed(ctx context.Context, ln net.Listener, err error, pause time.Duration) time.Duration {
	b.counts.acceptErrors.Add(1)
	name := ln.Addr().String()
	b.events.tellOften(repeatKey{kind: "accept", who: name}, func(n uint64) Event {
		return AcceptFailed{Stamp: now(), Listener: name, Err: err, Count: n}
	})
	pause = min(max(2*pause, firstPause), maxPause)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-b.ctx.Done():
	}
	return pause
}

// accept starts a connection, if there may be one more.
func (b *Broker) accept(nc net.Conn) {
	c := newConn(b, nc)
	reason, crowdedOut := b.admit(c)
	b.crowdOut(crowdedOut)
	if reason.Empty() {
		b.spawn(func() {
			c.serve()
			b.leave(c)
		})
		return
	}
	_ = nc.Close()
	b.refused(Refused{Stamp: now(), Addr: c.addr, Code: packet.ServerBusy, Reason: reason.String(), Said: reason, Kind: watch.Flood})
}

// admit registers a connection, or says why there is no room for it. An older one
// may have to go for it.
func (b *Broker) admit(c *conn) (reason model.Phrase, crowdedOut *conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return model.Sayf("the broker is closing"), nil
	case len(b.conns) >= b.limits.Connections:
		return model.Sayf("too many connections"), nil
	case b.perHost[c.host] >= b.limits.ConnectionsPerAddr:
		return model.Sayf("too many connections from this address"), nil
	}
	b.conns[c] = struct{}{}
	b.perHost[c.host]++
	b.counts.connections.Add(1)
	b.group.Add(1) // held until leave, so that Close waits for a connection that is starting
	return model.Phrase{}, b.pending.add(c, b.limits.Pending, b.limits.PendingPerAddr)
}

func (b *Broker) leave(c *conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
	b.pending.remove(c)
	if b.perHost[c.host]--; b.perHost[c.host] == 0 {
		delete(b.perHost, c.host)
	}
	b.group.Done()
}

// spawn runs f in a goroutine that Close waits for. Its caller is such a
// goroutine itself, or holds the group otherwise.
func (b *Broker) spawn(f func()) {
	b.group.Add(1)
	go func() {
		defer b.group.Done()
		defer b.rescue()
		f()
	}()
}

// Close ends all connections, with DISCONNECT 0x8B for MQTT 5 clients, and all
// sessions, and returns when every goroutine of the broker has ended. It takes
// about a second when clients do not read. Wills are not sent: the standard lets
// a server that shuts down keep them for its next start (MQTT 5.0 section
// 3.1.2.5). Close can be called twice.
func (b *Broker) Close() error {
	b.mu.Lock()
	first := !b.closed
	b.closed = true
	var locals []*Local
	if first {
		b.cancel()
		for ln := range b.listeners {
			_ = ln.Close()
		}
		for c := range b.conns {
			c.kick(departure{reason: BrokerClosing, code: packet.ServerShuttingDown})
		}
		b.timers.close()
		for _, s := range b.sessions {
			if s.local != nil {
				locals = append(locals, s.local)
			}
		}
	}
	b.mu.Unlock()
	for _, l := range locals {
		_ = l.Close()
	}
	b.group.Wait()
	var err error
	if first {
		err = b.journal.close()
		b.closeSpools()
		b.events.close()
	}
	return err
}

// Disconnect ends the connection of a client by the operator's will, with the
// reason code given for MQTT 5 clients. Its will is sent; its session is kept or
// not as agreed. It reports whether the client was connected.
func (b *Broker) Disconnect(clientID string, code packet.Code) bool {
	b.mu.Lock()
	s := b.sessions[clientID]
	b.mu.Unlock()
	if s == nil {
		return false
	}
	c := s.conn.Load()
	if c != nil {
		c.kick(departure{reason: Administrative, code: code})
	}
	return c != nil
}
