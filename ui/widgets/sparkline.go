package widgets

import (
	"image"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// Sparkline is a small line without axes.
type Sparkline struct {
	widget.BaseWidget

	values []float64
	color  fyne.ThemeColorName
	raster *canvas.Raster
}

// NewSparkline makes an empty line in a colour; "" is ColorMuted.
func NewSparkline(name fyne.ThemeColorName) *Sparkline {
	if name == "" {
		name = ColorMuted
	}
	s := &Sparkline{color: name}
	s.raster = canvas.NewRaster(s.picture)
	s.ExtendBaseWidget(s)
	return s
}

// SetValues shows values, oldest first; NaN is a gap. The slice is copied.
// Nothing happens when they are the ones shown.
func (s *Sparkline) SetValues(values []float64) {
	if s.shows(values) {
		return
	}
	s.values = append(s.values[:0], values...)
	s.raster.Refresh()
}

// shows reports whether values are the ones shown.
func (s *Sparkline) shows(values []float64) bool {
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	return slices.EqualFunc(s.values, values, same)
}

// SetColor changes the line's colour.
func (s *Sparkline) SetColor(name fyne.ThemeColorName) {
	if s.color != name {
		s.color = name
		s.raster.Refresh()
	}
}

func (s *Sparkline) picture(w, h int) image.Image {
	scale := 1.0
	if width := s.Size().Width; width > 0 {
		scale = float64(w) / float64(width)
	}
	ink := colorOf(s, s.color)
	return plot.Spark(s.values, w, h, plot.SparkStyle{Color: ink, Fill: alpha(ink, 0.12), Width: 1.5 * scale, Dot: true})
}

// CreateRenderer implements fyne.Widget.
func (s *Sparkline) CreateRenderer() fyne.WidgetRenderer {
	return &rasterRenderer{raster: s.raster, min: fyne.NewSize(40, 16)}
}
