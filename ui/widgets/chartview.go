package widgets

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// maxReadings bounds the lines of a hover read-out.
const maxReadings = 16

// ChartView shows a chart that was drawn elsewhere and reads it out under the
// pointer: a line, a dot on each series and a box with the values. Charts that
// share a time axis share the line, too: see OnCursor and SetCursor.
//
// Dragging across the plot zooms to what was marked, the wheel zooms at the
// pointer, a sideways wheel pans, and two taps go back; with the keyboard, see
// [ChartKeys].
type ChartView struct {
	widget.BaseWidget

	// OnSpan asks for another stretch of time, OnBack for the one from before it
	// was first changed.
	OnSpan func(plot.Span)
	OnBack func()
	// OnCursor tells which moment the pointer is at; on is false when it has left
	// the plot.
	OnCursor func(at time.Time, on bool)

	// OnResize asks for a picture of a size in pixels, at pixels per logical
	// unit.
	OnResize func(w, h int, scale float64)
	// OnTap tells where the chart was tapped, in pixels of the picture.
	OnTap func(x, y float64)

	pixels  *pixelView
	layout  plot.Layout
	readOut func(x float64) []plot.Reading
	w, h    int
	scale   float64
	at      fyne.Position
	inside  bool
	cursor  time.Time // of a chart beside this one; zero for none
	marking bool
	marked  [2]float32 // from where to where it is dragged
	focused bool
	view    *chartRenderer
}

var (
	_ desktop.Hoverable  = (*ChartView)(nil)
	_ desktop.Cursorable = (*ChartView)(nil)
	_ fyne.Tappable      = (*ChartView)(nil)

	_ fyne.DoubleTappable = (*ChartView)(nil)
	_ fyne.Draggable      = (*ChartView)(nil)
	_ fyne.Scrollable     = (*ChartView)(nil)
	_ fyne.Focusable      = (*ChartView)(nil)
)

// NewChartView makes an empty view.
func NewChartView() *ChartView {
	c := &ChartView{scale: 1}
	c.pixels = newPixelView(c.resized)
	c.ExtendBaseWidget(c)
	return c
}

// SetChart shows a picture that must not be drawn into any more. readOut gives
// the values at x, in pixels of the picture; it may be nil.
func (c *ChartView) SetChart(img *image.RGBA, layout plot.Layout, readOut func(x float64) []plot.Reading) {
	c.layout, c.readOut = layout, readOut
	c.pixels.set(img)
	c.hover()
	c.tellCursor()
}

// SetCursor reads the chart out at a moment that the pointer shows on another
// chart; the zero time ends that.
func (c *ChartView) SetCursor(at time.Time) {
	if !at.Equal(c.cursor) {
		c.cursor = at
		c.hover()
	}
}

// tellCursor tells of the moment under the pointer.
func (c *ChartView) tellCursor() {
	if c.OnCursor == nil || !c.inside {
		return
	}
	x := float64(c.at.X) * c.scale
	area := c.layout.Plot
	c.OnCursor(c.layout.Time(x), x >= float64(area.Min.X) && x <= float64(area.Max.X))
}

// PixelSize is the size for the next picture; ok is false before the widget
// has one.
func (c *ChartView) PixelSize() (w, h int, scale float64, ok bool) {
	return c.w, c.h, c.scale, c.w > 0
}

func (c *ChartView) resized(w, h int) {
	if w == c.w && h == c.h {
		return
	}
	c.w, c.h, c.scale = w, h, pixelScale(c)
	if c.OnResize != nil {
		c.OnResize(w, h, c.scale)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *ChartView) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (c *ChartView) MouseMoved(e *desktop.MouseEvent) {
	c.at, c.inside = e.Position, true
	c.hover()
	c.tellCursor()
}

// MouseOut implements desktop.Hoverable.
func (c *ChartView) MouseOut() {
	c.inside = false
	c.hover()
	if c.OnCursor != nil {
		c.OnCursor(time.Time{}, false)
	}
}

// Cursor implements desktop.Cursorable.
func (c *ChartView) Cursor() desktop.Cursor { return desktop.CrosshairCursor }

// Tapped implements fyne.Tappable.
func (c *ChartView) Tapped(e *fyne.PointEvent) {
	if at := fyne.CurrentApp().Driver().CanvasForObject(c); at != nil {
		at.Focus(c)
	}
	if c.OnTap != nil {
		c.OnTap(float64(e.Position.X)*c.scale, float64(e.Position.Y)*c.scale)
	}
}

func (c *ChartView) hover() {
	if c.view != nil {
		c.view.hover()
	}
}
