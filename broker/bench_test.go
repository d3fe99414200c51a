package broker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Benchmarks of whole work over TCP loopback. Those that take an address also run
// against another broker: see BenchmarkMosquitto.

const benchPayload = 64

// load is publishers that send PUBLISH packets over TCP as fast as they are taken.
type load struct {
	conns []net.Conn
	packs [][]byte // one burst of packets for each publisher
	burst int      // messages in a burst
}

// newLoad connects publishers; their messages go round topics.
func newLoad(b testing.TB, addr string, publishers, topics, burst int) *load {
	b.Helper()
	l := &load{burst: burst}
	for i := range publishers {
		c := connect(b, addr, fmt.Sprintf("pub-%d", i), packet.V311)
		var pack []byte
		for n := range burst {
			p := packet.Publish{Topic: fmt.Appendf(nil, "bench/device-%04d/value", (i*burst+n)%topics), Payload: make([]byte, benchPayload)}
			pack = p.Append(pack, packet.V311)
		}
		l.conns, l.packs = append(l.conns, c.nc), append(l.packs, pack)
	}
	return l
}

// send sends n messages in all.
func (l *load) send(n int) {
	var wg sync.WaitGroup
	for i, nc := range l.conns {
		wg.Go(func() {
			for sent := 0; sent < n/len(l.conns); sent += l.burst {
				if _, err := nc.Write(l.packs[i]); err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

// countMessages reads PUBLISH packets of one size from a raw connection and
// counts them.
func countMessages(c *client, size int, n *atomic.Int64) {
	buf := make([]byte, 256<<10)
	_ = c.nc.SetReadDeadline(time.Time{})
	r := io.Reader(c.nc)
	if c.r.Buffered() > 0 {
		r = io.MultiReader(io.LimitReader(c.r, int64(c.r.Buffered())), c.nc)
	}
	total := 0
	for {
		k, err := r.Read(buf)
		total += k
		n.Store(int64(total / size))
		if err != nil {
			return
		}
	}
}

// fanIn measures QoS 0 from 4 publishers on 1,000 topics to one raw subscriber.
func fanIn(b *testing.B, addr string) {
	b.Helper()
	sub := connect(b, addr, "sub", packet.V311)
	sub.subscribe("#", 0)
	l := newLoad(b, addr, 4, 1000, 250)
	size := len(l.packs[0]) / l.burst
	var got atomic.Int64
	go countMessages(sub, size, &got)
	rounds := max(b.N/1000, 1) * 1000
	b.ResetTimer()
	start := time.Now()
	l.send(rounds)
	last, since := int64(-1), time.Now()
	for got.Load() < int64(rounds) {
		if n := got.Load(); n != last {
			last, since = n, time.Now()
		} else if time.Since(since) > time.Second {
			break
		}
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(got.Load())/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric(float64(rounds)-float64(got.Load()), "lost")
}

func BenchmarkFanInRaw(b *testing.B) {
	_, addr := serve(b, Options{})
	fanIn(b, addr)
}

func BenchmarkFanInLocal(b *testing.B) {
	br, addr := serve(b, Options{})
	var got atomic.Int64
	l := attach(b, br, LocalOptions{ClientID: "window", OnMessages: func(ms []model.Message) { got.Add(int64(len(ms))) }})
	if err := l.Subscribe("#", 0); err != nil {
		b.Fatal(err)
	}
	p := newLoad(b, addr, 4, 1000, 250)
	rounds := max(b.N/1000, 1) * 1000
	b.ResetTimer()
	start := time.Now()
	p.send(rounds)
	for got.Load()+int64(l.Dropped()) < int64(rounds) {
		time.Sleep(100 * time.Microsecond)
	}
	b.ReportMetric(float64(got.Load())/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric(float64(l.Dropped()), "lost")
}

// qos1 measures QoS 1 both ways: one publisher with a window of 200 messages, one
// subscriber that acknowledges each.
func qos1(b *testing.B, addr string) {
	b.Helper()
	sub := connect(b, addr, "sub", packet.V311)
	sub.subscribe("#", 1)
	pub := connect(b, addr, "pub", packet.V311)
	window := make(chan struct{}, 200)
	var wg sync.WaitGroup
	wg.Go(func() { // acknowledgements to the publisher
		for range b.N {
			if _, err := readFrame(pub.r); err != nil {
				return
			}
			<-window
		}
	})
	wg.Go(func() {
		var acks []byte
		for range b.N {
			f, err := readFrame(sub.r)
			if err != nil {
				return
			}
			n := 2 + int(f[2])<<8 + int(f[3])
			acks = packet.AppendAck(acks, packet.PUBACK, uint16(f[2+n])<<8|uint16(f[3+n]), 0, packet.V311)
			if sub.r.Buffered() == 0 {
				sub.write(acks)
				acks = acks[:0]
			}
		}
		sub.write(acks)
	})
	p := packet.Publish{QoS: 1, Topic: []byte("bench/a/value"), Payload: make([]byte, benchPayload)}
	w := bufio.NewWriterSize(pub.nc, 16<<10)
	var buf []byte
	b.ResetTimer()
	for i := range b.N {
		select {
		case window <- struct{}{}:
		default:
			_ = w.Flush()
			window <- struct{}{}
		}
		p.ID = uint16(i%60_000) + 1
		buf = p.Append(buf[:0], packet.V311)
		_, _ = w.Write(buf)
	}
	_ = w.Flush()
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// readFrame reads one packet of up to 127 bytes after its header.
func readFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(2)
	if err != nil {
		return nil, err
	}
	n := 2 + int(head[1])
	f, err := r.Peek(n)
	if err != nil {
		return nil, err
	}
	_, _ = r.Discard(n)
	return f, nil
}

func BenchmarkQoS1(b *testing.B) {
	_, addr := serve(b, Options{})
	qos1(b, addr)
}

// fanOut measures one publisher and 500 subscribers; a message is one delivery.
func fanOut(b *testing.B, addr string) {
	b.Helper()
	const subscribers = 500
	var got [subscribers]atomic.Int64
	l := newLoad(b, addr, 1, 1, 10)
	size := len(l.packs[0]) / l.burst
	for i := range subscribers {
		c := connect(b, addr, fmt.Sprintf("sub-%d", i), packet.V311)
		c.subscribe("bench/#", 0)
		go countMessages(c, size, &got[i])
	}
	rounds := max(b.N/subscribers/10, 1) * 10
	b.ResetTimer()
	start := time.Now()
	for sent := 0; sent < rounds; sent += l.burst { // paced, so that nobody loses
		l.send(l.burst)
		for got[subscribers-1].Load() < int64(sent-200) && time.Since(start) < time.Minute {
			runtime.Gosched()
		}
	}
	total := func() (n int64) {
		for i := range got {
			n += got[i].Load()
		}
		return n
	}
	for deadline := time.Now().Add(patience); total() < int64(rounds*subscribers) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(total())/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric(float64(int64(rounds*subscribers)-total()), "lost")
}

func BenchmarkFanOut500(b *testing.B) {
	_, addr := serve(b, Options{})
	fanOut(b, addr)
}

// BenchmarkRouting is the cost of one QoS 0 message from buffer to buffer,
// without sockets.
func BenchmarkRouting(b *testing.B) {
	br := New(Options{})
	defer func() { _ = br.Close() }()
	var got int
	l, err := br.Attach(LocalOptions{ClientID: "window", OnMessages: func(ms []model.Message) { got += len(ms) }})
	if err != nil {
		b.Fatal(err)
	}
	if err := l.Subscribe("#", 0); err != nil {
		b.Fatal(err)
	}
	p, _ := br.Attach(LocalOptions{ClientID: "pub"})
	payload := make([]byte, benchPayload)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Publish(ctx, "bench/a/value", payload, 0, false, nil); err != nil {
			b.Fatal(err)
		}
	}
}
