package hub

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// Of the live path's benchmark: clients over TCP, each with topics of its own.
const (
	liveClients = 4
	liveTopics  = 1_000 // of each client
	liveBurst   = 125   // messages of each client at once
	liveBeat    = 10 * time.Millisecond
	liveRate    = liveClients * liveBurst * int(time.Second/liveBeat) // 50,000 a second
)

// liveStretch is for how long each way is measured in a round: long enough for what
// is recorded to be sealed in the meantime.
func liveStretch(b *testing.B) time.Duration {
	b.Helper()
	text := os.Getenv("LIVE_STRETCH")
	if text == "" {
		return 3 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// liveClient is a client that publishes at QoS 0 (MQTT 3.1.1 section 3.3).
type liveClient struct {
	conn  net.Conn
	burst []byte // packets of all its topics, one after another
	ends  []int  // where each ends
	next  int
}

func newLiveClient(b *testing.B, h *Hub, n int) *liveClient {
	b.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.Address, "mqtt://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() }) // the hub may be gone before
	id := fmt.Sprintf("bench-%d", n)
	hello := append([]byte{0x10, byte(12 + len(id)), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, byte(len(id))}, id...)
	if _, err := conn.Write(hello); err != nil {
		b.Fatal(err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil || answer[3] != 0 {
		b.Fatalf("CONNACK %v, %v", answer, err)
	}
	p := &liveClient{conn: conn}
	for i := range liveTopics {
		topic, payload := fmt.Sprintf("plant-%d/line-%d/pump-%d", n, i%20, i), fmt.Sprintf(`{"pressure":%d.%02d,"flow":%d}`, i%9, i%100, i%77)
		p.burst = append(p.burst, 0x30, byte(2+len(topic)+len(payload)))
		p.burst = binary.BigEndian.AppendUint16(p.burst, uint16(len(topic)))
		p.burst = append(append(p.burst, topic...), payload...)
		p.ends = append(p.ends, len(p.burst))
	}
	return p
}

// send publishes the next n messages, which must divide liveTopics.
func (p *liveClient) send(n int) error {
	from := 0
	if p.next > 0 {
		from = p.ends[p.next-1]
	}
	to := p.ends[p.next+n-1]
	p.next = (p.next + n) % liveTopics
	_, err := p.conn.Write(p.burst[from:to])
	return err
}

// BenchmarkLiveHub is the live path of a whole hub, from a publisher's socket
// through broker and link into the model, with the recorder taking part and
// without, in turns; the medians of all rounds are compared.
//
// Paced is at 50,000 messages a second, in bursts of 500: how long bursts take from
// the first byte until the model has them, how many messages come through, how much
// time of a processor the goroutine that the link hands its batches to takes for
// each, and how much the whole program does. Saturated is how many messages a
// second come through when publishers send as fast as they can: there broker, model
// and recorder share all processors, and what the recorder works the path loses.
func BenchmarkLiveHub(b *testing.B) {
	b.Run("paced", func(b *testing.B) { benchLive(b, paced) })
	b.Run("saturated", func(b *testing.B) { benchLive(b, saturated) })
}

// liveTimer notes what comes out at the end of the live path.
type liveTimer struct {
	mu      sync.Mutex
	taken   int           // messages
	waiting []time.Time   // when bursts began of which the last message is not there yet
	took    []float64     // microseconds of the others
	spent   time.Duration // of a processor
}

// around times what takes in the batches of a link.
func (l *liveTimer) around(take func([]model.Message)) func([]model.Message) {
	return func(batch []model.Message) {
		runtime.LockOSThread()
		began := historytest.ProcessorTime(true)
		take(batch)
		spent := historytest.ProcessorTime(true) - began
		runtime.UnlockOSThread()
		now := time.Now()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.spent += spent
		l.taken += len(batch)
		for (len(l.took)+1)*liveClients*liveBurst <= l.taken && len(l.waiting) > 0 {
			l.took = append(l.took, float64(now.Sub(l.waiting[0]))/1e3)
			l.waiting = l.waiting[1:]
		}
	}
}

// reset begins a stretch.
func (l *liveTimer) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken, l.waiting, l.took, l.spent = 0, nil, nil, 0
}

func (l *liveTimer) begin(at time.Time) {
	l.mu.Lock()
	l.waiting = append(l.waiting, at)
	l.mu.Unlock()
}

// count is how many messages came.
func (l *liveTimer) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

// live is a stretch, by the names of what was measured.
type live map[string]float64

// benchLive measures stretches with the recorder and without.
func benchLive(b *testing.B, stretch func(*testing.B, *liveTimer, []*liveClient) live) {
	b.Helper()
	l := new(liveTimer)
	h := start(b, func(c *Config) { c.Demo, c.timed = false, l.around })
	clients := make([]*liveClient, liveClients)
	for i := range clients {
		clients[i] = newLiveClient(b, h, i)
	}
	recorder, store := h.History.recorder.Load(), h.History.opened()
	round := func(on bool) live {
		if !on {
			h.History.recorder.Store(nil)
		}
		l.reset()
		processor := historytest.ProcessorTime(false)
		got := stretch(b, l, clients)
		got["ns-of-path/message"] = float64(l.spent) / float64(l.count())
		got["ns-of-all/message"] = float64(historytest.ProcessorTime(false)-processor) / float64(l.count())
		h.History.recorder.Store(recorder)
		flush(b, h)
		if err := store.(*sqlite.Store).Seal(b.Context()); err != nil { // so that nothing is left to do in the next
			b.Fatal(err)
		}
		return got
	}
	round(true) // topics, caches and files are there
	lost, all := recorder.Status().Lost, map[bool][]live{}
	for i := 0; b.Loop(); i++ {
		for _, on := range []bool{i%2 == 0, i%2 != 0} {
			all[on] = append(all[on], round(on))
		}
	}
	for name := range all[true][0] {
		alone, recording := median(all[false], name), median(all[true], name)
		b.ReportMetric(alone, "alone-"+name)
		b.ReportMetric(recording, "recording-"+name)
		if name == "messages/s" {
			alone, recording = recording, alone
		}
		b.ReportMetric((recording/alone-1)*100, "slower-%-"+name)
	}
	b.ReportMetric(float64(recorder.Status().Lost-lost), "lost")
}

// median is that of a measure over all rounds.
func median(rounds []live, name string) float64 {
	var v []float64
	for _, r := range rounds {
		v = append(v, r[name])
	}
	slices.Sort(v)
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}

// paced sends bursts at liveRate.
func paced(b *testing.B, l *liveTimer, clients []*liveClient) live {
	b.Helper()
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	bursts, began := int(liveStretch(b)/liveBeat), time.Now()
	for range bursts {
		<-beat.C
		l.begin(time.Now())
		for _, p := range clients {
			if err := p.send(liveBurst); err != nil {
				b.Fatal(err)
			}
		}
	}
	await(b, l, bursts*liveClients*liveBurst)
	rate := float64(l.count()) / time.Since(began).Seconds()
	slices.Sort(l.took)
	return live{"messages/s": rate, "us-p50": l.took[len(l.took)/2], "us-p99": l.took[len(l.took)*99/100]}
}

// await waits until so many messages came.
func await(b *testing.B, l *liveTimer, n int) {
	b.Helper()
	for deadline := time.Now().Add(patience); l.count() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d messages came through", l.count(), n)
		}
	}
}

// saturated sends as fast as it goes. The broker lets go of what the link has no
// room for, so that not all that was sent comes through.
func saturated(b *testing.B, l *liveTimer, clients []*liveClient) live {
	b.Helper()
	began, done := time.Now(), make(chan struct{}, len(clients))
	until := began.Add(liveStretch(b))
	for _, p := range clients {
		go func() {
			for time.Now().Before(until) {
				if err := p.send(liveBurst); err != nil {
					b.Error(err)
					break
				}
			}
			done <- struct{}{}
		}()
	}
	for range clients {
		<-done
	}
	rate := float64(l.count()) / time.Since(began).Seconds()
	for last := -1; last != l.count(); time.Sleep(50 * time.Millisecond) {
		last = l.count() // the rest arrives
	}
	return live{"messages/s": rate}
}
