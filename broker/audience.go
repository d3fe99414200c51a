package broker

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/model"
)

// Audience is who would receive a message that the session from publishes on
// topic: the sessions of clients that subscribe to it and may have it. Of a shared subscription, which hands each message to one of its
// members, all members are listed. Nothing is sent and nobody is told.
func (b *Broker) Audience(from, topic string, qos byte) model.Audience {
	a := model.Audience{Known: true}
	if checkPublishTopic(topic) != nil {
		return a
	}
	found := make(map[*session]byte)
	b.subs.match(topic, func(n *node) {
		for _, s := range n.subs {
			found[s.session] = max(found[s.session], s.qos)
		}
		for _, g := range n.groups {
			for _, s := range g.members {
				found[s.session] = max(found[s.session], s.qos)
			}
		}
	})
	pub := b.publisherOf(from)
	for s, most := range found {
		if s.local != nil || b.access.Deliver(s.pub.Load(), pub, topic) != nil {
			continue
		}
		listener := s.listener(min(qos, most))
		if !listener.Connected && listener.QoS == 0 {
			continue // it would be lost
		}
		a.Listeners = append(a.Listeners, listener)
	}
	slices.SortFunc(a.Listeners, func(x, y model.Listener) int { return cmp.Compare(x.ClientID, y.ClientID) })
	a.Total = len(a.Listeners)
	a.Listeners = a.Listeners[:min(a.Total, model.MaxListeners)]
	return a
}

// publisherOf is who speaks through the session of a client ID.
func (b *Broker) publisherOf(clientID string) *model.Publisher {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.sessions[clientID]; s != nil {
		return s.pub.Load()
	}
	return &model.Publisher{ClientID: clientID}
}
