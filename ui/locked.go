package ui

import (
	"context"
	"errors"

	"github.com/pilothouse/pilothouse/model"
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

// Send implements Link.
func (l lockedLink) Send(ctx context.Context, m model.Outgoing) (model.Receipt, error) {
	if l.stores.inPast() {
		return model.Receipt{}, errPast
	}
	return l.Link.Send(ctx, m)
}
