// Package desktop starts desktop programs on a virtual X11 display, sends them
// keys and mouse events, and takes pictures of their windows.
//
// A [Display] is an Xvfb server on a number nobody else uses. [Display.Start]
// runs a program on it, in a home folder of its own and with software
// rendering, and [Process.Window] waits for its window. [Open] does all of it
// for a test, and cleans up. Everything ends with [Display.Close]: the programs
// first, then the server.
//
// Methods may be called from any goroutine, one at a time for each Window: the
// display has one pointer and one keyboard. Each call that waits ends with its
// context. Linux only; on other systems the package is empty.
package desktop
