package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
)

// Link is the connection to a broker, as far as the window needs it.
type Link interface {
	// Status is a snapshot; it never blocks.
	Status() model.LinkStatus
	// Send sends a message and returns when the broker has accepted it.
	Send(ctx context.Context, m model.Outgoing) (model.Receipt, error)
	// Audience is who would receive a message on a topic, at most with that QoS,
	// our own session left out. It is quick.
	Audience(topic string, qos byte) model.Audience
	// Retained is which topics that match a filter the broker keeps a message of, at
	// most limit of them, by name; more tells that there are more. It asks the
	// broker, and may take seconds.
	Retained(ctx context.Context, filter string, limit int) (topics []string, more bool, err error)
	// Retry tries to connect now instead of at the next planned time.
	Retry()
}
