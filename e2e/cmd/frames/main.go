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

func main() {
	rate := flag.Int("rate", 50_000, "messages a second")
	topics := flag.Int("topics", 100_000, "how many topics there are")
	page := flag.String("page", "topics", "the page to show")
	settle := flag.Duration("settle", 4*time.Second, "how long to wait before measuring")
	span := flag.Duration("span", 15*time.Second, "how long to measure")
	flag.Parse()
	if err := run(*rate, *topics, *page, *settle, *span); err != nil {
		fmt.Fprintln(os.Stderr, "frames:", err)
		os.Exit(1)
	}
}

func run(rate, topics int, page string, settle, span time.Duration) error {
	store := model.NewStore(model.Options{Scanner: &payload.Scanner{}})
	f := newFeeder(store, topics)
	f.all()
	g := &gauge{}
	w, err := ui.New(ui.Options{
		App: app.NewWithID("io.github.pilothouse.Frames"), Source: ui.Source{Store: store, Link: link{}, LinkName: "frames"},
		Land: plot.NewLand(), Settings: ui.Settings{Page: page}, Save: func(ui.Settings) error { return nil }, Observe: g.observe,
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	var feeding sync.WaitGroup
	feeding.Go(func() { f.run(ctx, rate) })
	feeding.Go(func() {
		wait(ctx, settle)
		g.start()
		wait(ctx, span)
		g.report(os.Stdout)
		w.Quit()
	})
	w.Run()
	stop()
	feeding.Wait()
	return nil
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// feeder puts messages into a store.
type feeder struct {
	store    *model.Store
	messages []model.Message
	next     int
}

func newFeeder(store *model.Store, topics int) *feeder {
	f := &feeder{store: store}
	for i := range topics {
		f.messages = append(f.messages, model.Message{
			Topic:   fmt.Sprintf("site%d/dev%d/value%d", i/1000, i/10, i%10),
			Payload: fmt.Appendf(nil, `{"value":%d.5}`, i%100),
		})
	}
	return f
}

// all says something on every topic.
func (f *feeder) all() { f.say(len(f.messages)) }

// say puts in n messages, on one topic after the other.
func (f *feeder) say(n int) {
	for n > 0 {
		batch := f.messages[f.next:min(len(f.messages), f.next+min(n, 256))]
		now := time.Now()
		for i := range batch {
			batch[i].At = now
		}
		f.store.Ingest(batch)
		n -= len(batch)
		f.next = (f.next + len(batch)) % len(f.messages)
	}
}

// run says rate messages a second until ctx ends.
func (f *feeder) run(ctx context.Context, rate int) {
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	began, said := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-beat.C:
			due := int(now.Sub(began).Seconds() * float64(rate))
			f.say(due - said)
			said = max(said, due)
		}
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
func (link) Send(context.Context, model.Outgoing) (model.Receipt, error) {
	return model.Receipt{}, nil
}
