package model

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The ring holds exactly the latest records that fit, byte for byte, whatever
// their sizes, and never less than the newest.
func TestHistoryKeepsTheLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxN := rapid.IntRange(1, 20).Draw(t, "maxN")
		maxBytes := rapid.IntRange(1, 400).Draw(t, "maxBytes")
		var h history
		var want [][]byte
		grown := 0
		held := map[uint32]bool{}
		gone := func(pub uint32) {
			if !held[pub] {
				t.Fatalf("publisher %d went twice", pub)
			}
			delete(held, pub)
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "messages") {
			p := rapid.SliceOfN(rapid.Byte(), 0, 120).Draw(t, "payload")
			g, evicted := h.push(int64(i)*1000, p, uint32(i), byte(i&3), maxN, maxBytes, gone)
			held[uint32(i)] = true
			grown += g
			want = append(want, p)[evicted:]
			if rapid.IntRange(0, 15).Draw(t, "shrink") == 0 {
				b, _ := h.shrink(gone)
				grown -= b
				want = want[len(want)-1:]
			}
			check(t, &h, want, i)
			if grown != len(h.buf) {
				t.Fatalf("accounted for %d bytes, holds %d", grown, len(h.buf))
			}
			if len(held) != h.n {
				t.Fatalf("%d publishers are held by %d records", len(held), h.n)
			}
			if most := max(maxBytes, recordHeader+len(p), ringStart); len(h.buf) > most && evicted > 0 {
				t.Fatalf("%d bytes are held for a record of %d and a limit of %d", len(h.buf), len(p), maxBytes)
			}
			if h.n > maxN || h.n > 1 && h.used > maxBytes {
				t.Fatalf("%d records in %d bytes, limits %d and %d", h.n, h.used, maxN, maxBytes)
			}
		}
	})
}

func check(t *rapid.T, h *history, want [][]byte, newest int) {
	i := 0
	h.each(func(head *record, at int64) {
		age := newest - len(want) + 1 + i
		r := h.message(head, at, func(n uint32) *Publisher {
			if n != uint32(age) {
				t.Fatalf("record %d is of publisher %d, want %d", i, n, age)
			}
			return nil
		})
		if !bytes.Equal(r.Payload, want[i]) || r.At.UnixMicro() != int64(age) || r.QoS != byte(age&3) {
			t.Fatalf("record %d of %d is %q at %d with QoS %d, want %q", i, len(want), r.Payload, r.At.UnixMicro(), r.QoS, want[i])
		}
		i++
	})
	if i != len(want) {
		t.Fatalf("%d records, want %d", i, len(want))
	}
	if got := h.latest(1 << 20); !bytes.Equal(got, want[len(want)-1]) {
		t.Fatalf("latest is %q, want %q", got, want[len(want)-1])
	}
}

func TestSeriesIsARing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 100).Draw(t, "limit")
		room := rapid.IntRange(0, 100).Draw(t, "room")
		var s series
		var at []int64
		start := room
		for range rapid.IntRange(1, 300).Draw(t, "samples") {
			now := int64(rapid.IntRange(0, 1000).Draw(t, "at")) * int64(time.Millisecond)
			had, full := s.n, s.n == limit
			grown, shed := s.push(now, float64(now), limit, room)
			room -= grown
			if shed != (!full && s.n == had) {
				t.Fatalf("shed is %v with %d of %d samples after %d", shed, s.n, limit, had)
			}
			if len(at) > 0 {
				now = max(now, at[len(at)-1])
			}
			at = append(at, now)
		}
		if room < min(0, start-min(seriesStart, limit)) {
			t.Fatalf("grew past the room it had: %d left of %d", room, start)
		}
		from := int64(rapid.IntRange(0, 1001).Draw(t, "from")) * int64(time.Millisecond)
		got, _ := s.since(from, nil, nil)
		kept := at[len(at)-s.n:]
		want := kept[:0:0]
		for i, a := range kept {
			if a >= from || i+1 < len(kept) && kept[i+1] >= from || i == len(kept)-1 {
				want = append(want, a)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("since %d gives %d samples, want %d: %v of %v", from, len(got), len(want), got, kept)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("since %d: %v, want %v", from, got, want)
			}
		}
	})
}

// Samples further apart than a ring can tell go, and the others keep their times.
func TestSeriesOverMonths(t *testing.T) {
	const day = int64(24 * time.Hour)
	var s series
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	for i := range int64(200) {
		s.push(start+i*day, float64(i), 1000, 1000)
		at, v, ok := s.last()
		if !ok || at != start+i*day || v != float64(i) {
			t.Fatalf("day %d: the last sample is %g at %d", i, v, at)
		}
	}
	at, value := s.since(0, nil, nil)
	if len(at) != 50 {
		t.Errorf("%d daily samples are kept, want those of 49 days and today's", len(at))
	}
	for i := range at {
		if at[i] != start+int64(value[i])*day {
			t.Errorf("the sample of day %g is at day %g", value[i], float64(at[i]-start)/float64(day))
		}
	}
	s.push(start+1000*day, 1, 1000, 1000)
	if at, _ := s.since(0, nil, nil); len(at) != 1 || at[0] != start+1000*day {
		t.Errorf("after years of silence %d samples are kept", len(at))
	}
}
