package mqttlink

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
)

// Sink takes messages from a link, in the order of their arrival for each
// topic and quality of service. It is called by one goroutine at a time and
// must not block for long. The slice and the payloads in it are valid only
// during the call; a Sink that keeps them copies them.
type Sink func([]model.Message)

// Link is a connection to a broker.
type Link interface {
	// Run connects, subscribes, and keeps the link connected until ctx ends.
	// It returns nil then, and an error only when it cannot go on at all. It
	// may be called once.
	Run(ctx context.Context) error

	// Publish sends a message, and returns when the broker has accepted it: at
	// once when it was written at QoS 0, acknowledged at QoS 1 and 2. It does
	// not wait for a link that is not up.
	Publish(ctx context.Context, m Outgoing) (Receipt, error)

	// Status returns a snapshot of the link. It is cheap enough for each frame
	// and its slices belong to the caller.
	Status() model.LinkStatus
}

type (
	// Outgoing is a message to publish.
	Outgoing = model.Outgoing
	// Receipt is what is known of a message that the broker accepted. A broker
	// elsewhere tells of no acknowledgements.
	Receipt = model.Receipt
)

// check reports why m cannot be sent over any link.
func check(m *Outgoing) error {
	if err := model.CheckTopic(m.Topic); err != nil {
		return &Error{Kind: KindMessage, Detail: model.PhraseOf(err), Err: err}
	}
	if m.QoS > 2 {
		return &Error{Kind: KindMessage, Detail: model.Sayf("QoS is 0, 1 or 2")}
	}
	return nil
}
