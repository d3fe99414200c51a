package durable

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// soakName is the environment variable with the number of messages of the long
// form: 21,600,000 are six hours of 1,000 a second.
const soakName = "SOAK_MESSAGES"

// footprint is what a broker holds when nobody is connected.
type footprint struct {
	goroutines int
	heap, file int64
}

// String is f for a log.
func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, heap %d KiB, file %d KiB", f.goroutines, f.heap>>10, f.file>>10)
}

// TestSoak runs compressed days: clients come and go, well and badly, publish with
// each QoS, leave retained messages and wills, and return to sessions that were
// kept, and one listens to a stream of telemetry. Once it is warm, a broker
// without clients holds no more after many days than after a few. SOAK_MESSAGES
// sets how many messages are published.
func TestSoak(t *testing.T) {
	total := uint64(200_000)
	if n, err := strconv.ParseUint(os.Getenv(soakName), 10, 64); err == nil {
		total = n
	}
	path := filepath.Join(t.TempDir(), "broker.db")
	store, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := broker.New(broker.Options{Store: store, Spool: path + ".spool", Limits: broker.Limits{QueueMessages: 50}})
	done := make(chan error, 1)
	go func() { done <- b.Serve(context.Background(), ln) }()
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	const parts = 10
	var found []footprint
	days, start := 0, time.Now()
	for part := range uint64(parts) {
		for ; b.Stats().Received < total*(part+1)/parts; days++ {
			oneDay(t, ln.Addr().String(), days)
			telemetry(t, ln.Addr().String())
		}
		waitFor(t, "calm", 20*time.Second, func() bool { return b.Stats().Connections == 0 })
		found = append(found, measure(t, path))
		t.Logf("after %d messages and %d days, %v: %v", b.Stats().Received, days, time.Since(start).Round(time.Second), found[part])
	}
	t.Logf("%+v", b.Stats())
	isFlat(t, found[parts/5], found[parts-1])
	if st := b.Stats(); st.Panics+st.Malformed+uint64(len(st.Dropped)) > 0 || st.Sessions > 20 || st.QueuedBytes+int(st.SpooledBytes) > 1<<20 {
		t.Errorf("%+v", st)
	}
}

// isFlat compares what was held when the broker was warm with what is held now.
func isFlat(t *testing.T, warm, now footprint) {
	t.Helper()
	if now.goroutines > warm.goroutines+2 {
		t.Errorf("goroutines grew from %d to %d", warm.goroutines, now.goroutines)
	}
	if now.heap > warm.heap+4<<20 {
		t.Errorf("the heap grew from %d to %d KiB", warm.heap>>10, now.heap>>10)
	}
	if now.file > 2*warm.file+1<<20 {
		t.Errorf("the file grew from %d to %d KiB", warm.file>>10, now.file>>10)
	}
}

// telemetry is a stream of messages to a session that is kept, of QoS 0 and of
// QoS 1 and 2. All of them arrive.
func telemetry(t *testing.T, addr string) {
	t.Helper()
	const unsure, sure, burst = 18_000, 1_500, 500
	p := meet(t, addr, "steady")
	talk(t, p, &packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("flow/#")}, {Filter: []byte("load/#"), QoS: 2}}})
	if got, err := p.next(); err != nil || got.Type() != packet.SUBACK {
		t.Fatalf("received %v, %v", got, err)
	}
	u := &subscriber{got: make(map[string]int), pending: make(map[uint16]bool)}
	var flow atomic.Int64
	_ = p.nc.SetReadDeadline(time.Time{}) // what is waited for has a time of its own
	var listening sync.WaitGroup
	listening.Go(func() { hear(u, p, &flow) })
	var publishing sync.WaitGroup
	for i := range 2 {
		w := &publisher{name: fmt.Sprint("sender-", i), qos: byte(1 + i), window: 40, room: make(chan struct{}, 1)}
		q := meet(t, addr, w.name, func(c *packet.Connect) { c.CleanStart = true })
		_ = q.nc.SetReadDeadline(time.Now().Add(2 * time.Minute))
		publishing.Go(func() {
			if err := w.session(q, sure); err != nil {
				t.Error(err)
			}
		})
	}
	q := meet(t, addr, "sensor", func(c *packet.Connect) { c.CleanStart = true })
	for sent := 0; sent < unsure; sent += burst {
		waitFor(t, "room", 20*time.Second, func() bool { return sent-int(flow.Load()) < 4*burst })
		pack := make([]packet.Packet, burst)
		for i := range pack {
			pack[i] = &packet.Publish{Topic: fmt.Appendf(nil, "flow/%d", i%200), Payload: make([]byte, 60)}
		}
		talk(t, q, pack...)
	}
	publishing.Wait()
	waitFor(t, "telemetry", 20*time.Second, func() bool { return flow.Load() == unsure && u.count() == 2*sure && !u.unfinished() })
	_, _ = p.nc.Close(), q.nc.Close()
	listening.Wait()
}

// hear takes what comes, and counts what is of QoS 0.
func hear(u *subscriber, p *peer, flow *atomic.Int64) {
	for {
		got, err := p.next()
		if err != nil {
			return
		}
		if m, ok := got.(*packet.Publish); ok && m.QoS == 0 {
			flow.Add(1)
			continue
		}
		if answer := u.take(got); answer != nil && p.send(answer) != nil {
			return
		}
	}
}

func measure(t *testing.T, path string) footprint {
	t.Helper()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return footprint{runtime.NumGoroutine(), int64(m.HeapAlloc), info.Size()}
}

// oneDay is a few clients with sessions that are kept. A subscriber is away while
// messages come, and fetches them later.
func oneDay(t *testing.T, addr string, day int) {
	t.Helper()
	listener := fmt.Sprint("listener-", day%4)
	sub := meet(t, addr, listener)
	talk(t, sub, &packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("soak/#"), QoS: 2}}})
	for { // what was retained may come at once
		if got, err := sub.next(); err != nil {
			t.Fatal(err)
		} else if got.Type() == packet.SUBACK {
			break
		}
	}
	if day%2 == 0 {
		talk(t, sub, &packet.Disconnect{})
	}
	_ = sub.nc.Close()
	for i := range 3 {
		pub := meet(t, addr, fmt.Sprint("publisher-", i), func(p *packet.Connect) {
			p.Will = &packet.Will{Topic: fmt.Appendf(nil, "soak/will/%d", i), Payload: []byte("lost"), QoS: 1, Retain: true}
		})
		for n := range 60 {
			p := &packet.Publish{Topic: fmt.Appendf(nil, "soak/%d", n%20), Payload: make([]byte, 200), QoS: byte(n % 3), ID: uint16(n + 1), Retain: n%5 == 0}
			if n >= 50 { // and clears some that are retained
				p.Payload = nil
			}
			talk(t, pub, p)
		}
		finish(t, pub, 40, 20)
		if i > 0 {
			talk(t, pub, &packet.Disconnect{})
		}
		_ = pub.nc.Close()
	}
	fetch(t, meet(t, addr, listener))
}

// meet connects, with a session that is kept.
func meet(t *testing.T, addr, id string, change ...func(*packet.Connect)) *peer {
	t.Helper()
	p, err := dialPeer(addr, id, change...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func talk(t *testing.T, p *peer, packets ...packet.Packet) {
	t.Helper()
	if err := p.send(packets...); err != nil {
		t.Fatal(err)
	}
}

// finish goes through the acknowledgements of so many messages of QoS 1 and 2, of
// which so many have QoS 2.
func finish(t *testing.T, p *peer, messages, ofQoS2 int) {
	t.Helper()
	for left := messages + ofQoS2; left > 0; {
		got, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		ack, ok := got.(*packet.Ack)
		if !ok {
			continue
		}
		left--
		if ack.Kind == packet.PUBREC {
			talk(t, p, &packet.Ack{Kind: packet.PUBREL, ID: ack.ID})
		}
	}
}

// fetch takes what waits, unsubscribes and leaves nothing.
func fetch(t *testing.T, p *peer) {
	t.Helper()
	defer func() { _ = p.nc.Close() }()
	u := &subscriber{got: make(map[string]int), pending: make(map[uint16]bool)}
	talk(t, p, &packet.Unsubscribe{ID: 2, Filters: [][]byte{[]byte("soak/#")}})
	for {
		_ = p.nc.SetReadDeadline(time.Now().Add(20 * time.Second))
		talk(t, p, &packet.Ping{Kind: packet.PINGREQ})
		came := 0
		for {
			got, err := p.next()
			if err != nil {
				t.Fatal(err)
			}
			if got.Type() == packet.PINGRESP {
				break
			}
			if m, ok := got.(*packet.Publish); ok && m.QoS == 0 {
				continue
			}
			if answer := u.take(got); answer != nil {
				came++
				talk(t, p, answer)
			}
		}
		if came == 0 && len(u.pending) == 0 {
			return
		}
	}
}
