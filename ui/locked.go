package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// pastLock is why nothing can be sent while the past is shown.
func pastLock() string { return i18n.T("Locked: this is the past. Go back to live to send.") }

// errPast is what sending fails with while the past is shown.
const errPast = i18n.Error("this is the past: go back to live to send")

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
