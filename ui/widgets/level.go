package widgets

import (
	"image"
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Level is how a value stands to what is normal.
type Level uint8

// The levels, from the best to the worst.
const (
	LevelNormal Level = iota
	LevelWarning
	LevelAlarm
)

// color is the ink of a level; "" is for what is normal.
func (l Level) color() fyne.ThemeColorName {
	switch l {
	case LevelWarning:
		return ColorLate
	case LevelAlarm:
		return ColorLost
	}
	return ""
}

// Shape is the shape of a level, for those who do not see its colour; what is
// normal has none.
func (l Level) Shape() Status {
	switch l {
	case LevelWarning:
		return StatusLate
	case LevelAlarm:
		return StatusLost
	}
	return StatusNone
}

// Band is a part of a range that is not normal.
type Band struct {
	From, To float64
	Level    Level
}

// Meter is a value with its context, as value tiles, gauges and bars show it.
type Meter struct {
	// Text is the value as it is to be read and Unit its unit.
	Text, Unit string
	// Value is where it lies; NaN is nowhere.
	Value    float64
	Min, Max float64
	// Bands are compared by content, and kept.
	Bands []Band
	Level Level
	// Note is a line of second rank.
	Note string
	// Dim greys a value that is stale.
	Dim bool
	// Spark is the recent course, oldest first; it is kept and never changed.
	Spark []float64
}

// share is where v lies in the range, 0 to 1; ok is false when nowhere.
func (m *Meter) share(v float64) (at float64, ok bool) {
	if math.IsNaN(v) || !(m.Max > m.Min) {
		return 0, false
	}
	return max(0, min((v-m.Min)/(m.Max-m.Min), 1)), true
}

// ink is the colour of the value's text.
func (m *Meter) ink() fyne.ThemeColorName {
	switch c := m.Level.color(); {
	case m.Dim:
		return ColorMuted
	case c != "":
		return c
	}
	return theme.ColorNameForeground
}

// trace is the colour of the value's bar or arc.
func (m *Meter) trace() fyne.ThemeColorName {
	switch c := m.Level.color(); {
	case m.Dim:
		return ColorMuted
	case c != "":
		return c
	}
	return ColorAccent
}

func (m *Meter) equal(o *Meter) bool {
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	if len(m.Bands) != len(o.Bands) || len(m.Spark) != len(o.Spark) {
		return false
	}
	for i := range m.Bands {
		if m.Bands[i] != o.Bands[i] {
			return false
		}
	}
	for i := range m.Spark {
		if !same(m.Spark[i], o.Spark[i]) {
			return false
		}
	}
	return m.Text == o.Text && m.Unit == o.Unit && same(m.Value, o.Value) && m.Min == o.Min && m.Max == o.Max &&
		m.Level == o.Level && m.Note == o.Note && m.Dim == o.Dim
}

// fitText is the size, at most high, at which a text is at most wide. Digits
// count as the widest, and short texts as a few digits, so that a value that
// changes does not change its size.
func fitText(text string, wide, high float32) float32 {
	const least, few, probe = 9, 4, 20
	held := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, text)
	for n := len([]rune(held)); n < few; n++ {
		held += "0"
	}
	width := fyne.MeasureText(held, probe, fyne.TextStyle{}).Width / probe
	if width <= 0 {
		return max(least, high)
	}
	return max(least, float32(math.Floor(float64(min(high, wide/width)))))
}

// placeText writes a text and puts it at a place; width 0 leaves it as wide as it
// is.
func placeText(t *canvas.Text, x, y, width, height float32) {
	t.Move(fyne.NewPos(x, y))
	if width <= 0 {
		width = t.MinSize().Width
	}
	t.Resize(fyne.NewSize(width, height))
}

// lineHeight is how high a line of text of a size is.
func lineHeight(size float32) float32 { return size * 1.36 }

// pixelsPer is how many pixels of a raster w wide make a logical unit of o.
func pixelsPer(w int, o fyne.CanvasObject) float64 {
	if width := o.Size().Width; width > 0 {
		return float64(w) / float64(width)
	}
	return 1
}

// formatPlain writes a number as short as it is.
func formatPlain(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// emptyPicture is a picture without colour.
func emptyPicture(w, h int) *image.RGBA { return image.NewRGBA(image.Rect(0, 0, w, h)) }
