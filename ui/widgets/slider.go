package widgets

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// Slider asks for a number in a range. It tells when the hand lets go or, when it
// is to be deliberate, when its knob was held; a mark on the track is what is
// reported to be the case. Arrow keys move it, enter sends.
type Slider struct {
	widget.BaseWidget

	// OnSend tells what is asked for.
	OnSend func(v float64)
	// Format writes a value with its unit; it is set before the first showing.
	Format func(v float64) string
	// OnProof tells that the line beneath was tapped; it may be nil.
	OnProof func()

	min, max, step float64
	wanted, actual float64 // NaN is none
	hold           bool
	disabled       bool
	moving         bool
	hovered        bool
	focused        bool
	proof          Proof
	held           *holder
	line           *proofLine
	view           *sliderRenderer
}

var (
	_ fyne.Draggable    = (*Slider)(nil)
	_ fyne.Tappable     = (*Slider)(nil)
	_ desktop.Mouseable = (*Slider)(nil)
	_ desktop.Hoverable = (*Slider)(nil)
	_ desktop.Keyable   = (*Slider)(nil)
)

// NewSlider makes a slider over a range in steps; a step of 0 is a hundredth of
// the range. hold asks for a deliberate hand.
func NewSlider(lo, hi, step float64, hold bool) *Slider {
	if !(hi > lo) {
		hi = lo + 1
	}
	if !(step > 0) || step > hi-lo {
		step = (hi - lo) / 100
	}
	s := &Slider{min: lo, max: hi, step: step, hold: hold, wanted: math.NaN(), actual: math.NaN(), line: newProofLine()}
	s.held = newHolder(s.update)
	s.ExtendBaseWidget(s)
	return s
}

// SetActual shows what is reported to be the case; NaN is not known.
func (s *Slider) SetActual(v float64) {
	if s.actual == v || s.actual != s.actual && v != v {
		return
	}
	s.actual = v
	s.update()
}

// SetProof shows how far the last command got.
func (s *Slider) SetProof(p Proof) {
	if s.proof != p {
		s.proof = p
		s.update()
	}
}

// Proof is what is shown of the last command.
func (s *Slider) Proof() Proof { return s.proof }

// SetEnabled allows or forbids sending.
func (s *Slider) SetEnabled(on bool) {
	if s.disabled == on {
		s.disabled = !on
		s.held.release()
		s.update()
	}
}

func (s *Slider) update() {
	if s.view != nil {
		s.view.update()
	}
}

// value is where the knob is: what is wanted, else what is the case, else the
// range's beginning.
func (s *Slider) value() float64 {
	v := s.wanted
	if math.IsNaN(v) {
		v = s.actual
	}
	if math.IsNaN(v) {
		v = s.min
	}
	return max(s.min, min(v, s.max))
}

// want moves the knob to the nearest step.
func (s *Slider) want(v float64) {
	if s.disabled {
		return
	}
	n := math.Round((v - s.min) / s.step)
	v = max(s.min, min(s.min+n*s.step, s.max))
	if d := math.Pow(10, math.Ceil(-math.Log10(s.step))+2); !math.IsInf(d, 0) {
		v = math.Round(v*d) / d // steps like 0.1 do not add up
	}
	if s.wanted != v {
		s.wanted = v
		s.update()
	}
}

func (s *Slider) send() {
	if s.OnSend != nil && !s.disabled {
		s.OnSend(s.value())
	}
}

// at is the value at a place on the track.
func (s *Slider) at(x float32) float64 {
	wide := s.Size().Width - sliderKnob
	return s.min + (s.max-s.min)*float64((x-sliderKnob/2)/max(1, wide))
}

// Dragged implements fyne.Draggable.
func (s *Slider) Dragged(e *fyne.DragEvent) {
	s.moving = true
	s.held.release()
	s.want(s.at(e.Position.X))
}

// DragEnd implements fyne.Draggable.
func (s *Slider) DragEnd() {
	if s.moving && !s.hold {
		s.send()
	}
	s.moving = false
}

// Tapped implements fyne.Tappable.
func (s *Slider) Tapped(e *fyne.PointEvent) {
	if s.line.tapped(e.Position.Y, s.OnProof) || s.hold && s.onKnob(e.Position.X) {
		return // what is to be held is not tapped
	}
	s.want(s.at(e.Position.X))
	if !s.hold {
		s.send()
	}
}

func (s *Slider) onKnob(x float32) bool {
	return math.Abs(float64(x-s.x(s.value()))) <= sliderKnob
}

// x is where a value lies on the track.
func (s *Slider) x(v float64) float32 {
	return sliderKnob/2 + (s.Size().Width-sliderKnob)*float32((max(s.min, min(v, s.max))-s.min)/(s.max-s.min))
}

// MouseDown implements desktop.Mouseable.
func (s *Slider) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary && s.hold && !s.disabled && s.onKnob(e.Position.X) && e.Position.Y < s.line.top {
		s.held.press(s.send)
	}
}

// MouseUp implements desktop.Mouseable.
func (s *Slider) MouseUp(*desktop.MouseEvent) { s.held.release() }

// MouseIn implements desktop.Hoverable.
func (s *Slider) MouseIn(*desktop.MouseEvent) { s.hovered = true; s.update() }

// MouseMoved implements desktop.Hoverable.
func (s *Slider) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *Slider) MouseOut() {
	s.hovered = false
	s.held.release()
	s.update()
}

// FocusGained implements fyne.Focusable.
func (s *Slider) FocusGained() { s.focused = true; s.update() }

// FocusLost implements fyne.Focusable.
func (s *Slider) FocusLost() {
	s.focused = false
	s.held.release()
	s.update()
}

// TypedRune implements fyne.Focusable.
func (s *Slider) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (s *Slider) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.want(s.value() - s.step)
	case fyne.KeyRight, fyne.KeyUp:
		s.want(s.value() + s.step)
	case fyne.KeyHome:
		s.want(s.min)
	case fyne.KeyEnd:
		s.want(s.max)
	case fyne.KeyReturn, fyne.KeyEnter:
		if !s.hold {
			s.send()
		}
	}
}

// KeyDown implements desktop.Keyable: the space bar can be held too.
func (s *Slider) KeyDown(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace && s.hold && !s.disabled {
		s.held.press(s.send)
		return
	}
	passKey(s, e, true)
}

// KeyUp implements desktop.Keyable.
func (s *Slider) KeyUp(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		s.held.release()
		return
	}
	passKey(s, e, false)
}

// words is a value as it is to be read.
func (s *Slider) words(v float64) string {
	if s.Format != nil {
		return s.Format(v)
	}
	return formatPlain(v)
}

// CreateRenderer implements fyne.Widget.
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	box := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	s.view = &sliderRenderer{s: s, track: box(), done: box(), fact: box(), knob: box(), ring: box(),
		value: text(), hint: text()}
	s.view.update()
	return s.view
}

type sliderRenderer struct {
	s                             *Slider
	track, done, fact, knob, ring *canvas.Rectangle
	value, hint                   *canvas.Text
}

func (r *sliderRenderer) Destroy() {
	if r.s.view == r {
		r.s.view = nil
	}
}

func (r *sliderRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.track, r.done, r.fact, r.ring, r.knob, r.value, r.hint}, r.s.line.objects()...)
}
func (r *sliderRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 60) }
func (r *sliderRenderer) Layout(fyne.Size)   { r.update() }
func (r *sliderRenderer) Refresh()           { r.update() }

// sliderKnob is the side of the knob.
const sliderKnob = 26

func (r *sliderRenderer) update() {
	s, th, size := r.s, r.s.Theme(), r.s.Size()
	small, text := th.Size(theme.SizeNameCaptionText), th.Size(theme.SizeNameSubHeadingText)
	high := lineHeight(text) + sliderKnob + 6 + lineHeight(small)
	top := max(0, (size.Height-high)/2)
	ink := colorOf(s, theme.ColorNameForeground)
	if s.disabled {
		ink = colorOf(s, ColorMuted)
	}
	setText(r.value, s.words(s.value()), text, ink, fyne.TextStyle{Bold: true})
	placeText(r.value, 0, top, 0, lineHeight(text))
	hint := ""
	if s.hold && !math.IsNaN(s.wanted) {
		hint = i18n.T("hold the knob to send")
	} else if !math.IsNaN(s.actual) && s.value() != s.actual {
		hint = i18n.Tf("now %s", s.words(s.actual))
	}
	left := r.value.MinSize().Width + 8
	setText(r.hint, cutText(hint, max(0, size.Width-left), small, fyne.TextStyle{}), small, colorOf(s, ColorMuted), fyne.TextStyle{})
	placeText(r.hint, left, top+(lineHeight(text)-lineHeight(small))*0.8, 0, lineHeight(small))
	r.boxes(top+lineHeight(text)+1, size.Width)
	s.line.place(s, s.proof, top+lineHeight(text)+sliderKnob+5, size.Width)
}

// boxes draws the track, the knob and the mark of what is the case.
func (r *sliderRenderer) boxes(top, width float32) {
	s := r.s
	const thick = 6
	mid := top + sliderKnob/2
	at := s.x(s.value())
	paintBox(r.track, fyne.NewPos(0, mid-thick/2), fyne.NewSize(width, thick), thick/2, colorOf(s, ColorBorder), color.Transparent, 0)
	trace := ColorAccent
	if s.disabled {
		trace = ColorMuted
	}
	paintBox(r.done, fyne.NewPos(0, mid-thick/2), fyne.NewSize(at, thick), thick/2, colorOf(s, trace), color.Transparent, 0)
	r.fact.Hidden = math.IsNaN(s.actual)
	paintBox(r.fact, fyne.NewPos(s.x(s.actual)-1.5, mid-sliderKnob/2), fyne.NewSize(3, sliderKnob), 1.5, colorOf(s, theme.ColorNameForeground), color.Transparent, 0)
	if r.fact.Hidden {
		r.fact.Move(fyne.NewPos(0, mid))
	}
	edge, line := ColorMuted, float32(1)
	if s.hovered && !s.disabled {
		line = 2
	}
	if s.focused {
		edge, line = theme.ColorNameFocus, 2
	}
	grown := sliderKnob * (1 + 0.8*s.held.progress)
	r.ring.Hidden = s.held.progress <= 0
	paintBox(r.ring, fyne.NewPos(at-grown/2, mid-grown/2), fyne.NewSquareSize(grown), grown/2, alpha(colorOf(s, ColorAccent), 0.5), color.Transparent, 0)
	paintBox(r.knob, fyne.NewPos(at-sliderKnob/2, top), fyne.NewSquareSize(sliderKnob), sliderKnob/2, colorOf(s, theme.ColorNameButton), colorOf(s, edge), line)
}
