package plot

import (
	"image/color"
	"math"
)

// guard draws the shapes of who is there: shields for publishers, diamonds for
// attempts.
func (b *brush) guard(s Status, x, y, r float64, c color.Color) {
	w := math.Max(1, r*0.24)
	p := &b.path
	switch s {
	case StatusVouched:
		p.shield(x, y, r, 1)
		p.cut(point{float32(x - r*0.38), float32(y - r*0.02)}, point{float32(x - r*0.06), float32(y + r*0.3)}, w)
		p.cut(point{float32(x - r*0.06 + w*0.36), float32(y + r*0.3 - w*0.36)}, point{float32(x + r*0.44), float32(y - r*0.36)}, w)
	case StatusClaimed:
		p.shield(x, y, r, 1)
		n := len(p.pts)
		p.shield(x, y, r, 1-w/r)
		reverse(p.pts[n:])
	case StatusImpostor:
		p.diamond(x, y, r)
		p.cut(point{float32(x), float32(y - r*0.5)}, point{float32(x), float32(y + r*0.12)}, w)
		p.cut(point{float32(x), float32(y + r*0.34)}, point{float32(x), float32(y + r*0.34 + w)}, w)
	case StatusCaution:
		p.diamond(x, y, r)
		n := len(p.pts)
		p.diamond(x, y, r-1.4*w)
		reverse(p.pts[n:])
	case StatusNotice:
		p.diamond(x, y, r*0.5)
	}
	b.fill(c)
}

// shield appends a shield, shrunk towards its middle by k.
func (p *path) shield(x, y, r, k float64) {
	at := func(dx, dy float64) point { return point{float32(x + dx*r*k), float32(y + dy*r*k)} }
	p.add(at(0, -0.98), at(0.84, -0.7), at(0.84, 0.06), at(0.62, 0.5), at(0, 0.98), at(-0.62, 0.5), at(-0.84, 0.06), at(-0.84, -0.7))
}

// diamond appends a square on its corner.
func (p *path) diamond(x, y, r float64) {
	at := func(dx, dy float64) point { return point{float32(x + dx*r), float32(y + dy*r)} }
	p.add(at(0, -1), at(1, 0), at(0, 1), at(-1, 0))
}

// cut takes a line of width w out of what lies under it.
func (p *path) cut(a, b point, w float64) {
	n := len(p.pts)
	p.line(b, a, float32(w))
	reverse(p.pts[n:])
}
