// Package plot turns points into pixels: sparklines, time charts, an offline
// map and the small shapes that stand for liveness.
//
// Everything here is a function of its arguments. Sizes are in pixels; scale
// is the number of pixels in one logical unit (1 on an ordinary screen, 2 on a
// doubled one) and enlarges strokes and text. Nothing here opens a window or
// touches a widget, so all of it may run off the UI goroutine. Chart, Spark and
// StatusImage may be called from several goroutines at once; a MapRenderer and a
// Font say in their own comments what they allow.
//
// Images are returned to the caller, who owns them, unless the comment of the
// function says that a buffer is used again.
package plot
