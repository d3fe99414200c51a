package hub

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// Of the live path's benchmark: clients over TCP, each with topics of its own.
const (
	liveClients = 4
	liveTopics  = 1_000 // of each client
	liveBurst   = 125   // messages of each client at once
	liveBursts  = 50    // of a stretch, one each liveBeat: 25,000 messages a second
	liveBeat    = 20 * time.Millisecond
	liveStretch = time.Second
)

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
		topic, payload := fmt.Sprintf("plant-%d/device-%d/state", n, i), fmt.Sprintf(`{"pressure":%d.%02d,"flow":%d}`, i%9, i%100, i%77)
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
// without, in turns.
//
// Paced is how long bursts of 500 messages take from the first byte to the model,
// at 25,000 messages a second. Saturated is how many messages a second the path
// carries when publishers send as fast as they can: there broker, model and
// recorder share all processors, and what the recorder works the path loses.
func BenchmarkLiveHub(b *testing.B) {
	b.Run("paced", func(b *testing.B) { benchLive(b, paced, "us/burst") })
	b.Run("saturated", func(b *testing.B) { benchLive(b, saturated, "us/1000-messages") })
}

// benchLive compares what a stretch takes with the recorder and without.
func benchLive(b *testing.B, stretch func(*testing.B, *Hub, []*liveClient) float64, unit string) {
	b.Helper()
	h := start(b, nil)
	clients := make([]*liveClient, liveClients)
	for i := range clients {
		clients[i] = newLiveClient(b, h, i)
	}
	recorder := h.History.recorder.Load()
	stretch(b, h, clients) // topics, caches and files are there
	var took [2]float64
	for b.Loop() {
		for on, r := range []*history.Recorder{nil, recorder} {
			h.History.recorder.Store(r)
			took[on] += stretch(b, h, clients)
			h.History.recorder.Store(recorder)
			flush(b, h)
		}
	}
	b.ReportMetric(took[0]/float64(b.N), "alone-"+unit)
	b.ReportMetric(took[1]/float64(b.N), "recording-"+unit)
	b.ReportMetric((took[1]/took[0]-1)*100, "slower-%")
	b.ReportMetric(float64(recorder.Status().Lost), "lost")
}

// paced is the mean time of a burst in microseconds.
func paced(b *testing.B, h *Hub, clients []*liveClient) float64 {
	b.Helper()
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	var took time.Duration
	for range liveBursts {
		<-beat.C
		want, began := h.Store.Stats().Messages+liveClients*liveBurst, time.Now()
		for _, p := range clients {
			if err := p.send(liveBurst); err != nil {
				b.Fatal(err)
			}
		}
		for h.Store.Stats().Messages < want {
			if runtime.Gosched(); time.Since(began) > patience {
				b.Fatal("messages were lost on the live path")
			}
		}
		took += time.Since(began)
	}
	return float64(took.Microseconds()) / liveBursts
}

// saturated is how many microseconds 1,000 messages take.
func saturated(b *testing.B, h *Hub, clients []*liveClient) float64 {
	b.Helper()
	before, began := h.Store.Stats().Messages, time.Now()
	done := make(chan error, len(clients))
	for _, p := range clients {
		go func() {
			for time.Since(began) < liveStretch {
				if err := p.send(liveBurst); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	n, took := h.Store.Stats().Messages-before, time.Since(began)
	for last := uint64(0); last != h.Store.Stats().Messages; time.Sleep(50 * time.Millisecond) {
		last = h.Store.Stats().Messages // the rest arrives
	}
	return float64(took.Microseconds()) / float64(n) * 1000
}
