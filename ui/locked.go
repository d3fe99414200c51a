package ui

import (
	"context"
	"errors"
)

// pastLock is why nothing can be sent while the past is shown.
const pastLock = "Locked: this is the past. Go back to live to send."

// errPast is what sending fails with while the past is shown.
var errPast = errors.New("this is the past: go back to live to send")

// lockedLink sends nothing while the past is shown, whoever asks for it.
type lockedLink struct {
	Link
	stores *stores
}

// Publish implements Link.
func (l lockedLink) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) (int, bool, error) {
	if l.stores.inPast() {
		return 0, false, errPast
	}
	return l.Link.Publish(ctx, topic, payload, qos, retain)
}
