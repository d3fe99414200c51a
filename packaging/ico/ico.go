// Package ico writes pictures of one icon in several sizes as a Windows icon file.
// Its functions may be called from any goroutine.
package ico

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
)

// Bounds of an icon, in pixels of each side; the format has one byte for it.
const (
	MinSize = 1
	MaxSize = 255
)

// Lengths of the format's headers, in bytes.
const (
	dirLength   = 6
	entryLength = 16
	infoLength  = 40
)

// Encode writes square pictures as an icon, each as 32 bits a pixel with an
// opacity, which every program that reads icons understands.
func Encode(w io.Writer, pictures []image.Image) error {
	if len(pictures) == 0 || len(pictures) > 64 {
		return errors.New("write an icon: it has from 1 to 64 pictures")
	}
	var file, bodies bytes.Buffer
	little(&file, uint16(0), uint16(1), uint16(len(pictures)))
	for _, p := range pictures {
		size := p.Bounds().Dx()
		if size < MinSize || size > MaxSize || p.Bounds().Dy() != size {
			return fmt.Errorf("write an icon: a picture of %d by %d pixels: it has to be square, and %d at most", size, p.Bounds().Dy(), MaxSize)
		}
		body := bitmap(p, size)
		little(&file, uint8(size), uint8(size), uint8(0), uint8(0), uint16(1), uint16(32),
			uint32(len(body)), uint32(dirLength+entryLength*len(pictures)+bodies.Len()))
		bodies.Write(body)
	}
	if _, err := io.Copy(w, io.MultiReader(&file, &bodies)); err != nil {
		return fmt.Errorf("write an icon: %w", err)
	}
	return nil
}

// bitmap is a picture as a device-independent bitmap, from the bottom up, with
// the mask of one bit a pixel that the format asks for; it stays clear, as the
// opacity says the same.
func bitmap(p image.Image, size int) []byte {
	straight := image.NewNRGBA(image.Rect(0, 0, size, size))
	draw.Draw(straight, straight.Bounds(), p, p.Bounds().Min, draw.Src)
	mask := (size + 31) / 32 * 4 * size
	var b bytes.Buffer
	little(&b, uint32(infoLength), int32(size), int32(2*size), uint16(1), uint16(32),
		uint32(0), uint32(size*size*4+mask), uint32(0), uint32(0), uint32(0), uint32(0))
	for y := size - 1; y >= 0; y-- {
		for x := range size {
			c := straight.NRGBAAt(x, y)
			b.Write([]byte{c.B, c.G, c.R, c.A})
		}
	}
	b.Write(make([]byte, mask))
	return b.Bytes()
}

// little writes numbers, the least significant byte first.
func little(b *bytes.Buffer, numbers ...any) {
	for _, n := range numbers {
		_ = binary.Write(b, binary.LittleEndian, n) // a Buffer takes all, and all have fixed sizes
	}
}
