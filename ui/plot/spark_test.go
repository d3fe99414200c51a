package plot

import (
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

func TestSparkGolden(t *testing.T) {
	var many []float64
	for i := range 5000 {
		many = append(many, math.Sin(float64(i)/300))
	}
	many[3210] = 4
	style := SparkStyle{Color: hex(0x58a6e0ff), Fill: hex(0x58a6e030), Width: 1.5, Dot: true}
	for name, values := range map[string][]float64{
		"few": {1, 3, 2, 5, 4}, "gap": {1, 2, math.NaN(), 4, 3, math.Inf(1), 5}, "constant": {7, 7, 7}, "one": {7}, "peak": many,
	} {
		plottest.Golden(t, "spark/"+name+".png", Spark(values, 160, 36, style))
	}
	for name, ink := range map[string]uint32{"dark": 0x58a6e0, "light": 0x1f78b4} {
		style := SparkStyle{Color: hex(ink<<8 | 0xff), Fill: hex(ink<<8 | 0x30), Width: 3, Dot: true}
		plottest.Golden(t, "spark/doubled_"+name+".png", Spark(many, 320, 72, style))
	}
}

// TestSparkKeepsPeaks plants one high value among many and looks for it at the
// top.
func TestSparkKeepsPeaks(t *testing.T) {
	for _, at := range []int{0, 1, 777, 49_999, 99_999} {
		values := make([]float64, 100_000)
		values[at] = 1
		img := Spark(values, 100, 30, SparkStyle{Color: hex(0xffffffff)})
		if !inkAbove(img, 6) {
			t.Errorf("the peak at %d is lost", at)
		}
	}
}

func inkAbove(img *image.RGBA, rows int) bool {
	for y := range rows {
		for x := range img.Rect.Dx() {
			if img.RGBAAt(x, y).A > 100 {
				return true
			}
		}
	}
	return false
}

func TestSparkOddInput(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, values := range [][]float64{nil, {}, {nan}, {inf, -inf}, {1e308, -1e308}, {5e-324, 0}, {nan, 1, nan}} {
		for _, size := range [][2]int{{0, 0}, {-3, 5}, {1, 1}, {40, 12}} {
			img := Spark(values, size[0], size[1], SparkStyle{Color: hex(0xffffffff), Min: 0, Max: size64(size)})
			if img.Rect.Empty() {
				t.Errorf("%v at %v: empty picture", values, size)
			}
		}
	}
}

func size64(s [2]int) float64 { return float64(s[0]) }

func FuzzSpark(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 20, 10)
	f.Add(math.Inf(1), math.NaN(), -1e308, 0, -1)
	f.Fuzz(func(_ *testing.T, a, b, c float64, w, h int) {
		Spark([]float64{a, b, c, b, a}, min(w, 300), min(h, 300), SparkStyle{Color: hex(0xffffffff), Min: a, Max: c, Width: math.Mod(b, 10)})
	})
}

func TestStatusAndMarkGolden(t *testing.T) {
	for _, side := range []int{1, 11, 24, 48} {
		sheet := image.NewRGBA(image.Rect(0, 0, side*12, side))
		for i := range 12 {
			img := StatusImage(Status(i%7), side, hex(0x58a6e0ff))
			if i >= 7 {
				img = MarkImage(Mark(i-6), side, hex(0xe3a34bff))
			}
			for y := range side {
				copy(sheet.Pix[sheet.PixOffset(i*side, y):], img.Pix[img.PixOffset(0, y):img.PixOffset(0, y)+4*side])
			}
		}
		plottest.Golden(t, fmt.Sprint("shape/side_", side, ".png"), sheet)
	}
}

func BenchmarkSpark(b *testing.B) {
	values := make([]float64, 600)
	for i := range values {
		values[i] = math.Sin(float64(i) / 20)
	}
	for b.Loop() {
		Spark(values, 160, 40, SparkStyle{Color: hex(0x58a6e0ff), Fill: hex(0x58a6e030), Width: 1.5, Dot: true})
	}
}
