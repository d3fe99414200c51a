// Pilothouse is a desktop telemetry dashboard with an MQTT broker inside: it
// shows what devices say, who said it, and whether they are well, and commands
// them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/pilothouse/pilothouse/assets"
)

// version and commit are stamped in by the build.
var (
	version = "dev"
	commit  = ""
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings given: it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	cfg, err := parseConfig(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "pilothouse:", err)
		return 2
	case cfg.Version:
		fmt.Fprintln(stdout, versionText())
		return 0
	}
	if err := show(cfg); err != nil {
		fmt.Fprintln(stderr, "pilothouse:", err)
		return 1
	}
	return 0
}

// show runs the program in a window.
func show(cfg Config) (err error) {
	if err := checkDisplay(); err != nil {
		return err
	}
	a := app.NewWithID("io.github.pilothouse.Pilothouse")
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon()))
	p, err := New(cfg, a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return p.Run(ctx)
}

// versionText tells what this program is made of.
func versionText() string {
	text := "pilothouse " + version
	if commit != "" {
		text += " (" + commit + ")"
	}
	text += ", " + runtime.Version()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "fyne.io/fyne/v2" {
				text += ", Fyne " + d.Version
			}
		}
	}
	return text
}
