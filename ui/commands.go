package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// commandBar holds the command buttons of the device that is shown.
type commandBar struct {
	deps    pageDeps
	body    *fyne.Container
	locked  *widget.Label // why nothing can be sent
	root    string
	shown   string // the device that the buttons were made for
	buttons map[string]*widgets.CommandButton
}

func newCommandBar(d pageDeps) *commandBar {
	locked := widget.NewLabel(pastLock)
	locked.Wrapping = fyne.TextWrapWord
	locked.Importance = widget.WarningImportance
	locked.Hide()
	return &commandBar{deps: d, body: container.NewGridWrap(fyne.NewSize(132, 56)), locked: locked, buttons: map[string]*widgets.CommandButton{}}
}

func (b *commandBar) choose(root string) { b.root = root }

// show makes the buttons of a device, and tells how far the latest press of
// each got. Latest commands come first.
func (b *commandBar) show(specs []model.CommandSpec, sent []model.Command) {
	if b.shown != b.root {
		b.make(specs)
	}
	past := b.deps.stores.inPast()
	setShown(b.locked, past && len(b.buttons) > 0)
	for _, btn := range b.buttons {
		btn.SetEnabled(!past)
	}
	told := map[string]bool{}
	for i := range sent {
		c := &sent[i]
		if btn := b.buttons[c.Spec.Name]; btn != nil && !told[c.Spec.Name] {
			told[c.Spec.Name] = true
			btn.SetProof(widgets.Proof{Mark: proofMark(c.State), Text: shortProof(c)})
		}
	}
}

func (b *commandBar) make(specs []model.CommandSpec) {
	b.shown = b.root
	b.body.RemoveAll()
	clear(b.buttons)
	for _, spec := range specs {
		root := b.root
		btn := widgets.NewCommandButton(orElse(spec.Label, spec.Name), spec.Hold, func() { b.deps.send(root, spec) })
		b.buttons[spec.Name] = btn
		b.body.Add(btn)
	}
	setShown(b.body, len(specs) > 0)
}

func proofMark(s model.CommandState) widgets.Mark {
	switch s {
	case model.CommandSent:
		return widgets.MarkSent
	case model.CommandAccepted:
		return widgets.MarkAccepted
	case model.CommandAcknowledged:
		return widgets.MarkAcknowledged
	case model.CommandTimedOut:
		return widgets.MarkTimedOut
	}
	return widgets.MarkFailed
}

// shortProof says how far a command got, in the width of a button.
func shortProof(c *model.Command) string {
	if c.State == model.CommandAcknowledged {
		return "acknowledged, " + formatDuration(c.Done.Sub(c.Sent))
	}
	return c.State.String()
}

// proofText says how far a command got, in full.
func proofText(c *model.Command) string {
	text := c.State.String()
	if !c.Accepted.IsZero() && c.SessionsKnown {
		text += ", handed to " + plural(c.Sessions, "session")
	}
	if c.State.Final() {
		text += " after " + formatDuration(c.Done.Sub(c.Sent).Round(time.Millisecond))
	}
	if c.Detail != "" {
		text += ": " + c.Detail
	}
	return text
}

func proofColor(c *model.Command) fyne.ThemeColorName {
	switch c.State {
	case model.CommandTimedOut, model.CommandFailed:
		return widgets.ColorLost
	}
	return ""
}
