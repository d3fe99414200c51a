package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// SwitchState is what is known of what a switch switches.
type SwitchState uint8

// The states of a switch.
const (
	SwitchUnknown SwitchState = iota
	SwitchOff
	SwitchOn
)

// Switch asks for on or off, at once or after being held, and shows what is
// reported to be the case: it moves when the device says so, not when it is
// tapped. Beneath it shows how far the last command got.
type Switch struct {
	widget.BaseWidget

	// OnSwitch tells what is asked for, OnProof that the line beneath was tapped; it
	// may be nil.
	OnSwitch func(on bool)
	OnProof  func()

	state    SwitchState
	word     string
	hold     bool
	disabled bool
	proof    Proof
	hovered  bool
	focused  bool
	held     *holder
	line     *proofLine
	view     *switchRenderer
}

var (
	_ desktop.Mouseable = (*Switch)(nil)
	_ desktop.Hoverable = (*Switch)(nil)
	_ desktop.Keyable   = (*Switch)(nil)
	_ fyne.Tappable     = (*Switch)(nil)
)

// NewSwitch makes a switch of which nothing is known; hold asks for a deliberate
// hand.
func NewSwitch(hold bool) *Switch {
	s := &Switch{hold: hold, line: newProofLine()}
	s.held = newHolder(s.update)
	s.ExtendBaseWidget(s)
	return s
}

// SetState shows what is the case, and the word for it.
func (s *Switch) SetState(state SwitchState, word string) {
	if s.state != state || s.word != word {
		s.state, s.word = state, word
		s.update()
	}
}

// State is what is shown to be the case.
func (s *Switch) State() SwitchState { return s.state }

// SetProof shows how far the last command got.
func (s *Switch) SetProof(p Proof) {
	if s.proof != p {
		s.proof = p
		s.update()
	}
}

// Proof is what is shown of the last command.
func (s *Switch) Proof() Proof { return s.proof }

// SetEnabled allows or forbids switching.
func (s *Switch) SetEnabled(on bool) {
	if s.disabled == on {
		s.disabled = !on
		s.held.release()
		s.update()
	}
}

func (s *Switch) update() {
	if s.view != nil {
		s.view.update()
	}
}

// flip asks for the other state; of what is not known, for on.
func (s *Switch) flip() {
	if s.OnSwitch != nil && !s.disabled {
		s.OnSwitch(s.state != SwitchOn)
	}
}

func (s *Switch) press() {
	if s.hold && !s.disabled {
		s.held.press(s.flip)
	}
}

// Tapped implements fyne.Tappable.
func (s *Switch) Tapped(e *fyne.PointEvent) {
	if !s.line.tapped(e.Position.Y, s.OnProof) && !s.hold {
		s.flip()
	}
}

// MouseDown implements desktop.Mouseable.
func (s *Switch) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && e.Position.Y < s.line.top {
		s.press()
	}
}

// MouseUp implements desktop.Mouseable.
func (s *Switch) MouseUp(*desktop.MouseEvent) { s.held.release() }

// MouseIn implements desktop.Hoverable.
func (s *Switch) MouseIn(*desktop.MouseEvent) { s.hovered = true; s.update() }

// MouseMoved implements desktop.Hoverable.
func (s *Switch) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable: a hand that slips off does not switch.
func (s *Switch) MouseOut() {
	s.hovered = false
	s.held.release()
	s.update()
}

// FocusGained implements fyne.Focusable.
func (s *Switch) FocusGained() { s.focused = true; s.update() }

// FocusLost implements fyne.Focusable.
func (s *Switch) FocusLost() {
	s.focused = false
	s.held.release()
	s.update()
}

// TypedRune implements fyne.Focusable.
func (s *Switch) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (s *Switch) TypedKey(e *fyne.KeyEvent) {
	if !s.hold && (e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) {
		s.flip()
	}
}

// KeyDown implements desktop.Keyable: the space bar can be held too.
func (s *Switch) KeyDown(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		s.press()
		return
	}
	passKey(s, e, true)
}

// KeyUp implements desktop.Keyable.
func (s *Switch) KeyUp(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		s.held.release()
		return
	}
	passKey(s, e, false)
}

// CreateRenderer implements fyne.Widget.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	box := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	s.view = &switchRenderer{s: s, slot: box(), fill: box(), knob: box(), word: text(), hint: text()}
	s.view.update()
	return s.view
}

type switchRenderer struct {
	s                *Switch
	slot, fill, knob *canvas.Rectangle
	word, hint       *canvas.Text
}

func (r *switchRenderer) Destroy() {
	if r.s.view == r {
		r.s.view = nil
	}
}

func (r *switchRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.slot, r.fill, r.knob, r.word, r.hint}, r.s.line.objects()...)
}
func (r *switchRenderer) MinSize() fyne.Size { return fyne.NewSize(110, switchHigh+proofHeight) }
func (r *switchRenderer) Layout(fyne.Size)   { r.update() }
func (r *switchRenderer) Refresh()           { r.update() }

const switchHigh, switchWide = 34, 64

// slotWide is how wide the slot is: less where the word beside it needs the room.
func (r *switchRenderer) slotWide() float32 { return max(48, min(switchWide, r.s.Size().Width*0.4)) }

func (r *switchRenderer) update() {
	s, th, size := r.s, r.s.Theme(), r.s.Size()
	small, text := th.Size(theme.SizeNameCaptionText), th.Size(theme.SizeNameSubHeadingText)
	top := max(0, (size.Height-switchHigh-proofHeight)/2)
	r.box(top)
	ink := colorOf(s, theme.ColorNameForeground)
	if s.disabled || s.state == SwitchUnknown {
		ink = colorOf(s, ColorMuted)
	}
	left := r.slotWide() + 10
	wide := max(0, size.Width-left)
	text = max(small*0.9, min(text, text*(wide-6)/max(1, fyne.MeasureText(s.word, text, fyne.TextStyle{Bold: true}).Width)))
	setText(r.word, cutText(s.word, wide, text, fyne.TextStyle{Bold: true}), text, ink, fyne.TextStyle{Bold: true})
	hint := ""
	if s.hold {
		hint = i18n.T("hold to switch")
	}
	setText(r.hint, cutText(hint, wide, small, fyne.TextStyle{}), small, colorOf(s, ColorMuted), fyne.TextStyle{})
	y := top + (switchHigh-lineHeight(text))/2
	if s.hold {
		y = top - 3
	}
	placeText(r.word, left, y, wide, lineHeight(text))
	placeText(r.hint, left, y+lineHeight(text)-1, wide, lineHeight(small))
	s.line.place(s, s.proof, top+switchHigh+3, size.Width)
}

// box draws the slot and its knob: left is off, right is on, the middle is not
// known.
func (r *switchRenderer) box(top float32) {
	s, wideSlot := r.s, r.slotWide()
	edge, width, fill := ColorBorder, float32(1), theme.ColorNameButton
	if s.hovered && !s.disabled {
		edge = ColorMuted
	}
	if s.focused {
		edge, width = theme.ColorNameFocus, 2
	}
	if s.state == SwitchOn {
		fill = ColorAccent
	}
	paintBox(r.slot, fyne.NewPos(0, top), fyne.NewSize(wideSlot, switchHigh), switchHigh/2, colorOf(s, fill), colorOf(s, edge), width)
	r.fill.Hidden = s.held.progress <= 0
	paintBox(r.fill, fyne.NewPos(0, top), fyne.NewSize(max(switchHigh, wideSlot*s.held.progress), switchHigh), switchHigh/2,
		alpha(colorOf(s, theme.ColorNameForeground), 0.4), color.Transparent, 0)
	const air = 4
	x := float32(air)
	switch s.state {
	case SwitchOn:
		x = wideSlot - switchHigh + air
	case SwitchUnknown:
		x = (wideSlot-switchHigh)/2 + air
	}
	knob := colorOf(s, ColorMuted)
	if s.state == SwitchOn {
		knob = colorOf(s, ColorSurface)
	}
	inner, line := knob, color.Color(color.Transparent)
	if s.state == SwitchUnknown { // hollow
		inner, line = color.Transparent, knob
	}
	paintBox(r.knob, fyne.NewPos(x, top+air), fyne.NewSquareSize(switchHigh-2*air), switchHigh/2-air, inner, line, 2)
}

// paintBox shapes, colours and places a rectangle.
func paintBox(b *canvas.Rectangle, at fyne.Position, size fyne.Size, radius float32, fill, edge color.Color, width float32) {
	b.CornerRadius, b.FillColor, b.StrokeColor, b.StrokeWidth = radius, fill, edge, width
	b.Move(at)
	b.Resize(size)
	b.Refresh()
}
