//go:build !linux

// Measure runs the program on a virtual display, on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "measure: needs Linux, for its virtual display")
	os.Exit(1)
}
