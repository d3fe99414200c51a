package plot

import (
	"bytes"
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

// marked is the ferry's half hour with normal ranges and thresholds.
func marked(t testing.TB, dark bool, w, h int, scale float64) ChartSpec {
	t.Helper()
	c := spec(t, dark, w, h, scale, ferry()...)
	c.Bands = []Band{
		{Low: 10, High: 13, Color: fade(hex(0x58a6e0ff), 0.12)},
		{Low: 79, High: math.Inf(1), Axis: AxisRight, Color: fade(hex(0x6cc28bff), 0.16)},
		{Low: 3, High: 1, Color: hex(0xff0000ff)}, // no band
	}
	c.Limits = []Limit{
		{At: 15, Label: "st-clare sog: high 15 kn", Color: hex(0xb58100ff)},
		{At: 66, Axis: AxisRight, Label: "oil temperature: low 66 °C", Color: hex(0xb58100ff)},
	}
	return c
}

func TestMarksGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		spec ChartSpec
	}{
		{"marks_dark", marked(t, true, 800, 300, 1)}, {"marks_light", marked(t, false, 800, 300, 1)},
		{"marks_doubled_dark", marked(t, true, 1600, 600, 2)}, {"marks_doubled_light", marked(t, false, 1600, 600, 2)},
		{"lines_dark", lines(t, true, 800, 300, 1)}, {"lines_light", lines(t, false, 800, 300, 1)},
		{"lines_doubled_dark", lines(t, true, 1600, 600, 2)}, {"lines_doubled_light", lines(t, false, 1600, 600, 2)},
	} {
		img, _ := drawn(t, c.spec)
		plottest.Golden(t, "chart/"+c.name+".png", img)
	}
}

// lines is sixteen lines, the second eight dashed, on two axes.
func lines(t testing.TB, dark bool, w, h int, scale float64) ChartSpec {
	t.Helper()
	inks := []uint32{0x58a6e0ff, 0xe3a34bff, 0x6cc28bff, 0xc18be0ff, 0xe57f86ff, 0x5cc5c9ff, 0xb7b35cff, 0xa1a9b3ff}
	var all []Series
	for i := range 16 {
		s := Series{Name: "line " + string(rune('a'+i)), Unit: "V", Color: hex(inks[i%8]), Dash: i >= 8}
		if i%4 == 3 {
			s.Unit, s.Step = "A", true
		}
		for k := range 300 {
			s.Times = append(s.Times, start.Add(time.Duration(k)*6*time.Second).UnixNano())
			s.Values = append(s.Values, float64(i)+math.Round(8*math.Sin(float64(k)/30+float64(i)))/8)
		}
		all = append(all, s)
	}
	return spec(t, dark, w, h, scale, all...)
}

// TestPainterDrawsTheSame has a painter follow a chart through changes of all
// kinds: each picture is the one that is drawn without it.
func TestPainterDrawsTheSame(t *testing.T) {
	var p Painter
	var into *image.RGBA
	c := marked(t, true, 500, 220, 1)
	steps := []func(*ChartSpec){
		func(*ChartSpec) {},
		func(c *ChartSpec) { c.Series[0].Values[20] = 12.5 },
		func(c *ChartSpec) {
			c.Series[1].Times, c.Series[1].Values = c.Series[1].Times[:900], c.Series[1].Values[:900]
		},
		func(c *ChartSpec) { c.From, c.To = c.From.Add(time.Minute), c.To.Add(time.Minute) },
		func(c *ChartSpec) { c.Series[0].Name = "another" },
		func(c *ChartSpec) { c.Bands[0].High = 14 },
		func(c *ChartSpec) { c.Limits = nil },
		func(c *ChartSpec) { c.Width, c.Scale = 640, 1.5 },
		func(c *ChartSpec) { c.LeftRoom, c.RightRoom = 90, 60 },
		func(c *ChartSpec) { c.Style = chartStyle(t, false) },
		func(c *ChartSpec) { c.YMin, c.YMax = 0, 40 },
		func(c *ChartSpec) { c.RightMin, c.RightMax = 0, 100 },
		func(c *ChartSpec) { c.Series[2].Axis = AxisLeft },
	}
	for i, step := range steps {
		step(&c)
		want, layout := drawn(t, c)
		kept := p.kept
		c.Into = into
		got, of, err := p.Chart(c)
		c.Into = nil
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Pix, want.Pix) || of.Plot != layout.Plot {
			t.Errorf("step %d: the pictures differ, plots %v and %v", i, of.Plot, layout.Plot)
		}
		if over := p.kept > kept; over != (i == 1 || i == 2) {
			t.Errorf("step %d: what does not move was kept: %v", i, over)
		}
		into = got
	}
	if _, _, err := p.Chart(ChartSpec{}); err == nil {
		t.Error("a chart without a font is drawn")
	}
}

// TestRoomBesideThePlot lines two charts up whose labels differ in width.
func TestRoomBesideThePlot(t *testing.T) {
	narrow := spec(t, true, 500, 200, 1, ferry()[2])
	wide := spec(t, true, 500, 200, 1, Series{Name: "w", Unit: "m", Color: hex(0xff0000ff), Times: []int64{start.UnixNano()}, Values: []float64{1234567}})
	_, a := drawn(t, narrow)
	_, b := drawn(t, wide)
	left, right := b.Room()
	if a.Plot.Min.X == b.Plot.Min.X {
		t.Fatal("the labels do not differ in width")
	}
	narrow.LeftRoom, narrow.RightRoom = left, right
	if _, a = drawn(t, narrow); a.Plot.Min.X != b.Plot.Min.X || a.Plot.Max.X != b.Plot.Max.X {
		t.Errorf("the plots lie at %v and %v", a.Plot, b.Plot)
	}
	if l, _ := a.Room(); l >= left {
		t.Errorf("the narrow axis says it needs %d pixels", l)
	}
	narrow.LeftRoom = 400
	if _, a = drawn(t, narrow); a.Plot.Dx() < 250 {
		t.Errorf("a plot %d pixels wide is left", a.Plot.Dx())
	}
}

// TestPlotHoldsStill lets time pass under a chart: labels come in at the right and
// leave at the left, and the plot stays where it is.
func TestPlotHoldsStill(t *testing.T) {
	c := spec(t, true, 500, 200, 1, ferry()[2])
	c.From, c.To = start, start.Add(time.Minute)
	c.YMin, c.YMax = 0, 5 // labels narrower than half a moment's
	_, first := drawn(t, c)
	for range 60 {
		c.From, c.To = c.From.Add(time.Second), c.To.Add(time.Second)
		if _, l := drawn(t, c); l.Plot != first.Plot {
			t.Fatalf("the plot lies at %v, and at %v when the axis ends at %v", first.Plot, l.Plot, c.To)
		}
	}
}

func TestAxes(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    []Series
		sides string
		left  string
		right string
	}{
		{"by unit", []Series{{Unit: "kn"}, {Unit: "°C"}, {Unit: "kn"}, {Unit: "%"}}, "lrll", "kn, %", "°C"},
		{"moved", []Series{{Unit: "kn", Axis: AxisRight}, {Unit: "°C"}, {Unit: "kn"}}, "rlr", "°C", "kn"},
		{"all right", []Series{{Unit: "kn", Axis: AxisRight}, {Unit: "kn"}}, "rr", "", "kn"},
		{"none", nil, "", "", ""},
	} {
		a := assign(c.in)
		var sides strings.Builder
		for i, s := range a.of {
			sides.WriteByte("lr"[s])
			if want := []Axis{AxisLeft, AxisRight}[s]; AxisOf(c.in, i) != want {
				t.Errorf("%s: series %d is on axis %d", c.name, i, AxisOf(c.in, i))
			}
		}
		if sides.String() != c.sides || a.unit(leftAxis) != c.left || a.unit(rightAxis) != c.right {
			t.Errorf("%s: %s, %q, %q", c.name, &sides, a.unit(leftAxis), a.unit(rightAxis))
		}
	}
	if AxisOf(nil, 3) != AxisLeft {
		t.Error("a series that is not there has an axis")
	}
}

// TestLimitsAreInView stretches an axis to its limits, and no further.
func TestLimitsAreInView(t *testing.T) {
	c := spec(t, true, 500, 200, 1, ferry()[0])
	c.Limits = []Limit{{At: 40, Color: hex(0xff0000ff)}, {At: math.NaN()}, {At: math.Inf(1)}, {At: 900, Axis: AxisRight}}
	img, l := drawn(t, c)
	y := int(l.Y(0, 40) + 0.5)
	if y <= l.Plot.Min.Y || y > l.Plot.Min.Y+40 {
		t.Fatalf("the limit lies at %d, the plot at %v", y, l.Plot)
	}
	for x := l.Plot.Min.X + 2; x < l.Plot.Max.X-2; x++ {
		if img.RGBAAt(x, y).R < 200 {
			t.Fatalf("the limit's line is broken at %d", x)
		}
	}
	c.YMin, c.YMax = 0, 20
	if _, l = drawn(t, c); l.Value(0, float64(l.Plot.Min.Y)) != 20 {
		t.Errorf("a fixed axis ends at %v", l.Value(0, float64(l.Plot.Min.Y)))
	}
}

// TestStatesHold looks for the ink of a state where it was told of last.
func TestStatesHold(t *testing.T) {
	s := Series{Name: "ramp", Color: hex(0xff0000ff), Step: true, Times: []int64{start.UnixNano(), start.Add(time.Minute).UnixNano()}, Values: []float64{0, 1}}
	ink := func(s Series) uint8 {
		img, l := drawn(t, spec(t, true, 500, 200, 1, s))
		return img.RGBAAt(l.Plot.Max.X-10, int(l.Y(0, 1))).R
	}
	if ink(s) < 200 {
		t.Error("the state does not hold until the end")
	}
	if s.Gap = time.Minute; ink(s) > 100 {
		t.Error("the state holds where it was to be told of again")
	}
	if s.Gap, s.Step = 0, false; ink(s) > 100 {
		t.Error("a line goes on where there are no samples")
	}
}

func TestSummary(t *testing.T) {
	at := func(s int) int64 { return start.Add(time.Duration(s) * time.Second).UnixNano() }
	s := Series{Times: []int64{at(0), at(1), at(2), at(3), at(9)}, Values: []float64{5, math.NaN(), 7, 3, 99}}
	got := s.Summary(start.Add(time.Second), start.Add(5*time.Second))
	if want := (Summary{Last: 3, Min: 3, Max: 7, Mean: 5, Count: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	s.Step = true
	if got = s.Summary(start.Add(4*time.Second), start.Add(5*time.Second)); got.Count != 1 || got.Last != 3 {
		t.Errorf("the state that holds: %+v", got)
	}
	if got = s.Summary(start.Add(-time.Hour), start.Add(-time.Minute)); got.Count != 0 || !math.IsNaN(got.Last) || !math.IsNaN(got.Mean) {
		t.Errorf("of nothing: %+v", got)
	}
	huge := Series{Times: []int64{1, 2, 3}, Values: []float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}}
	if got = huge.Summary(time.Unix(0, 0), time.Unix(1, 0)); math.IsInf(got.Mean, 0) {
		t.Errorf("the mean of huge values is %v", got.Mean)
	}
}

// TestSpan zooms and pans: what was under the pointer stays, and nothing leaves
// its bounds.
func TestSpan(t *testing.T) {
	s := Span{start, start.Add(10 * time.Minute)}
	at := start.Add(3 * time.Minute)
	got := s.Zoom(at, 0.5)
	if got.Length() != 5*time.Minute || !got.From.Equal(at.Add(-90*time.Second)) {
		t.Errorf("zoomed to %v", got)
	}
	if got = s.Pan(0.25); got.From.Sub(start) != 150*time.Second || got.Length() != s.Length() {
		t.Errorf("panned to %v", got)
	}
	if s.Zoom(at, 0) != s || s.Zoom(at, math.NaN()) != s || (Span{}).Zoom(at, 2) != (Span{}) {
		t.Error("zoomed by nothing")
	}
	rapid.Check(t, func(t *rapid.T) {
		length := time.Duration(rapid.Int64Range(1, int64(MaxSpan)).Draw(t, "length"))
		s := Span{start, start.Add(length)}
		z := s.Zoom(start.Add(length/3), rapid.Float64Range(1e-12, 1e12).Draw(t, "factor"))
		if z.Length() < MinSpan || z.Length() > MaxSpan {
			t.Fatalf("%v is zoomed to %v", length, z.Length())
		}
		pixels := rapid.IntRange(-1, 5000).Draw(t, "pixels")
		n := s.Snap(pixels)
		if on := n.To.Sub(s.To); n.Length() != length || on < 0 || on > length/time.Duration(max(1, pixels)) {
			t.Fatalf("snapped by %v to a length of %v", on, n.Length())
		}
		if n.Snap(pixels) != n {
			t.Fatal("snapped twice it moves on")
		}
	})
}
