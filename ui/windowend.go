package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// Run shows the window until it is closed. With Options.End it does not return
// then, but the process ends. It is for the main goroutine.
func (w *Window) Run() {
	w.Start()
	returned := make(chan struct{})
	w.left.Go(func() { w.watch(returned) })
	w.win.ShowAndRun()
	close(returned)
	w.keep()
	w.Close()
}

// Start starts to draw, for a window that is shown by other means.
func (w *Window) Start() {
	w.begun = true
	w.view.start()
}

// endPatience is how long the main goroutine may take to answer when it is told
// to end.
const endPatience = 2 * time.Second

// watch sees to it that the program ends when it was told to and the main
// goroutine hangs, in a window system that does not answer.
func (w *Window) watch(returned <-chan struct{}) {
	<-w.life.Done()
	late := time.NewTimer(endPatience)
	defer late.Stop()
	select {
	case <-w.gone:
	case <-returned:
	case <-late.C:
		go w.leave() // which waits for this
	}
}

// quit closes the window.
func (w *Window) quit() {
	w.win.Hide()
	w.leave()
}

// leave remembers what is to be remembered and ends the program. It does so
// before Fyne can: version 2.8.1 hands its last hook to a queue that it empties
// and closes at the same time, and either waits for ever for a function that
// nobody runs, or crashes with a send to the closed queue. Other goroutines that
// have something to show then would crash in the same way.
func (w *Window) leave() {
	w.leaving.Do(func() {
		close(w.gone)
		w.keep()
		w.end()
		if w.o.End != nil {
			w.o.End()
			return
		}
		w.o.App.Driver().Quit() // not the app's, which frees what belongs to a window that may be gone
	})
}

// keep saves the settings, once.
func (w *Window) keep() {
	w.kept.Do(func() {
		if err := w.save(); err != nil {
			fyne.LogError("Settings not saved", err)
		}
	})
}

// Quit closes the window from any goroutine.
func (w *Window) Quit() {
	w.end()
	w.Do(w.quit)
}

// Close stops drawing; it may be called twice.
func (w *Window) Close() {
	w.closed.Do(func() {
		w.end()
		w.view.finish()
		w.left.Wait()
	})
}

func (w *Window) save() error {
	if w.o.Save == nil || w.o.Kiosk { // whose size and page nobody chose
		return nil
	}
	s := w.o.Settings
	size := w.win.Canvas().Size()
	s.Page, s.Width, s.Height, s.Board = w.page, size.Width, size.Height, w.boards.current
	s.Chart, s.Charts = nil, w.chart.get()
	s.ChartWindow = int(w.charts.want.get().window.Seconds())
	return w.o.Save(s)
}
