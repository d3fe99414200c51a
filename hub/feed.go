package hub

import (
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// onBrokerEvent tells everybody what the broker sees.
func (h *Hub) onBrokerEvent(e broker.Event) {
	h.Registry.Observe(e)
	h.tellStore(e)
	h.seen.observe(e)
	if r, ok := reportOf(e); ok {
		h.Feed.Add(r)
	}
}

// reportOf is what the feed of attempts is told of an event.
func reportOf(e broker.Event) (watch.Report, bool) {
	r := watch.Report{At: e.Time()}
	from := func(p *model.Publisher) {
		if p != nil {
			r.Identity, r.ClientID, r.Addr = p.Identity, p.ClientID, p.Addr
		}
	}
	switch e := e.(type) {
	case broker.Refused:
		r.Kind, r.ClientID, r.Addr, r.Text, r.Count = e.Kind, e.ClientID, e.Addr, e.Reason, e.Count
	case broker.Denied:
		from(e.Publisher)
		r.Kind, r.Topic, r.Count = e.Kind, e.Topic, e.Count
		r.Text = "may not " + e.Action.String() + ": " + e.Reason
	case broker.TakenOver:
		from(e.New)
		r.Kind, r.Text = watch.Takeover, "took over its session from "+e.Old.Addr
	case broker.SessionClosed:
		if broker.KindOf(e.Err) != watch.HandshakeFailed {
			return r, false
		}
		from(e.Publisher)
		r.Kind, r.Text = watch.HandshakeFailed, "its encrypted connection was broken on the way: "+e.Err.Error()
	case broker.Malformed:
		from(e.Publisher)
		r.Kind, r.Addr, r.Text, r.Count = watch.Malformed, e.Addr, e.Reason, e.Count
	default:
		return r, false
	}
	return r, true
}

// onIdentityEvent tells of what the registry saw.
func (h *Hub) onIdentityEvent(e identity.Event) {
	h.Feed.Add(watch.Report{Kind: e.Kind, At: e.At, Identity: e.Identity, Addr: e.Addr, Text: e.Reason})
	h.Store.Note(model.Event{At: e.At, Kind: model.EventRefused, Client: e.Identity, Addr: e.Addr,
		Text: e.Kind.String() + ": " + e.Reason, Serious: e.Kind.Gravity() == watch.Serious})
}

// onEnrolEvent tells of a request to be enrolled.
func (h *Hub) onEnrolEvent(e enrol.Event) {
	text := e.Outcome.String()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	h.Feed.Add(watch.Report{Kind: e.Outcome.Kind(), At: e.At, Identity: e.Name, Addr: e.Addr, Text: text})
	h.Store.Note(model.Event{At: e.At, Kind: model.EventRefused, Client: e.Name, Addr: e.Addr, Text: "enrolment: " + text})
}

// onWebRefusal tells of a connection that did not become a WebSocket.
func (h *Hub) onWebRefusal(r listen.Refusal) {
	kind := watch.HandshakeFailed
	switch r.Reason {
	case listen.OriginRefused, listen.HostRefused:
		kind = watch.OriginRefused
	case listen.TooManyHandshakes:
		kind = watch.Flood
	case listen.HandshakeFailed:
		kind = broker.KindOf(r.Err)
	}
	text := r.Reason.String()
	if r.Origin != "" {
		text += ", the page is of " + r.Origin
	}
	now := time.Now()
	h.Feed.Add(watch.Report{Kind: kind, At: now, Addr: r.Addr, Text: text})
	h.Store.Note(model.Event{At: now, Kind: model.EventRefused, Addr: r.Addr, Text: text})
}

// onSecondWriter tells of a topic that another identity began to write.
func (h *Hub) onSecondWriter(s model.SecondWriter) {
	h.Feed.Add(watch.Report{Kind: watch.SecondWriter, At: s.Last, Identity: s.Publisher.Identity, ClientID: s.Publisher.ClientID, Addr: s.Publisher.Addr,
		Topic: s.Topic, Text: "writes what belongs to " + s.Owner.Name()})
}
