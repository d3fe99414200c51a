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
		r.Kind, r.ClientID, r.Addr, r.Said, r.Count = e.Kind, e.ClientID, e.Addr, e.Said, e.Count
	case broker.Denied:
		from(e.Publisher)
		r.Kind, r.Topic, r.Count = e.Kind, e.Topic, e.Count
		r.Said = mayNot(e.Action, e.Said)
	case broker.TakenOver:
		from(e.New)
		r.Kind, r.Said = watch.Takeover, model.Sayf("took over its session from %s", e.Old.Addr)
	case broker.SessionClosed:
		if broker.KindOf(e.Err) != watch.HandshakeFailed {
			return r, false
		}
		from(e.Publisher)
		r.Kind, r.Said = watch.HandshakeFailed, model.Sayf("its encrypted connection was broken on the way: %s", e.Err.Error())
	case broker.Malformed:
		from(e.Publisher)
		r.Kind, r.Addr, r.Said, r.Count = watch.Malformed, e.Addr, model.Quoted(e.Reason), e.Count
	default:
		return r, false
	}
	return r, true
}

// onIdentityEvent tells of what the registry saw.
func (h *Hub) onIdentityEvent(e identity.Event) {
	h.Feed.Add(watch.Report{Kind: e.Kind, At: e.At, Identity: e.Identity, Addr: e.Addr, Said: e.Reason})
	note(h.Store, model.Event{At: e.At, Kind: model.EventRefused, Client: e.Identity, Addr: e.Addr, Serious: e.Kind.Gravity() == watch.Serious},
		model.Sayf("%s: %s", model.Sayf(e.Kind.String()), e.Reason))
}

// onEnrolEvent tells of a request to be enrolled.
func (h *Hub) onEnrolEvent(e enrol.Event) {
	text := model.Sayf(e.Outcome.String())
	if e.Detail != "" {
		text = model.Sayf("%s: %s", text, e.Detail)
	}
	h.Feed.Add(watch.Report{Kind: e.Outcome.Kind(), At: e.At, Identity: e.Name, Addr: e.Addr, Said: text})
	note(h.Store, model.Event{At: e.At, Kind: model.EventRefused, Client: e.Name, Addr: e.Addr}, model.Sayf("enrolment: %s", text))
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
	text := model.Sayf(r.Reason.String())
	if r.Origin != "" {
		text = model.Sayf("%s, the page is of %s", text, r.Origin)
	}
	now := time.Now()
	h.Feed.Add(watch.Report{Kind: kind, At: now, Addr: r.Addr, Said: text})
	note(h.Store, model.Event{At: now, Kind: model.EventRefused, Addr: r.Addr}, text)
}

// onSecondWriter tells of a topic that another identity began to write.
func (h *Hub) onSecondWriter(s model.SecondWriter) {
	h.Feed.Add(watch.Report{Kind: watch.SecondWriter, At: s.Last, Identity: s.Publisher.Identity, ClientID: s.Publisher.ClientID, Addr: s.Publisher.Addr,
		Topic: s.Topic, Said: model.Sayf("writes what belongs to %s", s.Owner.Name())})
}

// mayNot is what a client may not do, and why.
func mayNot(a broker.Action, why model.Phrase) model.Phrase {
	switch a {
	case broker.ToPublish:
		return model.Sayf("may not publish: %s", why)
	case broker.ToRetain:
		return model.Sayf("may not retain: %s", why)
	case broker.ToLeaveWill:
		return model.Sayf("may not leave a will: %s", why)
	case broker.ToSubscribe:
		return model.Sayf("may not subscribe: %s", why)
	case broker.ToReceive:
		return model.Sayf("may not receive: %s", why)
	}
	return why
}
