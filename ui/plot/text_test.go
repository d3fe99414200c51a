package plot

import (
	"image"
	"math"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

func TestTextGolden(t *testing.T) {
	f := testFont(t)
	img := image.NewRGBA(image.Rect(0, 0, 360, 60))
	f.Draw(img, "Red Falcon 12.4 kn, 50°45′N", 6, 24, 18, hex(0x58a6e0ff))
	f.Draw(img, "small print, 0123456789 \u2603 lacks", 6.5, 48, 11, hex(0x8b96a0ff))
	plottest.Golden(t, "text/lines.png", img)
}

func TestTextMeasuresWhatItDraws(t *testing.T) {
	f := testFont(t)
	img := image.NewRGBA(image.Rect(0, 0, 300, 40))
	for _, s := range []string{"", "a", "The quick brown fox", "°C ü é", "\x00\x01"} {
		if drawn, measured := f.Draw(img, s, 0, 20, 13, hex(0xffffffff)), f.Measure(s, 13); math.Abs(drawn-measured) > 1e-6 {
			t.Errorf("%q measures %g, is drawn %g wide", s, measured, drawn)
		}
	}
}

// TestFiguresAreTabular keeps numbers from jumping about.
func TestFiguresAreTabular(t *testing.T) {
	f := testFont(t)
	want := f.Measure("0", 14)
	for _, d := range "123456789" {
		if got := f.Measure(string(d), 14); got != want {
			t.Errorf("%c is %g wide, 0 is %g", d, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	f := testFont(t)
	for _, width := range []float64{0, 5, 40, 80, 1000} {
		got := f.Cut("a name that is too long", 12, width)
		if w := f.Measure(got, 12); w > width && got != "…" {
			t.Errorf("cut to %g: %q is %g wide", width, got, w)
		}
	}
}

func TestFontIsSafeForConcurrentUse(t *testing.T) {
	f := testFont(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			img := image.NewRGBA(image.Rect(0, 0, 200, 30))
			for k := range 30 { // more sizes than a Font keeps
				f.Draw(img, "0123 abc", 0, 20, float64(8+i+k), hex(0xffffffff))
			}
		})
	}
	wg.Wait()
}

func TestNewFontRefusesRubbish(t *testing.T) {
	if _, err := NewFont([]byte("not a font")); err == nil {
		t.Error("no error")
	}
}
