//go:build !hub

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui"
)

// deskConnections turns the window to other brokers. The broker inside runs on
// meanwhile, with its record.
type deskConnections struct {
	*hub.Connections
	p *Program

	turning sync.Mutex // one turn at a time
	mu      sync.Mutex
	watched *hub.Source
	ending  sync.WaitGroup // sources that are watched no more
	ended   context.Context
	end     context.CancelFunc
}

func newDeskConnections(p *Program) *deskConnections {
	d := &deskConnections{Connections: p.Hub.Connections(), p: p, watched: p.Source}
	d.ended, d.end = context.WithCancel(context.Background())
	return d
}

// first is what the window shows first: what the command line names, else the
// broker that was watched last. When that cannot be watched it is the one inside,
// and the error says why.
func (d *deskConnections) first() (ui.Source, error) {
	book, _ := d.Book()
	if d.p.cfg.Connect != "" || book.Last == "" {
		return d.p.source(d.watched), nil
	}
	s, err := d.p.OpenProfile(book.Last)
	if err != nil {
		return d.p.source(d.watched), fmt.Errorf("the broker that was watched last is not watched: %w", err)
	}
	d.watched = s
	return d.p.source(s), nil
}

// Watched implements ui.Connections.
func (d *deskConnections) Watched() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.watched.ID
}

// errClosing is why nothing is watched any more.
var errClosing = errors.New("the program is being closed")

// Watch implements ui.Connections.
func (d *deskConnections) Watch(id string) error {
	d.turning.Lock()
	defer d.turning.Unlock()
	if d.ended.Err() != nil {
		return errClosing
	}
	next, err := d.open(id)
	if err != nil {
		return err
	}
	d.mu.Lock()
	before := d.watched
	d.watched = next
	d.mu.Unlock()
	if next == before {
		return nil
	}
	left, shown := make(chan struct{}), make(chan struct{})
	d.p.window.Do(func() {
		d.p.window.Turn(d.p.source(next), func() { close(left) })
		close(shown)
	})
	if !before.Inside() {
		d.ending.Go(func() { d.leave(before, left) })
	}
	select {
	case <-shown:
	case <-d.ended.Done():
		return errClosing
	}
	return d.SetLast(id)
}

// open is the source of a profile, or the broker inside.
func (d *deskConnections) open(id string) (*hub.Source, error) {
	if id == "" {
		return d.p.Inside()
	}
	return d.p.OpenProfile(id)
}

// leave closes a source when the window has left it.
func (d *deskConnections) leave(s *hub.Source, left <-chan struct{}) {
	select {
	case <-left:
	case <-d.ended.Done():
		return // the hub closes it
	}
	if err := d.p.CloseSource(s); err != nil {
		d.p.Source.Store.Note(model.Event{At: d.p.Source.Store.Now(), Kind: model.EventTrouble,
			Text: "the record of " + s.Name + " did not end well: " + err.Error(), Serious: true})
	}
}

// close waits for what is under way. The window has been closed.
func (d *deskConnections) close() {
	d.end()
	d.turning.Lock()   // a turn that is under way has seen that
	d.turning.Unlock() //nolint:staticcheck // nothing is to be done, it was waited for
	d.ending.Wait()
}

// source is a source as the window wants it.
func (p *Program) source(s *hub.Source) ui.Source {
	out := ui.Source{
		Store: s.Store, Link: s.Link, LinkName: s.Name, Address: s.Address,
		Losses: func() []model.DropCount { return p.Losses(s) },
	}
	if !s.History.Off() {
		out.History = s.History
	}
	if s == p.Source { // the fleet sails to this one
		out.Demo = p.Fleet
	}
	if s.Inside() {
		out.Watch = deskWatch{p.Hub.Watch(), p.Rogue}
	}
	return out
}
