package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/command"
	"github.com/pilothouse/pilothouse/model/payload"
)

// historyCommands are the commands about history, on the file of the usual data
// folder unless told otherwise.
func historyCommands() command.Commands {
	return command.Commands{
		History:    filepath.Join(hub.DefaultDataDir(), hub.HistoryFile),
		NewScanner: func() model.Scanner { return &payload.Scanner{} },
		Dial:       hub.DialPublisher,
	}
}

// interruptible ends a command's context with the first signal.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

func runExport(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	return historyCommands().Export(ctx, args, stdout, stderr)
}

func runImport(args []string, _, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	return historyCommands().Import(ctx, args, os.Stdin, stderr)
}

func runReplay(args []string, _, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	return historyCommands().Replay(ctx, args, stderr)
}
