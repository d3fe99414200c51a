package impostor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// dialers is how many sockets are opened at a time.
const dialers = 32

// flood is many sockets of one address.
type flood struct {
	mu    sync.Mutex
	conns []net.Conn
	open  atomic.Int64
	read  sync.WaitGroup
}

// pour opens connections from elsewhere and says something on each: inside of TLS
// and the WebSocket, or at once for those that are raw. One that is refused is
// none.
func (s *scene) pour(n int, raw func(i int) bool, say func(i int) []byte) (*flood, error) {
	f := &flood{}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for range min(dialers, n) {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n) && s.ctx.Err() == nil; i = next.Add(1) {
				nc, err := s.pourOne(raw(int(i)))
				if errors.Is(err, ErrNotHere) {
					failed.Store(&err)
					return
				}
				if err == nil {
					f.hold(nc, say(int(i)))
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		f.end()
		return nil, *err
	}
	return f, nil
}

// pourOne opens one connection.
func (s *scene) pourOne(raw bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.t.ConnectTime)
	defer cancel()
	if raw {
		return s.t.raw(ctx, s.t.Elsewhere)
	}
	return s.t.dial(ctx, s.t.Elsewhere, s.t.Thief)
}

// hold keeps a socket until the other side closes it.
func (f *flood) hold(nc net.Conn, say []byte) {
	f.open.Add(1)
	f.mu.Lock()
	f.conns = append(f.conns, nc)
	f.mu.Unlock()
	f.read.Go(func() {
		defer f.open.Add(-1)
		if _, err := nc.Write(say); len(say) > 0 && err != nil {
			return
		}
		var b [256]byte
		for {
			if _, err := nc.Read(b[:]); err != nil {
				return
			}
		}
	})
}

// drained waits until every socket has been closed by the other side, and
// reports how many were not.
func (f *flood) drained(d time.Duration) int64 {
	done := make(chan struct{})
	go func() { f.read.Wait(); close(done) }()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return 0
	case <-timer.C:
		left := f.open.Load()
		f.end()
		<-done
		return left
	}
}

// end closes what is still open.
func (f *flood) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, nc := range f.conns {
		reset(nc)
	}
	f.conns = nil
}

// admitted reports whether an honest client gets in now, and how soon.
func (s *scene) admitted() (time.Duration, bool) {
	began := time.Now()
	hurried := *s
	hurried.t.Patience = min(s.t.Patience, admitTime)
	c, err := hurried.subscriber(s.t.Late, s.t.Victim.Root+"/#")
	if err != nil {
		return time.Since(began), false
	}
	c.leave()
	return time.Since(began), true
}

// admitTime is how long an honest client tries to get in.
const admitTime = 5 * time.Second

// graceTime is how much longer than agreed a broker may take to close what is
// silent.
const graceTime = 5 * time.Second

// silentSockets opens many connections that say nothing, or one byte.
func silentSockets(s *scene) (Outcome, error) {
	f, err := s.pour(s.t.Sockets, func(i int) bool { return i%4 != 0 }, func(i int) []byte { return []byte{typeConnect << 4}[:i%2] })
	if err != nil {
		return Outcome{}, err
	}
	defer f.read.Wait()
	defer f.end()
	stood := f.open.Load()
	soon, in := s.admitted()
	if !in {
		return broken(model.Sayf("with %d silent sockets open, an honest device could not connect", stood)), nil
	}
	if left := f.drained(s.t.ConnectTime + graceTime); left > 0 {
		return broken(model.Sayf("%d of %d silent sockets were still open after %s", left, s.t.Sockets, (s.t.ConnectTime + graceTime).String())), nil
	}
	return held(model.Sayf("of %d silent sockets %d were taken, and all closed in time; an honest device connected meanwhile in %s",
		s.t.Sockets, stood, soon.Round(time.Millisecond).String())), nil
}

// hugeLength promises 256 MB in headers of five bytes, and sends little of it.
func hugeLength(s *scene) (Outcome, error) {
	promise := append([]byte{typeConnect << 4, 0xff, 0xff, 0xff, 0x7f}, make([]byte, 64)...)
	n := min(s.t.Sockets, 1000)
	f, err := s.pour(n, func(int) bool { return false }, func(int) []byte { return promise })
	if err != nil {
		return Outcome{}, err
	}
	defer f.read.Wait()
	defer f.end()
	wait := min(graceTime, s.t.ConnectTime/2)
	if left := f.drained(wait); left > 0 {
		return Outcome{Succeeded: true, Evidence: fmt.Sprintf("the broker went on waiting for 256 MB on %d of %d sockets", left, n)}, nil
	}
	c, err := s.thief(v5)
	if err != nil {
		return Outcome{}, err
	}
	defer c.leave()
	if err := c.write([]byte{typePublish << 4, 0xff, 0xff, 0xff, 0x7f, 0, 1, 'a'}); err == nil && !c.dropped(s.ctx, wait) {
		return Outcome{Succeeded: true, Evidence: "the broker went on waiting for a message of 256 MB"}, nil
	}
	return Outcome{Evidence: fmt.Sprintf("%d promises of 256 MB were hung up on at once, and one message: %s", n, codeText(c.goodbye))}, nil
}

// topicExplosion retains a message on each of many topics of its own.
func topicExplosion(s *scene) (Outcome, error) {
	c, err := s.thief(v5)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { c.leave() }()
	base := s.t.ThiefRoot + "/boom/"
	if err := s.settle(c); err != nil { // so that this topic is known, and still allowed afterwards
		return Outcome{}, err
	}
	defer s.sweep(base, s.t.Topics)
	for i := range s.t.Topics {
		if err := c.write((&message{topic: fmt.Sprint(base, i), payload: []byte("x"), retain: true}).encode(v5)); err != nil {
			break // cut off
		}
	}
	if err := s.settle(c); err != nil {
		return Outcome{}, err
	}
	l, err := s.subscriber(s.t.Late, base+"#")
	if err != nil {
		return Outcome{}, err
	}
	defer l.leave()
	kept, err := l.all(s, s.t.Topics)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Succeeded: kept >= s.t.Topics, Evidence: fmt.Sprintf("of %d topics of one device %d were kept", s.t.Topics, kept)}, nil
}

// all waits until most messages have come, or none has for a while, and counts
// them.
func (c *client) all(s *scene, most int) (int, error) {
	for before := -1; ; {
		c.mu.Lock()
		n := int(c.received)
		c.mu.Unlock()
		if n >= most || n == before {
			return n, s.ctx.Err()
		}
		before = n
		ctx, cancel := context.WithTimeout(s.ctx, quiet)
		_, _ = c.until(ctx, func() bool { return int(c.received) >= most })
		cancel()
	}
}

// quiet is how long nothing more comes when all has come.
const quiet = 500 * time.Millisecond

// sweep removes what topicExplosion retained.
func (s *scene) sweep(base string, n int) {
	c, err := s.thief(v5)
	if err != nil {
		return
	}
	defer c.leave()
	for i := range n {
		if c.write((&message{topic: fmt.Sprint(base, i), retain: true}).encode(v5)) != nil {
			return
		}
	}
	_, _ = c.publish(s.ctx, s.harmless(false))
}

// deepTopic retains a message on a topic of 30,000 levels, and on one that is
// merely too long.
func deepTopic(s *scene) (Outcome, error) {
	words := ""
	for _, topic := range []string{
		s.t.ThiefRoot + strings.Repeat("/", 30_000),
		s.t.ThiefRoot + strings.Repeat("/a", 40),
		s.t.ThiefRoot + "/" + strings.Repeat("a", 4_000),
	} {
		for _, v := range []level{v311, v5} {
			c, err := s.thief(v)
			if err != nil {
				return Outcome{}, err
			}
			s.w.forget()
			answer, err := c.publish(s.ctx, message{topic: topic, payload: []byte(s.mark), qos: 1, retain: true})
			if err == nil {
				err = s.settle(c)
			}
			c.leave()
			if err != nil {
				return Outcome{}, err
			}
			if s.w.saw(func(m message) bool { return m.topic == topic }) {
				return Outcome{Succeeded: true, Evidence: fmt.Sprintf("a topic of %d bytes and %d levels was taken", len(topic), 1+strings.Count(topic, "/"))}, s.clear(topic, nil)
			}
			words = answer
		}
	}
	return Outcome{Evidence: "no subscriber was sent it; " + words}, nil
}
