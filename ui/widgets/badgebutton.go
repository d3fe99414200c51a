package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// BadgeButton is a badge that leads somewhere: by a tap, or by Enter and the space
// bar while it has the focus.
type BadgeButton struct {
	widget.BaseWidget

	badge            *Badge
	tapped           func()
	hovered, focused bool
}

var (
	_ fyne.Tappable      = (*BadgeButton)(nil)
	_ fyne.Focusable     = (*BadgeButton)(nil)
	_ desktop.Hoverable  = (*BadgeButton)(nil)
	_ desktop.Cursorable = (*BadgeButton)(nil)
)

// NewBadgeButton makes a badge in a colour that calls tapped.
func NewBadgeButton(text string, name fyne.ThemeColorName, tapped func()) *BadgeButton {
	b := &BadgeButton{badge: NewBadge(text, name), tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes what the badge says.
func (b *BadgeButton) Set(text string, s Status, name fyne.ThemeColorName) {
	before := b.badge.MinSize()
	b.badge.Set(text, s, name)
	if b.badge.MinSize() != before {
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *BadgeButton) Tapped(*fyne.PointEvent) { b.tapped() }

// TypedKey implements fyne.Focusable.
func (b *BadgeButton) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter || e.Name == fyne.KeySpace {
		b.tapped()
	}
}

// TypedRune implements fyne.Focusable.
func (b *BadgeButton) TypedRune(r rune) {
	if r != ' ' {
		passRune(b, r)
	}
}

// FocusGained implements fyne.Focusable.
func (b *BadgeButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *BadgeButton) FocusLost() { b.focused = false; b.Refresh() }

// MouseIn implements desktop.Hoverable.
func (b *BadgeButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *BadgeButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *BadgeButton) MouseOut() { b.hovered = false; b.Refresh() }

// Cursor implements desktop.Cursorable.
func (b *BadgeButton) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (b *BadgeButton) CreateRenderer() fyne.WidgetRenderer {
	r := &badgeButtonRenderer{b: b, back: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type badgeButtonRenderer struct {
	b    *BadgeButton
	back *canvas.Rectangle
}

// badgeMargin is how far the ground of a badge that leads somewhere goes beyond it.
const badgeMargin = 4

func (r *badgeButtonRenderer) Destroy() {}
func (r *badgeButtonRenderer) MinSize() fyne.Size {
	return r.b.badge.MinSize().AddWidthHeight(2*badgeMargin, 2*badgeMargin)
}
func (r *badgeButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.b.badge}
}

func (r *badgeButtonRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.b.badge.Move(fyne.NewPos(badgeMargin, 0))
	r.b.badge.Resize(fyne.NewSize(size.Width-2*badgeMargin, size.Height))
}

func (r *badgeButtonRenderer) Refresh() {
	r.back.CornerRadius = r.b.Theme().Size(theme.SizeNameInputRadius)
	r.back.FillColor, r.back.StrokeWidth = color.Transparent, 0
	if r.b.hovered {
		r.back.FillColor = colorOf(r.b, theme.ColorNameHover)
	}
	if r.b.focused {
		r.back.StrokeColor, r.back.StrokeWidth = colorOf(r.b, theme.ColorNameFocus), 2
	}
	r.back.Refresh()
	r.Layout(r.b.Size())
}
