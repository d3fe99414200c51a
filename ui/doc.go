// Package ui is the window: its frame, its pages and the presenter that keeps
// them up to date.
//
// It reads a model.Store and knows neither brokers nor sockets: what else it
// needs it declares as small interfaces, which main fits.
//
// Concurrency: all widgets belong to Fyne's main goroutine. One other goroutine,
// the presenter, asks the visible page for a frame: a page builds it from the
// store without touching a widget, and the presenter hands the result to the main
// goroutine with at most one fyne.Do in flight. So the cost of the screen depends
// on what is visible, never on the message rate.
package ui
