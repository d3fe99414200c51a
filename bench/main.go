package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
)

// plan is what the command line asks for.
type plan struct {
	rounds int
	time   time.Duration // of one measurement
	only   *regexp.Regexp
	out    string
	nats   string // path of nats-server, empty to do without
	dir    string // for what servers keep
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(serveMain(os.Args[2:]))
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var p plan
	only := flag.String("only", "", "measure cases whose name matches `REGEXP`")
	flag.IntVar(&p.rounds, "rounds", 5, "alternate `N` times; the median counts")
	flag.DurationVar(&p.time, "time", 2*time.Second, "measure each for so long in each round")
	flag.StringVar(&p.out, "out", "bench.json", "add the results to `FILE`")
	flag.StringVar(&p.nats, "nats", "", "path of nats-server; empty does without")
	written := flag.String("go", "", "measure nothing: hold what go test -bench wrote to `FILE` against its goals")
	flag.Parse()
	if *written != "" {
		figures, err := goFigures(*written)
		if err != nil {
			return err
		}
		return figure.Merge(p.out, figures)
	}
	var err error
	if p.only, err = regexp.Compile(*only); err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if p.dir, err = os.MkdirTemp("", "pilothouse-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(p.dir) }() // it is a temporary folder
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Printf("%s\n\n", figure.Machine())
	var all []figure.Figure
	for i, c := range cases() {
		if !p.only.MatchString(c.name) {
			continue
		}
		results, err := p.measure(ctx, c, filepath.Join(p.dir, fmt.Sprint(i)))
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, results...)
	}
	return figure.Merge(p.out, all)
}

// measure runs one case: all its servers at once, one of them at work at a time.
func (p *plan) measure(ctx context.Context, c benchCase, dir string) ([]figure.Figure, error) {
	contenders := c.contenders
	if p.nats == "" {
		contenders = slices.DeleteFunc(slices.Clone(contenders), func(k kind) bool { return k == nats })
	}
	samples := make([][]sample, len(contenders))
	starts, rounds := 1, p.rounds
	if c.fresh {
		starts, rounds = rounds, starts
	}
	for n := range starts {
		if err := p.alternate(ctx, c, contenders, filepath.Join(dir, fmt.Sprint(n)), rounds, samples); err != nil {
			return nil, err
		}
	}
	return c.conclude(contenders, samples), nil
}

// alternate has servers do a case's work in turns, and adds to their samples.
func (p *plan) alternate(ctx context.Context, c benchCase, contenders []kind, dir string, rounds int, samples [][]sample) error {
	servers := make([]*server, len(contenders))
	for i, k := range contenders {
		s, err := start(ctx, k, p.nats, filepath.Join(dir, k.String()))
		if err != nil {
			return fmt.Errorf("start %v: %w", k, err)
		}
		defer func() { _ = s.stop() }() // it has been measured
		servers[i] = s
	}
	for round := range rounds {
		for i := range servers {
			i = (i + round) % len(servers) // nobody is always first
			got, err := c.work(ctx, servers[i], p.time)
			if err != nil {
				return fmt.Errorf("%v: %w", contenders[i], err)
			}
			samples[i] = append(samples[i], got)
		}
	}
	return nil
}
