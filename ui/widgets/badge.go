package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Badge is a short word or count on a pill, such as "retained", "QoS 1" or "3
// late", with an optional status shape.
type Badge struct {
	widget.BaseWidget

	text   string
	status Status
	color  fyne.ThemeColorName
}

// NewBadge makes a badge in a colour; "" is ColorMuted.
func NewBadge(text string, name fyne.ThemeColorName) *Badge {
	b := &Badge{text: text, color: name}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes what the badge says.
func (b *Badge) Set(text string, s Status, name fyne.ThemeColorName) {
	if b.text != text || b.status != s || b.color != name {
		b.text, b.status, b.color = text, s, name
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	r := &badgeRenderer{b: b, back: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Transparent), shape: NewStatusShape(b.status, 10)}
	r.Refresh()
	return r
}

type badgeRenderer struct {
	b     *Badge
	back  *canvas.Rectangle
	text  *canvas.Text
	shape *StatusShape
}

func (r *badgeRenderer) Destroy() {}
func (r *badgeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.shape, r.text}
}

func (r *badgeRenderer) lead() float32 {
	if r.b.status == StatusNone {
		return 8
	}
	return 22
}

func (r *badgeRenderer) MinSize() fyne.Size {
	s := r.text.MinSize()
	return fyne.NewSize(s.Width+r.lead()+8, s.Height+4)
}

func (r *badgeRenderer) Layout(size fyne.Size) {
	h := r.text.MinSize().Height + 4
	y := (size.Height - h) / 2
	r.back.Move(fyne.NewPos(0, y))
	r.back.Resize(fyne.NewSize(min(size.Width, r.MinSize().Width), h))
	r.shape.Move(fyne.NewPos(7, y+(h-10)/2))
	r.shape.Resize(fyne.NewSquareSize(10))
	r.text.Move(fyne.NewPos(r.lead(), y+2))
}

func (r *badgeRenderer) Refresh() {
	name := r.b.color
	if name == "" {
		name = ColorMuted
	}
	ink := colorOf(r.b, name)
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth, r.back.CornerRadius = alpha(ink, 0.14), alpha(ink, 0.5), 1, 9
	r.back.Refresh()
	setText(r.text, r.b.text, r.b.Theme().Size(theme.SizeNameCaptionText), ink, fyne.TextStyle{})
	r.shape.SetStatus(r.b.status)
	setVisible(r.shape, r.b.status != StatusNone)
	r.Layout(r.b.Size())
}
