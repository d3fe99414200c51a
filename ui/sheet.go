package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
)

// showSheet lays a sheet over the pages, in place of one that is there already.
func (w *Window) showSheet(d dialog.Dialog, size fyne.Size) {
	w.closeSheet()
	w.sheet = d // one that was closed with its own button is hidden once more later
	d.Resize(size)
	d.Show()
}

// closeSheet takes the sheet away.
func (w *Window) closeSheet() {
	if d := w.sheet; d != nil {
		w.sheet = nil
		d.Hide()
	}
}

// wideSheet is the size of a sheet with a list beside a form.
func wideSheet(win fyne.Window) fyne.Size {
	size := win.Canvas().Size()
	return fyne.NewSize(min(940, size.Width-32), min(720, size.Height-24))
}

// fixedWidth gives what it lays out a width, whatever that would like.
type fixedWidth struct{ width float32 }

// Layout implements fyne.Layout.
func (f *fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (f *fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var height float32
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(f.width, height)
}
