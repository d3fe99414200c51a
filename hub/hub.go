package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// Hub is everything but the window, fitted together and running.
type Hub struct {
	// Dir is the data folder.
	Dir *Dir
	// Source is what the broker inside says, or until there is one the broker
	// elsewhere that the command line names.
	*Source
	// Broker and Registry are nil until the broker inside runs: when the command
	// line names another, [Hub.Inside] starts it.
	Broker   *broker.Broker
	Registry *identity.Registry
	// Feed is what was refused, denied or worth knowing lately.
	Feed *watch.Feed
	// Fleet is the demo's, and Rogue its impostor, nil where the fleet's identities
	// are not ours to vouch for.
	Fleet *Fleet
	Rogue *Rogue
	// Address is where a device connects, as a URL; empty when none can.
	Address string
	// Moved says that Address is not the one asked for, and why; nil otherwise.
	Moved error

	cfg     Config
	listen  net.Listener
	secrets secrets
	budget  atomic.Int64 // of each store, in bytes; 0 for the default
	keeping atomic.Pointer[history.Retention]

	connections *Connections
	insideMu    sync.Mutex // while it is started
	insideFault error

	sourceMu sync.Mutex
	sources  map[*Source]bool // that are open
	seen     seen
	crew     *crew // nil without a broker

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
	if h.Dir = cfg.Dir; h.Dir == nil {
		if h.Dir, err = OpenDir(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	h.budget.Store(int64(cfg.MemoryMiB) << 20)
	keep := cfg.Retention()
	h.keeping.Store(&keep)
	h.connections = newConnections(h)
	h.group.Go(func() { thrift(h.ctx) })
	if cfg.Connect != "" {
		err = h.connectElsewhere()
	} else {
		err = h.startInside()
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

// rules are the demo's, with the words for what its devices say and are told in the
// language of whoever is at the window.
func (h *Hub) rules() []model.DeviceRule {
	rules := demo.Rules()
	say := h.cfg.Say
	if say == nil {
		return rules
	}
	for i := range rules {
		for j := range rules[i].Values {
			rules[i].Values[j].Label = say(rules[i].Values[j].Label)
		}
		for j := range rules[i].Commands {
			rules[i].Commands[j].Label = say(rules[i].Commands[j].Label)
		}
	}
	return rules
}

// storeOptions are how a store is made, the live ones and those of the past.
func (h *Hub) storeOptions() model.Options {
	return model.Options{Scanner: &payload.Scanner{}, Rules: h.rules(), Ports: demo.Ports(), Lanes: demo.Lanes(),
		Limits: model.Limits{Memory: int(h.budget.Load())}}
}

// connectElsewhere watches the broker that the command line names.
func (h *Hub) connectElsewhere() error {
	own := sha256.Sum256([]byte(h.cfg.Connect))
	how := sourceOptions{name: elsewhereName(h.cfg.Connect), history: "history-" + hex.EncodeToString(own[:8]) + ".db"}
	s, err := h.openSource(how, func(s *Source) (mqttlink.Link, error) {
		return s.dial(mqttlink.Profile{URL: h.cfg.Connect, Password: mqttlink.NewSecret(os.Getenv(PasswordVariable))})
	})
	if err != nil {
		return fmt.Errorf("--connect: %w", err)
	}
	h.Source = s
	h.Fleet = newFleet(h.ctx, h.fleetOptions())
	return nil
}

// elsewhereName is what to call a broker by its URL.
func elsewhereName(text string) string {
	if u, err := url.Parse(text); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "broker"
}

// insideName is what to call the broker in the program.
const insideName = "built-in broker"

// Inside is the broker in the program, which it starts when the command line had
// it watch another. It may take seconds then. A broker that could not be started
// is not tried again.
func (h *Hub) Inside() (*Source, error) {
	h.insideMu.Lock()
	defer h.insideMu.Unlock()
	if h.insideFault != nil || h.cfg.Connect == "" || h.Broker != nil {
		return h.Source, h.insideFault
	}
	first := h.Source
	h.Fleet.stop()
	if err := h.startInside(); err != nil {
		h.Source, h.insideFault = first, fmt.Errorf("the broker inside cannot start: %w", err)
	}
	return h.Source, h.insideFault
}

// startInside starts the broker inside and watches it.
func (h *Hub) startInside() error {
	s, err := h.openSource(sourceOptions{name: insideName, history: HistoryFile}, func(s *Source) (mqttlink.Link, error) {
		h.Source = s // which hears of what the broker sees from its first moment
		if err := h.startBroker(); err != nil {
			return nil, err
		}
		s.Address = h.Address
		link := mqttlink.NewLocal(h.Address, attacher(h.Broker), s.taking())
		s.Link = &Link{Link: link, retry: func() {}, retained: h.kept, audience: func(topic string, qos byte) model.Audience {
			return h.Broker.Audience(windowClient, topic, qos)
		}}
		return link, nil
	})
	if err != nil {
		return err
	}
	h.Source = s
	h.Fleet = newFleet(h.ctx, h.fleetOptions())
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

// Losses are what the broker inside and the historian of s had to let go.
func (h *Hub) Losses(s *Source) []model.DropCount {
	lost := s.History.losses()
	if s.Inside() {
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
		err = errors.Join(err, h.closeSources())
		if h.Dir != nil {
			err = errors.Join(err, h.Dir.Close())
		}
	})
	return err
}
