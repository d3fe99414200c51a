// Package plottest compares images with masters kept under testdata. Edges may
// differ a little between processors, so it allows a small tolerance.
package plottest

import (
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const (
	// channelTolerance is by how much one channel of a pixel may differ.
	channelTolerance = 24
	// pixelShare is the share of pixels that may differ by more.
	pixelShare = 0.002
)

// Golden fails t when img differs from the master testdata/name. Run the tests
// with -update-golden to write the masters. An image that differs is left
// under testdata/failed.
func Golden(t testing.TB, name string, img image.Image) {
	t.Helper()
	master := filepath.Join("testdata", filepath.FromSlash(name))
	if f := flag.Lookup(updateFlag); f != nil && f.Value.String() == "true" {
		write(t, master, img)
		return
	}
	want, err := read(master)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("master %s is missing: look at the picture, then run with -%s", master, updateFlag)
		return
	}
	if err != nil {
		t.Errorf("read master %s: %v", master, err)
		return
	}
	if share, ok := Same(want, img); !ok {
		failed := filepath.Join("testdata", "failed", filepath.FromSlash(name))
		write(t, failed, img)
		t.Errorf("picture differs from %s in %.2f %% of its pixels; see %s", master, share*100, failed)
	}
}

const updateFlag = "update-golden"

// Flag registers -update-golden; call it from a package variable of a test.
func Flag() *bool { return flag.Bool(updateFlag, false, "write the golden pictures anew") }

// Same reports whether two images look alike, and the share of pixels that
// differ by more than the tolerance.
func Same(a, b image.Image) (share float64, ok bool) {
	ra, rb := a.Bounds(), b.Bounds()
	if ra.Size() != rb.Size() {
		return 1, false
	}
	differ := 0
	for y := range ra.Dy() {
		for x := range ra.Dx() {
			if far(a.At(ra.Min.X+x, ra.Min.Y+y), b.At(rb.Min.X+x, rb.Min.Y+y)) {
				differ++
			}
		}
	}
	share = float64(differ) / float64(max(1, ra.Dx()*ra.Dy()))
	return share, share <= pixelShare
}

func far(a, b color.Color) bool {
	r1, g1, b1, a1 := a.RGBA()
	r2, g2, b2, a2 := b.RGBA()
	for _, d := range [4][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
		lo, hi := min(d[0], d[1])>>8, max(d[0], d[1])>>8
		if hi-lo > channelTolerance {
			return true
		}
	}
	return false
}

func read(name string) (image.Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return png.Decode(f)
}

func write(t testing.TB, name string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
		t.Fatal(err)
	}
}
