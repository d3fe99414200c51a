package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/demo"
)

// Fleet starts and stops the demo.
type Fleet struct {
	ctx  context.Context
	opts demo.Options

	mu     sync.Mutex
	cancel context.CancelFunc // nil in port
	group  sync.WaitGroup
}

func newFleet(ctx context.Context, o demo.Options) *Fleet { return &Fleet{ctx: ctx, opts: o} }

// fleetOptions are how the fleet speaks to the broker: to the one inside with
// identities of its own over TLS, to another as anybody.
func (h *Hub) fleetOptions() demo.Options {
	o := demo.Options{BrokerURL: h.Link.Status().URL, Speed: h.cfg.DemoSpeed, Seed: uint64(time.Now().UnixNano())}
	if h.Broker != nil {
		h.crew = &crew{h: h, papers: make(map[string]demo.Credentials)}
		h.Rogue = newRogue(h)
		o.Credentials = h.crew.credentials
	}
	return o
}

// Running tells whether the fleet sails.
func (f *Fleet) Running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cancel != nil
}

// SetRunning sends the fleet out or calls it back.
func (f *Fleet) SetRunning(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if on == (f.cancel != nil) {
		return
	}
	if !on {
		f.cancel()
		f.cancel = nil
		return
	}
	d, err := demo.New(f.opts)
	if err != nil {
		slog.Error("The demo cannot start", "error", err)
		return
	}
	ctx, cancel := context.WithCancel(f.ctx)
	f.cancel = cancel
	f.group.Go(func() {
		if err := d.Run(ctx); err != nil {
			slog.Error("The demo ended", "error", err)
		}
	})
}

// stop calls the fleet back and waits for it.
func (f *Fleet) stop() {
	f.SetRunning(false)
	f.group.Wait()
}
