package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
)

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

	pressable

	// OnSend tells that the command is to be sent.
	OnSend func()

	label string
	view  *commandRenderer
}

var (
	_ desktop.Mouseable = (*CommandButton)(nil)
	_ desktop.Hoverable = (*CommandButton)(nil)
	_ desktop.Keyable   = (*CommandButton)(nil)
	_ fyne.Tappable     = (*CommandButton)(nil)
)

// NewCommandButton makes a button; hold asks for a deliberate hand.
func NewCommandButton(label string, hold bool, send func()) *CommandButton {
	b := &CommandButton{label: label, OnSend: send}
	b.own(b, hold)
	b.ExtendBaseWidget(b)
	return b
}

// SetLabel changes the label.
func (b *CommandButton) SetLabel(label string) {
	if b.label != label {
		b.label = label
		b.update()
	}
}

func (b *CommandButton) update() {
	if b.view != nil {
		b.view.update()
	}
}

func (b *CommandButton) act() {
	if b.OnSend != nil && !b.disabled {
		b.OnSend()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *CommandButton) CreateRenderer() fyne.WidgetRenderer {
	v := &commandRenderer{b: b, back: canvas.NewRectangle(color.Transparent), fill: canvas.NewRectangle(color.Transparent),
		label: canvas.NewText("", color.Transparent), hint: canvas.NewText("", color.Transparent)}
	v.label.Alignment, v.hint.Alignment = fyne.TextAlignCenter, fyne.TextAlignCenter
	b.view = v
	v.update()
	return v
}

type commandRenderer struct {
	b           *CommandButton
	back, fill  *canvas.Rectangle
	label, hint *canvas.Text
}

func (v *commandRenderer) Destroy() {
	if v.b.view == v {
		v.b.view = nil
	}
}

func (v *commandRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{v.back, v.fill, v.label, v.hint}, v.b.line.objects()...)
}

const commandHeight = 40

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
	v.fill.Hidden = b.held.progress <= 0
	v.fill.Resize(fyne.NewSize(max(12, w*b.held.progress), commandHeight))
	v.fill.Refresh()
	ink := colorOf(b, theme.ColorNameForeground)
	if b.disabled {
		ink = colorOf(b, ColorMuted)
	}
	setText(v.label, cutText(b.label, w-10, text, fyne.TextStyle{Bold: true}), text, ink, fyne.TextStyle{Bold: true})
	hint := ""
	if b.hold {
		hint = i18n.T("hold to send")
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
	b.line.place(b, b.proof, commandHeight+2, w)
}
