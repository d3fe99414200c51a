package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/pilothouse/pilothouse/hub"
)

// runHub runs the hub without a window until it is told to end.
func runHub(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return serveHub(ctx, args, stdout, stderr)
}

// serveHub is runHub until a context ends.
func serveHub(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cfg hub.Config
	var about bool
	fs := flag.NewFlagSet("pilothouse hub", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, "Usage: pilothouse hub [options]\n\nThe hub is Pilothouse without its window.\n\nOptions:\n")
		fs.PrintDefaults()
	}
	cfg.Register(fs)
	fs.BoolVar(&about, "version", false, "print the version and end")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case about:
		fmt.Fprintln(stdout, versionText())
		return 0
	}
	if err := cfg.Finish(fs); err != nil {
		fmt.Fprintln(stderr, "pilothouse hub:", err)
		return 2
	}
	cfg.Version = version
	h, err := hub.New(cfg)
	if err != nil {
		fmt.Fprintln(stderr, "pilothouse hub:", err)
		return 1
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if stop := reportCrashes(h, log); stop != nil {
		defer stop()
	}
	if h.Moved != nil {
		log.Warn(h.Moved.Error())
	}
	log.Info("The hub is running", "address", h.Link.Status().URL)
	if cfg.Demo {
		h.Fleet.SetRunning(true)
	}
	h.Report(ctx, log)
	if err := h.Close(); err != nil {
		log.Error("The hub did not end in order", "error", err)
		return 1
	}
	return 0
}

// reportCrashes prepares a report for the case that this run ends badly, and
// says so if the last one did.
func reportCrashes(h *hub.Hub, log *slog.Logger) (stop func()) {
	end, crashed, err := h.Dir.Crashes(versionText())
	if crashed != "" {
		log.Warn("The hub ended unexpectedly last time: please add the report to a bug report", "report", crashed)
	}
	if err != nil {
		log.Warn("A crash would leave no report", "error", err)
		return nil
	}
	return func() {
		if err := end(); err != nil {
			log.Warn("The crash report was not put away", "error", err)
		}
	}
}
