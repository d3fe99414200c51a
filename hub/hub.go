package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// Hub is everything but the window, fitted together and running.
type Hub struct {
	// Dir is the data folder, Store the model, Link the connection that feeds it.
	Dir   *Dir
	Store *model.Store
	Link  *Link
	// Broker and Registry are nil when a broker elsewhere is watched.
	Broker   *broker.Broker
	Registry *identity.Registry
	// Feed is what was refused, denied or worth knowing lately.
	Feed *watch.Feed
	// History records it all.
	History *History
	// Fleet is the demo's, and Rogue its impostor, nil where the fleet's identities
	// are not ours to vouch for.
	Fleet *Fleet
	Rogue *Rogue
	// Address is where a device connects, as a URL; empty when none can.
	Address string
	// Moved says that Address is not the one asked for, and why; nil otherwise.
	Moved error

	cfg    Config
	listen net.Listener
	seen   seen
	crew   *crew // nil without a broker

	endpointMu sync.Mutex
	endpoints  []*endpoint
	networkMu  sync.Mutex
	enrolment  *enrolment // nil while the network is not open

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	once   sync.Once
}

// New starts a hub. The caller closes it.
func New(cfg Config) (_ *Hub, err error) {
	h := &Hub{cfg: cfg, Feed: watch.NewFeed(watch.FeedOptions{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if h.Dir, err = OpenDir(cfg.DataDir); err != nil {
		return nil, err
	}
	o := storeOptions()
	o.OnSecondWriter = h.onSecondWriter
	h.Store = model.NewStore(o)
	h.openHistory()
	if err := h.connect(); err != nil {
		return nil, err
	}
	h.Fleet = newFleet(h.ctx, h.fleetOptions())
	return h, nil
}

// storeOptions are how a store is made, the live one and those of the past.
func storeOptions() model.Options {
	return model.Options{Scanner: &payload.Scanner{}, Rules: demo.Rules(), Ports: demo.Ports(), Lanes: demo.Lanes()}
}

// take takes in what the link delivers.
func (h *Hub) take(batch []model.Message) {
	h.Store.Ingest(batch)
	h.History.record(batch)
}

// connect starts the link: to the broker elsewhere, or to the one inside, which
// it starts too.
func (h *Hub) connect() error {
	var link mqttlink.Link
	if h.cfg.Connect != "" {
		remote, err := mqttlink.NewRemote(mqttlink.Profile{URL: h.cfg.Connect, Password: mqttlink.NewSecret(os.Getenv(PasswordVariable))}, h.take)
		if err != nil {
			return fmt.Errorf("--connect: %w", err)
		}
		h.Link = &Link{Link: remote, retry: remote.ReconnectNow}
		link = remote
	} else {
		if err := h.startBroker(); err != nil {
			return err
		}
		link = mqttlink.NewLocal(h.Address, attacher(h.Broker), h.take)
		h.Link = &Link{Link: link, retry: func() {}, audience: func(topic string, qos byte) model.Audience {
			return h.Broker.Audience(windowClient, topic, qos)
		}}
	}
	h.group.Go(func() {
		if err := link.Run(h.ctx); err != nil {
			slog.Error("The link ended", "error", err)
		}
	})
	h.group.Go(h.tick)
	return nil
}

// startBroker opens who may speak, and where, and serves them. The program's own
// session comes first, so that it misses nothing.
func (h *Hub) startBroker() error {
	if err := h.openRegistry(); err != nil {
		return err
	}
	h.group.Go(func() { h.Registry.Run(h.ctx) })
	h.Broker = broker.New(broker.Options{OnEvent: h.onBrokerEvent, Access: h.Registry, Store: h.openStore(),
		Spool: h.Dir.Path("spool"), Version: "Pilothouse " + h.cfg.Version})
	h.Registry.Guard(h.Broker)
	return h.openListeners()
}

// LinkName is what to call the link.
func (h *Hub) LinkName() string {
	if h.Broker != nil {
		return "built-in broker"
	}
	if u, err := url.Parse(h.Link.Status().URL); err == nil {
		return u.Hostname()
	}
	return "broker"
}

// tick lets time pass for the store.
func (h *Hub) tick() {
	beat := time.NewTicker(200 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-beat.C:
			h.Store.Tick()
			h.History.followTrail()
		}
	}
}

// Losses are what the broker and the historian had to let go.
func (h *Hub) Losses() []model.DropCount {
	lost := h.History.losses()
	if h.Broker != nil {
		lost = append(lost, h.Broker.Stats().Dropped...)
	}
	return lost
}

// Close ends everything, what others depend on last; it may be called twice.
func (h *Hub) Close() error {
	var err error
	h.once.Do(func() {
		if h.Rogue != nil {
			h.Rogue.Stop()
		}
		if h.Fleet != nil {
			h.Fleet.stop()
		}
		h.cancel()
		if e := h.enroller(); e != nil {
			err = e.server.Close()
		}
		if h.Broker != nil {
			err = errors.Join(err, h.Broker.Close())
		}
		h.group.Wait()
		if h.Registry != nil {
			err = errors.Join(err, h.Registry.Close())
		}
		if h.History != nil {
			err = errors.Join(err, h.History.close())
		}
		if h.Dir != nil {
			err = errors.Join(err, h.Dir.Close())
		}
	})
	return err
}
