package plot

import (
	"image"
	"image/color"
	"math"
)

// Status is a state as a shape: the liveness of a device, who is behind a
// message, how grave an attempt is. Each value has a silhouette of its own, so
// that it can be told apart without colour.
type Status uint8

// The shapes. StatusNone draws nothing.
const (
	StatusNone    Status = iota
	StatusAlive          // filled disc
	StatusLate           // half disc
	StatusSilent         // hollow disc with a bar
	StatusOffline        // hollow square
	StatusLost           // cross in a triangle
	StatusUnknown        // dotted ring

	StatusVouched  // filled shield with a tick: the broker vouches for it
	StatusClaimed  // hollow shield: it says so itself
	StatusImpostor // filled diamond with a bang: somebody is not who they say
	StatusCaution  // hollow diamond: something to look at
	StatusNotice   // small diamond: worth knowing
)

// String is the status in one English word; "" for StatusNone.
func (s Status) String() string {
	switch s {
	case StatusAlive:
		return "alive"
	case StatusLate:
		return "late"
	case StatusSilent:
		return "silent"
	case StatusOffline:
		return "offline"
	case StatusLost:
		return "lost"
	case StatusUnknown:
		return "unknown"
	case StatusVouched:
		return "vouched for"
	case StatusClaimed:
		return "not vouched for"
	case StatusImpostor:
		return "serious"
	case StatusCaution:
		return "caution"
	case StatusNotice:
		return "notice"
	}
	return ""
}

// StatusImage draws s in colour c into a new square image of the given side in
// pixels (at least 1).
func StatusImage(s Status, side int, c color.Color) *image.RGBA {
	side = max(side, 1)
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	b := newBrush(img)
	b.status(s, float64(side)/2, float64(side)/2, float64(side)/2, c)
	return img
}

// status draws s centred on (x, y) within radius r.
func (b *brush) status(s Status, x, y, r float64, c color.Color) {
	w := math.Max(1, r*0.26)
	p := &b.path
	switch s {
	case StatusAlive:
		p.circle(x, y, r*0.92)
	case StatusLate:
		p.ring(x, y, r*0.92-w/2, w)
		b.fill(c)
		p.arc(x, y, r*0.92-w/2, math.Pi/2, 3*math.Pi/2)
		p.end()
	case StatusSilent:
		p.ring(x, y, r*0.92-w/2, w)
		b.fill(c)
		p.rect(float32(x-r*0.5), float32(y-w/2), float32(x+r*0.5), float32(y+w/2))
	case StatusOffline:
		p.square(x, y, r*0.8, w)
	case StatusLost:
		b.lost(x, y, r, c)
		return
	case StatusVouched, StatusClaimed, StatusImpostor, StatusCaution, StatusNotice:
		b.guard(s, x, y, r, c)
		return
	case StatusUnknown:
		for i := range 8 {
			sn, cs := math.Sincos(float64(i) * math.Pi / 4)
			p.circle(x+cs*(r*0.92-w/2), y+sn*(r*0.92-w/2), w*0.55)
		}
	}
	b.fill(c)
}

// square appends a hollow square of half side h and line width w.
func (p *path) square(x, y, h, w float64) {
	x0, y0, x1, y1 := float32(x-h), float32(y-h), float32(x+h), float32(y+h)
	k := float32(w)
	p.rect(x0, y0, x1, y1)
	p.add(point{x0 + k, y0 + k}, point{x0 + k, y1 - k}, point{x1 - k, y1 - k}, point{x1 - k, y0 + k})
}

// lost draws a filled triangle with a cross cut out of it.
func (b *brush) lost(x, y, r float64, c color.Color) {
	p := &b.path
	top, base, half := y-r*0.98, y+r*0.82, r*1.0
	p.add(point{float32(x), float32(top)}, point{float32(x + half), float32(base)}, point{float32(x - half), float32(base)})
	cy, k, w := y+r*0.28, r*0.26, math.Max(1, r*0.2)
	cut := func(x0, y0, x1, y1 float64) {
		a, e := point{float32(x0), float32(y0)}, point{float32(x1), float32(y1)}
		n := len(p.pts)
		p.line(e, a, float32(w))
		reverse(p.pts[n:])
	}
	cut(x-k, cy-k, x+k, cy+k)
	cut(x-k, cy+k, x-w*0.36, cy+w*0.36)
	cut(x+w*0.36, cy-w*0.36, x+k, cy-k)
	b.fill(c)
}

func reverse(pts []point) {
	for i, j := 0, len(pts)-1; i < j; i, j = i+1, j-1 {
		pts[i], pts[j] = pts[j], pts[i]
	}
}
