//go:build !hub

package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// Config is what the program is told on its command line.
type Config struct {
	hub.Config
	// Page is the page to open first; empty for the one left last.
	Page string
	// Workspace is the file of boards to open; empty for the one in the data
	// folder.
	Workspace string
	// Link is the URL of a broker, to open the sheet of connections with.
	Link string
	// Board is the board to open first, and Kiosk shows it on the full screen and
	// nothing else.
	Board string
	Kiosk bool
	// Language is the language of the window, as in Settings; empty for the one
	// in the settings.
	Language string
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
		fmt.Fprintf(out, "Usage: pilothouse [options] [FILE.pilothouse | mqtt://HOST]\n\nPilothouse shows what your devices say over MQTT, and who said it.\n\nOptions:\n")
		fs.PrintDefaults()
		fmt.Fprintf(out, "\nCommands:\n%s", commandList())
	}
	c.Register(fs)
	fs.StringVar(&c.Page, "page", "", "open the page `NAME` first: "+strings.Join(ui.PageNames(), ", "))
	fs.StringVar(&c.Board, "board", "", "open the board `NAME` first")
	fs.StringVar(&c.Language, flagLanguage, "", "speak the language `TAG`: "+languageTags()+"; without it, the one of the settings, else the system's")
	fs.BoolVar(&c.Kiosk, "kiosk", false, "show one board on the full screen and nothing else; hold Escape or press Ctrl+Shift+Q to leave")
	fs.BoolVar(&c.Version, "version", false, "print the version and end")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	if err := c.takeFile(fs); err != nil {
		return c, err
	}
	if err := c.Finish(fs); err != nil {
		return c, err
	}
	if c.Page != "" && !slices.Contains(ui.PageNames(), c.Page) {
		return c, fmt.Errorf("--page %q: there is no such page; the pages are %s", c.Page, strings.Join(ui.PageNames(), ", "))
	}
	if c.Language != "" {
		if _, err := i18n.Match(c.Language); err != nil {
			return c, fmt.Errorf("--language: %w", err)
		}
	}
	if c.Board != "" && c.Page == "" {
		c.Page = pageOfBoards
	}
	return c, nil
}

// languageTags lists the languages that the window speaks.
func languageTags() string {
	var tags []string
	for _, l := range i18n.Languages() {
		tags = append(tags, l.Tag)
	}
	return strings.Join(tags, ", ")
}

// takeFile takes the workspace file or the broker's URL off the arguments, options behind it
// included.
func (c *Config) takeFile(fs *flag.FlagSet) error {
	if name := fs.Arg(0); strings.HasSuffix(name, workspaceSuffix) {
		c.Workspace, c.Page = name, orElse(c.Page, pageOfBoards)
		return fs.Parse(fs.Args()[1:])
	} else if connection.IsURL(name) {
		c.Link = name
		return fs.Parse(fs.Args()[1:])
	}
	return nil
}

// pageOfBoards is the page that a workspace or a board opens.
const pageOfBoards = "boards"

// workspaceSuffix is how the name of a workspace file ends.
const workspaceSuffix = ".pilothouse"

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
