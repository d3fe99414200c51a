package model_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

const sixFields = `{"lat":50.76342,"lon":-1.29871,"sog":14.2,"cog":187.5,"hdg":189,"rpm":1450}`

// BenchmarkIngest takes in messages of six numbers, or one, over 1,000 topics
// in batches of 100.
func BenchmarkIngest(b *testing.B) {
	for name, payload := range map[string]string{"object": sixFields, "number": "21.5"} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, model.Options{Limits: model.Limits{HistoryMessages: 50, SeriesSamples: 128}})
			p := h.open("fleet")
			const topics, size = 1000, 100
			batches := make([][]model.Message, topics/size)
			for i := range topics {
				m := model.Message{Topic: fmt.Sprintf("fleet/ship%d/report", i), Payload: []byte(payload), Publisher: p}
				batches[i/size] = append(batches[i/size], m)
			}
			ingest := func(i int) {
				h.jump(time.Millisecond)
				batch, at := batches[i%len(batches)], h.clock()
				for j := range batch {
					batch[j].At = at
				}
				h.Ingest(batch)
			}
			for i := range 200 * len(batches) {
				ingest(i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				ingest(i)
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// grown is a store of n topics of n/10 devices, with one message each.
func grown(b *testing.B, n int) *house {
	b.Helper()
	return grownIn(b, n, model.Limits{})
}

func grownIn(b *testing.B, n int, l model.Limits) *house {
	b.Helper()
	h := newHouse(b, model.Options{Limits: l})
	for i := range n {
		h.Ingest([]model.Message{{Topic: fmt.Sprintf("site%d/dev%d/value%d", i/1000, i/10, i%10), Payload: []byte("21.5"), At: h.clock()}})
	}
	return h
}

// BenchmarkTopicMemory measures what a topic with one number and 100 messages
// costs, at 100,000 topics or TOPICS of them: the goal is 3 KiB.
func BenchmarkTopicMemory(b *testing.B) {
	const messages = 100
	topics := 100_000
	if n, err := strconv.Atoi(os.Getenv("TOPICS")); err == nil {
		topics = n
	}
	for range b.N {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		h := grownIn(b, topics, model.Limits{HistoryBytes: 4 << 30, Samples: 1 << 28})
		batch := make([]model.Message, 1)
		for t := range topics {
			batch[0] = model.Message{Topic: fmt.Sprintf("site%d/dev%d/value%d", t/1000, t/10, t%10), Payload: []byte("21.5"), At: h.clock()}
			for range messages - 1 {
				h.Ingest(batch)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		took := float64(after.HeapAlloc - before.HeapAlloc)
		b.ReportMetric(took/float64(topics), "B/topic")
		b.ReportMetric(took/(1<<30), "GiB")
		runtime.KeepAlive(h)
	}
}

func BenchmarkTreeView(b *testing.B) {
	h := grown(b, 100_000)
	b.Run("unchanged", func(b *testing.B) {
		v := h.NewTreeView(4)
		v.Rows(0, 50)
		b.ReportAllocs()
		for b.Loop() {
			v.Rows(50_000, 50)
		}
	})
	b.Run("filter", func(b *testing.B) {
		for _, filter := range []string{"dev77", "VALUE", "+/+/value3", "zzz"} {
			b.Run(filter, func(b *testing.B) {
				v := h.NewTreeView(4)
				for b.Loop() {
					v.SetFilter("")
					v.SetFilter(filter)
					v.Rows(0, 50)
				}
			})
		}
	})
	b.Run("new topic", func(b *testing.B) {
		for name, depth := range map[string]int{"open": 4, "closed": 1} {
			b.Run(name, func(b *testing.B) {
				v := h.NewTreeView(depth)
				for i := 0; b.Loop(); i++ {
					h.say(nil, fmt.Sprintf("site%d/fresh/%s%d", i%100, name, i), "1")
					v.Rows(0, 50)
				}
			})
		}
	})
}

func BenchmarkDevices(b *testing.B) {
	const n = 5000
	h := newHouse(b, model.Options{})
	for range 6 {
		h.jump(time.Second)
		for i := range n {
			if i%7 > 0 || h.Stats().Messages < n {
				h.say(nil, fmt.Sprintf("site%d/dev%d/value", i/100, i), "21.5")
			}
		}
	}
	h.Tick()
	for name, q := range map[string]model.DeviceQuery{
		"worst first": {Count: 50, Values: 2}, "by seen": {Count: 50, Values: 2, Order: model.BySeen}, "search": {Count: 50, Search: "dev 77"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Devices(q)
			}
		})
	}
	b.Run("tick", func(b *testing.B) {
		for b.Loop() {
			h.Tick()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/device")
	})
}

func BenchmarkSearch(b *testing.B) {
	h := grown(b, 100_000)
	for b.Loop() {
		h.Search("dev 77", 20)
	}
}
