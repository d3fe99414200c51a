package hub

import (
	"log/slog"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// willSent is why a session is taken to have ended when its will speaks.
const willSent = "its will was sent"

// tellStore tells the store, and the historian of sessions, what the broker sees.
func (h *Hub) tellStore(e broker.Event) {
	s := h.Store
	switch e := e.(type) {
	case broker.SessionOpened:
		s.SessionOpened(e.Publisher, e.At)
		h.History.session(history.Session{At: e.At, Publisher: e.Publisher, Opened: true})
	case broker.SessionClosed:
		s.SessionClosed(e.Publisher, e.At, sessionEnd(e), e.Reason.String())
		h.History.session(history.Session{At: e.At, Publisher: e.Publisher, End: sessionEnd(e), Why: e.Reason.String()})
	case broker.WillPublished:
		s.SessionClosed(e.Publisher, e.At, model.SessionWill, willSent)
		h.History.session(history.Session{At: e.At, Publisher: e.Publisher, End: model.SessionWill, Why: willSent})
	case broker.Refused:
		note(s, model.Event{At: e.At, Kind: model.EventRefused, Client: e.ClientID, Addr: e.Addr}, often(e.Said, e.Count))
	case broker.Denied:
		text := often(model.Sayf("%s: %s", e.Topic, mayNot(e.Action, e.Said)), e.Count)
		note(s, model.Event{At: e.At, Kind: model.EventDenied, Client: e.Publisher.Name(), Addr: e.Publisher.Addr}, text)
	case broker.TakenOver:
		note(s, model.Event{At: e.At, Kind: model.EventTrouble, Client: e.New.Name(), Addr: e.New.Addr}, model.Sayf("took over its session from %s", e.Old.Addr))
	case broker.Dropped:
		note(s, model.Event{At: e.At, Kind: model.EventTrouble, Client: e.Publisher.Name()}, model.Sayf("%d messages dropped: %s", e.Count, model.Sayf(e.Reason.String())))
	case broker.Malformed:
		note(s, model.Event{At: e.At, Kind: model.EventTrouble, Client: nameOf(e.Publisher), Addr: e.Addr}, often(model.Sayf("cut off: %s", e.Reason), e.Count))
	case broker.PanicCaught:
		slog.Error("A connection was ended by a fault in the broker", "address", e.Addr, "fault", e.Value, "stack", e.Stack)
		note(s, model.Event{At: e.At, Kind: model.EventTrouble, Addr: e.Addr, Serious: true}, model.Sayf("cut off by a fault in this program: %s", e.Value))
	case broker.StoreRecovered, broker.StoreFailed, broker.StoreWorks, broker.StoreUnreadable, broker.SpoolFailed:
		noteStoreTrouble(s, e)
	case broker.AcceptFailed:
		note(s, model.Event{At: e.At, Kind: model.EventTrouble, Addr: e.Listener}, often(model.Sayf("cannot accept connections: %s", e.Err.Error()), e.Count))
	}
}

func nameOf(p *model.Publisher) string {
	if p == nil {
		return ""
	}
	return p.Name()
}

// note tells a store of an event, in words that a window can say in any language.
func note(s *model.Store, e model.Event, p model.Phrase) {
	e.Text, e.Phrase = p.String(), &p
	s.Note(e)
}

// often says how often something happened.
func often(p model.Phrase, count uint64) model.Phrase {
	if count > 1 {
		return model.Sayf("%s (%d times)", p, count)
	}
	return p
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
