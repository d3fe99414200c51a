//go:build !linux

// Frames measures the window's frames, on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "frames: needs Linux, for the clock of a thread")
	os.Exit(1)
}
