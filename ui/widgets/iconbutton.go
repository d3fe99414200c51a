package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// iconButton is a small square button on a card of its own, such as lies on a
// map, which says its hint while the pointer is over it.
type iconButton struct {
	widget.BaseWidget
	icon    fyne.Resource
	hint    string
	onHint  func(text string) // nil when there is nowhere to say it
	tapped  func()
	hovered bool
}

var _ desktop.Hoverable = (*iconButton)(nil)

func newIconButton(icon fyne.Resource, hint string, tapped func()) *iconButton {
	b := &iconButton{icon: icon, hint: hint, tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable.
func (b *iconButton) Tapped(*fyne.PointEvent) { b.tapped() }

// MouseIn implements desktop.Hoverable.
func (b *iconButton) MouseIn(*desktop.MouseEvent) { b.hover(true, b.hint) }

// MouseMoved implements desktop.Hoverable.
func (b *iconButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *iconButton) MouseOut() { b.hover(false, "") }

// Hint is what the button means.
func (b *iconButton) Hint() string { return b.hint }

func (b *iconButton) hover(on bool, text string) {
	b.hovered = on
	b.Refresh()
	if b.onHint != nil {
		b.onHint(text)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *iconButton) CreateRenderer() fyne.WidgetRenderer {
	r := &iconButtonRenderer{b: b, back: canvas.NewRectangle(color.Transparent), icon: canvas.NewImageFromResource(b.icon)}
	r.icon.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type iconButtonRenderer struct {
	b    *iconButton
	back *canvas.Rectangle
	icon *canvas.Image
}

func (r *iconButtonRenderer) Destroy()           {}
func (r *iconButtonRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(34) }
func (r *iconButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.icon}
}

func (r *iconButtonRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.icon.Move(fyne.NewPos(8, 8))
	r.icon.Resize(size.SubtractWidthHeight(16, 16))
}

func (r *iconButtonRenderer) Refresh() {
	r.back.CornerRadius, r.back.StrokeWidth = 6, 1
	r.back.FillColor = alpha(colorOf(r.b, ColorSurface), 0.92)
	r.back.StrokeColor = colorOf(r.b, ColorBorder)
	if r.b.hovered {
		r.back.StrokeColor = colorOf(r.b, theme.ColorNameFocus)
	}
	r.back.Refresh()
	r.icon.Refresh()
}
