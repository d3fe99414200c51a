package durable

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/brokertest"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// peer is a client of MQTT 3.1.1 that sends packets and sees packets.
type peer struct {
	nc net.Conn
	r  *bufio.Reader

	mu  sync.Mutex // for writes
	buf []byte
}

const version = packet.V311

// dialPeer connects with a session that is kept, or as change says.
func dialPeer(addr, id string, change ...func(*packet.Connect)) (*peer, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{nc: nc, r: bufio.NewReaderSize(nc, 64<<10)}
	_ = nc.SetReadDeadline(time.Now().Add(20 * time.Second))
	hello := &packet.Connect{Version: version, ClientID: []byte(id)}
	for _, f := range change {
		f(hello)
	}
	err = p.send(hello)
	if err == nil {
		var got packet.Packet
		got, err = p.next()
		if ack, ok := got.(*packet.Connack); err == nil && (!ok || ack.Code != packet.Success) {
			err = fmt.Errorf("connect: received %+v", got)
		}
	}
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return p, nil
}

func (p *peer) send(packets ...packet.Packet) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf = p.buf[:0]
	for _, one := range packets {
		p.buf = one.Append(p.buf, version)
	}
	_, err := p.nc.Write(p.buf)
	return err
}

func (p *peer) next() (packet.Packet, error) {
	return brokertest.Read(p.r, version)
}

// flying is a message of a publisher that is not finished.
type flying struct {
	id       uint16
	n        int
	released bool
}

// publisher sends numbered messages of one QoS through crashes.
type publisher struct {
	name   string
	qos    byte
	window int

	mu       sync.Mutex
	flights  []*flying // in the order they were sent
	next     int
	nextID   uint16
	finished []int // numbers that were acknowledged
	room     chan struct{}
}

func (u *publisher) message(f *flying, dup bool) packet.Packet {
	if f.released {
		return &packet.Ack{Kind: packet.PUBREL, ID: f.id}
	}
	return &packet.Publish{Topic: fmt.Appendf(nil, "load/%s", u.name), Payload: fmt.Appendf(nil, "%s %d", u.name, f.n), QoS: u.qos, ID: f.id, Dup: dup}
}

// session sends again what is not finished, and then up to limit messages in all,
// until everything is finished or the connection ends.
func (u *publisher) session(p *peer, limit int) error {
	defer func() { _ = p.nc.Close() }()
	u.mu.Lock()
	var again []packet.Packet
	for _, f := range u.flights {
		again = append(again, u.message(f, true))
	}
	u.mu.Unlock()
	if err := p.send(again...); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- u.listen(p, limit) }()
	for {
		f := u.take(limit)
		if f == nil {
			select {
			case <-u.room:
				continue
			case err := <-failed:
				return err
			}
		}
		if err := p.send(u.message(f, false)); err != nil {
			_ = p.nc.Close()
			<-failed
			return err
		}
	}
}

// take is the next message to send, nil when there is no room or enough was sent.
func (u *publisher) take(limit int) *flying {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.flights) >= u.window || u.next >= limit {
		return nil
	}
	if u.nextID++; u.nextID == 0 {
		u.nextID = 1
	}
	f := &flying{id: u.nextID, n: u.next}
	u.next++
	u.flights = append(u.flights, f)
	return f
}

// listen handles acknowledgements until everything is finished.
func (u *publisher) listen(p *peer, limit int) error {
	for {
		u.mu.Lock()
		done := len(u.flights) == 0 && u.next >= limit
		u.mu.Unlock()
		if done {
			return nil
		}
		got, err := p.next()
		if err != nil {
			return err
		}
		ack, ok := got.(*packet.Ack)
		if !ok {
			return fmt.Errorf("received %v", got.Type())
		}
		if rel := u.acknowledged(ack); rel != nil {
			if err := p.send(rel); err != nil {
				return err
			}
		}
	}
}

func (u *publisher) acknowledged(ack *packet.Ack) packet.Packet {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, f := range u.flights {
		if f.id != ack.ID {
			continue
		}
		if ack.Kind == packet.PUBREC {
			f.released = true
			return u.message(f, true)
		}
		u.finished = append(u.finished, f.n)
		u.flights = append(u.flights[:i], u.flights[i+1:]...)
		select {
		case u.room <- struct{}{}:
		default:
		}
		break
	}
	return nil
}

// subscriber takes messages through crashes, and counts how often each came.
type subscriber struct {
	mu      sync.Mutex
	got     map[string]int
	pending map[uint16]bool // QoS 2 messages that are not released
}

// session handles messages until the connection ends.
func (u *subscriber) session(p *peer) error {
	defer func() { _ = p.nc.Close() }()
	if err := p.send(&packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("load/#"), QoS: 2}}}); err != nil {
		return err
	}
	for {
		got, err := p.next()
		if err != nil {
			return err
		}
		if answer := u.take(got); answer != nil {
			if err := p.send(answer); err != nil {
				return err
			}
		}
	}
}

func (u *subscriber) take(got packet.Packet) packet.Packet {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch m := got.(type) {
	case *packet.Publish:
		if m.QoS == 1 {
			u.got[string(m.Payload)]++
			return &packet.Ack{Kind: packet.PUBACK, ID: m.ID}
		}
		if !u.pending[m.ID] {
			u.pending[m.ID] = true
			u.got[string(m.Payload)]++
		}
		return &packet.Ack{Kind: packet.PUBREC, ID: m.ID}
	case *packet.Ack:
		delete(u.pending, m.ID)
		return &packet.Ack{Kind: packet.PUBCOMP, ID: m.ID}
	}
	return nil
}

func (u *subscriber) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.got)
}

// waitFor polls until ok.
func waitFor(t testing.TB, what string, within time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, within)
		}
	}
}

var errStopped = errors.New("stopped")
