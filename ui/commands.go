package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// commandBar holds the command buttons of the device that is shown.
type commandBar struct {
	deps    pageDeps
	body    *fyne.Container
	locked  *widget.Label // why nothing can be sent
	shown   string        // the device that the buttons were made for
	serial  int           // of the saved commands that they were made for
	buttons map[string]*widgets.CommandButton
	latest  map[string]string // ids of the latest press of each
}

func newCommandBar(d pageDeps) *commandBar {
	locked := widget.NewLabel(pastLock())
	locked.Wrapping = fyne.TextWrapWord
	locked.Importance = widget.WarningImportance
	locked.Hide()
	return &commandBar{deps: d, body: container.NewGridWrap(fyne.NewSize(132, 56)), locked: locked, buttons: map[string]*widgets.CommandButton{}, latest: map[string]string{}}
}

// barFrame is what a command bar shows.
type barFrame struct {
	device string
	specs  []model.CommandSpec
	serial int
	sent   []model.Command
	// heard says of each command who listens, before anything is sent.
	heard []model.Audience
}

// frame asks who listens to each command; it is for the presenter's goroutine.
func (b *commandBar) frame(device string, own []model.CommandSpec, sent []model.Command) barFrame {
	saved, serial := b.deps.book.fitting(device)
	f := barFrame{device: device, serial: serial, sent: sent}
	for _, spec := range own { // a saved command of the same name takes its place
		if !slices.ContainsFunc(saved, func(s model.CommandSpec) bool { return s.Name == spec.Name }) {
			f.specs = append(f.specs, spec)
		}
	}
	f.specs = append(f.specs, saved...)
	for i := range f.specs {
		f.heard = append(f.heard, b.deps.audience(model.Order{Device: device, Spec: f.specs[i]}))
	}
	return f
}

// show makes the buttons of a device, and tells how far the latest press of
// each got, or that nobody listens. Latest commands come first.
func (b *commandBar) show(f barFrame) {
	if b.shown != f.device || b.serial != f.serial {
		b.shown, b.serial = f.device, f.serial
		b.make(f.specs)
	}
	past := b.deps.stores.inPast()
	setShown(b.locked, past && len(b.buttons) > 0)
	for _, btn := range b.buttons {
		btn.SetEnabled(!past)
	}
	told := map[string]bool{}
	for i := range f.sent {
		c := &f.sent[i]
		if btn := b.buttons[c.Spec.Name]; btn != nil && !told[c.Spec.Name] {
			told[c.Spec.Name] = true
			b.latest[c.Spec.Name] = c.ID
			btn.SetProof(widgets.Proof{Mark: proofMark(c), Text: shortProof(c)})
		}
	}
	for i := range f.specs {
		btn := b.buttons[f.specs[i].Name]
		if btn == nil || told[f.specs[i].Name] {
			continue
		}
		btn.SetProof(beforehand(&f.heard[i]))
	}
}

func (b *commandBar) make(specs []model.CommandSpec) {
	b.body.RemoveAll()
	clear(b.buttons)
	clear(b.latest)
	for _, spec := range specs {
		root := b.shown
		btn := widgets.NewCommandButton(spec.Title(), spec.Second() == model.StepHold, func() { b.deps.send(model.Order{Device: root, Spec: spec}, nil) })
		btn.OnProof = func() { b.deps.showSent(b.latest[spec.Name]) }
		b.buttons[spec.Name] = btn
		b.body.Add(btn)
	}
	setShown(b.body, len(specs) > 0)
}

// beforehand is what stands below a control before anything was sent: nothing,
// unless it is known that nobody would get it.
func beforehand(a *model.Audience) widgets.Proof {
	if a.Known && a.Total == 0 {
		return widgets.Proof{Mark: widgets.MarkFailed, Text: i18n.T("nobody is listening")}
	}
	return widgets.Proof{}
}

func proofMark(c *model.Command) widgets.Mark {
	switch c.State {
	case model.CommandSent:
		return widgets.MarkSent
	case model.CommandAccepted:
		return widgets.MarkAccepted
	case model.CommandAcknowledged:
		if !c.Obeyed() {
			return widgets.MarkAccepted
		}
		return widgets.MarkAcknowledged
	case model.CommandTimedOut:
		return widgets.MarkTimedOut
	}
	return widgets.MarkFailed
}

// shortProof says how far a command got, in the width of a button.
func shortProof(c *model.Command) string {
	if c.State == model.CommandAcknowledged {
		return i18n.T(c.Outcome()) + ", " + formatDuration(c.Done.Sub(c.Sent))
	}
	return i18n.T(c.Outcome())
}

// proofText says how far a command got, in full.
func proofText(c *model.Command) string {
	text := i18n.T(c.Outcome())
	if !c.Accepted.IsZero() && c.SessionsKnown {
		text += ", " + i18n.Tf("handed to %s", i18n.N("%d session", "%d sessions", c.Sessions))
	}
	if c.State.Final() {
		text += " " + i18n.Tf("after %s", formatDuration(c.Done.Sub(c.Sent).Round(time.Millisecond)))
	}
	if c.Detail != "" {
		text += ": " + sayPhrase(c.Why())
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

// proofSteps is the way of a command as the widget shows it.
func proofSteps(c *model.Command) []widgets.Step {
	proof := c.Proof()
	out := make([]widgets.Step, len(proof))
	for i, p := range proof {
		s := widgets.Step{Name: i18n.T(p.Name), Text: sayPhrase(p.Text)}
		if !p.At.IsZero() {
			s.Time = formatClock(p.At)
		}
		switch p.State {
		case model.ProofWaiting:
			s.Mark = widgets.MarkSent
		case model.ProofDone:
			s.Mark = widgets.MarkAcknowledged
		case model.ProofFailed:
			s.Mark = widgets.MarkFailed
		case model.ProofUnknowable:
			s.Unknown = true
		}
		out[i] = s
	}
	return out
}
