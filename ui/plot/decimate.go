package plot

import "math"

// xy is a point of a trace in pixels, before clipping. It is float64, as values
// far out of view would lose their slope in less.
type xy struct{ x, y float64 }

// runs turns the points of s in view into polylines: broken at gaps, at most
// four points in a pixel column (the first, the least, the greatest and the
// last), so that no peak is lost. x and y map a point to pixels.
func (s *Series) runs(from, to int64, x func(int64) float64, y func(float64) float64) [][]xy {
	first, last := s.view(from, to)
	var out [][]xy
	var run []xy
	var col column
	flush := func() {
		run = col.emit(run)
		if len(run) > 0 {
			out = append(out, run)
		}
		run, col = nil, column{}
	}
	for i := first; i < last; i++ {
		v := s.Values[i]
		if !finite(v) {
			flush()
			continue
		}
		if i > first && s.Gap > 0 && s.Times[i]-s.Times[i-1] > int64(s.Gap) {
			flush()
		}
		p := xy{x(s.Times[i]), y(tame(v))}
		if !col.takes(p) {
			run = col.emit(run)
			col = column{}
		}
		col.add(p)
	}
	flush()
	if !s.Step {
		return out
	}
	for i := range out {
		out[i] = stairs(out[i])
	}
	return s.held(out, last, to, x)
}

// held extends stairs whose last value is the latest there is to the end of the
// time axis: a state holds until another is told of.
func (s *Series) held(runs [][]xy, last int, to int64, x func(int64) float64) [][]xy {
	n := s.len()
	if len(runs) == 0 || last != n || !finite(s.Values[n-1]) || s.Times[n-1] >= to || s.Gap > 0 && to-s.Times[n-1] > int64(s.Gap) {
		return runs
	}
	end := &runs[len(runs)-1]
	*end = append(*end, xy{x(to), (*end)[len(*end)-1].y})
	return runs
}

// column gathers the points that share a pixel column, in the order of time.
type column struct {
	n                      int
	first, last, low, high xy
	lowAt, highAt          int
}

func (c *column) takes(p xy) bool { return c.n == 0 || math.Floor(p.x) == math.Floor(c.first.x) }

func (c *column) add(p xy) {
	if c.n == 0 {
		c.first, c.low, c.high = p, p, p
	}
	if p.y < c.low.y {
		c.low, c.lowAt = p, c.n
	}
	if p.y > c.high.y {
		c.high, c.highAt = p, c.n
	}
	c.last = p
	c.n++
}

func (c *column) emit(run []xy) []xy {
	if c.n == 0 {
		return run
	}
	run = append(run, c.first)
	a, b, ai, bi := c.low, c.high, c.lowAt, c.highAt
	if ai > bi {
		a, b, ai, bi = b, a, bi, ai
	}
	if ai > 0 && ai < c.n-1 {
		run = append(run, a)
	}
	if bi > ai && bi > 0 && bi < c.n-1 {
		run = append(run, b)
	}
	if c.n > 1 {
		run = append(run, c.last)
	}
	return run
}

// stairs holds each value until the next.
func stairs(run []xy) []xy {
	out := make([]xy, 0, 2*len(run))
	for i, p := range run {
		if i > 0 && p.y != run[i-1].y {
			out = append(out, xy{p.x, run[i-1].y})
		}
		out = append(out, p)
	}
	return out
}

// box is a rectangle in pixels.
type box struct{ x0, y0, x1, y1 float64 }

// clip cuts a polyline to b; what is left may be several pieces.
func (b box) clip(run []xy) [][]xy {
	if len(run) == 1 {
		if p := run[0]; p.x >= b.x0 && p.x <= b.x1 && p.y >= b.y0 && p.y <= b.y1 {
			return [][]xy{run}
		}
		return nil
	}
	var out [][]xy
	var piece []xy
	for i := 1; i < len(run); i++ {
		p, q, ok := b.segment(run[i-1], run[i])
		if !ok {
			continue
		}
		if len(piece) == 0 || piece[len(piece)-1] != p {
			if len(piece) > 0 {
				out = append(out, piece)
			}
			piece = []xy{p}
		}
		piece = append(piece, q)
	}
	if len(piece) > 0 {
		out = append(out, piece)
	}
	return out
}

// segment cuts one segment to b (Liang and Barsky 1984).
func (b box) segment(p, q xy) (xy, xy, bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := q.x-p.x, q.y-p.y
	for _, e := range [4][2]float64{{-dx, p.x - b.x0}, {dx, b.x1 - p.x}, {-dy, p.y - b.y0}, {dy, b.y1 - p.y}} {
		d, room := e[0], e[1]
		switch {
		case d == 0:
			if room < 0 {
				return p, q, false
			}
		case d < 0:
			t0 = math.Max(t0, room/d)
		default:
			t1 = math.Min(t1, room/d)
		}
	}
	if t0 > t1 {
		return p, q, false
	}
	from, to := p, q
	if t0 > 0 {
		from = xy{p.x + t0*dx, p.y + t0*dy}
	}
	if t1 < 1 {
		to = xy{p.x + t1*dx, p.y + t1*dy}
	}
	return from, to, true
}
