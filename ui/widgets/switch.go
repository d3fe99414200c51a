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

	pressable

	// OnSwitch tells what is asked for.
	OnSwitch func(on bool)

	state SwitchState
	word  string
	view  *switchRenderer
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
	s := &Switch{}
	s.own(s, hold)
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

func (s *Switch) update() {
	if s.view != nil {
		s.view.update()
	}
}

// act asks for the other state; of what is not known, for on.
func (s *Switch) act() {
	if s.OnSwitch != nil && !s.disabled {
		s.OnSwitch(s.state != SwitchOn)
	}
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
