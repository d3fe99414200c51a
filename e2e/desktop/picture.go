//go:build linux

package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
)

// maxPixels bounds what a picture's header may promise.
const maxPixels = 64 << 20

// decodePPM reads a binary portable pixmap (P6) with 8 bits a channel and no
// comments, as ImageMagick writes it.
func decodePPM(ppm []byte) (image.Image, error) {
	var magic string
	var width, height, most int
	header := bytes.NewReader(ppm)
	if _, err := fmt.Fscan(header, &magic, &width, &height, &most); err != nil {
		return nil, fmt.Errorf("decoding a picture: %w", err)
	}
	if magic != "P6" || most != 255 || width <= 0 || height <= 0 || width > maxPixels/height {
		return nil, fmt.Errorf("decoding a picture: unexpected header %q %d %d %d", magic, width, height, most)
	}
	pixels := ppm[len(ppm)-header.Len():]
	if len(pixels) != 1+3*width*height { // one blank ends the header
		return nil, errors.New("decoding a picture: wrong length")
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, j := 0, 1; j < len(pixels); i, j = i+4, j+3 {
		copy(picture.Pix[i:], pixels[j:j+3])
		picture.Pix[i+3] = 0xff
	}
	return picture, nil
}

// Difference is the share of pixels in area, from 0 to 1, whose colour differs
// visibly between two pictures. Pixels that only one of them has differ.
func Difference(a, b image.Image, area image.Rectangle) float64 {
	if area.Empty() {
		return 0
	}
	differ := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if !Near(a.At(x, y), b.At(x, y), 16) {
				differ++
			}
		}
	}
	return float64(differ) / float64(area.Dx()*area.Dy())
}

// Share is the share of pixels in area, from 0 to 1, that are near the colour.
func Share(picture image.Image, area image.Rectangle, like color.Color) float64 {
	if area.Empty() {
		return 0
	}
	alike := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if Near(picture.At(x, y), like, 16) {
				alike++
			}
		}
	}
	return float64(alike) / float64(area.Dx()*area.Dy())
}

// Near reports whether no channel of two colours differs by more than
// tolerance, of 255.
func Near(a, b color.Color, tolerance int) bool {
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	for _, pair := range [][2]uint32{{ar, br}, {ag, bg}, {ab, bb}, {aa, ba}} {
		difference := int(pair[0]>>8) - int(pair[1]>>8)
		if difference > tolerance || -difference > tolerance {
			return false
		}
	}
	return true
}
