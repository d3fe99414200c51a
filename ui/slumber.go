package ui

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// slumber lets the main goroutine sleep while there is nothing for it to do. By
// itself Fyne looks for input, moves animations on and looks for something to
// paint sixty times a second, which wakes a processor that has little else to do.
// Asleep, the main goroutine waits for the window system instead: input wakes it at
// once, and so does what is handed over with do. What others hand to fyne.Do waits
// until then, and animations stand still; so it never sleeps for long, nor soon
// after input.
type slumber struct {
	// wait returns when the window system has something to say, when rouse is
	// called, or after d.
	wait func(d time.Duration)
	// rouse ends wait, from any goroutine.
	rouse func()
	// run runs a function on the main goroutine, later.
	run func(func())

	asleep  atomic.Bool
	roused  atomic.Bool
	waiting atomic.Int32 // functions that were handed over and not yet run

	awake time.Time // until when it does not sleep; main goroutine
}

// vigil is how long the main goroutine stays awake after input came.
const vigil = 3 * time.Second

// newSlumber is for a window of GLFW's; any other is never asleep.
func newSlumber(win fyne.Window) *slumber {
	s := &slumber{run: fyne.Do}
	if _, native := win.(driver.NativeWindow); native {
		s.wait = func(d time.Duration) { glfw.WaitEventsTimeout(d.Seconds()) }
		s.rouse = glfw.PostEmptyEvent
	}
	return s
}

// do runs f on the main goroutine, later, from any goroutine.
func (s *slumber) do(f func()) {
	s.waiting.Add(1)
	s.run(func() {
		s.waiting.Add(-1)
		f()
	})
	// Whoever falls asleep says so before it looks at waiting, so one of the two
	// sees the other.
	if s.asleep.Load() && !s.roused.Swap(true) {
		s.rouse()
	}
}

// sleep waits for input or for what is handed over, for d at most. It is for the
// main goroutine, when what was changed has been painted.
func (s *slumber) sleep(d time.Duration) {
	began := time.Now()
	if s.wait == nil || d <= 0 || began.Before(s.awake) {
		return
	}
	s.roused.Store(false)
	s.asleep.Store(true)
	if s.waiting.Load() == 0 {
		s.wait(d)
	}
	s.asleep.Store(false)
	if now := time.Now(); now.Sub(began) < d-beat && !s.roused.Load() && s.waiting.Load() == 0 {
		s.awake = now.Add(vigil) // it was input
	}
}
