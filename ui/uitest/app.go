// Package uitest runs windows in Fyne's test app the way they run on a desktop:
// with one main goroutine, to which all widgets belong. It is for tests.
package uitest

import (
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// App is Fyne's test app, whose own fyne.Do runs a function at once, on whatever
// goroutine asks. Here such functions wait until the test, as the main
// goroutine, runs them with [App.Until].
type App struct {
	fyne.App

	wake    chan struct{} // capacity 1: there is something to run
	mu      sync.Mutex
	waiting []func()
}

// New starts an App and makes it the current one until t ends.
func New(t testing.TB) *App {
	t.Helper()
	a := &App{App: test.NewTempApp(t), wake: make(chan struct{}, 1)}
	fyne.SetCurrentApp(a)
	return a
}

// Driver implements fyne.App.
func (a *App) Driver() fyne.Driver { return driver{a.App.Driver(), a} }

type driver struct {
	fyne.Driver
	app *App
}

// DoFromGoroutine implements fyne.Driver.
func (d driver) DoFromGoroutine(f func(), wait bool) {
	done := make(chan struct{})
	d.app.mu.Lock()
	d.app.waiting = append(d.app.waiting, func() { defer close(done); f() })
	d.app.mu.Unlock()
	select {
	case d.app.wake <- struct{}{}:
	default:
	}
	if wait {
		<-done
	}
}

// drain runs what waits.
func (a *App) drain() {
	a.mu.Lock()
	waiting := a.waiting
	a.waiting = nil
	a.mu.Unlock()
	for _, f := range waiting {
		f()
	}
}

// poll is how often Until looks when nothing wants to run.
const poll = 5 * time.Millisecond

// Until is the main goroutine until ok: it runs what fyne.Do was given, and fails
// t when ok is still false after patience.
func (a *App) Until(t testing.TB, what string, patience time.Duration, ok func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	beat := time.NewTicker(poll)
	defer beat.Stop()
	for a.drain(); !ok(); a.drain() {
		select {
		case <-a.wake:
		case <-beat.C:
		case <-late.C:
			t.Fatalf("no %s within %v", what, patience)
		}
	}
}
