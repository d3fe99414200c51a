package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// HoldTime is how long a button that asks for a deliberate hand must be held.
const HoldTime = 900 * time.Millisecond

// holder runs while something is pressed, and tells when it was held long enough.
type holder struct {
	progress float32
	stop     func()
	animate  func(d time.Duration, tick func(float32)) (stop func())
	changed  func()
}

func newHolder(changed func()) *holder { return &holder{animate: fyneAnimation, changed: changed} }

// fyneAnimation runs tick from 0 to 1 on Fyne's own clock.
func fyneAnimation(d time.Duration, tick func(float32)) (stop func()) {
	a := fyne.NewAnimation(d, tick)
	a.Curve = fyne.AnimationLinear
	a.Start()
	return a.Stop
}

// press begins to hold; done is called once it was held for HoldTime.
func (h *holder) press(done func()) {
	if h.stop != nil {
		return
	}
	h.stop = func() {}
	over := false
	stop := h.animate(HoldTime, func(at float32) {
		if h.stop == nil || over {
			return
		}
		h.progress = at
		h.changed()
		if at >= 1 {
			over = true
			h.release()
			done()
		}
	})
	if h.stop != nil {
		h.stop = stop
	}
}

// release ends holding.
func (h *holder) release() {
	if h.stop == nil {
		return
	}
	h.stop()
	h.stop, h.progress = nil, 0
	h.changed()
}

// passKey hands a key that a focused widget has no use for to its window, which
// Fyne does not.
func passKey(o fyne.CanvasObject, e *fyne.KeyEvent, down bool) {
	c, ok := fyne.CurrentApp().Driver().CanvasForObject(o).(desktop.Canvas)
	if !ok {
		return
	}
	f := c.OnKeyUp()
	if down {
		f = c.OnKeyDown()
	}
	if f != nil {
		f(e)
	}
}
