package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// linkAdapter is a link as the window wants it.
type linkAdapter struct {
	mqttlink.Link
	retry func()
}

// Publish sends a message and tells how many sessions it went to.
func (l *linkAdapter) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) (int, bool, error) {
	r, err := l.Link.Publish(ctx, mqttlink.Outgoing{Topic: topic, Payload: payload, QoS: qos, Retain: retain})
	return r.Sessions, r.SessionsKnown, err
}

// Retry tries to connect at once.
func (l *linkAdapter) Retry() { l.retry() }

// windowClient is the client ID of the window's own session.
const windowClient = "pilothouse"

// attacher opens the window's session inside the broker.
func attacher(b *broker.Broker) mqttlink.Attacher {
	return func(onMessages func([]model.Message)) (mqttlink.Session, error) {
		l, err := b.Attach(broker.LocalOptions{ClientID: windowClient, OnMessages: onMessages})
		if err != nil {
			return nil, err
		}
		return localSession{l}, nil
	}
}

// localSession is the broker's session as the link wants it.
type localSession struct{ *broker.Local }

// Publish tells how many other sessions the message went to: the window's own,
// which watches everything, is not a listener to prove anything by.
func (s localSession) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool, props *model.Properties) (int, error) {
	r, err := s.Local.Publish(ctx, topic, payload, qos, retain, props)
	return max(0, r.Matched-1), err
}

// storeEvents tells the store what the broker sees.
func storeEvents(s *model.Store) func(broker.Event) {
	return func(e broker.Event) {
		switch e := e.(type) {
		case broker.SessionOpened:
			s.SessionOpened(e.Publisher, e.At)
		case broker.SessionClosed:
			s.SessionClosed(e.Publisher, e.At, sessionEnd(e), e.Reason.String())
		case broker.WillPublished:
			s.SessionClosed(e.Publisher, e.At, model.SessionWill, "its will was sent")
		case broker.Refused:
			s.Note(model.Event{At: e.At, Kind: model.EventRefused, Client: e.ClientID, Addr: e.Addr, Text: times(e.Reason, e.Count)})
		case broker.Denied:
			text := fmt.Sprintf("may not %s %s: %s", e.Action, e.Topic, e.Reason)
			s.Note(model.Event{At: e.At, Kind: model.EventDenied, Client: e.Publisher.Name(), Addr: e.Publisher.Addr, Text: times(text, e.Count)})
		case broker.TakenOver:
			s.Note(model.Event{At: e.At, Kind: model.EventTrouble, Client: e.New.Name(), Addr: e.New.Addr, Text: "took over its session from " + e.Old.Addr})
		case broker.Dropped:
			text := fmt.Sprintf("%d messages dropped: %s", e.Count, e.Reason)
			s.Note(model.Event{At: e.At, Kind: model.EventTrouble, Client: e.Publisher.Name(), Text: text})
		case broker.Malformed:
			s.Note(model.Event{At: e.At, Kind: model.EventTrouble, Client: nameOf(e.Publisher), Addr: e.Addr, Text: times("cut off: "+e.Reason, e.Count)})
		case broker.PanicCaught:
			slog.Error("A connection was ended by a fault in the broker", "address", e.Addr, "fault", e.Value, "stack", e.Stack)
			s.Note(model.Event{At: e.At, Kind: model.EventTrouble, Addr: e.Addr, Text: "cut off by a fault in this program: " + e.Value, Serious: true})
		case broker.StoreRecovered, broker.StoreFailed, broker.StoreWorks, broker.StoreUnreadable:
			s.Note(storeTrouble(e))
		case broker.AcceptFailed:
			s.Note(model.Event{At: e.At, Kind: model.EventTrouble, Addr: e.Listener, Text: times("cannot accept connections: "+e.Err.Error(), e.Count)})
		}
	}
}

func nameOf(p *model.Publisher) string {
	if p == nil {
		return ""
	}
	return p.Name()
}

func times(text string, count uint64) string {
	if count > 1 {
		return fmt.Sprintf("%s (%d times)", text, count)
	}
	return text
}

func sessionEnd(e broker.SessionClosed) model.SessionState {
	switch {
	case e.WillSent:
		return model.SessionWill
	case e.Reason == broker.ClosedByClient:
		return model.SessionGoodbye
	}
	return model.SessionBroken
}

// portTaken reports whether an address could not be opened because it is in use.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// fleet starts and stops the demo.
type fleet struct {
	ctx  context.Context
	opts demo.Options

	mu     sync.Mutex
	cancel context.CancelFunc // nil in port
	group  sync.WaitGroup
}

func newFleet(ctx context.Context, o demo.Options) *fleet { return &fleet{ctx: ctx, opts: o} }

// Running tells whether the fleet sails.
func (f *fleet) Running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cancel != nil
}

// SetRunning sends the fleet out or calls it back.
func (f *fleet) SetRunning(on bool) {
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
func (f *fleet) stop() {
	f.SetRunning(false)
	f.group.Wait()
}
