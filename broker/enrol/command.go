package enrol

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Exit statuses of Command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `Usage: pilothouse enrol 'URL' [--name NAME] [--out DIR]
       pilothouse enrol --renew DIR

The first form lets this device in at a hub. "Add a device" in Pilothouse shows
the URL, which works once and for ten minutes. The device makes its own key, and
its code is to be compared with the one in Pilothouse before it is approved there.
The second form gets the next certificate while the present one is valid.

Options:
`

// Command is the subcommand "pilothouse enrol", given what follows that word. It
// returns the exit status: 0 when it is done, 1 when it failed, 2 when the
// arguments make no sense.
func Command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var name, out, renew string
	flags := flag.NewFlagSet("pilothouse enrol", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&name, "name", "", "call the device `NAME`; the invitation may have settled that")
	flags.StringVar(&out, "out", "pilothouse", "write key, certificate and settings to the folder `DIR`")
	flags.StringVar(&renew, "renew", "", "renew the certificate in the folder `DIR`")
	urls, err := interleaved(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitUsage // flag has said why
	case renew != "" && len(urls) == 0:
		return renewCommand(ctx, renew, stdout, stderr)
	case renew != "" || len(urls) != 1:
		fmt.Fprintln(stderr, "pilothouse enrol: give the invitation's URL, in quotes, or --renew DIR; see pilothouse enrol --help")
		return exitUsage
	}
	u, err := ParseURL(urls[0])
	if err != nil {
		fmt.Fprintln(stderr, "pilothouse enrol:", err)
		return exitUsage
	}
	return enrolCommand(ctx, u, name, out, stdout, stderr)
}

// interleaved parses flags before, between and after other arguments, which it
// returns.
func interleaved(flags *flag.FlagSet, args []string) (others []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return others, nil
		}
		others = append(others, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func enrolCommand(ctx context.Context, u URL, name, out string, stdout, stderr io.Writer) int {
	host, _ := os.Hostname() // for the operator to read; does without
	short, _, _ := strings.Cut(host, ".")
	d := Device{URL: u, Name: name, Host: short, Dir: out, ShowCode: func(code string) {
		fmt.Fprintf(stdout, "\n    %s\n\nCompare this code with the one in Pilothouse at %s, and approve only if they are the same.\n"+
			"If they differ, somebody is in between: refuse there, and press Ctrl+C here.\n\nWaiting for approval...\n", code, u.Host)
	}}
	fmt.Fprintf(stdout, "Asking the hub at %s...\n", u.Host)
	got, err := d.Enrol(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "pilothouse enrol:", err)
		return exitFailed
	}
	fmt.Fprintf(stdout, "\nEnrolled as %s until %s.\n", got.Name, got.Certificate.NotAfter.Local().Format(time.DateOnly))
	fmt.Fprintf(stdout, "  key, certificate, authority, settings: %s, %s, %s and %s in %s\n", KeyFile, CertificateFile, AuthorityFile, ConfigFile, out)
	fmt.Fprintf(stdout, "  client ID: %s\n", got.ClientID)
	if got.Root != "" {
		fmt.Fprintf(stdout, "  topics:    %s/...\n", got.Root)
	}
	for _, broker := range got.Brokers {
		fmt.Fprintf(stdout, "  broker:    %s\n", broker)
	}
	fmt.Fprintf(stdout, "Before it expires, renew it: pilothouse enrol --renew %s\n", out)
	return exitDone
}

func renewCommand(ctx context.Context, dir string, stdout, stderr io.Writer) int {
	until, err := Renew(ctx, dir)
	if err != nil {
		fmt.Fprintln(stderr, "pilothouse enrol:", err)
		return exitFailed
	}
	fmt.Fprintf(stdout, "The certificate in %s is valid until %s now.\n", dir, until.Local().Format(time.DateOnly))
	return exitDone
}
