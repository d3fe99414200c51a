package plot

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// point is a place in an image, in pixels.
type point struct{ X, Y float32 }

// maxCoord bounds coordinates given to the rasteriser, whose fixed-point
// arithmetic would overflow on wild values.
const maxCoord = 1 << 15

// path is a list of closed polygons, filled together. Polygons that turn the
// same way unite; polygons that turn opposite ways cut holes.
type path struct {
	pts  []point
	ends []int
}

func (p *path) reset() { p.pts, p.ends = p.pts[:0], p.ends[:0] }

func (p *path) add(pts ...point) {
	p.pts = append(p.pts, pts...)
	p.end()
}

func (p *path) end() { p.ends = append(p.ends, len(p.pts)) }

// arc appends the points of an arc from angle a to b (radians, clockwise on
// screen) to the polygon in progress.
func (p *path) arc(cx, cy, r, a, b float64) {
	n := int(math.Ceil(math.Abs(b-a) / (2 * math.Pi) * arcSteps(r)))
	n = max(n, 1)
	for i := 0; i <= n; i++ {
		s, c := math.Sincos(a + (b-a)*float64(i)/float64(n))
		p.pts = append(p.pts, point{float32(cx + r*c), float32(cy + r*s)})
	}
}

// arcSteps is the number of sides that makes a circle of radius r look round.
func arcSteps(r float64) float64 { return math.Min(180, 10+4*math.Sqrt(math.Max(r, 0))) }

// circle appends a filled disc.
func (p *path) circle(cx, cy, r float64) {
	p.arc(cx, cy, r, 0, 2*math.Pi)
	p.end()
}

// ring appends a circle line of width w centred on radius r.
func (p *path) ring(cx, cy, r, w float64) {
	p.arc(cx, cy, r+w/2, 0, 2*math.Pi)
	p.end()
	if r > w/2 {
		p.arc(cx, cy, r-w/2, 2*math.Pi, 0)
		p.end()
	}
}

// rect appends an axis-aligned rectangle.
func (p *path) rect(x0, y0, x1, y1 float32) {
	p.add(point{x0, y0}, point{x1, y0}, point{x1, y1}, point{x0, y1})
}

// line appends a segment of width w as a quadrilateral that always turns the
// same way, so that overlapping segments unite.
func (p *path) line(a, b point, w float32) {
	dx, dy := b.X-a.X, b.Y-a.Y
	l := float32(math.Hypot(float64(dx), float64(dy)))
	if l == 0 {
		return
	}
	nx, ny := -dy/l*w/2, dx/l*w/2
	p.add(point{a.X - nx, a.Y - ny}, point{b.X - nx, b.Y - ny},
		point{b.X + nx, b.Y + ny}, point{a.X + nx, a.Y + ny})
}

// polyline appends connected segments with round joins where they turn.
func (p *path) polyline(pts []point, w float32) {
	for i := 1; i < len(pts); i++ {
		p.line(pts[i-1], pts[i], w)
		if w > 1.2 && i > 1 && turns(pts[i-2], pts[i-1], pts[i]) {
			p.joint(pts[i-1], w/2)
		}
	}
}

func (p *path) joint(c point, r float32) {
	k := r * 0.7071
	p.add(point{c.X + r, c.Y}, point{c.X + k, c.Y + k}, point{c.X, c.Y + r}, point{c.X - k, c.Y + k},
		point{c.X - r, c.Y}, point{c.X - k, c.Y - k}, point{c.X, c.Y - r}, point{c.X + k, c.Y - k})
}

// turns reports whether the corner at b is sharp enough to show a notch.
func turns(a, b, c point) bool {
	ux, uy, vx, vy := b.X-a.X, b.Y-a.Y, c.X-b.X, c.Y-b.Y
	dot := ux*vx + uy*vy
	return dot <= 0 || dot*dot < 0.9*(ux*ux+uy*uy)*(vx*vx+vy*vy)
}

// dashed appends a polyline cut into dashes of length on, with gaps of off.
func (p *path) dashed(pts []point, w float32, on, off float64) {
	left, pen := on, true
	for i := 1; i < len(pts); i++ {
		a, b := pts[i-1], pts[i]
		l := math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
		for at := 0.0; at < l; {
			step := math.Min(left, l-at)
			if pen {
				p.line(lerp(a, b, at/l), lerp(a, b, (at+step)/l), w)
			}
			at, left = at+step, left-step
			if left <= 1e-6 {
				if pen = !pen; pen {
					left = on
				} else {
					left = off
				}
			}
		}
	}
}

func lerp(a, b point, t float64) point {
	return point{a.X + (b.X-a.X)*float32(t), a.Y + (b.Y-a.Y)*float32(t)}
}

// brush fills paths into an image, anti-aliased. It is not safe for concurrent
// use; its buffers are kept from one fill to the next.
type brush struct {
	dst  *image.RGBA
	clip image.Rectangle
	ras  vector.Rasterizer
	mask image.Alpha
	path path
}

func newBrush(dst *image.RGBA) *brush { return &brush{dst: dst, clip: dst.Bounds()} }

// fill paints b.path with c over the image and empties the path.
func (b *brush) fill(c color.Color) {
	defer b.path.reset()
	box := b.path.bounds().Intersect(b.clip)
	if box.Empty() {
		return
	}
	ox, oy := float32(box.Min.X), float32(box.Min.Y)
	b.ras.Reset(box.Dx(), box.Dy())
	b.ras.DrawOp = draw.Src
	start := 0
	for _, end := range b.path.ends {
		for i, q := range b.path.pts[start:end] {
			x, y := clampCoord(q.X-ox), clampCoord(q.Y-oy)
			if i == 0 {
				b.ras.MoveTo(x, y)
			} else {
				b.ras.LineTo(x, y)
			}
		}
		b.ras.ClosePath()
		start = end
	}
	b.mask.Rect, b.mask.Stride = image.Rect(0, 0, box.Dx(), box.Dy()), box.Dx()
	if n := box.Dx() * box.Dy(); cap(b.mask.Pix) < n {
		b.mask.Pix = make([]uint8, n)
	} else {
		b.mask.Pix = b.mask.Pix[:n]
	}
	b.ras.Draw(&b.mask, b.mask.Rect, image.Opaque, image.Point{})
	b.compose(box, c)
}

// compose lays c over the image through the mask. Most of a mask is empty,
// and the rasteriser's own way of composing spends its time there.
func (b *brush) compose(box image.Rectangle, c color.Color) {
	r16, g16, b16, a16 := c.RGBA()
	cr, cg, cb, ca := r16>>8, g16>>8, b16>>8, a16>>8
	w := box.Dx()
	for y := range box.Dy() {
		cover := b.mask.Pix[y*w : (y+1)*w]
		row := b.dst.Pix[b.dst.PixOffset(box.Min.X, box.Min.Y+y):]
		for x := 0; x < w; x++ {
			m := uint32(cover[x])
			if m == 0 {
				for x+8 < w && binary.LittleEndian.Uint64(cover[x+1:]) == 0 {
					x += 8
				}
				continue
			}
			px := row[4*x : 4*x+4 : 4*x+4]
			if m == 255 && ca == 255 {
				px[0], px[1], px[2], px[3] = uint8(cr), uint8(cg), uint8(cb), 255
				continue
			}
			rest := 255 - (ca*m+127)/255
			px[0] = uint8((cr*m + uint32(px[0])*rest + 127) / 255)
			px[1] = uint8((cg*m + uint32(px[1])*rest + 127) / 255)
			px[2] = uint8((cb*m + uint32(px[2])*rest + 127) / 255)
			px[3] = uint8((ca*m + uint32(px[3])*rest + 127) / 255)
		}
	}
}

// bounds is the smallest rectangle of whole pixels that holds the path.
func (p *path) bounds() image.Rectangle {
	if len(p.pts) == 0 {
		return image.Rectangle{}
	}
	x0, y0, x1, y1 := float32(maxCoord), float32(maxCoord), float32(-maxCoord), float32(-maxCoord)
	for _, q := range p.pts {
		x, y := clampCoord(q.X), clampCoord(q.Y)
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	return image.Rect(int(math.Floor(float64(x0))), int(math.Floor(float64(y0))),
		int(math.Ceil(float64(x1))), int(math.Ceil(float64(y1))))
}

func clampCoord(v float32) float32 {
	switch {
	case v != v:
		return 0
	case v > maxCoord:
		return maxCoord
	case v < -maxCoord:
		return -maxCoord
	}
	return v
}

// plain is c without its alpha multiplied in.
func plain(c color.Color) color.NRGBA {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA) // the model makes nothing else
	return n
}

// fade is c with its alpha multiplied by k (0..1).
func fade(c color.Color, k float64) color.NRGBA {
	n := plain(c)
	n.A = uint8(math.Round(float64(n.A) * math.Max(0, math.Min(1, k))))
	return n
}
