package plot

import (
	"image"
	"image/color"
	"math"
)

// SparkStyle says how a sparkline looks.
type SparkStyle struct {
	Color color.Color
	// Fill, if not nil, colours the area under the line.
	Fill color.Color
	// Width is the line's width in pixels; 0 is 1.5.
	Width float64
	// Min and Max fix the range when Max > Min; otherwise it is taken from the
	// values.
	Min, Max float64
	// Dot marks the last value.
	Dot bool
}

// Spark draws values, evenly spaced, oldest first, into a new image of w by h
// pixels (each at least 1). NaN and infinite values leave a gap. Where there
// are more values than columns, the least and the greatest of each column are
// drawn, so that no peak is lost.
func Spark(values []float64, w, h int, style SparkStyle) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	if style.Color == nil || len(values) == 0 {
		return img
	}
	width := style.Width
	if width <= 0 {
		width = 1.5
	}
	lo, hi, ok := valueRange(values)
	if !ok {
		return img
	}
	if style.Max > style.Min {
		lo, hi = style.Min, style.Max
	}
	s := spark{b: newBrush(img), style: style, width: width, lo: lo, hi: hi, pad: width/2 + 1, w: float64(w), h: float64(h)}
	if style.Dot {
		s.pad = math.Max(s.pad, width*1.4+1)
	}
	s.draw(values)
	return img
}

// valueRange is the range of the finite values.
func valueRange(values []float64) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	return lo, hi, lo <= hi
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// spark is one drawing in progress.
type spark struct {
	b           *brush
	style       SparkStyle
	width       float64
	lo, hi, pad float64
	w, h        float64
	run         []point
	last        point
	drawn       bool
}

func (s *spark) y(v float64) float32 {
	t := 0.5
	if s.hi > s.lo {
		t = v/2 - s.lo/2 // halved: the span of values near ±1e308 would overflow
		t /= s.hi/2 - s.lo/2
	}
	t = math.Max(0, math.Min(1, t))
	return float32(s.h - s.pad - t*(s.h-2*s.pad))
}

func (s *spark) draw(values []float64) {
	room := math.Max(1, s.w-2*s.pad)
	columns := int(room)
	n := len(values)
	if n <= 2*columns {
		step := room / math.Max(1, float64(n-1))
		for i, v := range values {
			s.visit(s.pad+float64(i)*step, v)
		}
	} else {
		for c := range columns {
			s.column(s.pad+float64(c)*room/float64(max(1, columns-1)), values[c*n/columns:(c+1)*n/columns])
		}
	}
	s.flush()
	if s.style.Dot && s.drawn {
		s.b.path.circle(float64(s.last.X), float64(s.last.Y), s.width*1.4)
		s.b.fill(s.style.Color)
	}
}

// column visits the least and the greatest value of a column, in their order,
// and its last value.
func (s *spark) column(x float64, values []float64) {
	lo, hi := -1, -1
	for i, v := range values {
		if !finite(v) {
			continue
		}
		if lo < 0 || v < values[lo] {
			lo = i
		}
		if hi < 0 || v > values[hi] {
			hi = i
		}
	}
	if lo < 0 {
		s.flush()
		return
	}
	s.visit(x, values[min(lo, hi)])
	s.visit(x, values[max(lo, hi)])
	if last := values[len(values)-1]; finite(last) {
		s.visit(x, last)
	}
}

func (s *spark) visit(x, v float64) {
	if !finite(v) {
		s.flush()
		return
	}
	s.last, s.drawn = point{float32(x), s.y(v)}, true
	s.run = append(s.run, s.last)
}

// flush draws the run of values since the last gap.
func (s *spark) flush() {
	if len(s.run) == 0 {
		return
	}
	if len(s.run) == 1 {
		s.b.path.circle(float64(s.run[0].X), float64(s.run[0].Y), s.width*0.8)
	} else {
		if s.style.Fill != nil {
			area := append([]point(nil), s.run...)
			area = append(area, point{s.run[len(s.run)-1].X, float32(s.h)}, point{s.run[0].X, float32(s.h)})
			s.b.path.add(area...)
			s.b.fill(s.style.Fill)
		}
		s.b.path.polyline(s.run, float32(s.width))
	}
	s.b.fill(s.style.Color)
	s.run = s.run[:0]
}
