package ico

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"testing"
)

func square(size int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, size, size))
	p.SetNRGBA(0, size-1, color.NRGBA{R: 1, G: 2, B: 3, A: 128}) // the first pixel in the file
	return p
}

func TestEncode(t *testing.T) {
	var b bytes.Buffer
	if err := Encode(&b, []image.Image{square(16), square(33)}); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	if !bytes.Equal(raw[:6], []byte{0, 0, 1, 0, 2, 0}) {
		t.Errorf("the file begins % x, want an icon of two pictures", raw[:6])
	}
	at := dirLength + 2*entryLength
	for i, size := range []int{16, 33} {
		entry := raw[dirLength+i*entryLength:][:entryLength]
		length := infoLength + size*size*4 + (size+31)/32*4*size
		if int(entry[0]) != size || int(binary.LittleEndian.Uint32(entry[8:])) != length || int(binary.LittleEndian.Uint32(entry[12:])) != at {
			t.Errorf("entry %d is % x, want %d bytes at %d", i, entry, length, at)
		}
		body := raw[at:][:length]
		if height := binary.LittleEndian.Uint32(body[8:]); int(height) != 2*size {
			t.Errorf("picture %d has a height of %d, want twice %d for its mask", i, height, size)
		}
		if pixel := body[infoLength:][:4]; !bytes.Equal(pixel, []byte{3, 2, 1, 128}) {
			t.Errorf("the lower left pixel of picture %d is % x, want blue, green, red and opacity", i, pixel)
		}
		at += length
	}
	if at != len(raw) {
		t.Errorf("the file has %d bytes, its pictures end at %d", len(raw), at)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, pictures := range map[string][]image.Image{
		"none":       nil,
		"too big":    {square(256)},
		"not square": {image.NewNRGBA(image.Rect(0, 0, 16, 17))},
		"empty":      {image.NewNRGBA(image.Rectangle{})},
	} {
		if err := Encode(&bytes.Buffer{}, pictures); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := Encode(full{}, []image.Image{square(16)}); !errors.Is(err, errFull) {
		t.Errorf("writing to a full disk: %v", err)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
