// Package widgets holds Pilothouse's own widgets. Values go in through
// setters, intents come out through OnX callbacks; no widget knows what a
// topic or a broker is, and none keeps a goroutine or a ticker of its own
// beyond the animations that Fyne runs.
//
// Everything here belongs to the UI goroutine: construct, set and read widgets
// there only. Setters compare what they are given with what is shown and
// refresh only what differs, so they may be called for every frame. Callbacks
// are called on the UI goroutine; they may call setters of the same widget, and
// must not block.
//
// Colours come from the theme under Fyne's own names and under the names in
// this package (ColorAlive and so on), which the program's theme must resolve.
package widgets
