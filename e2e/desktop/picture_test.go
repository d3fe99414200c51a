//go:build linux

package desktop

import (
	"image"
	"image/color"
	"testing"
)

func TestDecodePPM(t *testing.T) {
	picture, err := decodePPM([]byte("P6\n2 1\n255\n\x01\x02\x03\xff\xfe\x0a"))
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.At(1, 0); got != (color.RGBA{R: 0xff, G: 0xfe, B: 0x0a, A: 0xff}) {
		t.Errorf("the second pixel is %v", got)
	}
	for _, wrong := range []string{
		"", "P5\n1 1\n255\n\x00", "P6\n2 1\n255\n\x01\x02\x03", "P6\n1 1\n65535\n\x00\x00\x00\x00\x00\x00",
		"P6\n-1 1\n255\n", "P6\n99999999 99999999\n255\n\x00", "P6\n1 1\n255\n\x00\x00\x00\x00",
	} {
		if _, err := decodePPM([]byte(wrong)); err == nil {
			t.Errorf("decodePPM(%q) was accepted", wrong)
		}
	}
}

func TestDifferenceAndShare(t *testing.T) {
	a := image.NewRGBA(image.Rect(0, 0, 4, 1))
	b := image.NewRGBA(image.Rect(0, 0, 4, 1))
	b.Set(0, 0, color.White)
	b.Set(1, 0, color.RGBA{R: 3, A: 3}) // too little to see
	if got := Difference(a, b, a.Bounds()); got != 0.25 {
		t.Errorf("Difference = %v, want 0.25", got)
	}
	if got := Difference(a, b, image.Rectangle{}); got != 0 {
		t.Errorf("Difference of nothing = %v, want 0", got)
	}
	if got := Share(b, image.Rect(0, 0, 2, 1), color.White); got != 0.5 {
		t.Errorf("Share = %v, want 0.5", got)
	}
}

func TestQuoteRegexp(t *testing.T) {
	if got, want := quoteRegexp("Probe (1)"), `Probe \(1\)`; got != want {
		t.Errorf("quoteRegexp = %q, want %q", got, want)
	}
}
