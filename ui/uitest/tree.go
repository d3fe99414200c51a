package uitest

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// Find is the first visible object of a kind below root that ok accepts, in the
// order of drawing; found is false when there is none.
func Find[T fyne.CanvasObject](root fyne.CanvasObject, ok func(T) bool) (object T, found bool) {
	walk(root, func(o fyne.CanvasObject) bool {
		var is bool
		if object, is = o.(T); is {
			found = ok(object)
		}
		return found
	})
	if !found {
		var none T
		return none, false
	}
	return object, true
}

// Settle does for everything visible on a canvas what drawing it does, but for the
// drawing, which takes a software painter most of a second under the race
// detector: each raster generates its picture for the size it has.
func Settle(c fyne.Canvas) {
	pixels := func(units float32) int { return int(math.Round(float64(units * c.Scale()))) }
	for _, root := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		walk(root, func(o fyne.CanvasObject) bool {
			if r, is := o.(*canvas.Raster); is && !r.Size().IsZero() {
				r.Generator(pixels(r.Size().Width), pixels(r.Size().Height))
			}
			return false
		})
	}
}

// walk calls visit for the visible objects from root on, in the order of drawing,
// until it returns true.
func walk(root fyne.CanvasObject, visit func(fyne.CanvasObject) bool) (ended bool) {
	if root == nil || !root.Visible() {
		return false
	}
	if visit(root) {
		return true
	}
	var below []fyne.CanvasObject
	switch o := root.(type) {
	case *fyne.Container:
		below = o.Objects
		if picture, ok := o.Layout.(interface{ Drawn() []fyne.CanvasObject }); ok { // what a picture beside it is of
			below = append(picture.Drawn(), below...)
		}
	case fyne.Widget:
		below = test.WidgetRenderer(o).Objects()
	}
	for _, o := range below {
		if walk(o, visit) {
			return true
		}
	}
	return false
}
