//go:build hub

package main

import "io"

// runDefault runs the hub: this program has no window.
func runDefault(args []string, stdout, stderr io.Writer) int { return runHub(args, stdout, stderr) }
