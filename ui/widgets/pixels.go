package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/draw"
)

// pixelSize is the size of a widget in pixels; ok is false while it is not on
// a canvas.
func pixelSize(o fyne.CanvasObject) (w, h int, ok bool) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	size := o.Size()
	if c == nil || size.Width < 1 || size.Height < 1 {
		return 0, 0, false
	}
	w, h = c.PixelCoordinateForPosition(fyne.NewPos(size.Width, size.Height))
	return w, h, w > 0 && h > 0
}

// pixelScale is the number of pixels in a logical unit; 1 while o is not on a
// canvas. It is measured over a long way: sizes are rounded to whole pixels.
func pixelScale(o fyne.CanvasObject) float64 {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return 1
	}
	const far = 1000
	x, _ := c.PixelCoordinateForPosition(fyne.NewPos(far, 0))
	return max(float64(x)/far, 0.1)
}

// pixelView shows an image pixel for pixel. While the image does not have the
// size of the screen area it is stretched; a better one is on its way.
type pixelView struct {
	raster *canvas.Raster
	img    *image.RGBA
	sized  func(w, h int) // told the true size in pixels when painting
	buffer *image.RGBA
}

func newPixelView(sized func(w, h int)) *pixelView {
	p := &pixelView{sized: sized}
	p.raster = canvas.NewRaster(p.generate)
	return p
}

func (p *pixelView) set(img *image.RGBA) {
	if p.img == img {
		return
	}
	p.img = img
	p.raster.Refresh()
}

func (p *pixelView) generate(w, h int) image.Image {
	if p.sized != nil {
		p.sized(w, h)
	}
	switch {
	case p.img == nil:
		return p.blank(w, h, color.Transparent)
	case p.img.Rect == image.Rect(0, 0, w, h):
		return p.img
	}
	buf := p.room(w, h)
	draw.ApproxBiLinear.Scale(buf, buf.Rect, p.img, p.img.Rect, draw.Src, nil)
	return buf
}

// room is a buffer of a size, used again.
func (p *pixelView) room(w, h int) *image.RGBA {
	if r := image.Rect(0, 0, w, h); p.buffer == nil || p.buffer.Rect != r {
		p.buffer = image.NewRGBA(r)
	}
	return p.buffer
}

// blank is a buffer of a size in one colour.
func (p *pixelView) blank(w, h int, c color.Color) *image.RGBA {
	buf := p.room(w, h)
	draw.Draw(buf, buf.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return buf
}
