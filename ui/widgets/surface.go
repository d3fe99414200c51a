package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Surface is the background of a card: a rounded rectangle with a thin edge, in
// the theme's colours.
type Surface struct {
	widget.BaseWidget
	// Flat surfaces have neither edge nor rounding: bars along the window.
	flat bool
}

// NewSurface makes the background of a card.
func NewSurface() *Surface {
	s := &Surface{}
	s.ExtendBaseWidget(s)
	return s
}

// NewBar makes the background of a bar along the window.
func NewBar() *Surface {
	s := &Surface{flat: true}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{s: s, box: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type surfaceRenderer struct {
	s   *Surface
	box *canvas.Rectangle
}

func (r *surfaceRenderer) Destroy()                     {}
func (r *surfaceRenderer) Layout(size fyne.Size)        { r.box.Resize(size) }
func (r *surfaceRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box} }

// Refresh takes the colours from the theme.
func (r *surfaceRenderer) Refresh() {
	if r.s.flat {
		r.box.FillColor = colorOf(r.s, theme.ColorNameHeaderBackground)
	} else {
		r.box.FillColor, r.box.StrokeColor = alpha(colorOf(r.s, ColorSurface), 0.94), colorOf(r.s, ColorBorder)
		r.box.StrokeWidth, r.box.CornerRadius = 1, 6
	}
	r.box.Refresh()
}
