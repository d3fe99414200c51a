package hub

import (
	"context"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// Link is a link as the window wants it.
type Link struct {
	mqttlink.Link
	retry    func()
	audience func(topic string, qos byte) model.Audience // nil where nobody can say
	retained func(ctx context.Context, filter string, limit int) (topics []string, more bool, err error)
}

// Send sends a message and tells what is known of it.
func (l *Link) Send(ctx context.Context, m model.Outgoing) (model.Receipt, error) {
	return l.Publish(ctx, m)
}

// Audience is who would receive a message on a topic. It asks the broker inside;
// of a broker elsewhere nobody can say.
func (l *Link) Audience(topic string, qos byte) model.Audience {
	if l.audience == nil {
		return model.Audience{}
	}
	return l.audience(topic, qos)
}

// Retained is which topics that match filter the broker keeps a message of, at most
// limit of them, by name; more tells that there are more.
func (l *Link) Retained(ctx context.Context, filter string, limit int) (topics []string, more bool, err error) {
	return l.retained(ctx, filter, limit)
}

// kept asks the broker inside what it keeps.
func (h *Hub) kept(_ context.Context, filter string, limit int) (topics []string, more bool, err error) {
	found := h.Broker.Retained(filter)
	for i := range found[:min(len(found), limit)] {
		topics = append(topics, found[i].Topic)
	}
	return topics, len(found) > limit, nil
}

// Retry tries to connect at once.
func (l *Link) Retry() { l.retry() }

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
func (s localSession) Publish(ctx context.Context, m model.Outgoing) (int, error) {
	r, err := s.Send(ctx, m)
	return max(0, r.Matched-1), err
}
