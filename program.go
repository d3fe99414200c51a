package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/mqttlink"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// Program is everything, fitted together.
type Program struct {
	cfg    Config
	dir    *dataDir
	store  *model.Store
	broker *broker.Broker // nil when a broker elsewhere is watched
	listen net.Listener
	link   *linkAdapter
	fleet  *fleet
	window *ui.Window

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	once   sync.Once
}

// New fits the program together on an app, without showing the window. The
// caller closes it.
func New(cfg Config, app fyne.App) (_ *Program, err error) {
	p := &Program{cfg: cfg}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.dir, err = openDataDir(cfg.DataDir); err != nil {
		return nil, err
	}
	settings, first, notice := p.dir.loadSettings()
	p.store = model.NewStore(model.Options{
		Scanner: &payload.Scanner{}, Rules: demo.Rules(), Ports: demo.Ports(), Lanes: demo.Lanes(),
	})
	address, moved, err := p.connect()
	if err != nil {
		return nil, err
	}
	p.fleet = newFleet(p.ctx, demo.Options{BrokerURL: p.link.Status().URL, Speed: cfg.DemoSpeed, Seed: uint64(time.Now().UnixNano())})
	if cfg.wantsDemo(settings, first) {
		p.fleet.SetRunning(true)
	}
	land, err := mapLand()
	if err != nil {
		return nil, err
	}
	if cfg.Page != "" {
		settings.Page = cfg.Page
	}
	if settings.Chart == nil {
		settings.Chart = firstChart()
	}
	p.window, err = ui.New(ui.Options{
		App: app, Store: p.store, Link: p.link, LinkName: p.linkName(), Address: address, Land: land, Credit: assets.SolentAttribution,
		Settings: settings, Save: p.dir.saveSettings, Losses: p.losses, Notice: sayAll(notice, moved), Demo: p.fleet,
		Stuck: p.abandon,
	})
	return p, err
}

// wantsDemo tells whether the fleet sails: as the command line says, else as the
// operator chose last, else on the first start unless another broker is watched.
func (c *Config) wantsDemo(s ui.Settings, first bool) bool {
	switch {
	case c.DemoSet:
		return c.Demo
	case c.Connect != "":
		return false
	case s.Demo != nil:
		return *s.Demo
	}
	return first
}

// firstChart is what the chart shows until something is chosen: the speed of the
// ferries.
func firstChart() []model.SeriesKey {
	var keys []model.SeriesKey
	for _, s := range demo.Ships() {
		if len(keys) < 6 {
			keys = append(keys, model.SeriesKey{Topic: "solent/ferries/" + s.ID + "/position", Pointer: "/sog"})
		}
	}
	return keys
}

// sayAll joins what there is to say at the start.
func sayAll(errs ...error) string {
	if err := errors.Join(errs...); err != nil {
		return err.Error()
	}
	return ""
}

// connect starts the link: to the broker elsewhere, or to the one inside, which
// it starts too. It returns where devices connect here, and what there is to say
// about that.
func (p *Program) connect() (address string, moved, err error) {
	var link mqttlink.Link
	if p.cfg.Connect != "" {
		remote, err := mqttlink.NewRemote(mqttlink.Profile{URL: p.cfg.Connect}, p.store.Ingest)
		if err != nil {
			return "", nil, fmt.Errorf("--connect: %w", err)
		}
		p.link = &linkAdapter{Link: remote, retry: remote.ReconnectNow}
		link = remote
	} else {
		if address, moved, err = p.startBroker(); err != nil {
			return "", nil, err
		}
		link = mqttlink.NewLocal(address, attacher(p.broker), p.store.Ingest)
		p.link = &linkAdapter{Link: link, retry: func() {}}
	}
	p.group.Go(func() {
		if err := link.Run(p.ctx); err != nil {
			slog.Error("The link ended", "error", err)
		}
	})
	p.group.Go(p.tick)
	return address, moved, nil
}

// linkName is what to call the link.
func (p *Program) linkName() string {
	if p.broker != nil {
		return "built-in broker"
	}
	if u, err := url.Parse(p.link.Status().URL); err == nil {
		return u.Hostname()
	}
	return "broker"
}

// startBroker opens the listener and serves it. moved says so when the port was
// taken and another was opened.
func (p *Program) startBroker() (address string, moved, err error) {
	if p.listen, moved, err = listenNear(p.ctx, p.cfg.Listen); err != nil {
		return "", nil, err
	}
	p.broker = broker.New(broker.Options{OnEvent: storeEvents(p.store), Access: broker.OpenAccess(), Store: p.openStore()})
	p.group.Go(func() {
		if err := p.broker.Serve(p.ctx, p.listen); err != nil && p.ctx.Err() == nil {
			p.store.Note(model.Event{At: time.Now(), Kind: model.EventTrouble, Text: err.Error(), Serious: true})
		}
	})
	return "mqtt://" + p.listen.Addr().String(), moved, nil
}

// nearPorts is how many ports after a taken one are tried.
const nearPorts = 20

// listenNear opens the address, or the next free port when that is taken.
func listenNear(ctx context.Context, address string) (ln net.Listener, moved, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	first, err := strconv.Atoi(port)
	if err != nil || first < 0 || first > 65535 {
		return nil, nil, fmt.Errorf("listen on %q: the port is a number from 0 to 65535", address)
	}
	var lc net.ListenConfig
	ln, err = lc.Listen(ctx, "tcp", address)
	if err == nil || first == 0 || !portTaken(err) {
		if err != nil {
			return nil, nil, fmt.Errorf("let devices connect at %s: %w; choose another address with --listen", address, err)
		}
		return ln, nil, nil
	}
	for next := first + 1; next <= min(first+nearPorts, 65535); next++ {
		if ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(next))); err == nil {
			return ln, fmt.Errorf("port %d is in use by another program: devices connect to port %d instead", first, next), nil
		}
	}
	return nil, nil, fmt.Errorf("let devices connect at %s: it and the %d ports after it are in use; choose another with --listen", address, nearPorts)
}

// tick lets time pass for the store.
func (p *Program) tick() {
	beat := time.NewTicker(200 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-beat.C:
			p.store.Tick()
		}
	}
}

// losses are what the broker had to let go.
func (p *Program) losses() []model.DropCount {
	if p.broker == nil {
		return nil
	}
	return p.broker.Stats().Dropped
}

// The area that the map of the Solent covers, as its file says.
var (
	solentSouthWest = model.LatLon{Lat: 50.45, Lon: -2.05}
	solentNorthEast = model.LatLon{Lat: 51.0, Lon: -0.7}
)

// mapLand is the map of the program: the world, and the Solent in detail.
func mapLand() (*plot.Land, error) {
	world, err := model.ParseLand(assets.WorldLand())
	if err != nil {
		return nil, fmt.Errorf("read the map of the world: %w", err)
	}
	solent, err := model.ParseLand(assets.SolentLand())
	if err != nil {
		return nil, fmt.Errorf("read the map of the Solent: %w", err)
	}
	return plot.NewLand(
		plot.LandLayer{Rings: world.Rings()},
		plot.LandLayer{Rings: solent.Rings(), SouthWest: solentSouthWest, NorthEast: solentNorthEast},
	), nil
}

// Run shows the window and returns when it has been closed or ctx has ended. It
// is for the main goroutine.
func (p *Program) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, p.window.Quit)
	defer stop()
	p.window.Run()
	return nil
}

// abandon ends the program when the window system does not: everything of ours
// is closed in order, and the main goroutine, which waits in vain, with it.
func (p *Program) abandon() {
	if err := p.Close(); err != nil {
		slog.Error("The program did not end in order", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Close ends everything, the window first and what it listens to last; it may be
// called twice.
func (p *Program) Close() error {
	var err error
	p.once.Do(func() {
		if p.window != nil {
			p.window.Close()
		}
		if p.fleet != nil {
			p.fleet.stop()
		}
		p.cancel()
		if p.broker != nil {
			err = p.broker.Close()
		}
		p.group.Wait()
		if p.dir != nil {
			err = errors.Join(err, p.dir.close())
		}
	})
	return err
}
