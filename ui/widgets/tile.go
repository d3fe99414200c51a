package widgets

import (
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TileValue is one of the two values of a tile.
type TileValue struct {
	Label, Value, Unit string
	// Color of the value; "" is the foreground.
	Color fyne.ThemeColorName
	// Spark is the recent course, oldest first; nil shows none. It is copied.
	Spark []float64
}

// TileData is what a tile shows.
type TileData struct {
	Key, Name, Kind string
	Status          Status
	// Age is how old the data are, such as "3 s".
	Age    string
	Values [2]TileValue
	// Note is one more line, such as "→ Ryde 12:41  +4 min", in NoteColor.
	Note      string
	NoteColor fyne.ThemeColorName
	// Dim greys values that are stale.
	Dim bool
}

func (d *TileData) equal(e *TileData) bool {
	for i := range d.Values {
		a, b := &d.Values[i], &e.Values[i]
		if a.Label != b.Label || a.Value != b.Value || a.Unit != b.Unit || a.Color != b.Color || !slices.Equal(a.Spark, b.Spark) {
			return false
		}
	}
	return d.Key == e.Key && d.Name == e.Name && d.Kind == e.Kind && d.Status == e.Status && d.Age == e.Age &&
		d.Note == e.Note && d.NoteColor == e.NoteColor && d.Dim == e.Dim
}

// Tile is a device at a glance: name, kind, liveness, age, two values with
// their recent course, and a line of text.
type Tile struct {
	widget.BaseWidget

	// OnTap tells that the tile was tapped, or entered by keyboard.
	OnTap func(key string)

	data             TileData
	selected         bool
	hovered, focused bool
	view             *tileRenderer
}

var (
	_ fyne.Tappable     = (*Tile)(nil)
	_ fyne.Focusable    = (*Tile)(nil)
	_ desktop.Hoverable = (*Tile)(nil)
)

// NewTile makes an empty tile.
func NewTile() *Tile {
	t := &Tile{}
	t.ExtendBaseWidget(t)
	return t
}

// SetData shows d; nothing happens when it is what is shown.
func (t *Tile) SetData(d TileData) {
	if t.data.equal(&d) {
		return
	}
	for i := range d.Values {
		d.Values[i].Spark = slices.Clone(d.Values[i].Spark)
	}
	t.data = d
	if t.view != nil {
		t.view.update()
	}
}

// Key is the key of the data shown.
func (t *Tile) Key() string { return t.data.Key }

// SetSelected marks the tile.
func (t *Tile) SetSelected(on bool) {
	if t.selected != on {
		t.selected = on
		t.restyle()
	}
}

func (t *Tile) restyle() {
	if t.view != nil {
		t.view.frame()
	}
}

// Tapped implements fyne.Tappable.
func (t *Tile) Tapped(*fyne.PointEvent) { emit(t.OnTap, t.data.Key) }

// MouseIn implements desktop.Hoverable.
func (t *Tile) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.restyle() }

// MouseMoved implements desktop.Hoverable.
func (t *Tile) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Tile) MouseOut() { t.hovered = false; t.restyle() }

// FocusGained implements fyne.Focusable.
func (t *Tile) FocusGained() { t.focused = true; t.restyle() }

// FocusLost implements fyne.Focusable.
func (t *Tile) FocusLost() { t.focused = false; t.restyle() }

// TypedRune implements fyne.Focusable.
func (t *Tile) TypedRune(r rune) { passRune(t, r) }

// TypedKey implements fyne.Focusable.
func (t *Tile) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		emit(t.OnTap, t.data.Key)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Tile) CreateRenderer() fyne.WidgetRenderer {
	t.view = newTileRenderer(t)
	return t.view
}

// tileRenderer holds the parts of a tile: a card, and a picture of what is on it.
type tileRenderer struct {
	t                     *Tile
	back                  *canvas.Rectangle
	flat                  *flat
	fitters               map[textKind]*fitter
	shape                 *StatusShape
	name, kind, age, note *canvas.Text
	arrow                 *canvas.Text // a leading arrow of the note; see arrowed
	values                [2]tileValueView
	objects               []fyne.CanvasObject
}

type tileValueView struct {
	label, value, unit *canvas.Text
	spark              *Sparkline
}

func newTileRenderer(t *Tile) *tileRenderer {
	v := &tileRenderer{t: t, back: canvas.NewRectangle(color.Transparent), shape: NewStatusShape(StatusNone, 14), fitters: map[textKind]*fitter{}}
	v.flat = newFlat(v.shape)
	v.objects = []fyne.CanvasObject{v.back, v.flat.raster, v.flat.left}
	text := func() *canvas.Text {
		o := canvas.NewText("", color.Transparent)
		v.flat.parts = append(v.flat.parts, o)
		return o
	}
	v.name, v.kind, v.age, v.note, v.arrow = text(), text(), text(), text(), text()
	v.age.Alignment = fyne.TextAlignTrailing
	for i := range v.values {
		v.values[i] = tileValueView{text(), text(), text(), NewSparkline(ColorMuted)}
		v.flat.parts = append(v.flat.parts, v.values[i].spark)
	}
	v.flat.dress(t.Theme())
	v.frame()
	v.update()
	return v
}

func (v *tileRenderer) Destroy() {
	if v.t.view == v {
		v.t.view = nil
	}
}

func (v *tileRenderer) Objects() []fyne.CanvasObject { return v.objects }

// tilePad is the air inside a tile.
const tilePad = 12

// MinSize implements fyne.WidgetRenderer.
func (v *tileRenderer) MinSize() fyne.Size {
	text := v.t.Theme().Size(theme.SizeNameText)
	return fyne.NewSize(text*14.5, 2*tilePad+v.headHeight()+v.valueHeight()+v.noteHeight())
}

func (v *tileRenderer) caption() float32 { return v.t.Theme().Size(theme.SizeNameCaptionText) }
func (v *tileRenderer) big() float32     { return v.t.Theme().Size(theme.SizeNameSubHeadingText) }

func (v *tileRenderer) headHeight() float32 {
	return v.t.Theme().Size(theme.SizeNameText) + v.caption() + 10
}
func (v *tileRenderer) valueHeight() float32 { return v.caption() + v.big() + 33 }
func (v *tileRenderer) noteHeight() float32  { return v.caption() + 8 }

func (v *tileRenderer) Layout(fyne.Size) {
	v.back.Resize(v.t.Size())
	v.update()
}

// Refresh implements fyne.WidgetRenderer: the theme may have changed.
func (v *tileRenderer) Refresh() {
	clear(v.fitters)
	v.flat.dress(v.t.Theme())
	v.frame()
	v.update()
}

// frame colours the card by selection, hover and focus.
func (v *tileRenderer) frame() {
	t := v.t
	edge, width := ColorBorder, float32(1)
	fill := colorOf(t, ColorSurface)
	switch {
	case t.focused:
		edge, width = theme.ColorNameFocus, 2
	case t.selected:
		edge, width = ColorAccent, 2
	case t.hovered:
		edge = ColorMuted
	}
	b := v.back
	if b.FillColor == fill && b.StrokeColor == colorOf(t, edge) && b.StrokeWidth == width {
		return
	}
	b.CornerRadius, b.FillColor, b.StrokeColor, b.StrokeWidth = 8, fill, colorOf(t, edge), width
	b.Refresh()
}

// update writes the data and places the parts.
func (v *tileRenderer) update() {
	d, th := &v.t.data, v.t.Theme()
	size := v.t.Size()
	inner := max(0, size.Width-2*tilePad)
	fore, muted := colorOf(v.t, theme.ColorNameForeground), colorOf(v.t, ColorMuted)
	text, small := th.Size(theme.SizeNameText), v.caption()
	if v.shape.status != d.Status || v.shape.Size().IsZero() {
		v.shape.SetStatus(d.Status)
		v.shape.Move(fyne.NewPos(tilePad, tilePad+2))
		v.shape.Resize(fyne.NewSquareSize(14))
		v.flat.touch(v.shape)
	}
	age := v.fitter(small, fyne.TextStyle{}).measure(d.Age)
	v.put(v.name, v.cut(d.Name, inner-22-age-8, text, fyne.TextStyle{Bold: true}), text, fore, fyne.TextStyle{Bold: true}, tilePad+22, tilePad-1, 0)
	v.put(v.age, d.Age, small, muted, fyne.TextStyle{}, tilePad, tilePad+1, inner)
	v.put(v.kind, v.cut(d.Kind, inner-22, small, fyne.TextStyle{}), small, muted, fyne.TextStyle{}, tilePad+22, tilePad+text+3, 0)
	top := tilePad + v.headHeight()
	half := (inner - tilePad) / 2
	for i := range v.values {
		v.value(i, &d.Values[i], tilePad+float32(i)*(half+tilePad), top, half)
	}
	ink := colorOf(v.t, theme.ColorNameForeground)
	if d.NoteColor != "" {
		ink = colorOf(v.t, d.NoteColor)
	}
	arrow, note := arrowed(d.Note)
	at, y := float32(tilePad), size.Height-tilePad-small-3
	v.put(v.arrow, arrow, small, ink, fyne.TextStyle{}, at, y, 0)
	if arrow != "" {
		at += small * 1.25
	}
	v.put(v.note, v.cut(note, inner-at+tilePad, small, fyne.TextStyle{}), small, ink, fyne.TextStyle{}, at, y, 0)
	v.flat.settle()
}

// arrowed splits off a leading arrow. Fyne's font has none and takes it from
// another one, which then has no space to follow it with.
func arrowed(s string) (arrow, rest string) {
	if rest, ok := strings.CutPrefix(s, "→"); ok {
		return "→", strings.TrimSpace(rest)
	}
	return "", s
}

// value shows one value in a column.
func (v *tileRenderer) value(i int, d *TileValue, x, y, w float32) {
	p, small, big := &v.values[i], v.caption(), v.big()
	muted := colorOf(v.t, ColorMuted)
	ink := colorOf(v.t, theme.ColorNameForeground)
	switch {
	case v.t.data.Dim:
		ink = muted
	case d.Color != "":
		ink = colorOf(v.t, d.Color)
	}
	v.put(p.label, v.cut(d.Label, w, small, fyne.TextStyle{}), small, muted, fyne.TextStyle{}, x, y, 0)
	unit := v.fitter(small, fyne.TextStyle{}).measure(d.Unit)
	number := v.cut(d.Value, w-unit-4, big, fyne.TextStyle{})
	v.put(p.value, number, big, ink, fyne.TextStyle{}, x, y+small+3, 0)
	end := x + v.fitter(big, fyne.TextStyle{}).measure(number) + 4
	v.put(p.unit, d.Unit, small, muted, fyne.TextStyle{}, end, y+small+3+(big-small)*1.05, 0)
	pos, room := fyne.NewPos(x, y+small+big+12), fyne.NewSize(w, 20)
	if !p.spark.shows(d.Spark) || p.spark.Position() != pos || p.spark.Size() != room {
		setVisible(p.spark, len(d.Spark) > 1)
		p.spark.SetValues(d.Spark)
		p.spark.Move(pos)
		p.spark.Resize(room)
		v.flat.touch(p.spark)
	}
}

// put writes and places a text; width 0 leaves it as wide as it is.
func (v *tileRenderer) put(t *canvas.Text, text string, size float32, ink color.Color, style fyne.TextStyle, x, y, width float32) {
	pos, room := fyne.NewPos(x, y), t.Size()
	if width > 0 {
		room = fyne.NewSize(width, size+4)
	}
	if t.Text == text && t.TextSize == size && t.Color == ink && t.TextStyle == style && t.Position() == pos && t.Size() == room {
		return
	}
	t.Text, t.TextSize, t.Color, t.TextStyle = text, size, ink, style
	t.Move(pos)
	t.Resize(room)
	v.flat.touch(t)
}

// fitter is kept for each kind of text, until the theme changes.
func (v *tileRenderer) fitter(size float32, style fyne.TextStyle) *fitter {
	key := textKind{size, style}
	f := v.fitters[key]
	if f == nil {
		f = newFitter(size, style)
		v.fitters[key] = f
	}
	return f
}

// cut cuts text to a width.
func (v *tileRenderer) cut(s string, width, size float32, style fyne.TextStyle) string {
	return v.fitter(size, style).cut(s, max(0, width))
}

// cutText cuts text to a width; see fitter.
func cutText(s string, width, size float32, style fyne.TextStyle) string {
	return newFitter(size, style).cut(s, max(0, width))
}
