package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// newWatchman is a pixel without colour that tells when the window is minimised
// and when it is back. Fyne does not tell; GLFW below it does, and while Fyne
// paints, as when it asks for this pixel, its window is the one that is current.
// A window that is none of GLFW's is never minimised.
func newWatchman(win fyne.Window, minimised func(bool)) fyne.CanvasObject {
	_, native := win.(driver.NativeWindow)
	posted := false
	pixel := canvas.NewRaster(func(w, h int) image.Image {
		if native && !posted {
			if view := glfw.GetCurrentContext(); view != nil {
				posted = true
				view.SetIconifyCallback(func(_ *glfw.Window, is bool) { minimised(is) })
			}
		}
		return image.NewRGBA(image.Rect(0, 0, w, h))
	})
	pixel.Resize(fyne.NewSize(1, 1))
	return pixel
}
