package plot

import (
	"math"

	"github.com/pilothouse/pilothouse/model"
)

// LandLayer is land as closed rings: outer rings turn one way, holes the other
// (as in GeoJSON, RFC 7946). A ring need not repeat its first point.
type LandLayer struct {
	Rings [][]model.LatLon
	// SouthWest and NorthEast bound the area this layer knows. It replaces the
	// layers before it there. When both are zero the layer covers the world.
	SouthWest, NorthEast model.LatLon
}

// Land is layers prepared for drawing. It is not changed by drawing and may be
// shared.
type Land struct{ layers []landLayer }

type landLayer struct {
	rings  []ring
	bound  bool
	lo, hi mercator
}

type ring struct {
	pts    []mercator
	lo, hi mercator
}

// NewLand prepares layers, the coarsest first.
func NewLand(layers ...LandLayer) *Land {
	l := &Land{}
	for _, in := range layers {
		out := landLayer{bound: in.SouthWest != in.NorthEast, lo: project(in.SouthWest), hi: project(in.NorthEast)}
		for _, r := range in.Rings {
			if len(r) > 2 {
				out.rings = append(out.rings, newRing(r))
			}
		}
		l.layers = append(l.layers, out)
	}
	return l
}

// newRing projects a ring. Where it steps over the date line it goes on beyond
// it, and a ring round a pole is closed along the edge of the map.
func newRing(places []model.LatLon) ring {
	r := ring{lo: mercator{math.Inf(1), math.Inf(1)}, hi: mercator{math.Inf(-1), math.Inf(-1)}}
	turns := 0.0
	for i, p := range places {
		m := project(p)
		if i > 0 {
			turns -= math.Round((p.Lon - places[i-1].Lon) / 360)
		}
		m.x += turns * worldWidth
		r.add(m)
	}
	first, last := r.pts[0], r.pts[len(r.pts)-1]
	if around := math.Round((last.x - first.x) / worldWidth); around != 0 {
		r.add(mercator{first.x + around*worldWidth, first.y})
		pole := math.Copysign(worldWidth/2, first.y)
		r.add(mercator{first.x + around*worldWidth, pole})
		r.add(mercator{first.x, pole})
	}
	if r.pts[len(r.pts)-1] != first {
		r.add(first)
	}
	return r
}

func (r *ring) add(m mercator) {
	r.pts = append(r.pts, m)
	r.lo = mercator{math.Min(r.lo.x, m.x), math.Min(r.lo.y, m.y)}
	r.hi = mercator{math.Max(r.hi.x, m.x), math.Max(r.hi.y, m.y)}
}

// minLayerSide is the width in logical units below which a bounded layer is
// left out: its detail would only be clutter.
const minLayerSide = 220

// landPainter turns land into paths for one view.
type landPainter struct {
	v        View
	c        mercator
	k        float64
	fx, fy   float64 // half the picture in pixels
	scratch  []xy
	clipped  []xy
	clipped2 []xy
}

func newLandPainter(v View) *landPainter {
	return &landPainter{v: v, c: project(v.Center), k: v.perPixel(), fx: float64(v.Width) / 2, fy: float64(v.Height) / 2}
}

func (lp *landPainter) pixel(m mercator, shift float64) xy {
	return xy{lp.fx + (m.x+shift-lp.c.x)/lp.k, lp.fy - (m.y-lp.c.y)/lp.k}
}

// area is the pixels of a layer within the padded picture; empty when it is out
// of view or too small to be worth it.
func (lp *landPainter) area(l *landLayer, shift, pad float64) (box, bool) {
	all := box{-pad, -pad, float64(lp.v.Width) + pad, float64(lp.v.Height) + pad}
	if !l.bound {
		return all, true
	}
	a, b := lp.pixel(mercator{l.lo.x, l.hi.y}, shift), lp.pixel(mercator{l.hi.x, l.lo.y}, shift)
	if b.x-a.x < minLayerSide*lp.v.Scale {
		return box{}, false
	}
	all = box{math.Max(all.x0, a.x), math.Max(all.y0, a.y), math.Min(all.x1, b.x), math.Min(all.y1, b.y)}
	return all, all.x0 < all.x1 && all.y0 < all.y1
}

// ring gives the pixels of a ring, without points that lie closer than half a
// pixel to the one before; nil when it is out of the area or too small to see.
func (lp *landPainter) ring(r *ring, shift float64, area box) []xy {
	a, b := lp.pixel(mercator{r.lo.x, r.hi.y}, shift), lp.pixel(mercator{r.hi.x, r.lo.y}, shift)
	if b.x < area.x0 || a.x > area.x1 || b.y < area.y0 || a.y > area.y1 || (b.x-a.x < 0.7 && b.y-a.y < 0.7) {
		return nil
	}
	out := lp.scratch[:0]
	for i, m := range r.pts {
		p := lp.pixel(m, shift)
		if n := len(out); n > 0 && i < len(r.pts)-1 && math.Abs(p.x-out[n-1].x)+math.Abs(p.y-out[n-1].y) < 0.5 {
			continue
		}
		out = append(out, p)
	}
	lp.scratch = out
	return out
}

// polygon cuts a closed ring to the area (Sutherland and Hodgman 1974). Edges
// may run along the area's border, which is right for filling only.
func (lp *landPainter) polygon(pts []xy, a box) []xy {
	lp.clipped = append(lp.clipped[:0], pts...)
	in, out := lp.clipped, lp.clipped2
	for side := range 4 {
		out = out[:0]
		for i := range in {
			p, q := in[i], in[(i+1)%len(in)]
			pin, qin := a.inside(p, side), a.inside(q, side)
			if pin != qin {
				out = append(out, a.cross(p, q, side))
			}
			if qin {
				out = append(out, q)
			}
		}
		in, out = out, in
		if len(in) == 0 {
			break
		}
	}
	lp.clipped, lp.clipped2 = in, out
	return in
}

func (b box) inside(p xy, side int) bool {
	switch side {
	case 0:
		return p.x >= b.x0
	case 1:
		return p.x <= b.x1
	case 2:
		return p.y >= b.y0
	}
	return p.y <= b.y1
}

// cross is where the segment meets the line of a side.
func (b box) cross(p, q xy, side int) xy {
	switch side {
	case 0, 1:
		x := b.x0
		if side == 1 {
			x = b.x1
		}
		return xy{x, p.y + (q.y-p.y)*(x-p.x)/(q.x-p.x)}
	}
	y := b.y0
	if side == 3 {
		y = b.y1
	}
	return xy{p.x + (q.x-p.x)*(y-p.y)/(q.y-p.y), y}
}

// coast cuts a ring to lines inside the area, leaving out edges that run along
// the area's border: they are where the data end, not where the land does.
func (lp *landPainter) coast(pts []xy, a box, lines [][]xy) [][]xy {
	inner := box{a.x0 + 0.75, a.y0 + 0.75, a.x1 - 0.75, a.y1 - 0.75}
	return append(lines, inner.clip(pts)...)
}
