package durable

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// soakName is the environment variable with the minutes of the long form.
const soakName = "SOAK_MINUTES"

// footprint is what a broker holds when nobody is connected.
type footprint struct {
	goroutines int
	heap, file int64
}

// TestSoak runs compressed days: clients come and go, well and badly, publish with
// each QoS, leave retained messages and wills, and return to sessions that were
// kept. Once it is warm, a broker without clients holds no more after many days
// than after a few. SOAK_MINUTES sets how long.
func TestSoak(t *testing.T) {
	length := 4 * time.Second
	if minutes, err := strconv.Atoi(os.Getenv(soakName)); err == nil {
		length = time.Duration(minutes) * time.Minute
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
	days := 0
	live := func(until time.Duration) footprint {
		for start := time.Now(); time.Since(start) < until; days++ {
			oneDay(t, ln.Addr().String(), days)
		}
		waitFor(t, "calm", 20*time.Second, func() bool { return b.Stats().Connections == 0 })
		return measure(t, path)
	}
	warm := live(length / 2)
	after := live(length / 2)
	t.Logf("%d days; %+v after half of them, %+v at the end; %+v", days, warm, after, b.Stats())
	if after.goroutines > warm.goroutines+2 {
		t.Errorf("goroutines grew from %d to %d", warm.goroutines, after.goroutines)
	}
	if after.heap > warm.heap+4<<20 {
		t.Errorf("the heap grew from %d to %d KiB", warm.heap>>10, after.heap>>10)
	}
	if after.file > 2*warm.file+1<<20 {
		t.Errorf("the file grew from %d to %d KiB", warm.file>>10, after.file>>10)
	}
	if st := b.Stats(); st.Panics+st.Malformed+uint64(len(st.Dropped)) > 0 || st.Sessions > 20 || st.QueuedBytes+int(st.SpooledBytes) > 1<<20 {
		t.Errorf("%+v", st)
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
