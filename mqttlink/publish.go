package mqttlink

import (
	"context"
	"slices"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/model"
)

// Publish implements [Link]. MQTT 3.1.1 has no properties: they are left out,
// and the receipt says so.
func (r *Remote) Publish(ctx context.Context, m Outgoing) (Receipt, error) {
	if err := check(&m); err != nil {
		return Receipt{}, err
	}
	if len(m.Payload) > r.profile.MaxPacket {
		return Receipt{}, &Error{Kind: KindMessage,
			Detail: model.Sayf("%d bytes, where %d are allowed", len(m.Payload), r.profile.MaxPacket)}
	}
	s := r.session.Load()
	if s == nil {
		return Receipt{}, r.publishError(KindNotConnected, m.Topic, nil)
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return Receipt{}, r.publishError(KindPublish, m.Topic, ctx.Err())
	case <-s.ended:
		return Receipt{}, r.publishError(KindNotConnected, m.Topic, nil)
	}
	// paho's Publish itself may wait for a connection that does not take
	// anything; it ends by its write timeout.
	m.Payload = slices.Clone(m.Payload)
	started := make(chan mqtt.Token, 1)
	go func() {
		defer func() { <-r.slots }()
		started <- s.client.Publish(m.Topic, m.QoS, m.Retain, m.Payload)
	}()
	return r.await(ctx, s, m, started)
}

// await waits for the broker to accept a message.
func (r *Remote) await(ctx context.Context, s *session, m Outgoing, started <-chan mqtt.Token) (Receipt, error) {
	var accepted <-chan struct{}
	var token mqtt.Token
	for {
		select {
		case token = <-started:
			accepted = token.Done()
		case <-accepted:
			if err := token.Error(); err != nil {
				return Receipt{}, r.publishError(KindPublish, m.Topic, err)
			}
			r.status.sent.Add(1)
			return Receipt{PropertiesLeftOut: m.Properties != nil}, nil
		case <-ctx.Done():
			return Receipt{}, r.publishError(KindPublish, m.Topic, ctx.Err())
		case <-s.ended:
			return Receipt{}, r.publishError(KindPublish, m.Topic, KindLost)
		}
	}
}

func (r *Remote) publishError(kind Kind, topic string, err error) *Error {
	detail := model.Sayf("publishing to %s", topic)
	if err != nil {
		detail = model.Sayf("publishing to %s: %s", topic, model.PhraseOf(err))
	}
	return &Error{Kind: kind, Target: r.at.String(), Detail: detail, Err: err}
}
