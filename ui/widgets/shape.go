package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// StatusShape shows liveness as a shape and a colour.
type StatusShape struct {
	widget.BaseWidget

	status Status
	side   float32
	raster *canvas.Raster
}

// NewStatusShape makes a shape of a side in logical units (0 is 14).
func NewStatusShape(s Status, side float32) *StatusShape {
	if side <= 0 {
		side = 14
	}
	w := &StatusShape{status: s, side: side}
	w.raster = canvas.NewRaster(w.picture)
	w.ExtendBaseWidget(w)
	return w
}

func (w *StatusShape) picture(pw, ph int) image.Image {
	return square(pw, ph, func(n int) *image.RGBA { return plot.StatusImage(w.status, n, colorOf(w, StatusColor(w.status))) })
}

// SetStatus changes the shape.
func (w *StatusShape) SetStatus(s Status) {
	if w.status != s {
		w.status = s
		w.raster.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (w *StatusShape) CreateRenderer() fyne.WidgetRenderer {
	return &rasterRenderer{raster: w.raster, min: fyne.NewSquareSize(w.side)}
}

// square draws a square picture in the middle of w by h pixels.
func square(w, h int, draw func(side int) *image.RGBA) image.Image {
	side := min(w, h)
	img := draw(side)
	if w == h {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	dx, dy := (w-side)/2, (h-side)/2
	for y := range side {
		copy(out.Pix[out.PixOffset(dx, dy+y):], img.Pix[img.PixOffset(0, y):img.PixOffset(0, y)+4*side])
	}
	return out
}

// rasterRenderer draws a widget that is one raster.
type rasterRenderer struct {
	raster *canvas.Raster
	min    fyne.Size
}

func (r *rasterRenderer) Destroy()                     {}
func (r *rasterRenderer) MinSize() fyne.Size           { return r.min }
func (r *rasterRenderer) Layout(size fyne.Size)        { r.raster.Resize(size) }
func (r *rasterRenderer) Refresh()                     { r.raster.Refresh() }
func (r *rasterRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.raster} }

// markView shows how far a command has got.
type markView struct {
	mark   plot.Mark
	ink    color.Color
	raster *canvas.Raster
}

func newMarkView() *markView {
	m := &markView{ink: color.Transparent}
	m.raster = canvas.NewRaster(func(w, h int) image.Image {
		return square(w, h, func(n int) *image.RGBA { return plot.MarkImage(m.mark, n, m.ink) })
	})
	return m
}

func (m *markView) set(mark plot.Mark, ink color.Color) {
	if m.mark != mark || m.ink != ink {
		m.mark, m.ink = mark, ink
		m.raster.Refresh()
	}
}
