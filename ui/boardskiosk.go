package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// escapeHold is how long Escape is held to leave the kiosk.
const escapeHold = 1500 * time.Millisecond

// kiosk is the window with nothing but a board: no way to other pages, no editing,
// no keys but those that leave it. It belongs to the main goroutine.
type kiosk struct {
	on     bool
	hidden []fyne.CanvasObject
	escape *time.Timer
}

// enterKiosk hides all but the page.
func (w *Window) enterKiosk(around ...fyne.CanvasObject) {
	w.kiosk.on, w.kiosk.hidden = true, around
	for _, o := range around {
		o.Hide()
	}
	w.win.SetFullScreen(true)
	c, ok := w.win.Canvas().(desktop.Canvas)
	if !ok {
		return
	}
	c.SetOnKeyDown(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape && w.kiosk.on {
			w.kiosk.escape = time.AfterFunc(escapeHold, func() { w.Do(w.leaveKiosk) })
		}
	})
	c.SetOnKeyUp(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape && w.kiosk.escape != nil {
			w.kiosk.escape.Stop()
		}
	})
}

// leaveKiosk shows the whole window.
func (w *Window) leaveKiosk() {
	if !w.kiosk.on {
		return
	}
	w.kiosk.on = false
	if w.kiosk.escape != nil {
		w.kiosk.escape.Stop()
	}
	w.win.SetFullScreen(false)
	for _, o := range w.kiosk.hidden {
		o.Show()
	}
	w.boards.leaveKiosk()
	w.win.Content().Refresh()
}

// leaveKiosk gives the page its bar.
func (p *boardsPage) leaveKiosk() {
	p.kiosk = false
	setShown(p.bar.body, true)
	p.changed()
}
