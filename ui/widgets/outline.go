package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// outlineWidth is how thick the lines round a focused widget are.
const outlineWidth = 2

// outline is a frame of four lines round what has the keyboard. A rectangle with a
// stroke would look the same, but every pixel inside of it would be painted.
type outline [4]*canvas.Rectangle

func newOutline() outline {
	var o outline
	for i := range o {
		o[i] = canvas.NewRectangle(color.Transparent)
	}
	return o
}

// objects are the lines, for a renderer.
func (o *outline) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{o[0], o[1], o[2], o[3]}
}

// resize puts the lines along the inside of an area's edges.
func (o *outline) resize(size fyne.Size) {
	across, down := fyne.NewSize(size.Width, outlineWidth), fyne.NewSize(outlineWidth, max(0, size.Height-2*outlineWidth))
	for i, at := range [4]fyne.Position{{}, {Y: size.Height - outlineWidth}, {Y: outlineWidth}, {X: size.Width - outlineWidth, Y: outlineWidth}} {
		o[i].Move(at)
		if i < 2 {
			o[i].Resize(across)
		} else {
			o[i].Resize(down)
		}
	}
}

// setInk colours the lines and reports whether that changed anything; transparent
// ones are not painted.
func (o *outline) setInk(c color.Color) bool {
	if o[0].FillColor == c {
		return false
	}
	for _, line := range o {
		line.FillColor = c
		line.Refresh()
	}
	return true
}
