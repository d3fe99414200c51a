//go:build !hub

package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/ui"
)

// Config is what the program is told on its command line.
type Config struct {
	hub.Config
	// Page is the page to open first; empty for the one left last.
	Page string
	// Version asks for the version only.
	Version bool
}

// parseConfig reads the command line. It returns flag.ErrHelp when help was
// asked for, and printed.
func parseConfig(args []string, out io.Writer) (Config, error) {
	var c Config
	fs := flag.NewFlagSet("pilothouse", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() {
		fmt.Fprintf(out, "Usage: pilothouse [options]\n\nPilothouse shows what your devices say over MQTT, and who said it.\n\nOptions:\n")
		fs.PrintDefaults()
		fmt.Fprintf(out, "\nCommands:\n%s", commandList())
	}
	c.Register(fs)
	fs.StringVar(&c.Page, "page", "", "open the page `NAME` first: "+strings.Join(ui.PageNames(), ", "))
	fs.BoolVar(&c.Version, "version", false, "print the version and end")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	if err := c.Finish(fs); err != nil {
		return c, err
	}
	if c.Page != "" && !slices.Contains(ui.PageNames(), c.Page) {
		return c, fmt.Errorf("--page %q: there is no such page; the pages are %s", c.Page, strings.Join(ui.PageNames(), ", "))
	}
	return c, nil
}
