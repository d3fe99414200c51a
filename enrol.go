package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pilothouse/pilothouse/broker/enrol"
)

// runEnrol is the device's side of an enrolment.
func runEnrol(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return enrol.Command(ctx, args, stdout, stderr)
}
