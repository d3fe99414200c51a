package plot

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

var start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func chartStyle(t testing.TB, dark bool) ChartStyle {
	t.Helper()
	s := ChartStyle{Background: hex(0xfbfcfcff), Plot: hex(0xfbfcfcff), Grid: hex(0xe4e9ecff), Axis: hex(0xc3ccd2ff),
		Text: hex(0x22292fff), Muted: hex(0x66717bff), Font: testFont(t)}
	if dark {
		s = ChartStyle{Background: hex(0x1d2328ff), Plot: hex(0x1d2328ff), Grid: hex(0x2a333aff), Axis: hex(0x3c4750ff),
			Text: hex(0xd5dbe0ff), Muted: hex(0x8b96a0ff), Font: s.Font}
	}
	return s
}

// ferry is half an hour of two speeds with a break, a temperature and a state.
func ferry() []Series {
	speed := Series{Name: "red-falcon sog", Unit: "kn", Color: hex(0x58a6e0ff), Gap: time.Minute}
	other := Series{Name: "st-clare sog", Unit: "kn", Color: hex(0xe3a34bff), Gap: time.Minute}
	oil := Series{Name: "oil temperature", Unit: "°C", Color: hex(0x6cc28bff), Gap: time.Minute}
	door := Series{Name: "ramp", Unit: "kn", Color: hex(0xc18be0ff), Step: true}
	for i := range 1800 {
		at, x := start.Add(time.Duration(i)*time.Second).UnixNano(), float64(i)
		if i < 700 || i > 900 {
			speed.Times = append(speed.Times, at)
			speed.Values = append(speed.Values, 12+2*math.Sin(x/90)+0.3*math.Sin(x*1.7))
		}
		other.Times = append(other.Times, at)
		other.Values = append(other.Values, 8+5*math.Cos(x/260))
		oil.Times = append(oil.Times, at)
		oil.Values = append(oil.Values, 70+x/120+math.Sin(x/30))
		if i%200 == 0 {
			door.Times = append(door.Times, at)
			door.Values = append(door.Values, float64(i/200%3))
		}
	}
	return []Series{speed, other, oil, door}
}

func spec(t testing.TB, dark bool, w, h int, scale float64, s ...Series) ChartSpec {
	t.Helper()
	return ChartSpec{Width: w, Height: h, Scale: scale, From: start, To: start.Add(30 * time.Minute), Location: time.UTC,
		Series: s, Style: chartStyle(t, dark), Legend: true}
}

func drawn(t testing.TB, s ChartSpec) (*image.RGBA, Layout) {
	t.Helper()
	img, l, err := Chart(s)
	if err != nil {
		t.Fatal(err)
	}
	return img, l
}

func TestChartGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		spec ChartSpec
	}{
		{"several_dark", spec(t, true, 800, 300, 1, ferry()...)},
		{"several_light", spec(t, false, 800, 300, 1, ferry()...)},
		{"doubled_dark", spec(t, true, 1200, 500, 2, ferry()[:2]...)},
		{"doubled_light", spec(t, false, 1200, 500, 2, ferry()[:2]...)},
		{"empty_dark", spec(t, true, 500, 200, 1)},
		{"empty_light", spec(t, false, 500, 200, 1)},
		{"small_light", spec(t, false, 240, 110, 1, ferry()[2])},
		{"one_point_dark", spec(t, true, 400, 200, 1, Series{Name: "one", Color: hex(0x58a6e0ff), Times: []int64{start.Add(10 * time.Minute).UnixNano()}, Values: []float64{42}})},
	} {
		img, _ := drawn(t, c.spec)
		plottest.Golden(t, "chart/"+c.name+".png", img)
	}
	fixed := spec(t, true, 500, 200, 1, ferry()[0])
	fixed.YMin, fixed.YMax = 11, 13
	img, _ := drawn(t, fixed)
	plottest.Golden(t, "chart/fixed_dark.png", img)
}

// TestChartKeepsPeaks plants one high value among 100,000 and looks for its ink.
func TestChartKeepsPeaks(t *testing.T) {
	s := Series{Name: "s", Color: hex(0xff0000ff)}
	for i := range 100_000 {
		s.Times = append(s.Times, start.Add(time.Duration(i)*18*time.Millisecond).UnixNano())
		s.Values = append(s.Values, 0)
	}
	s.Values[61_234] = 100
	c := spec(t, true, 800, 300, 1, s)
	c.Legend, c.YMin, c.YMax = false, -1, 120
	img, l := drawn(t, c)
	x, y := int(l.X(time.Unix(0, s.Times[61_234]))), int(l.Y(0, 100))
	best := uint8(0)
	for dx := -2; dx <= 2; dx++ {
		for dy := -2; dy <= 4; dy++ {
			best = max(best, img.RGBAAt(x+dx, y+dy).R)
		}
	}
	if best < 200 {
		t.Errorf("the peak at %d, %d is lost: reddest pixel %d", x, y, best)
	}
}

func TestChartBreaksAtGaps(t *testing.T) {
	img, l := drawn(t, spec(t, true, 800, 300, 1, ferry()[0]))
	x := int(l.X(start.Add(800 * time.Second)))
	for y := l.Plot.Min.Y; y < l.Plot.Max.Y; y++ {
		if c := img.RGBAAt(x, y); c.B > 150 {
			t.Fatalf("ink %v in the gap at %d, %d", c, x, y)
		}
	}
}

// TestChartOddData draws what go-chart by itself would refuse or panic on.
func TestChartOddData(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	at := func(n int) (out []int64) {
		for i := range n {
			out = append(out, start.Add(time.Duration(i)*time.Second).UnixNano())
		}
		return out
	}
	red := hex(0xff0000ff)
	for name, s := range map[string][]Series{
		"no series":      nil,
		"empty":          {{Name: "e", Color: red}},
		"one point":      {{Color: red, Times: at(1), Values: []float64{1}}},
		"constant":       {{Color: red, Times: at(3), Values: []float64{5, 5, 5}}},
		"zero":           {{Color: red, Times: at(3), Values: []float64{0, 0, 0}}},
		"nan":            {{Color: red, Times: at(3), Values: []float64{nan, nan, nan}}},
		"infinite":       {{Color: red, Times: at(3), Values: []float64{inf, -inf, 1}}},
		"huge":           {{Color: red, Times: at(3), Values: []float64{1e300, -1e300, 1e308}}},
		"tiny":           {{Color: red, Times: at(3), Values: []float64{1e-300, 2e-300, 0}}},
		"same time":      {{Color: red, Times: []int64{7, 7, 7}, Values: []float64{1, 2, 3}}},
		"uneven lengths": {{Color: red, Times: at(5), Values: []float64{1, 2}}},
		"no colour":      {{Times: at(2), Values: []float64{1, 2}}},
		"three units":    {{Unit: "a", Color: red, Times: at(2), Values: []float64{1, 2}}, {Unit: "b"}, {Unit: "c"}},
	} {
		for _, size := range [][2]int{{400, 200}, {16, 16}, {0, -5}, {60, 20}} {
			c := ChartSpec{Width: size[0], Height: size[1], Series: s, Style: chartStyle(t, true), Legend: true}
			if img, _, err := Chart(c); err != nil || img == nil {
				t.Errorf("%s at %v: %v", name, size, err)
			}
			if err := ChartSVG(c, io.Discard); err != nil {
				t.Errorf("%s as SVG: %v", name, err)
			}
		}
	}
	if _, _, err := Chart(ChartSpec{}); err == nil {
		t.Error("a chart without a font is drawn")
	}
}

func FuzzChart(f *testing.F) {
	f.Add(int64(0), int64(10), 1.0, 2.0, 100, 50, false)
	f.Add(int64(math.MinInt64), int64(math.MaxInt64), math.Inf(1), math.NaN(), 0, 0, true)
	font := testFont(f)
	f.Fuzz(func(t *testing.T, t0, t1 int64, a, b float64, w, h int, step bool) {
		s := Series{Name: "f", Color: hex(0xff0000ff), Times: []int64{min(t0, t1), max(t0, t1)}, Values: []float64{a, b}, Step: step, Gap: time.Duration(t0)}
		c := ChartSpec{Width: min(w, 400), Height: min(h, 400), Series: []Series{s}, YMin: b, YMax: a, Location: time.UTC, Style: ChartStyle{Font: font}}
		if _, _, err := Chart(c); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLayoutMapsBothWays(t *testing.T) {
	_, l := drawn(t, spec(t, true, 800, 300, 1, ferry()...))
	at := start.Add(11 * time.Minute)
	if got := l.Time(l.X(at)); got.Sub(at).Abs() > time.Millisecond {
		t.Errorf("time %v comes back as %v", at, got)
	}
	for i, v := range []float64{10, 9, 75, 1} {
		if got := l.Value(i, l.Y(i, v)); math.Abs(got-v) > 1e-9 {
			t.Errorf("series %d: %g comes back as %g", i, v, got)
		}
	}
}

func TestReadOut(t *testing.T) {
	s := ferry()
	c := spec(t, true, 800, 300, 1, s...)
	_, l := drawn(t, c)
	got := l.ReadOut(c, l.X(start.Add(250*time.Second+300*time.Millisecond)))
	if len(got) != 4 {
		t.Fatalf("%d readings", len(got))
	}
	if !got[1].Time.Equal(start.Add(250*time.Second)) || got[1].Value != s[1].Values[250] {
		t.Errorf("nearest reading %+v", got[1])
	}
	if !got[3].Time.Equal(start.Add(200 * time.Second)) {
		t.Errorf("a state is read at %v, want the one that holds", got[3].Time)
	}
}

func TestTicks(t *testing.T) {
	labels := func(ticks []tick) string {
		var out []string
		for _, k := range ticks {
			out = append(out, k.label)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 10, 5, "0 2 4 6 8 10"},
		{-1, 1, 4, "−1.0 −0.5 0 0.5 1.0"},
		{0.001, 0.0042, 4, "0.001 0.002 0.003 0.004"},
		{0, 4e9, 4, "0 1e+09 2e+09 3e+09 4e+09"},
		{99.2, 99.9, 3, "99.5"},
	} {
		if got := labels(valueTicks(c.lo, c.hi, c.n)); got != c.want {
			t.Errorf("valueTicks(%g, %g, %d) = %q, want %q", c.lo, c.hi, c.n, got, c.want)
		}
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Skip("no time zone data here:", err)
	}
	day := time.Date(2026, 3, 28, 22, 30, 0, 0, london) // the clock goes forward at 01:00
	for _, c := range []struct {
		from, to time.Time
		n        int
		want     string
	}{
		{start, start.Add(time.Minute), 6, "13:00:00 13:00:10 13:00:20 13:00:30 13:00:40 13:00:50 13:01:00"},
		{start.Add(7 * time.Second), start.Add(31 * time.Minute), 4, "13:10 13:20 13:30"},
		{day, day.Add(5 * time.Hour), 6, "23:00 03-29 02:00 03:00 04:00"},
		{start, start.AddDate(0, 0, 5), 6, "06-02 06-03 06-04 06-05 06-06"},
	} {
		if got := labels(timeTicks(c.from.UnixNano(), c.to.UnixNano(), c.n, london)); got != c.want {
			t.Errorf("%v to %v: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestChartExports(t *testing.T) {
	var buf bytes.Buffer
	if err := ChartPNG(spec(t, false, 300, 200, 1, ferry()...), &buf); err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(&buf); err != nil || img.Bounds().Dx() != 300 {
		t.Errorf("PNG: %v", err)
	}
	s := ferry()
	s[0].Name = `<script>alert("x")</script>` + "\x00"
	buf.Reset()
	if err := ChartSVG(spec(t, false, 800, 300, 1, s...), &buf); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(buf.String(), "<script") {
		t.Error("SVG holds a name as markup")
	}
	for d := xml.NewDecoder(&buf); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("SVG is not well-formed: %v", err)
		}
	}
}

func TestChartCSV(t *testing.T) {
	at := func(sec int) int64 { return start.Add(time.Duration(sec) * time.Second).UnixNano() }
	c := ChartSpec{Location: time.UTC, Series: []Series{
		{Name: "=HYPERLINK(\"http://x\")", Times: []int64{at(0), at(1), at(2)}, Values: []float64{1.5, math.NaN(), -3}},
		{Name: "a,b", Unit: "kn", Times: []int64{at(1), at(1)}, Values: []float64{7, 8}},
	}}
	var buf bytes.Buffer
	if err := ChartCSV(c, &buf); err != nil {
		t.Fatal(err)
	}
	want := "time,\"'=HYPERLINK(\"\"http://x\"\")\",\"a,b (kn)\"\r\n" +
		"2026-06-01T12:00:00Z,1.5,\r\n2026-06-01T12:00:01Z,,7\r\n2026-06-01T12:00:01Z,,8\r\n2026-06-01T12:00:02Z,-3,\r\n"
	if buf.String() != want {
		t.Errorf("got\n%s\nwant\n%s", buf.String(), want)
	}
	if _, err := csv.NewReader(&buf).ReadAll(); err != nil {
		t.Error(err)
	}
}

func BenchmarkChart800x300(b *testing.B) {
	c := spec(b, true, 800, 300, 1, ferry()...)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Chart(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChart100kPoints(b *testing.B) {
	var s Series
	s.Color = hex(0xff0000ff)
	for i := range 100_000 {
		s.Times = append(s.Times, start.Add(time.Duration(i)*18*time.Millisecond).UnixNano())
		s.Values = append(s.Values, math.Sin(float64(i)/500))
	}
	c := spec(b, true, 800, 300, 1, s)
	for b.Loop() {
		if _, _, err := Chart(c); err != nil {
			b.Fatal(err)
		}
	}
}
