package block_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// drawSamples makes samples as devices send them: at any pace, with decimals or
// without.
func drawSamples(t *rapid.T) (at []int64, v []float64) {
	n := rapid.IntRange(1, 1200).Draw(t, "count")
	seed := rapid.Uint64().Draw(t, "seed")
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	r := rand.New(rand.NewPCG(seed, 1))
	now := r.Int64N(1 << 52)
	for range n {
		now += r.Int64N(1 << r.IntN(40))
		at = append(at, now)
		var x float64
		switch kind {
		case 0:
			x = math.Round(r.NormFloat64()*1e4) / 100
		case 1:
			x = r.NormFloat64()
		case 2:
			x = float64(r.IntN(3))
		case 3:
			x = math.Float64frombits(r.Uint64())
			if math.IsNaN(x) || math.IsInf(x, 0) {
				x = math.Copysign(0, -1)
			}
		}
		v = append(v, x)
	}
	return at, v
}

func TestSamplesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, v := drawSamples(t)
		b, err := block.OpenSamples(block.PackSamples(at, v))
		if err != nil {
			t.Fatal(err)
		}
		from := at[rapid.IntRange(0, len(at)-1).Draw(t, "from")]
		to := at[rapid.IntRange(0, len(at)-1).Draw(t, "to")] + int64(rapid.IntRange(0, 1).Draw(t, "past"))
		var gotAt []int64
		var got []float64
		err = b.Each(from, to, func(at []int64, v []float64) {
			gotAt, got = append(gotAt, at...), append(got, v...)
		})
		if err != nil {
			t.Fatal(err)
		}
		var wantAt []int64
		var want []float64
		for i := range at {
			if at[i] >= from && at[i] < to {
				wantAt, want = append(wantAt, at[i]), append(want, v[i])
			}
		}
		same := slices.EqualFunc(got, want, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
		if !slices.Equal(gotAt, wantAt) || !same {
			t.Fatalf("%d samples came back, want %d, or not the same", len(got), len(want))
		}
		sum, err := b.Summary(from, to)
		if err != nil {
			t.Fatal(err)
		}
		whole := block.Summarise(wantAt, want)
		sum.Sum, whole.Sum = 0, 0 // depends on the order of additions
		if sum != whole {
			t.Fatalf("summary %+v, want %+v", sum, whole)
		}
	})
}

// TestMinusZeroComesBack has a zero with a sign among decimals: whole numbers have none.
func TestMinusZeroComesBack(t *testing.T) {
	at, v := []int64{1, 2, 3}, []float64{0.25, math.Copysign(0, -1), 0}
	b, err := block.OpenSamples(block.PackSamples(at, v))
	if err != nil {
		t.Fatal(err)
	}
	err = b.Each(0, 9, func(_ []int64, got []float64) {
		for i := range got {
			if math.Float64bits(got[i]) != math.Float64bits(v[i]) {
				t.Errorf("sample %d is %g (sign %v), want %g", i, got[i], math.Signbit(got[i]), v[i])
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSealedSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var at []int64
	var v []float64
	now, x := int64(1_700_000_000_000_000), 12.0
	for range block.MaxSamples {
		now += 1_000_000 + r.Int64N(2000) - 1000 // a millisecond of jitter either way
		x += r.NormFloat64() * 0.05
		at, v = append(at, now), append(v, math.Round(x*100)/100)
	}
	size := float64(len(block.PackSamples(at, v))) / float64(len(at))
	t.Logf("%.2f bytes a sample", size)
	if size > 3.5 {
		t.Errorf("%.2f bytes a sample of a sensor, want at most 3.5", size)
	}
}

func drawMessages(t *rapid.T) []block.Message {
	n := rapid.IntRange(1, 200).Draw(t, "count")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	list := make([]block.Message, n)
	at := int64(1_700_000_000_000_000)
	for i := range list {
		at += r.Int64N(1_000_000)
		m := block.Message{At: at, Publisher: r.Int64N(9), Flags: r.Uint64N(64), Payload: make([]byte, r.IntN(2000))}
		for j := range m.Payload {
			m.Payload[j] = byte(r.IntN(4))
		}
		if i > 0 && r.IntN(3) == 0 {
			m.Payload = list[i-1].Payload
		}
		if r.IntN(2) == 0 {
			m.DeviceAt = at + r.Int64N(3) - 1
		}
		if r.IntN(9) == 0 {
			m.Properties = []byte(`{"ContentType":"x"}`)
		}
		list[i] = m
	}
	return list
}

func TestMessagesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawMessages(t)
		b, err := block.OpenMessages(block.PackMessages(list))
		if err != nil {
			t.Fatal(err)
		}
		var got []block.Message
		for i := range b.Frames() {
			f, err := b.Frame(i)
			if err != nil {
				t.Fatal(err)
			}
			if b.Stop(i) != f[len(f)-1].At || b.FrameAt(f[0].At) < i {
				t.Fatalf("frame %d is not where the directory says", i)
			}
			got = append(got, f...)
		}
		if !slices.EqualFunc(got, list, equal) {
			t.Fatalf("%d messages came back, want %d, or not the same", len(got), len(list))
		}
	})
}

// TestFinder asks for the last message before every time there is, and around
// it.
func TestFinder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		list := make([]block.Message, rapid.IntRange(1, 100).Draw(t, "count"))
		at := int64(0)
		for i := range list {
			at += r.Int64N(3)
			list[i] = block.Message{At: at, Flags: uint64(i), Payload: []byte{byte('a' + r.IntN(2))}, Properties: []byte("{}")}
		}
		data := block.PackMessages(list)
		var f block.Finder
		for now := int64(-1); now <= at+1; now++ {
			n := len(list)
			for n > 0 && list[n-1].At > now {
				n--
			}
			got, ok, err := f.LastBefore(data, now)
			if err != nil || ok != (n > 0) || ok && !equal(got, list[n-1]) {
				t.Fatalf("before %d there is %+v, %v, %v; want that of %d messages", now, got, ok, err, n)
			}
		}
	})
}

func equal(a, b block.Message) bool {
	return a.At == b.At && a.DeviceAt == b.DeviceAt && a.Publisher == b.Publisher && a.Flags == b.Flags &&
		string(a.Payload) == string(b.Payload) && string(a.Properties) == string(b.Properties)
}

// FuzzDamage opens blocks that were tampered with: any answer but a panic.
func FuzzDamage(f *testing.F) {
	f.Add(block.PackSamples([]int64{1, 2, 5}, []float64{1, 2.5, math.Pi}))
	f.Add(block.PackMessages([]block.Message{{At: 1, Payload: []byte("a")}, {At: 2, Payload: []byte("a")}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := block.OpenSamples(data); err == nil {
			n := 0
			err := b.Each(math.MinInt64, math.MaxInt64, func(at []int64, _ []float64) { n += len(at) })
			if n > block.MaxSamples || err != nil && !errors.Is(err, block.ErrDamaged) {
				t.Errorf("%d samples, %v", n, err)
			}
		}
		var finder block.Finder
		if _, _, err := finder.LastBefore(data, 2); err != nil && !errors.Is(err, block.ErrDamaged) {
			t.Error(err)
		}
		b, err := block.OpenMessages(data)
		if err != nil {
			return
		}
		for i := range b.Frames() {
			if _, err := b.Frame(i); err != nil && !errors.Is(err, block.ErrDamaged) {
				t.Error(err)
			}
		}
	})
}

func BenchmarkSummary(b *testing.B) {
	at, v := make([]int64, block.MaxSamples), make([]float64, block.MaxSamples)
	for i := range at {
		at[i], v[i] = int64(i)*1_000_000, math.Round(math.Sin(float64(i)/50)*1000)/100
	}
	data := block.PackSamples(at, v)
	for b.Loop() {
		s, err := block.OpenSamples(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Summary(at[100], at[3000]); err != nil {
			b.Fatal(err)
		}
	}
}
