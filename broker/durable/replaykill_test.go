package durable

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// TestKillDuringReplay kills a broker at random moments while retained messages
// are replayed to a session that has subscribed once. Each of them comes, those of
// QoS 2 once. CRASH_KILLS sets how often.
func TestKillDuringReplay(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv(killsName)); err == nil {
		kills = n
	}
	const messages = 3000
	c := newChild(t)
	c.room = "spool" // few are in flight at a time
	c.start(t)
	defer func() { c.kill(t) }()
	waitFor(t, "broker", 10*time.Second, func() bool { return subscribed(c.addr) })
	retainAll(t, c.addr, messages)
	sub := &subscriber{got: make(map[string]int), pending: make(map[uint16]bool)}
	subscribeOnce(t, c.addr)
	var stop atomic.Bool
	var listening sync.WaitGroup
	defer listening.Wait()
	defer stop.Store(true)
	listening.Go(func() {
		_ = through(c.addr, "sub", &stop, func(p *peer) error { return listen(sub, p, messages) })
	})
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	for i := range kills {
		waitFor(t, "progress", 20*time.Second, func() bool { return sub.count() >= messages*i/(kills+1) })
		time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond) // the random moment is the test
		c.kill(t)
		c.start(t)
	}
	waitFor(t, "end of the replay", 20*time.Second, func() bool { return sub.count() == messages })
	sub.mu.Lock()
	defer sub.mu.Unlock()
	twice := 0
	for i := range messages {
		n := sub.got[fmt.Sprint(i)]
		if n == 0 || n > 1 && i%2 == 1 {
			t.Errorf("message %d of QoS %d came %d times", i, 1+i%2, n)
		}
		twice += max(n-1, 0)
	}
	t.Logf("%d retained messages replayed through %d kills, none lost; %d of QoS 1 came more than once", messages, kills, twice)
}

// retainAll publishes messages to retain, of QoS 1 and 2 in turns.
func retainAll(t *testing.T, addr string, n int) {
	t.Helper()
	p, err := dialPeer(addr, "pub")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		talk(t, p, &packet.Publish{Topic: fmt.Appendf(nil, "load/%d", i), Payload: fmt.Append(nil, i), QoS: byte(1 + i%2), ID: 1, Retain: true})
		finish(t, p, 1, i%2)
	}
	_ = p.nc.Close()
}

// subscribeOnce subscribes for the session sub, and takes nothing.
func subscribeOnce(t *testing.T, addr string) {
	t.Helper()
	p, err := dialPeer(addr, "sub")
	if err != nil {
		t.Fatal(err)
	}
	talk(t, p, &packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("load/#"), QoS: 2}}})
	if got, err := p.next(); err != nil || got.Type() != packet.SUBACK {
		t.Fatalf("received %v, %v", got, err)
	}
	_ = p.nc.Close()
}

// listen answers what comes, until all has come or the connection ends.
func listen(u *subscriber, p *peer, enough int) error {
	defer func() { _ = p.nc.Close() }()
	for u.count() < enough || u.unfinished() {
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
	return nil
}

// unfinished tells whether messages of QoS 2 are not released.
func (u *subscriber) unfinished() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.pending) > 0
}
