package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// pressable is what a button and a switch have in common: each acts by a tap or by
// Enter and the space bar, or only once it was held, by hand or by the space bar, and
// shows beneath how far the last command got. A widget embeds it.
type pressable struct {
	// OnProof tells that the line beneath was tapped; it may be nil.
	OnProof func()

	owner                            pressed
	held                             *holder
	line                             *proofLine
	proof                            Proof
	hold, disabled, hovered, focused bool
}

// pressed is the widget of a pressable: act does what it is for, and update shows how
// it is.
type pressed interface {
	fyne.Widget
	act()
	update()
}

// own makes p the pressable of a widget.
func (p *pressable) own(owner pressed, hold bool) {
	p.owner, p.hold, p.held, p.line = owner, hold, newHolder(owner.update), newProofLine()
}

// SetProof shows how far the last command got.
func (p *pressable) SetProof(proof Proof) {
	if p.proof != proof {
		p.proof = proof
		p.owner.update()
	}
}

// Proof is what is shown of the last command.
func (p *pressable) Proof() Proof { return p.proof }

// SetEnabled allows or forbids acting, such as while there is no connection.
func (p *pressable) SetEnabled(on bool) {
	if p.disabled == on {
		p.disabled = !on
		p.held.release()
		p.owner.update()
	}
}

// press begins to hold.
func (p *pressable) press() {
	if p.hold && !p.disabled {
		p.held.press(p.owner.act)
	}
}

// MouseDown implements desktop.Mouseable.
func (p *pressable) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && e.Position.Y < p.line.top {
		p.press()
	}
}

// MouseUp implements desktop.Mouseable.
func (p *pressable) MouseUp(*desktop.MouseEvent) { p.held.release() }

// Tapped implements fyne.Tappable.
func (p *pressable) Tapped(e *fyne.PointEvent) {
	if !p.line.tapped(e.Position.Y, p.OnProof) && !p.hold {
		p.owner.act()
	}
}

// MouseIn implements desktop.Hoverable.
func (p *pressable) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.owner.update() }

// MouseMoved implements desktop.Hoverable.
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable: a hand that slips off does not act.
func (p *pressable) MouseOut() {
	p.hovered = false
	p.held.release()
	p.owner.update()
}

// FocusGained implements fyne.Focusable.
func (p *pressable) FocusGained() { p.focused = true; p.owner.update() }

// FocusLost implements fyne.Focusable.
func (p *pressable) FocusLost() {
	p.focused = false
	p.held.release()
	p.owner.update()
}

// TypedRune implements fyne.Focusable.
func (p *pressable) TypedRune(r rune) { passRune(p.owner, r) }

// TypedKey implements fyne.Focusable.
func (p *pressable) TypedKey(e *fyne.KeyEvent) {
	if !p.hold && (e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) {
		p.owner.act()
	}
}

// KeyDown implements desktop.Keyable: the space bar can be held too.
func (p *pressable) KeyDown(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		p.press()
		return
	}
	passKey(p.owner, e, true)
}

// KeyUp implements desktop.Keyable.
func (p *pressable) KeyUp(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		p.held.release()
		return
	}
	passKey(p.owner, e, false)
}
