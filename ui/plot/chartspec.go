package plot

import (
	"image"
	"image/color"
	"math"
	"sort"
	"time"
)

// Series is one line of a chart.
type Series struct {
	Name string
	Unit string
	// Axis is where the series is measured; AxisByUnit leaves it to the unit.
	Axis  Axis
	Color color.Color
	// Dash draws a dashed line, to tell it from another of the same colour.
	Dash bool
	// Times are Unix nanoseconds in ascending order, one for each of Values.
	Times  []int64
	Values []float64
	// Step holds each value until the next one, as states do, and the last one
	// to the end of the time axis.
	Step bool
	// Gap breaks the line where two points are further apart; 0 never does.
	// NaN and infinite values break it always.
	Gap time.Duration
}

// len is the number of points, whatever the lengths of the slices.
func (s *Series) len() int { return min(len(s.Times), len(s.Values)) }

// Nearest is the index of the point closest in time to t (Unix nanoseconds);
// ok is false when the series is empty.
func (s *Series) Nearest(t int64) (i int, ok bool) {
	n := s.len()
	if n == 0 {
		return 0, false
	}
	i = sort.Search(n, func(i int) bool { return s.Times[i] >= t })
	if i == n || (i > 0 && t-s.Times[i-1] < s.Times[i]-t) {
		i--
	}
	return i, true
}

// ChartStyle holds the colours and the font of a chart.
type ChartStyle struct {
	Background, Plot, Grid, Axis, Text, Muted color.Color
	// Font is required.
	Font *Font
	// TextSize in logical units; 0 is 11.
	TextSize float64
	// LineWidth in logical units; 0 is 1.6.
	LineWidth float64
}

// ChartSpec says what to draw.
type ChartSpec struct {
	// Width and Height in pixels, 16 to 8192 (values outside are clamped).
	Width, Height int
	// Scale is pixels per logical unit; 0 is 1.
	Scale float64
	// From and To bound the time axis; when To is not after From the data do.
	From, To time.Time
	// Location is for the labels of the time axis; nil is time.Local.
	Location *time.Location
	// YMin and YMax fix the left axis when YMax > YMin; otherwise the values
	// that are in view do.
	YMin, YMax float64
	// RightMin and RightMax do the same for the right axis.
	RightMin, RightMax float64
	Series             []Series
	// Bands and Limits lie behind the series, in this order.
	Bands  []Band
	Limits []Limit
	Style  ChartStyle
	// LeftRoom and RightRoom are the least distances of the plot from the
	// picture's edges in pixels, so that charts one above the other can share
	// a time axis; see Layout.Room. 0 is as much as the axes need.
	LeftRoom, RightRoom int
	// Legend names the series above the plot.
	Legend bool
	// Into is drawn into and returned if it has the right size.
	Into *image.RGBA
}

// wild bounds values so that sums and differences of them stay finite.
const wild = 1e300

func tame(v float64) float64 { return math.Max(-wild, math.Min(wild, v)) }

// timeRange is the time axis in Unix nanoseconds.
func (c *ChartSpec) timeRange() (from, to int64, known bool) {
	if c.To.After(c.From) {
		return c.From.UnixNano(), c.To.UnixNano(), true
	}
	from, to = math.MaxInt64, math.MinInt64
	for i := range c.Series {
		if n := c.Series[i].len(); n > 0 {
			from, to = min(from, c.Series[i].Times[0]), max(to, c.Series[i].Times[n-1])
		}
	}
	switch {
	case from > to:
		return 0, int64(time.Minute), false
	case to-from < int64(time.Second): // one moment: show some time around it
		mid := from + (to-from)/2
		return mid - int64(30*time.Second), mid + int64(30*time.Second), true
	}
	return from, to, true
}

// valueRange is the range of one axis: what is in view, with some air; never
// empty.
func (c *ChartSpec) valueRange(side axisSide, of []axisSide, from, to int64) (lo, hi float64) {
	if lo, hi, fixed := c.fixedRange(side); fixed {
		return lo, hi
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for i := range c.Series {
		if of[i] == side {
			l, h := c.Series[i].extremes(from, to)
			lo, hi = min(lo, l), max(hi, h)
		}
	}
	if lo > hi {
		return 0, 1
	}
	lo, hi = c.withLimits(side, tame(lo), tame(hi))
	pad := (hi - lo) * 0.06
	if hi-lo <= math.Abs(hi)*1e-12 { // constant
		pad = math.Max(math.Abs(hi)*0.05, 1e-9)
		if hi == 0 {
			pad = 1
		}
	}
	return lo - pad, hi + pad
}

// view is the part of the series between two times, with one more point on
// either side so that lines run to the edge.
func (s *Series) view(from, to int64) (first, last int) {
	n := s.len()
	first = sort.Search(n, func(i int) bool { return s.Times[i] >= from })
	last = sort.Search(n, func(i int) bool { return s.Times[i] > to })
	return max(0, first-1), min(n, last+1)
}

// fixedRange is the range that an axis was given.
func (c *ChartSpec) fixedRange(side axisSide) (lo, hi float64, fixed bool) {
	lo, hi = c.YMin, c.YMax
	if side == rightAxis {
		lo, hi = c.RightMin, c.RightMax
	}
	return tame(lo), tame(hi), hi > lo && finite(lo) && finite(hi)
}

// extremes are the least and the greatest finite value in view; lo is above hi
// when there is none.
func (s *Series) extremes(from, to int64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	first, last := s.view(from, to)
	for _, v := range s.Values[first:last] {
		if v < lo && v >= -math.MaxFloat64 {
			lo = v
		}
		if v > hi && v <= math.MaxFloat64 {
			hi = v
		}
	}
	return lo, hi
}
