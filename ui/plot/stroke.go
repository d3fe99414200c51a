package plot

import (
	"image"
	"image/color"
)

// Stroke draws a line of a width, all in pixels, with square ends.
func Stroke(dst *image.RGBA, x0, y0, x1, y1, width float64, c color.Color) {
	b := newBrush(dst)
	b.path.line(point{float32(x0), float32(y0)}, point{float32(x1), float32(y1)}, float32(width))
	b.path.end()
	b.fill(c)
}
