package widgets

import (
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// quietZone is the light margin of a QR code in modules (ISO/IEC 18004, section
// 5.3.8), without which scanners do not find it.
const quietZone = 4

// QRCode shows a QR code, dark on light in either theme, as scanners expect, and
// with sharp modules at every size.
type QRCode struct {
	widget.BaseWidget

	modules [][]bool
	side    float32
	raster  *canvas.Raster
}

// NewQRCode makes an empty code of a least side in logical units.
func NewQRCode(side float32) *QRCode {
	q := &QRCode{side: side}
	q.raster = canvas.NewRaster(q.draw)
	q.ExtendBaseWidget(q)
	return q
}

// SetModules shows a code: rows of modules, true for dark, without the quiet
// zone. The code is kept and must not be changed.
func (q *QRCode) SetModules(modules [][]bool) {
	q.modules = modules
	q.raster.Refresh()
}

// draw makes each module a whole number of pixels wide.
func (q *QRCode) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	n := len(q.modules) + 2*quietZone
	unit := min(w, h) / n
	if len(q.modules) == 0 || unit == 0 {
		return img
	}
	side := unit * n
	origin := image.Pt((w-side)/2, (h-side)/2)
	paint := func(r image.Rectangle, c color.Color) {
		draw.Draw(img, r.Add(origin), image.NewUniform(c), image.Point{}, draw.Src)
	}
	paint(image.Rect(0, 0, side, side), color.White)
	for y, row := range q.modules {
		for x, dark := range row {
			if dark {
				left, top := (x+quietZone)*unit, (y+quietZone)*unit
				paint(image.Rect(left, top, left+unit, top+unit), color.Black)
			}
		}
	}
	return img
}

// CreateRenderer implements fyne.Widget.
func (q *QRCode) CreateRenderer() fyne.WidgetRenderer {
	return &rasterRenderer{raster: q.raster, min: fyne.NewSquareSize(q.side)}
}
