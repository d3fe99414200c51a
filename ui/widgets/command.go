package widgets

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// HoldTime is how long a button that asks for a deliberate hand must be held.
const HoldTime = 900 * time.Millisecond

// Mark is how far a command is known to have got, as a shape; see the plot
// package.
type Mark = plot.Mark

// The marks of a command, as in the plot package.
const (
	MarkNone         = plot.MarkNone
	MarkSent         = plot.MarkSent
	MarkAccepted     = plot.MarkAccepted
	MarkAcknowledged = plot.MarkAcknowledged
	MarkTimedOut     = plot.MarkTimedOut
	MarkFailed       = plot.MarkFailed
)

// Proof is what is known of the command sent last.
type Proof struct {
	Mark Mark
	// Text says it in words, with the time: "acknowledged 12:04:31, 0.2 s".
	Text string
}

// CommandButton sends a command, at once or after being held, and shows beneath
// how far the last one got.
type CommandButton struct {
	widget.BaseWidget

	// OnSend tells that the command is to be sent.
	OnSend func()

	label    string
	hold     bool
	proof    Proof
	disabled bool
	hovered  bool
	focused  bool
	progress float32
	stop     func()
	animate  func(d time.Duration, tick func(float32)) (stop func())
	view     *commandRenderer
}

var (
	_ desktop.Mouseable = (*CommandButton)(nil)
	_ desktop.Hoverable = (*CommandButton)(nil)
	_ desktop.Keyable   = (*CommandButton)(nil)
	_ fyne.Tappable     = (*CommandButton)(nil)
)

// NewCommandButton makes a button; hold asks for a deliberate hand.
func NewCommandButton(label string, hold bool, send func()) *CommandButton {
	b := &CommandButton{label: label, hold: hold, OnSend: send, animate: fyneAnimation}
	b.ExtendBaseWidget(b)
	return b
}

// fyneAnimation runs tick from 0 to 1 on Fyne's own clock.
func fyneAnimation(d time.Duration, tick func(float32)) (stop func()) {
	a := fyne.NewAnimation(d, tick)
	a.Curve = fyne.AnimationLinear
	a.Start()
	return a.Stop
}

// SetProof shows how far the last command got.
func (b *CommandButton) SetProof(p Proof) {
	if b.proof != p {
		b.proof = p
		b.update()
	}
}

// SetLabel changes the label.
func (b *CommandButton) SetLabel(label string) {
	if b.label != label {
		b.label = label
		b.update()
	}
}

// SetEnabled allows or forbids sending, such as while there is no connection.
func (b *CommandButton) SetEnabled(on bool) {
	if b.disabled == on {
		b.disabled = !on
		b.release()
		b.update()
	}
}

func (b *CommandButton) update() {
	if b.view != nil {
		b.view.update()
	}
}

// press begins to hold.
func (b *CommandButton) press() {
	if b.disabled || !b.hold || b.stop != nil {
		return
	}
	b.stop = func() {}
	sent := false
	stop := b.animate(HoldTime, func(done float32) {
		if b.stop == nil || sent {
			return
		}
		b.progress = done
		b.update()
		if done >= 1 {
			sent = true
			b.release()
			b.send()
		}
	})
	if b.stop != nil {
		b.stop = stop
	}
}

// release ends holding.
func (b *CommandButton) release() {
	if b.stop == nil {
		return
	}
	b.stop()
	b.stop, b.progress = nil, 0
	b.update()
}

func (b *CommandButton) send() {
	if b.OnSend != nil && !b.disabled {
		b.OnSend()
	}
}

// MouseDown implements desktop.Mouseable.
func (b *CommandButton) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary {
		b.press()
	}
}

// MouseUp implements desktop.Mouseable.
func (b *CommandButton) MouseUp(*desktop.MouseEvent) { b.release() }

// Tapped implements fyne.Tappable.
func (b *CommandButton) Tapped(*fyne.PointEvent) {
	if !b.hold {
		b.send()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *CommandButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.update() }

// MouseMoved implements desktop.Hoverable.
func (b *CommandButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable: a hand that slips off does not send.
func (b *CommandButton) MouseOut() {
	b.hovered = false
	b.release()
	b.update()
}

// FocusGained implements fyne.Focusable.
func (b *CommandButton) FocusGained() { b.focused = true; b.update() }

// FocusLost implements fyne.Focusable.
func (b *CommandButton) FocusLost() {
	b.focused = false
	b.release()
	b.update()
}

// TypedRune implements fyne.Focusable.
func (b *CommandButton) TypedRune(r rune) { passRune(b, r) }

// TypedKey implements fyne.Focusable.
func (b *CommandButton) TypedKey(e *fyne.KeyEvent) {
	if !b.hold && (e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) {
		b.send()
	}
}

// KeyDown implements desktop.Keyable: the space bar can be held too.
func (b *CommandButton) KeyDown(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		b.press()
		return
	}
	passKey(b, e, true)
}

// KeyUp implements desktop.Keyable.
func (b *CommandButton) KeyUp(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		b.release()
		return
	}
	passKey(b, e, false)
}

// CreateRenderer implements fyne.Widget.
func (b *CommandButton) CreateRenderer() fyne.WidgetRenderer {
	v := &commandRenderer{b: b, back: canvas.NewRectangle(color.Transparent), fill: canvas.NewRectangle(color.Transparent),
		label: canvas.NewText("", color.Transparent), hint: canvas.NewText("", color.Transparent),
		proof: canvas.NewText("", color.Transparent), mark: newMarkView()}
	v.label.Alignment, v.hint.Alignment = fyne.TextAlignCenter, fyne.TextAlignCenter
	b.view = v
	v.update()
	return v
}

type commandRenderer struct {
	b                  *CommandButton
	back, fill         *canvas.Rectangle
	label, hint, proof *canvas.Text
	mark               *markView
}

func (v *commandRenderer) Destroy() {
	if v.b.view == v {
		v.b.view = nil
	}
}

func (v *commandRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.back, v.fill, v.label, v.hint, v.mark.raster, v.proof}
}

const (
	commandHeight = 40
	proofHeight   = 20
)

func (v *commandRenderer) MinSize() fyne.Size {
	text := fyne.MeasureText(v.b.label, v.b.Theme().Size(theme.SizeNameText), fyne.TextStyle{Bold: true})
	return fyne.NewSize(max(128, text.Width+32), commandHeight+proofHeight)
}

func (v *commandRenderer) Layout(fyne.Size) { v.update() }
func (v *commandRenderer) Refresh()         { v.update() }

// markColor is neutral unless the command failed.
func markColor(m Mark) fyne.ThemeColorName {
	switch m {
	case MarkTimedOut:
		return ColorSilent
	case MarkFailed:
		return ColorLost
	case MarkAcknowledged:
		return theme.ColorNameForeground
	}
	return ColorMuted
}

func (v *commandRenderer) update() {
	b, th := v.b, v.b.Theme()
	w := b.Size().Width
	small, text := th.Size(theme.SizeNameCaptionText), th.Size(theme.SizeNameText)
	edge, width := ColorBorder, float32(1)
	if b.hovered && !b.disabled {
		edge = ColorMuted
	}
	if b.focused {
		edge, width = theme.ColorNameFocus, 2
	}
	v.back.CornerRadius, v.back.FillColor = 6, colorOf(b, theme.ColorNameButton)
	v.back.StrokeColor, v.back.StrokeWidth = colorOf(b, edge), width
	v.back.Resize(fyne.NewSize(w, commandHeight))
	v.back.Refresh()
	v.fill.CornerRadius, v.fill.FillColor = 6, alpha(colorOf(b, ColorAccent), 0.55)
	v.fill.Hidden = b.progress <= 0
	v.fill.Resize(fyne.NewSize(max(12, w*b.progress), commandHeight))
	v.fill.Refresh()
	ink := colorOf(b, theme.ColorNameForeground)
	if b.disabled {
		ink = colorOf(b, ColorMuted)
	}
	setText(v.label, cutText(b.label, w-10, text, fyne.TextStyle{Bold: true}), text, ink, fyne.TextStyle{Bold: true})
	hint := ""
	if b.hold {
		hint = "hold to send"
	}
	setText(v.hint, hint, small*0.9, colorOf(b, ColorMuted), fyne.TextStyle{})
	v.label.Move(fyne.NewPos(0, 0))
	if b.hold {
		v.label.Resize(fyne.NewSize(w, commandHeight-12))
		v.hint.Move(fyne.NewPos(0, commandHeight-18))
		v.hint.Resize(fyne.NewSize(w, 14))
	} else {
		v.label.Resize(fyne.NewSize(w, commandHeight))
	}
	tone := colorOf(b, markColor(b.proof.Mark))
	v.mark.set(b.proof.Mark, tone)
	v.mark.raster.Move(fyne.NewPos(2, commandHeight+5))
	v.mark.raster.Resize(fyne.NewSquareSize(11))
	setText(v.proof, cutText(b.proof.Text, w-20, small, fyne.TextStyle{}), small, tone, fyne.TextStyle{})
	v.proof.Move(fyne.NewPos(18, commandHeight+2))
	v.proof.Resize(fyne.NewSize(max(0, w-18), proofHeight-4))
}
