package plot

import "time"

// Span is a stretch of time.
type Span struct{ From, To time.Time }

// The bounds of a span that is zoomed to.
const (
	MinSpan = 10 * time.Millisecond
	MaxSpan = 10 * 365 * 24 * time.Hour
)

// Length is how long the span is.
func (s Span) Length() time.Duration { return s.To.Sub(s.From) }

// Zoom multiplies the span's length by factor and keeps at where it is; the
// length stays within MinSpan and MaxSpan.
func (s Span) Zoom(at time.Time, factor float64) Span {
	length := s.Length()
	if length <= 0 || !finite(factor) || factor <= 0 {
		return s
	}
	next := max(MinSpan, time.Duration(min(float64(length)*factor, float64(MaxSpan))))
	share := float64(at.Sub(s.From)) / float64(length)
	from := at.Add(-time.Duration(share * float64(next)))
	return Span{from, from.Add(next)}
}

// Pan moves the span by a share of its length: positive is later.
func (s Span) Pan(share float64) Span {
	d := time.Duration(share * float64(s.Length()))
	return Span{s.From.Add(d), s.To.Add(d)}
}

// Snap moves the span on by less than a pixel, when it is that many pixels wide,
// so that its ends stand still while time goes on, until a whole pixel has
// passed. A moving chart then moves by whole pixels, and samples never change
// the pixel column that they are drawn in.
func (s Span) Snap(pixels int) Span {
	step := int64(s.Length()) / int64(max(1, pixels))
	if step <= 1 {
		return s
	}
	to := s.To.UnixNano()
	if rest := ((to % step) + step) % step; rest > 0 {
		d := time.Duration(step - rest)
		return Span{s.From.Add(d), s.To.Add(d)}
	}
	return s
}
