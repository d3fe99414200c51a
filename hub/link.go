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
	retry func()
}

// Publish sends a message and tells how many sessions it went to.
func (l *Link) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) (int, bool, error) {
	r, err := l.Link.Publish(ctx, mqttlink.Outgoing{Topic: topic, Payload: payload, QoS: qos, Retain: retain})
	return r.Sessions, r.SessionsKnown, err
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
func (s localSession) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool, props *model.Properties) (int, error) {
	r, err := s.Local.Publish(ctx, topic, payload, qos, retain, props)
	return max(0, r.Matched-1), err
}
