//go:build linux

// Frames is the program's window over a store that is fed from inside: at a rate
// of messages, over a number of topics, all of them open in the tree. It tells
// what each frame cost the main goroutine, and ends by itself. It is for
// e2e/cmd/measure, which gives it a display.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"fyne.io/fyne/v2/app"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// plan is what the command line asks for.
type plan struct {
	rate, topics, charts int
	page                 string
	settle, span         time.Duration
	profile              string
}

func main() {
	var p plan
	flag.IntVar(&p.rate, "rate", 50_000, "messages a second")
	flag.IntVar(&p.topics, "topics", 100_000, "how many topics there are")
	flag.IntVar(&p.charts, "charts", 0, "how many charts of six topics there are")
	flag.StringVar(&p.page, "page", "topics", "the page to show")
	flag.DurationVar(&p.settle, "settle", 4*time.Second, "how long to wait before measuring")
	flag.DurationVar(&p.span, "span", 15*time.Second, "how long to measure")
	flag.StringVar(&p.profile, "profile", "", "write a processor profile of what is measured to `FILE`")
	flag.Parse()
	if err := p.run(); err != nil {
		fmt.Fprintln(os.Stderr, "frames:", err)
		os.Exit(1)
	}
}

func (p *plan) run() error {
	store := model.NewStore(model.Options{Scanner: &payload.Scanner{}})
	f := newFeeder(store, p.topics)
	f.all()
	g := &gauge{}
	var failed error
	w, err := ui.New(ui.Options{
		App: app.NewWithID("io.github.pilothouse.Frames"), Source: ui.Source{Store: store, Link: link{}, LinkName: "frames"},
		Land: plot.NewLand(), Settings: ui.Settings{Page: p.page, Charts: f.charts(p.charts)},
		Save: func(ui.Settings) error { return nil }, Observe: g.observe,
		End: func() {
			if failed != nil {
				fmt.Fprintln(os.Stderr, "frames:", failed)
				os.Exit(1)
			}
			os.Exit(0)
		},
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	var feeding sync.WaitGroup
	feeding.Go(func() { f.run(ctx, p.rate) })
	feeding.Go(func() {
		failed = p.measure(ctx, g)
		w.Quit()
	})
	w.Run()
	stop()
	feeding.Wait()
	return failed
}

// measure waits until the window has settled, measures, and says what came of it.
func (p *plan) measure(ctx context.Context, g *gauge) error {
	wait(ctx, p.settle)
	if p.profile != "" {
		file, err := os.Create(p.profile)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	g.start()
	wait(ctx, p.span)
	g.report(os.Stdout)
	return nil
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// gauge collects what frames cost.
type gauge struct {
	mu                        sync.Mutex
	on                        bool
	used                      time.Duration // CPU time of the main thread, at the frame before
	built, shown, paint, busy []time.Duration
	began                     time.Time
}

// observe is told of each frame on the main goroutine.
func (g *gauge) observe(f ui.Frame) {
	used := threadTime()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.on {
		g.built, g.shown = append(g.built, f.Built), append(g.shown, f.Shown)
		g.paint, g.busy = append(g.paint, f.Painted), append(g.busy, used-g.used)
	}
	g.used = used
}

func (g *gauge) start() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.on, g.began = true, time.Now()
}

// report prints the median and the 99th percentile of each cost, in
// milliseconds: built away from the main goroutine, shown on it by the widgets,
// busy the CPU time of its thread for all it did since the frame before, and
// painted the time that painting took, software rendering included.
func (g *gauge) report(out *os.File) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = fmt.Fprintf(out, "frames %.2f\n", float64(len(g.shown))/time.Since(g.began).Seconds())
	for _, c := range []struct {
		name string
		of   []time.Duration
	}{{"built", g.built}, {"shown", g.shown}, {"busy", g.busy}, {"painted", g.paint}} {
		slices.Sort(c.of)
		_, _ = fmt.Fprintf(out, "%s.p50 %.3f\n%s.p99 %.3f\n", c.name, quantile(c.of, 0.5), c.name, quantile(c.of, 0.99))
	}
}

// quantile is of sorted times, in milliseconds; 0 when there are none.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))].Seconds() * 1000
}

// threadTime is the CPU time that the calling thread has used. Fyne keeps the
// main goroutine on one thread.
func threadTime() time.Duration {
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		return 0
	}
	return time.Duration(t.Nano())
}

// link is a connection that is up and does nothing.
type link struct{}

func (link) Status() model.LinkStatus             { return model.LinkStatus{State: model.LinkUp} }
func (link) Retry()                               {}
func (link) Audience(string, byte) model.Audience { return model.Audience{} }
func (link) Retained(context.Context, string, int) ([]string, bool, error) {
	return nil, false, nil
}
func (link) Send(context.Context, model.Outgoing) (model.Receipt, error) {
	return model.Receipt{}, nil
}
