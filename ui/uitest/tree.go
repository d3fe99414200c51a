package uitest

import (
	"math"
	"slices"

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
	for _, o := range below(root) {
		if walk(o, visit) {
			return true
		}
	}
	return false
}

// below is what an object is made of, in the order of drawing. Texts that a widget
// draws into one picture are listed as if they were objects.
func below(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		if picture, ok := o.Layout.(interface{ Drawn() []fyne.CanvasObject }); ok { // what a picture beside it is of
			return slices.Concat(picture.Drawn(), o.Objects)
		}
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}
