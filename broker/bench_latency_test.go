package broker

import (
	"encoding/binary"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// latency measures QoS 0 from one publisher to one subscriber at 20,000
// messages/s.
func latency(b *testing.B, addr string) {
	b.Helper()
	const rate = 20_000
	sub := connect(b, addr, "sub", packet.V311)
	sub.subscribe("#", 0)
	pub := connect(b, addr, "pub", packet.V311)
	_ = sub.nc.SetReadDeadline(time.Time{})
	times := make([]time.Duration, b.N)
	start := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range times {
			f, err := readFrame(sub.r)
			if err != nil {
				return
			}
			sent := time.Duration(binary.BigEndian.Uint64(f[2+2+7:]))
			times[i] = time.Since(start) - sent
		}
	})
	p := packet.Publish{Topic: []byte("bench/a"), Payload: make([]byte, benchPayload)}
	var buf []byte
	b.ResetTimer()
	for i := range b.N {
		due := time.Duration(i) * time.Second / rate
		if early := due - time.Since(start); early > 0 {
			time.Sleep(early)
		}
		binary.BigEndian.PutUint64(p.Payload, uint64(time.Since(start)))
		buf = p.Append(buf[:0], packet.V311)
		if _, err := pub.nc.Write(buf); err != nil {
			b.Fatal(err)
		}
	}
	wg.Wait()
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkLatency(b *testing.B) {
	_, addr := serve(b, Options{})
	latency(b, addr)
}
