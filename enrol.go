package main

import (
	"io"

	"github.com/pilothouse/pilothouse/broker/enrol"
)

// runEnrol is the device's side of an enrolment.
func runEnrol(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	return enrol.Command(ctx, args, stdout, stderr)
}
