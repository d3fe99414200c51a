// Pilothouse is a desktop telemetry dashboard with an MQTT broker inside: it
// shows what devices say, who said it, and whether they are well, and commands
// them.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// version, commit and date are stamped in by the build.
var (
	version = "dev"
	commit  = ""
	date    = ""
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// subcommand is what the program does when its first argument names it.
type subcommand struct {
	name, summary string
	run           func(args []string, stdout, stderr io.Writer) int
}

// commands are the subcommands; what is not among them opens the window, or runs
// the hub in the program that has none.
func commands() []subcommand {
	return []subcommand{
		{"hub", "run without a window", runHub},
		{"enrol", "let this machine's device be enrolled by a hub", runEnrol},
		{"export", "write what was recorded to a file", runExport},
		{"import", "read recordings into the history", runImport},
		{"replay", "send a recorded stretch to a broker again", runReplay},
		{"version", "say what this program is made of", func(_ []string, out, _ io.Writer) int {
			fmt.Fprintln(out, versionText())
			return 0
		}},
	}
}

// run is main with its surroundings given: it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(args[1:], stdout, stderr)
			}
		}
	}
	return runDefault(args, stdout, stderr)
}

// commandList describes the subcommands for --help.
func commandList() string {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "  pilothouse %-10s %s\n", c.name, c.summary)
	}
	return b.String()
}

// versionText tells what this program is made of.
func versionText() string {
	text := "pilothouse " + version
	if made := strings.Trim(commit+", "+date, ", "); made != "" {
		text += " (" + made + ")"
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
