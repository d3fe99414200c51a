// Package e2e holds the end-to-end tests: the real program, in a real window,
// on a virtual display of its own, used with keys and a mouse and judged by
// what it shows. They need Xvfb, xdotool and ImageMagick, run on Linux only,
// and need no display; make test installs what is missing and runs them.
//
// Package desktop, below this one, is the harness. A test reads like this:
//
//	func TestSearchFindsAFerry(t *testing.T) {
//		w := desktop.Open(t, program, desktop.Options{Args: []string{"--demo"}})
//		w.Press("ctrl+k")
//		w.Enter("red falcon")
//		w.Sees("the hits", func(picture image.Image) bool { ... })
//	}
//
// where program is the path that [desktop.Program] gave in TestMain. Tests
// wait for what they expect to see, up to a deadline, and never for time to
// pass. When one fails, its last picture and the program's output are kept in
// failed/ at the repository's root.
package e2e
