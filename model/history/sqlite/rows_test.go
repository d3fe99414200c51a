package sqlite

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNumbers holds that numbers are read as they were written, bit for bit.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, -0.1, 12.34, -12.345, 0.001, 1e15 + 0.5, 1e16, -1e300, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1),
		math.Pi, 1.0 / 3, 9007199254740993, 0.30000000000000004, 100, 1000.5, 99.99, -0.05}
	for range 2000 {
		list = append(list, math.Float64frombits(r.Uint64()), math.Round(r.NormFloat64()*1e4)/1000, float64(r.IntN(1e6))/100)
	}
	for i, v := range list {
		if math.IsNaN(v) {
			list[i] = 0
			v = 0
		}
		if got := (&rowReader{in: appendNumber(nil, v)}); math.Float64bits(got.number()) != math.Float64bits(v) || got.bad || len(got.in) != 0 {
			t.Errorf("%v is written as %s", v, appendNumber(nil, v))
		}
	}
	if got := (&rowReader{in: appendNumber(nil, math.NaN())}).number(); !math.IsNaN(got) {
		t.Errorf("what is no number is read as %v", got)
	}
	for v, want := range map[float64]string{12.5: "12.5", -0.25: "-0.25", 77: "77", 0.07: "0.07", -3.005: "-3.005"} {
		if got := string(appendNumber(nil, v)); got != want {
			t.Errorf("%v is written as %s", v, got)
		}
	}
}

// TestHeads holds that heads are read as they were written, with what is missing at
// their ends.
func TestHeads(t *testing.T) {
	list := []rowHead{
		{at: 0, topic: 1}, {at: -5, topic: 2, from: -9, size: 3}, {topic: 3, flags: 2}, {topic: 4, publisher: 7}, {topic: 5, timed: true}, {topic: 6, flags: 1, publisher: 2, device: -8, timed: true},
	}
	var text []byte
	for _, h := range list {
		text = appendHead(text, h)
	}
	text = append(text, ']')
	if want := "[[0,1,0,0],[-5,2,-9,3],[0,3,0,0,2],[0,4,0,0,0,7],[0,5,0,0,0,0,0],[0,6,0,0,1,2,-8]]"; string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	i := 0
	err := readHeads(text, func(h rowHead) {
		if h != list[i] {
			t.Errorf("%+v, want %+v", h, list[i])
		}
		i++
	})
	if err != nil || i != len(list) {
		t.Errorf("%d heads, %v", i, err)
	}
	for n := range text {
		if readHeads(text[:n], func(rowHead) {}) == nil {
			t.Errorf("%s is taken for whole", text[:n])
		}
	}
}

// FuzzRows reads any bytes as rows.
func FuzzRows(f *testing.F) {
	f.Add([]byte("[[0,1,0,3,2,7,-8],[1,2,-3,4]]"))
	f.Add([]byte("[[1,2,3.5],[1,3,null],[1,4,-9e999]]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = readHeads(data, func(rowHead) {})
		_ = readSamples(data, func(int64, int64, float64) {})
		m := messagesRow{id: 1, heads: data, data: []byte("payloads"), crc: checksum(data, []byte("payloads"), nil)}
		h := newHead()
		if n, err := m.load(h, minTime, nil); err == nil && int(n) != h.messages.n {
			t.Errorf("%d messages, and %d are there", n, h.messages.n)
		}
		for _, topic := range h.topics.after(minTime) {
			for _, m := range h.chain(h.topics.last(topic), nil) {
				_ = len(m.Payload)
			}
		}
	})
}
