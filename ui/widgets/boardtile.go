package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TileHead is what stands above a board tile's content.
type TileHead struct {
	Title string
	// Age is how old the data are, such as "3 s".
	Age string
	// Level marks the tile when its value is not normal.
	Level Level
	// Fault is what is wrong with the tile itself, such as a binding that cannot
	// be; it takes the place of the content.
	Fault string
}

// BoardTile is the frame of a tile on a board. While it is being edited its
// content is out of reach: it can be chosen, moved, and resized by its lower
// right corner; arrow keys do the same.
type BoardTile struct {
	widget.BaseWidget

	// OnChoose tells that it was tapped while being edited.
	OnChoose func()
	// OnMove and OnResize tell how far it was dragged since the drag began; done
	// that the hand let go.
	OnMove, OnResize func(dx, dy float32, done bool)
	// OnKey tells of keys typed while it is being edited and has the focus.
	OnKey func(e *fyne.KeyEvent)

	content  fyne.CanvasObject
	bare     bool
	head     TileHead
	editing  bool
	selected bool
	layer    *editLayer
	view     *boardTileRenderer
}

// NewBoardTile frames content; bare leaves out the line above it while there is
// nothing to say there.
func NewBoardTile(content fyne.CanvasObject, bare bool) *BoardTile {
	t := &BoardTile{content: content, bare: bare}
	t.layer = &editLayer{tile: t}
	t.layer.ExtendBaseWidget(t.layer)
	t.layer.Hide()
	t.ExtendBaseWidget(t)
	return t
}

// SetHead changes what stands above the content.
func (t *BoardTile) SetHead(h TileHead) {
	if t.head != h {
		t.head = h
		t.update()
	}
}

// Head is what stands above the content.
func (t *BoardTile) Head() TileHead { return t.head }

// SetEditing puts the content out of reach, or back in it.
func (t *BoardTile) SetEditing(on bool) {
	if t.editing != on {
		t.editing = on
		setVisible(t.layer, on)
		t.update()
	}
}

// SetSelected marks the tile as the one that is edited.
func (t *BoardTile) SetSelected(on bool) {
	if t.selected != on {
		t.selected = on
		t.update()
	}
}

// Focus gives the tile the keys while it is being edited.
func (t *BoardTile) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil && t.editing {
		c.Focus(t.layer)
	}
}

func (t *BoardTile) update() {
	if t.view != nil {
		t.view.update()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *BoardTile) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	t.view = &boardTileRenderer{t: t, back: canvas.NewRectangle(color.Transparent), title: text(), age: text(),
		shape: NewStatusShape(StatusNone, 12), fault: widget.NewLabel("")}
	t.view.fault.Wrapping, t.view.fault.SizeName = fyne.TextWrapWord, theme.SizeNameCaptionText
	t.view.update()
	return t.view
}

type boardTileRenderer struct {
	t          *BoardTile
	back       *canvas.Rectangle
	title, age *canvas.Text
	shape      *StatusShape
	fault      *widget.Label
}

func (r *boardTileRenderer) Destroy() {
	if r.t.view == r {
		r.t.view = nil
	}
}

func (r *boardTileRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.shape, r.title, r.age, r.t.content, r.fault, r.t.layer}
}
func (r *boardTileRenderer) MinSize() fyne.Size { return fyne.NewSize(40, 28) }
func (r *boardTileRenderer) Layout(fyne.Size)   { r.update() }

func (r *boardTileRenderer) Refresh() {
	r.update()
	r.shape.Refresh()
	r.fault.Refresh()
	r.t.content.Refresh()
}

// boardPad is the air inside a board tile.
const boardPad = 10

func (r *boardTileRenderer) update() {
	t, size := r.t, r.t.Size()
	small := t.Theme().Size(theme.SizeNameCaptionText)
	edge, width := ColorBorder, float32(1)
	if c := t.head.Level.color(); c != "" {
		edge, width = c, 2
	}
	if t.selected {
		edge, width = ColorAccent, 2
	}
	paintBox(r.back, fyne.Position{}, size, 8, colorOf(t, ColorSurface), colorOf(t, edge), width)
	headed := !t.bare || t.head.Title != "" || t.head.Level != LevelNormal
	top := float32(boardPad)
	inner := max(1, size.Width-2*boardPad)
	for _, o := range []fyne.CanvasObject{r.title, r.age} {
		setVisible(o, headed)
	}
	r.shape.SetStatus(t.head.Level.Shape())
	setVisible(r.shape, t.head.Level != LevelNormal)
	if headed {
		r.headline(inner, small)
		top = boardPad/2 + lineHeight(small) + 5
	}
	setVisible(r.fault, t.head.Fault != "")
	setVisible(t.content, t.head.Fault == "")
	if r.fault.Text != t.head.Fault {
		r.fault.SetText(t.head.Fault)
	}
	area := fyne.NewSize(inner, max(1, size.Height-top-boardPad))
	for _, o := range []fyne.CanvasObject{t.content, r.fault} {
		o.Move(fyne.NewPos(boardPad, top))
		o.Resize(area)
	}
	t.layer.Resize(size)
	t.layer.update()
}

// headline writes the line above the content.
func (r *boardTileRenderer) headline(inner, small float32) {
	t := r.t
	y, left := float32(boardPad/2+2), float32(boardPad)
	if t.head.Level != LevelNormal {
		r.shape.Move(fyne.NewPos(left, y+2))
		r.shape.Resize(fyne.NewSquareSize(12))
		left += 17
		inner -= 17
	}
	ink := ColorMuted
	if c := t.head.Level.color(); c != "" {
		ink = c
	}
	setText(r.age, t.head.Age, small, colorOf(t, ColorMuted), fyne.TextStyle{})
	wide := r.age.MinSize().Width
	bold := fyne.TextStyle{Bold: true}
	if title := fyne.MeasureText(t.head.Title, small, bold).Width; title > inner-wide-8 && title <= inner {
		setText(r.age, "", small, colorOf(t, ColorMuted), fyne.TextStyle{}) // the title goes before
	}
	if r.age.Text == "" {
		wide = 0
	}
	setText(r.title, cutText(t.head.Title, max(0, inner-wide-8), small, fyne.TextStyle{Bold: true}), small, colorOf(t, ink), fyne.TextStyle{Bold: true})
	placeText(r.title, left, y, max(0, inner-wide), lineHeight(small))
	placeText(r.age, left+inner-wide, y, wide, lineHeight(small))
}

// cornerSide is the side of the corner that resizes.
const cornerSide = 24

// editLayer lies over a tile while it is being edited.
type editLayer struct {
	widget.BaseWidget
	tile    *BoardTile
	corner  bool // the drag began in the corner
	at      fyne.Position
	drag    fyne.Position // since it began
	moving  bool
	focused bool
	handle  [2]*canvas.Line
	ring    *canvas.Rectangle
}

var (
	_ fyne.Draggable     = (*editLayer)(nil)
	_ fyne.Tappable      = (*editLayer)(nil)
	_ fyne.Focusable     = (*editLayer)(nil)
	_ desktop.Mouseable  = (*editLayer)(nil)
	_ desktop.Hoverable  = (*editLayer)(nil)
	_ desktop.Cursorable = (*editLayer)(nil)
)

func (l *editLayer) inCorner(p fyne.Position) bool {
	size := l.Size()
	return p.X > size.Width-cornerSide && p.Y > size.Height-cornerSide
}

// MouseDown implements desktop.Mouseable.
func (l *editLayer) MouseDown(e *desktop.MouseEvent) { l.corner = l.inCorner(e.Position) }

// MouseUp implements desktop.Mouseable.
func (l *editLayer) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable.
func (l *editLayer) MouseIn(e *desktop.MouseEvent) { l.at = e.Position }

// MouseMoved implements desktop.Hoverable.
func (l *editLayer) MouseMoved(e *desktop.MouseEvent) { l.at = e.Position }

// MouseOut implements desktop.Hoverable.
func (l *editLayer) MouseOut() {}

// Cursor implements desktop.Cursorable.
func (l *editLayer) Cursor() desktop.Cursor {
	if l.inCorner(l.at) {
		return desktop.HResizeCursor
	}
	return desktop.PointerCursor
}

// Tapped implements fyne.Tappable.
func (l *editLayer) Tapped(*fyne.PointEvent) { l.choose() }

func (l *editLayer) choose() {
	l.tile.Focus()
	if l.tile.OnChoose != nil {
		l.tile.OnChoose()
	}
}

// Dragged implements fyne.Draggable.
func (l *editLayer) Dragged(e *fyne.DragEvent) {
	if !l.moving {
		l.moving, l.drag = true, fyne.Position{}
		l.choose()
	}
	l.drag = l.drag.AddXY(e.Dragged.DX, e.Dragged.DY)
	l.tell(false)
}

// DragEnd implements fyne.Draggable.
func (l *editLayer) DragEnd() {
	if l.moving {
		l.moving = false
		l.tell(true)
	}
	l.corner = false
}

func (l *editLayer) tell(done bool) {
	f := l.tile.OnMove
	if l.corner {
		f = l.tile.OnResize
	}
	if f != nil {
		f(l.drag.X, l.drag.Y, done)
	}
}

// FocusGained implements fyne.Focusable.
func (l *editLayer) FocusGained() { l.focused = true; l.update() }

// FocusLost implements fyne.Focusable.
func (l *editLayer) FocusLost() { l.focused = false; l.update() }

// TypedRune implements fyne.Focusable.
func (l *editLayer) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (l *editLayer) TypedKey(e *fyne.KeyEvent) {
	if l.tile.OnKey != nil {
		l.tile.OnKey(e)
	}
}

// CreateRenderer implements fyne.Widget.
func (l *editLayer) CreateRenderer() fyne.WidgetRenderer {
	l.ring = canvas.NewRectangle(color.Transparent)
	l.handle = [2]*canvas.Line{canvas.NewLine(color.Transparent), canvas.NewLine(color.Transparent)}
	l.update()
	return &editLayerRenderer{l}
}

func (l *editLayer) update() {
	if l.ring == nil {
		return
	}
	size, th := l.Size(), l.tile
	edge, width := color.Color(color.Transparent), float32(0)
	if l.focused {
		edge, width = colorOf(th, theme.ColorNameFocus), 3
	}
	paintBox(l.ring, fyne.Position{}, size, 8, alpha(colorOf(th, ColorSurface), 0.25), edge, width)
	for i, h := range l.handle {
		reach := float32(8 + 6*i)
		h.StrokeColor, h.StrokeWidth = colorOf(th, ColorMuted), 2
		if th.selected {
			h.StrokeColor = colorOf(th, ColorAccent)
		}
		h.Position1 = fyne.NewPos(size.Width-reach-3, size.Height-5)
		h.Position2 = fyne.NewPos(size.Width-5, size.Height-reach-3)
		h.Refresh()
	}
}

type editLayerRenderer struct{ l *editLayer }

func (r *editLayerRenderer) Destroy()           {}
func (r *editLayerRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *editLayerRenderer) Layout(fyne.Size)   { r.l.update() }
func (r *editLayerRenderer) Refresh()           { r.l.update() }
func (r *editLayerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.ring, r.l.handle[0], r.l.handle[1]}
}
