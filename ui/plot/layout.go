package plot

import (
	"image"
	"image/color"
	"math"
	"time"

	"github.com/wcharczuk/go-chart/v2"
)

// Layout tells where things are in a chart's picture, in pixels.
type Layout struct {
	// Plot is the area inside the axes.
	Plot image.Rectangle
	// From and To are the ends of the time axis.
	From, To time.Time

	from, to int64
	values   [2][2]float64
	of       []axisSide
	width    int    // of the picture
	shift    [2]int // room that the axes do not need
}

// Room is how far the plot must be from the picture's left and right edges for
// the axes, in pixels.
func (l *Layout) Room() (left, right int) {
	return l.Plot.Min.X - l.shift[0], l.width - l.Plot.Max.X - l.shift[1]
}

func (j *chartJob) layoutIn(cb chart.Box) Layout {
	return Layout{Plot: image.Rect(cb.Left, cb.Top, cb.Right, cb.Bottom), From: time.Unix(0, j.from).In(j.loc),
		To: time.Unix(0, j.to).In(j.loc), from: j.from, to: j.to, values: j.values, of: j.axes.of, width: j.w, shift: j.shift}
}

func (l *Layout) xOf(t int64) float64 {
	return float64(l.Plot.Min.X) + float64(t-l.from)/math.Max(1, float64(l.to-l.from))*float64(l.Plot.Dx())
}

func (l *Layout) yOf(side axisSide, v float64) float64 {
	lo, hi := l.values[side][0], l.values[side][1]
	share := 0.5
	if hi > lo {
		share = (v/2 - lo/2) / (hi/2 - lo/2)
	}
	return float64(l.Plot.Max.Y) - share*float64(l.Plot.Dy())
}

// X is where t lies.
func (l *Layout) X(t time.Time) float64 { return l.xOf(t.UnixNano()) }

// Time is the moment at x.
func (l *Layout) Time(x float64) time.Time {
	if l.Plot.Dx() == 0 {
		return l.From
	}
	share := (x - float64(l.Plot.Min.X)) / float64(l.Plot.Dx())
	return l.From.Add(time.Duration(share * float64(l.to-l.from)))
}

// Y is where a value of the series with that index lies.
func (l *Layout) Y(series int, v float64) float64 { return l.yOf(l.side(series), v) }

// Value is what y means for the series with that index.
func (l *Layout) Value(series int, y float64) float64 {
	if l.Plot.Dy() == 0 {
		return math.NaN()
	}
	r := l.values[l.side(series)]
	share := (float64(l.Plot.Max.Y) - y) / float64(l.Plot.Dy())
	return r[0] + share*(r[1]-r[0])
}

func (l *Layout) side(series int) axisSide {
	if series >= 0 && series < len(l.of) {
		return l.of[series]
	}
	return leftAxis
}

// Reading is the point of one series nearest to the pointer.
type Reading struct {
	Name, Unit string
	Color      color.Color
	Time       time.Time
	Value      float64
	// X and Y are where the point lies, in pixels.
	X, Y float64
}

// reach is how far, in logical units, a point may lie from the pointer and still
// be read out.
const reach = 24

// ReadOut is what the series of spec say at x: for each the nearest point that
// lies in view and is a number; of a series in steps the one that holds at x.
// A point beyond a gap says nothing of x.
func (l *Layout) ReadOut(spec ChartSpec, x float64) []Reading {
	at := l.Time(x).UnixNano()
	var out []Reading
	for i := range spec.Series {
		s := &spec.Series[i]
		k, ok := s.Nearest(at)
		if ok && s.Step && s.Times[k] > at && k > 0 {
			k--
		}
		if !ok || !finite(s.Values[k]) || s.Times[k] < l.from || s.Times[k] > l.to {
			continue
		}
		if away := math.Abs(float64(s.Times[k] - at)); !s.Step && away > float64(s.Gap)/2 && math.Abs(l.xOf(s.Times[k])-x) > reach*max(1, spec.Scale) {
			continue
		}
		out = append(out, Reading{Name: s.Name, Unit: s.Unit, Color: s.Color, Time: time.Unix(0, s.Times[k]).In(l.From.Location()),
			Value: s.Values[k], X: l.xOf(s.Times[k]), Y: l.Y(i, s.Values[k])})
	}
	return out
}
