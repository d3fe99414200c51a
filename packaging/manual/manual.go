// Package manual fills in a manual page with what the program says of itself in
// its --help, so that the page never tells of options that are not there. Its
// functions may be called from any goroutine.
package manual

import (
	"errors"
	"regexp"
	"strings"
)

// Entry is an option or a command.
type Entry struct {
	Name    string // with its dashes, when it is an option
	Value   string // what stands for its value; empty for none
	Meaning string
}

var (
	optionLine  = regexp.MustCompile(`^  --?([A-Za-z][A-Za-z0-9-]*)(?: ([^\t]+))?(?:\t(.*))?$`)
	commandLine = regexp.MustCompile(`^  pilothouse ([a-z][a-z-]*) +(\S.*)$`)
)

// Parse reads the options, as package flag of the standard library prints them,
// and the commands of a --help. It is an error when there are no options.
func Parse(help string) (options, commands []Entry, err error) {
	for line := range strings.Lines(help) {
		line = strings.TrimRight(line, "\r\n")
		if m := optionLine.FindStringSubmatch(line); m != nil {
			options = append(options, Entry{Name: "--" + m[1], Value: m[2], Meaning: m[3]})
		} else if m := commandLine.FindStringSubmatch(line); m != nil {
			commands = append(commands, Entry{Name: m[1], Meaning: m[2]})
		} else if more, ok := strings.CutPrefix(line, "    \t"); ok && len(options) > 0 {
			o := &options[len(options)-1]
			o.Meaning = strings.TrimSpace(o.Meaning + " " + strings.TrimSpace(more))
		}
	}
	if len(options) == 0 {
		return nil, nil, errors.New("manual page: the help lists no options")
	}
	return options, commands, nil
}

// Roff writes entries as tagged paragraphs of a manual page (man(7)).
func Roff(entries []Entry) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(".TP\n\\fB" + escape(e.Name) + "\\fR")
		if e.Value != "" {
			b.WriteString(" \\fI" + escape(e.Value) + "\\fR")
		}
		meaning := escape(e.Meaning)
		if strings.HasPrefix(meaning, ".") || strings.HasPrefix(meaning, "'") {
			meaning = `\&` + meaning // not a request
		}
		b.WriteString("\n" + meaning + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// escape writes text so that roff prints it as it is, with dashes that can be
// copied.
func escape(s string) string { return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s) }
