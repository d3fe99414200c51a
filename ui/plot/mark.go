package plot

import (
	"image"
	"image/color"
	"math"
)

// Mark is how far a command is known to have got, as a shape. As with Status,
// each has a silhouette of its own.
type Mark uint8

// The marks. MarkNone draws nothing.
const (
	MarkNone         Mark = iota
	MarkSent              // arrow
	MarkAccepted          // ring with a dot
	MarkAcknowledged      // tick
	MarkTimedOut          // clock
	MarkFailed            // cross
)

// MarkImage draws m in colour c into a new square image of the given side in
// pixels (at least 1).
func MarkImage(m Mark, side int, c color.Color) *image.RGBA {
	side = max(side, 1)
	b := newBrush(image.NewRGBA(image.Rect(0, 0, side, side)))
	s := float64(side)
	at := func(x, y float64) point { return point{float32(x * s), float32(y * s)} }
	w := float32(math.Max(1, s*0.13))
	p := &b.path
	switch m {
	case MarkSent:
		p.polyline([]point{at(0.1, 0.5), at(0.86, 0.5)}, w)
		p.polyline([]point{at(0.55, 0.18), at(0.88, 0.5), at(0.55, 0.82)}, w)
	case MarkAccepted:
		p.ring(s/2, s/2, s*0.38, float64(w))
		p.circle(s/2, s/2, s*0.16)
	case MarkAcknowledged:
		p.polyline([]point{at(0.12, 0.55), at(0.4, 0.82), at(0.9, 0.2)}, w*1.2)
	case MarkTimedOut:
		p.ring(s/2, s/2, s*0.4, float64(w))
		p.polyline([]point{at(0.5, 0.24), at(0.5, 0.52), at(0.68, 0.62)}, w*0.9)
	case MarkFailed:
		p.line(at(0.16, 0.16), at(0.84, 0.84), w*1.2)
		p.line(at(0.84, 0.16), at(0.16, 0.84), w*1.2)
	}
	b.fill(c)
	return b.dst
}
