package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
)

// Link is the connection to a broker, as far as the window needs it.
type Link interface {
	// Status is a snapshot; it never blocks.
	Status() model.LinkStatus
	// Publish sends a message and returns when the broker has accepted it: how
	// many sessions it was handed to, and whether that can be known.
	Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) (sessions int, known bool, err error)
	// Retry tries to connect now instead of at the next planned time.
	Retry()
}
