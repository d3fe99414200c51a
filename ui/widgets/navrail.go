package widgets

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// NavItem is one page of a NavRail.
type NavItem struct {
	Key, Label string
	Icon       fyne.Resource
}

// NavRail is the vertical bar of pages: icon and label, the page shown marked,
// counts as badges. Up and down move, enter goes.
type NavRail struct {
	widget.BaseWidget

	// OnSelect tells which page was chosen.
	OnSelect func(key string)

	items    []NavItem
	badges   []navBadge
	selected string
	hover    int
	cursor   int
	focused  bool
	view     *navRenderer
}

type navBadge struct {
	count int
	color fyne.ThemeColorName
}

var (
	_ fyne.Tappable     = (*NavRail)(nil)
	_ fyne.Focusable    = (*NavRail)(nil)
	_ desktop.Hoverable = (*NavRail)(nil)
)

// NewNavRail makes a bar with the first page marked.
func NewNavRail(items []NavItem) *NavRail {
	n := &NavRail{items: items, badges: make([]navBadge, len(items)), hover: -1}
	if len(items) > 0 {
		n.selected = items[0].Key
	}
	n.ExtendBaseWidget(n)
	return n
}

// SetSelected marks a page without an intent.
func (n *NavRail) SetSelected(key string) {
	if n.selected == key {
		return
	}
	n.selected = key
	for i, it := range n.items {
		if it.Key == key {
			n.cursor = i
		}
	}
	n.update()
}

// SetBadge shows a count beside a page, in a colour; 0 shows none.
func (n *NavRail) SetBadge(key string, count int, name fyne.ThemeColorName) {
	for i, it := range n.items {
		if b := (navBadge{count, name}); it.Key == key && n.badges[i] != b {
			n.badges[i] = b
			n.update()
		}
	}
}

func (n *NavRail) update() {
	if n.view != nil {
		n.view.update()
	}
}

func (n *NavRail) choose(i int) {
	if i < 0 || i >= len(n.items) {
		return
	}
	n.cursor = i
	n.SetSelected(n.items[i].Key)
	emit(n.OnSelect, n.items[i].Key)
}

func (n *NavRail) indexAt(y float32) int {
	if i := int((y - navPad) / navHeight); y >= navPad && i < len(n.items) {
		return i
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (n *NavRail) Tapped(e *fyne.PointEvent) { n.choose(n.indexAt(e.Position.Y)) }

// MouseIn implements desktop.Hoverable.
func (n *NavRail) MouseIn(e *desktop.MouseEvent) { n.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (n *NavRail) MouseMoved(e *desktop.MouseEvent) { n.setHover(n.indexAt(e.Position.Y)) }

// MouseOut implements desktop.Hoverable.
func (n *NavRail) MouseOut() { n.setHover(-1) }

func (n *NavRail) setHover(i int) {
	if n.hover != i {
		n.hover = i
		n.update()
	}
}

// FocusGained implements fyne.Focusable.
func (n *NavRail) FocusGained() { n.focused = true; n.update() }

// FocusLost implements fyne.Focusable.
func (n *NavRail) FocusLost() { n.focused = false; n.update() }

// TypedRune implements fyne.Focusable.
func (n *NavRail) TypedRune(r rune) { passRune(n, r) }

// TypedKey implements fyne.Focusable.
func (n *NavRail) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		n.cursor = max(0, n.cursor-1)
	case fyne.KeyDown:
		n.cursor = min(len(n.items)-1, n.cursor+1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		n.choose(n.cursor)
	}
	n.update()
}

const (
	navWidth  = 76
	navHeight = 58
	navPad    = 8
	navIcon   = 22
)

// CreateRenderer implements fyne.Widget.
func (n *NavRail) CreateRenderer() fyne.WidgetRenderer {
	v := &navRenderer{n: n, back: canvas.NewRectangle(color.Transparent), rule: canvas.NewRectangle(color.Transparent)}
	v.objects = []fyne.CanvasObject{v.back, v.rule}
	for _, it := range n.items {
		p := navParts{back: canvas.NewRectangle(color.Transparent), mark: canvas.NewRectangle(color.Transparent),
			icon: canvas.NewImageFromResource(it.Icon), label: canvas.NewText(it.Label, color.Transparent),
			pill: canvas.NewRectangle(color.Transparent), count: canvas.NewText("", color.Transparent)}
		p.icon.FillMode = canvas.ImageFillContain
		p.label.Alignment, p.count.Alignment = fyne.TextAlignCenter, fyne.TextAlignCenter
		v.parts = append(v.parts, p)
		v.objects = append(v.objects, p.back, p.mark, p.icon, p.label, p.pill, p.count)
	}
	n.view = v
	v.update()
	return v
}

type navParts struct {
	back, mark, pill *canvas.Rectangle
	icon             *canvas.Image
	label, count     *canvas.Text
}

type navRenderer struct {
	n          *NavRail
	back, rule *canvas.Rectangle
	parts      []navParts
	objects    []fyne.CanvasObject
}

func (v *navRenderer) Destroy() {
	if v.n.view == v {
		v.n.view = nil
	}
}

func (v *navRenderer) Objects() []fyne.CanvasObject { return v.objects }

// width is that of the rail: its labels fit in, as they are when chosen.
func (v *navRenderer) width() float32 {
	width, size := float32(navWidth), v.n.Theme().Size(theme.SizeNameCaptionText)
	for _, it := range v.n.items {
		width = max(width, fyne.MeasureText(it.Label, size, fyne.TextStyle{Bold: true}).Width+12)
	}
	return width
}

// MinSize implements fyne.WidgetRenderer.
func (v *navRenderer) MinSize() fyne.Size {
	return fyne.NewSize(v.width(), 2*navPad+navHeight*float32(len(v.parts)))
}

func (v *navRenderer) Layout(size fyne.Size) {
	v.back.Resize(size)
	v.rule.Move(fyne.NewPos(size.Width-1, 0))
	v.rule.Resize(fyne.NewSize(1, size.Height))
	small := v.n.Theme().Size(theme.SizeNameCaptionText)
	for i, p := range v.parts {
		y := navPad + navHeight*float32(i)
		p.back.Move(fyne.NewPos(6, y+2))
		p.back.Resize(fyne.NewSize(size.Width-12, navHeight-4))
		p.mark.Move(fyne.NewPos(0, y+12))
		p.mark.Resize(fyne.NewSize(3, navHeight-24))
		p.icon.Move(fyne.NewPos((size.Width-navIcon)/2, y+9))
		p.icon.Resize(fyne.NewSquareSize(navIcon))
		p.label.Move(fyne.NewPos(0, y+navHeight-small-13))
		p.label.Resize(fyne.NewSize(size.Width, small+4))
		w := max(16, p.count.MinSize().Width+8)
		x := min(size.Width/2+6, size.Width-w-3)
		p.pill.Move(fyne.NewPos(x, y+4))
		p.pill.Resize(fyne.NewSize(w, 16))
		p.count.Move(fyne.NewPos(x, y+4))
		p.count.Resize(fyne.NewSize(w, 16))
	}
}

func (v *navRenderer) Refresh() {
	v.update()
	for _, p := range v.parts {
		p.icon.Refresh()
	}
}

// update colours the pages and writes the counts.
func (v *navRenderer) update() {
	n := v.n
	setFill(v.back, colorOf(n, ColorSurface))
	setFill(v.rule, colorOf(n, ColorBorder))
	small := n.Theme().Size(theme.SizeNameCaptionText)
	for i, p := range v.parts {
		on := n.items[i].Key == n.selected
		fill, mark, ink := color.Color(color.Transparent), color.Color(color.Transparent), colorOf(n, ColorMuted)
		if on {
			fill, mark, ink = alpha(colorOf(n, ColorAccent), 0.16), colorOf(n, ColorAccent), colorOf(n, theme.ColorNameForeground)
		} else if i == n.hover {
			fill = colorOf(n, theme.ColorNameHover)
		}
		p.back.CornerRadius, p.mark.CornerRadius = 8, 1.5
		edge := color.Color(color.Transparent)
		if n.focused && i == n.cursor {
			edge = colorOf(n, theme.ColorNameFocus)
		}
		if p.back.StrokeColor != edge {
			p.back.StrokeColor, p.back.StrokeWidth = edge, 2
			p.back.Refresh()
		}
		setFill(p.back, fill)
		setFill(p.mark, mark)
		setText(p.label, n.items[i].Label, small, ink, fyne.TextStyle{Bold: on})
		v.badge(p, n.badges[i], small)
	}
	v.Layout(n.Size())
}

func (v *navRenderer) badge(p navParts, b navBadge, small float32) {
	setVisible(p.pill, b.count > 0)
	setVisible(p.count, b.count > 0)
	if b.count <= 0 {
		return
	}
	text := strconv.Itoa(b.count)
	if b.count > 999 {
		text = "999+"
	}
	name := b.color
	if name == "" {
		name = ColorMuted
	}
	p.pill.CornerRadius = 8
	setFill(p.pill, colorOf(v.n, name))
	setText(p.count, text, small*0.9, colorOf(v.n, ColorSurface), fyne.TextStyle{Bold: true})
}

// setFill recolours a rectangle if it differs.
func setFill(r *canvas.Rectangle, c color.Color) {
	if r.FillColor != c {
		r.FillColor = c
		r.Refresh()
	}
}
