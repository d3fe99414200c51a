package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// Source is a broker that is watched: what it says, the link that says it, and
// the record of it. Each has a store and a history of its own, so that what two
// brokers say is never mixed.
type Source struct {
	// Name is what to call it.
	Name string
	// ID is that of its profile; empty for the broker inside, and for the one that
	// the command line names.
	ID string
	// Address is where a device connects, as a URL; empty when none can.
	Address string
	// Store is the model, Link the connection that feeds it, History the record.
	Store   *model.Store
	Link    *Link
	History *History

	h      *Hub
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	closed sync.Once
	ended  chan struct{} // is closed when it is
	fault  error         // of closing
}

// Inside tells whether it is the broker in the program, which knows who is there.
func (s *Source) Inside() bool { return s.Link.audience != nil }

// sourceOptions say how a source is made.
type sourceOptions struct {
	name, id string
	// history is the file of its record in the data folder, unless the command
	// line says otherwise.
	history string
}

// openSource makes a source and runs the link that open returns, which also sets
// its Link.
func (h *Hub) openSource(how sourceOptions, open func(*Source) (mqttlink.Link, error)) (*Source, error) {
	s := &Source{Name: how.name, ID: how.id, h: h, ended: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(h.ctx)
	o := h.storeOptions()
	o.OnSecondWriter = h.onSecondWriter
	s.Store = model.NewStore(o)
	s.openHistory(h.historyPlace(how.history))
	h.sourceMu.Lock()
	if h.sources == nil {
		h.sources = make(map[*Source]bool)
	}
	h.sources[s] = true
	h.sourceMu.Unlock()
	link, err := open(s)
	if err != nil {
		return nil, errors.Join(err, h.abandon(s))
	}
	s.group.Go(func() {
		if err := link.Run(s.ctx); err != nil {
			slog.Error("The link ended", "error", err)
		}
	})
	s.group.Go(s.tick)
	return s, nil
}

// abandon closes a source that could not be opened, unless the hub is about to.
func (h *Hub) abandon(s *Source) error {
	if h.Source == s { // what was started beside it still tells it things
		return nil
	}
	return h.CloseSource(s)
}

// dial makes the link to a broker elsewhere.
func (s *Source) dial(p mqttlink.Profile) (mqttlink.Link, error) {
	remote, err := mqttlink.NewRemote(p, s.taking())
	if err != nil {
		return nil, err
	}
	s.Link = &Link{Link: remote, retry: remote.ReconnectNow, retained: remote.Retained}
	return remote, nil
}

// take takes in what the link delivers.
func (s *Source) take(batch []model.Message) {
	s.Store.Ingest(batch)
	s.History.record(batch)
}

// taking is what the link hands its batches to.
func (s *Source) taking() func([]model.Message) {
	if s.h.cfg.timed != nil {
		return s.h.cfg.timed(s.take)
	}
	return s.take
}

// tick lets time pass for the store.
func (s *Source) tick() {
	beat := time.NewTicker(200 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-beat.C:
			s.Store.Tick()
			s.History.followTrail()
		}
	}
}

// close ends the link, then the record.
func (s *Source) close() error {
	s.closed.Do(func() {
		s.cancel()
		s.group.Wait()
		s.fault = s.History.close()
		close(s.ended)
	})
	return s.fault
}

// CloseSource ends a source that is watched no more. It may take as long as its
// history takes to be written.
func (h *Hub) CloseSource(s *Source) error {
	h.sourceMu.Lock()
	delete(h.sources, s)
	h.sourceMu.Unlock()
	return s.close()
}

// closeSources ends all sources.
func (h *Hub) closeSources() error {
	var err error
	for _, s := range h.openSources() {
		err = errors.Join(err, h.CloseSource(s))
	}
	return err
}

// openSources lists the sources that are open.
func (h *Hub) openSources() []*Source {
	h.sourceMu.Lock()
	defer h.sourceMu.Unlock()
	var all []*Source
	for s := range h.sources {
		all = append(all, s)
	}
	return all
}
