package enrol

import (
	"bufio"
	"fmt"
	"io"

	"rsc.io/qr"
)

// QuietZone is the number of light modules that have to surround a QR code on
// each side (ISO/IEC 18004 section 6.3.8).
const QuietZone = 4

// QR is the QR code of an invitation, row by row from the top left; true is a
// dark module. It has no quiet zone: whoever draws it leaves QuietZone modules
// around it light.
func QR(url string) ([][]bool, error) {
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return nil, fmt.Errorf("make a QR code of the invitation (%d characters): %w", len(url), err)
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}

// Colours of a terminal: bright white on black, and back to what it was.
const (
	whiteOnBlack = "\x1b[40;97m"
	plainAgain   = "\x1b[0m"
)

// WriteQR draws a QR code and its quiet zone with half blocks, two modules to a
// character. Light modules are drawn, dark ones left out: with colour it is right
// on every terminal, without on dark ones (and most readers know the negative).
func WriteQR(w io.Writer, rows [][]bool, colour bool) error {
	light := func(x, y int) bool {
		x, y = x-QuietZone, y-QuietZone
		return y < 0 || y >= len(rows) || x < 0 || x >= len(rows[y]) || !rows[y][x]
	}
	out := bufio.NewWriter(w)
	size := len(rows) + 2*QuietZone
	for y := 0; y < size; y += 2 {
		if colour {
			_, _ = out.WriteString(whiteOnBlack) // Flush reports the error
		}
		for x := range size {
			_, _ = out.WriteRune(halfBlock(light(x, y), y+1 < size && light(x, y+1)))
		}
		if colour {
			_, _ = out.WriteString(plainAgain)
		}
		_ = out.WriteByte('\n')
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	return nil
}

func halfBlock(upper, lower bool) rune {
	switch {
	case upper && lower:
		return '█'
	case upper:
		return '▀'
	case lower:
		return '▄'
	}
	return ' '
}
