package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
	"github.com/pilothouse/pilothouse/model/history/replay"
)

// Commands are the commands with what they need of the program around them.
type Commands struct {
	// History is the file or URL that is used when --history does not say.
	History string
	// NewScanner makes what finds numbers in imported payloads.
	NewScanner func() model.Scanner
	// Dial connects to a broker by its URL, for replay; end disconnects.
	Dial func(ctx context.Context, url string) (p replay.Publisher, end func() error, err error)
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

func (c Commands) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// errUsage tells that the command was called wrongly; what is wrong was said.
var errUsage = errors.New("usage")

// invocation is one call of a command.
type invocation struct {
	Commands
	flags        *flag.FlagSet
	stderr       io.Writer
	where        string
	filter       string
	from, to     string
	fromAt, toAt time.Time
	said         time.Time
}

func (c Commands) begin(name, about string, stderr io.Writer) *invocation {
	v := &invocation{Commands: c, flags: flag.NewFlagSet(name, flag.ContinueOnError), stderr: stderr}
	v.flags.SetOutput(stderr)
	v.flags.Usage = func() {
		v.print("Usage: pilothouse %s\n\n%s\n\nFlags:\n", name, about)
		v.flags.PrintDefaults()
	}
	v.flags.StringVar(&v.where, "history", c.History, "the `file` of the history, or the URL of a PostgreSQL database")
	return v
}

// stretch adds the flags that say what of the history.
func (v *invocation) stretch() {
	v.flags.StringVar(&v.filter, "topic", "#", "the MQTT `filter` of topics")
	v.flags.StringVar(&v.from, "from", "-1h", "the beginning: a `time` such as 2026-03-01T12:00:00Z, 2026-03-01 12:00 (local), -90m (ago) or now")
	v.flags.StringVar(&v.to, "to", "now", "the end, which is not included: a `time` as above")
}

// parse reads the arguments; flag.ErrHelp asks for nothing more.
func (v *invocation) parse(args []string) error {
	if err := v.flags.Parse(args); err != nil {
		return errors.Join(errUsage, err)
	}
	if n := v.flags.NArg(); n > 0 {
		return fmt.Errorf("%w: unexpected argument %q", errUsage, v.flags.Arg(0))
	}
	if v.from == "" {
		return nil
	}
	var err error
	if v.fromAt, err = parseTime(v.from, v.now()); err != nil {
		return fmt.Errorf("%w: --from: %w", errUsage, err)
	}
	if v.toAt, err = parseTime(v.to, v.now()); err != nil {
		return fmt.Errorf("%w: --to: %w", errUsage, err)
	}
	return nil
}

// parseTime reads a time as flags have it.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write it like 2026-03-01T12:00:00Z, 2026-03-01 12:00, -90m or now", text)
}

// end turns an error into an exit status, and says it.
func (v *invocation) end(err error) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		v.print("pilothouse %s: %v\n", v.flags.Name(), err)
		return 2
	case errors.Is(err, context.Canceled):
		v.print("pilothouse %s: stopped\n", v.flags.Name())
		return 1
	}
	v.print("pilothouse %s: %v\n", v.flags.Name(), err)
	return 1
}

// print writes to standard error; when that is gone there is nobody to tell.
func (v *invocation) print(format string, args ...any) { _, _ = fmt.Fprintf(v.stderr, format, args...) }

// sayEvery is how often progress is printed.
const sayEvery = 2 * time.Second

// say prints progress now and then.
func (v *invocation) say(format string, args ...any) {
	if v.said.IsZero() {
		v.said = time.Now()
	}
	if time.Since(v.said) >= sayEvery {
		v.said = time.Now()
		v.print(format+"\n", args...)
	}
}

// Export writes what was recorded to a file or to standard output.
func (c Commands) Export(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	v := c.begin("export", "Writes what was recorded as CSV (safe to open in a spreadsheet), JSON lines or Parquet.", stderr)
	v.stretch()
	format := v.flags.String("format", "csv", "csv, jsonl or parquet")
	what := v.flags.String("what", "messages", "the `kind` of records: messages, samples, events, alarms, commands or gaps")
	out := v.flags.String("out", "-", "the `file` to write, - for standard output")
	if err := v.parse(args); err != nil {
		return v.end(err)
	}
	return v.end(v.export(ctx, *what, *format, *out, stdout))
}

func (v *invocation) export(ctx context.Context, what, format, out string, stdout io.Writer) (err error) {
	f, err := exchange.ParseFormat(format)
	if err != nil {
		return fmt.Errorf("%w: --format: %w", errUsage, err)
	}
	kind, err := exchange.ParseKind(what)
	if err != nil {
		return fmt.Errorf("%w: --what: %w", errUsage, err)
	}
	store, err := OpenStore(ctx, v.where, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	o := exchange.Options{
		What: kind, Filter: v.filter, From: v.fromAt, To: v.toAt, Format: f,
		Progress: func(p exchange.Progress) { v.say("%d rows, %.0f %%", p.Rows, p.Share*100) },
	}
	var rows int64
	err = toFile(out, stdout, func(w io.Writer) error {
		rows, err = exchange.Export(ctx, store, w, o)
		return err
	})
	if err != nil {
		return err
	}
	v.print("%d rows\n", rows)
	return v.sayGaps(ctx, store)
}

// sayGaps says it when the record of the stretch is not whole: who reads the file
// would not see it there.
func (v *invocation) sayGaps(ctx context.Context, r history.Reader) error {
	gaps, err := r.Gaps(ctx, v.fromAt, v.toAt)
	if err != nil || len(gaps) == 0 {
		return err
	}
	lost := uint64(0)
	for i := range gaps {
		lost += gaps[i].Lost
	}
	first := gaps[0].Why
	if first == "" {
		first = gaps[0].Kind.String()
	}
	v.print("the record of this stretch is not whole: gaps %d, messages lost %d (--what gaps lists them); the first from %s to %s: %s\n",
		len(gaps), lost, gaps[0].From.Format(time.DateTime), gaps[0].To.Format(time.DateTime), first)
	return nil
}

// toFile gives f the file out to write to, which appears once it is whole; - is
// standard output, and what is there but is no file, such as a pipe or a device, is
// written to as it is.
func toFile(out string, stdout io.Writer, f func(io.Writer) error) error {
	if out == "-" {
		return f(stdout)
	}
	if info, err := os.Stat(out); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		pipe, err := os.OpenFile(out, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(f(pipe), pipe.Close())
	}
	tmp, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	err = f(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), out)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// Import reads recordings into a history.
func (c Commands) Import(ctx context.Context, args []string, stdin io.Reader, stderr io.Writer) int {
	v := c.begin("import", "Reads recordings, CSV or JSON lines as export writes them, into the history.", stderr)
	format := v.flags.String("format", "", "csv or jsonl; by default what the file's name ends in")
	in := v.flags.String("in", "-", "the `file` to read, - for standard input")
	prefix := v.flags.String("prefix", "", "put in front of every topic")
	if err := v.parse(args); err != nil {
		return v.end(err)
	}
	return v.end(v.load(ctx, *format, *in, *prefix, stdin))
}

func (v *invocation) load(ctx context.Context, format, in, prefix string, stdin io.Reader) (err error) {
	if format == "" && in != "-" {
		format = filepath.Ext(in)[min(1, len(filepath.Ext(in))):]
	}
	f, err := exchange.ParseFormat(format)
	if err != nil {
		return fmt.Errorf("%w: --format: %w", errUsage, err)
	}
	o := exchange.ImportOptions{Format: f, Prefix: prefix}
	if v.NewScanner != nil {
		o.Scanner = v.NewScanner()
	}
	if in != "-" {
		file, err := os.Open(in)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it was only read
		if info, err := file.Stat(); err == nil {
			o.Size = info.Size()
		}
		stdin = file
	}
	store, err := OpenStore(ctx, v.where, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	o.Progress = func(p exchange.Progress) { v.say("%d messages, %.0f %%", p.Rows, p.Share*100) }
	done, err := exchange.Import(ctx, store, stdin, o)
	v.print("%d messages\n", done.Messages)
	if done.Skipped > 0 {
		v.print("%d rows were skipped; the first: %v\n", done.Skipped, done.First)
	}
	return err
}

// Replay sends a recorded stretch to a broker.
func (c Commands) Replay(ctx context.Context, args []string, stderr io.Writer) int {
	v := c.begin("replay", "Sends a recorded stretch to a broker again. Commands that this program had sent are left out\nunless --commands is given.", stderr)
	v.stretch()
	url := v.flags.String("to-broker", "", "the `URL` of the broker, such as mqtt://localhost:1883")
	speed := v.flags.Float64("speed", 1, "1 is as it was, 10 ten times as fast, 0 as fast as can be")
	prefix := v.flags.String("prefix", "", "put in front of every topic, such as replay/")
	retain := v.flags.Bool("retain", false, "send as retained what was retained")
	commands := v.flags.Bool("commands", false, "send commands, too: devices that listen will obey them again")
	if err := v.parse(args); err != nil {
		return v.end(err)
	}
	if *url == "" || c.Dial == nil {
		return v.end(fmt.Errorf("%w: --to-broker has to say where to", errUsage))
	}
	return v.end(v.replay(ctx, *url, replay.Options{
		Filter: v.filter, From: v.fromAt, To: v.toAt, Speed: *speed, Prefix: *prefix, Retain: *retain, Commands: *commands,
	}))
}

func (v *invocation) replay(ctx context.Context, url string, o replay.Options) (err error) {
	var store history.Store
	if store, err = OpenStore(ctx, v.where, true); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	publisher, end, err := v.Dial(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	o.Reader, o.Publisher = store, publisher
	o.Progress = func(p replay.Progress) {
		v.say("%d messages, now at %s, %v behind", p.Sent, p.At.Format(time.DateTime), p.Behind.Round(time.Millisecond))
	}
	done, err := replay.Run(ctx, o)
	v.print("%d messages were sent, %d left out\n", done.Sent, done.Skipped)
	return err
}
