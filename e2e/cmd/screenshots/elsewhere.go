//go:build !linux

// Screenshots makes the pictures of the documentation, on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "screenshots: needs Linux, for its virtual display")
	os.Exit(1)
}
