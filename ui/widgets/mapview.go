package widgets

import (
	"image"
	"image/color"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// zoomStep is by how much a notch of the wheel or a button zooms.
const zoomStep = 1.25

// MapView shows a map that was drawn elsewhere. It moves the old picture at once
// when the view changes and asks for a new one with OnView. Drag pans, the wheel
// zooms at the pointer, two taps zoom in; arrow keys pan, plus and minus zoom,
// home fits.
type MapView struct {
	widget.BaseWidget

	// OnView tells that the view has changed, in size, place or zoom.
	OnView func(plot.View)
	// OnMove tells that the user moved the view: following should stop.
	OnMove func()
	// OnTap tells where the map was tapped, OnHover where the pointer is (inside
	// is false when it has left), in pixels of the picture.
	OnTap   func(x, y float64)
	OnHover func(x, y float64, inside bool)
	// OnFit tells that the button that fits everything was tapped.
	OnFit func()

	pixels  *pixelView
	img     *image.RGBA
	of      plot.View // what img shows
	view    plot.View
	focused bool
	lastTap time.Time
	tapAt   fyne.Position
	now     func() time.Time
	pointer desktop.Cursor
	buttons [3]*iconButton
	hints   *Hints // of the buttons
	ring    outline
}

var (
	_ desktop.Hoverable  = (*MapView)(nil)
	_ desktop.Cursorable = (*MapView)(nil)
	_ fyne.Tappable      = (*MapView)(nil)
	_ fyne.Draggable     = (*MapView)(nil)
	_ fyne.Scrollable    = (*MapView)(nil)
	_ fyne.Focusable     = (*MapView)(nil)
)

// NewMapView makes a view of a place; the size in view is replaced by the
// widget's own.
func NewMapView(view plot.View) *MapView {
	m := &MapView{view: view, now: time.Now, pointer: desktop.DefaultCursor}
	m.pixels = newPixelView(m.resized)
	m.pixels.raster.Generator = m.generate
	m.buttons = [3]*iconButton{
		newIconButton(theme.ZoomInIcon(), i18n.T("Zoom in"), func() { m.zoomMiddle(1 / zoomStep) }),
		newIconButton(theme.ZoomOutIcon(), i18n.T("Zoom out"), func() { m.zoomMiddle(zoomStep) }),
		newIconButton(theme.ZoomFitIcon(), i18n.T("Show all devices"), m.fit),
	}
	m.hints = NewHints()
	m.hints.beside = true
	for _, b := range m.buttons {
		b.onHint = func(text string) { m.hints.Say(text, b) }
	}
	m.ring = newOutline()
	m.ExtendBaseWidget(m)
	return m
}

// SetImage shows a picture of a view. It must not be drawn into any more.
func (m *MapView) SetImage(img *image.RGBA, of plot.View) {
	if m.img == img {
		return
	}
	m.img, m.of = img, of
	m.pixels.raster.Refresh()
}

// View is what the widget wants to show; Width is 0 before it has a size.
func (m *MapView) View() plot.View { return m.view }

// SetView moves the map, keeping the widget's size, and asks for the picture.
func (m *MapView) SetView(v plot.View) {
	v.Width, v.Height, v.Scale = m.view.Width, m.view.Height, m.view.Scale
	m.change(v)
}

// SetPointing shows that something under the pointer can be tapped.
func (m *MapView) SetPointing(on bool) {
	m.pointer = desktop.DefaultCursor
	if on {
		m.pointer = desktop.PointerCursor
	}
}

func (m *MapView) change(v plot.View) {
	if v == m.view {
		return
	}
	m.view = v
	m.pixels.raster.Refresh()
	if m.OnView != nil {
		m.OnView(v)
	}
}

// move is a change that the user made.
func (m *MapView) move(v plot.View) {
	m.change(v)
	if m.OnMove != nil {
		m.OnMove()
	}
}

func (m *MapView) resized(w, h int) {
	if w == m.view.Width && h == m.view.Height || m.Size().Width <= 0 {
		return
	}
	v := m.view
	v.Width, v.Height, v.Scale = w, h, pixelScale(m)
	m.view = v
	if m.OnView != nil {
		m.OnView(v)
	}
}

// generate paints the picture where the present view has it.
func (m *MapView) generate(w, h int) image.Image {
	m.resized(w, h)
	if m.img == nil {
		return m.pixels.blank(w, h, colorOf(m, ColorWater))
	}
	if m.of == m.view && m.img.Rect == image.Rect(0, 0, w, h) {
		return m.img
	}
	buf := m.pixels.blank(w, h, colorOf(m, ColorWater))
	k, dx, dy := m.view.From(m.of)
	if math.Abs(k-1) < 1e-9 {
		at := image.Pt(int(math.Round(dx)), int(math.Round(dy)))
		draw.Draw(buf, m.img.Rect.Add(at), m.img, image.Point{}, draw.Src)
	} else {
		draw.ApproxBiLinear.Transform(buf, f64.Aff3{k, 0, dx, 0, k, dy}, m.img, m.img.Rect, draw.Src, nil)
	}
	return buf
}

func (m *MapView) px(v float32) float64 { return float64(v) * math.Max(m.view.Scale, 1e-3) }

func (m *MapView) zoomMiddle(factor float64) {
	m.move(m.view.ZoomAt(float64(m.view.Width)/2, float64(m.view.Height)/2, factor))
}

func (m *MapView) fit() {
	if m.OnFit != nil {
		m.OnFit()
	}
}

// Dragged implements fyne.Draggable.
func (m *MapView) Dragged(e *fyne.DragEvent) {
	m.move(m.view.Pan(m.px(e.Dragged.DX), m.px(e.Dragged.DY)))
}

// DragEnd implements fyne.Draggable.
func (m *MapView) DragEnd() {}

// notch is how far the wheel scrolls in one step, in Fyne's units (10 on macOS,
// whose wheels and pads scroll in many small steps).
const notch = 25

// Scrolled implements fyne.Scrollable.
func (m *MapView) Scrolled(e *fyne.ScrollEvent) {
	notches := math.Max(-4, math.Min(4, float64(e.Scrolled.DY)/notch))
	m.move(m.view.ZoomAt(m.px(e.Position.X), m.px(e.Position.Y), math.Pow(zoomStep, -notches)))
}

// Tapped implements fyne.Tappable; the second of two quick taps zooms in.
func (m *MapView) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(m); c != nil && !m.focused {
		c.Focus(m)
	}
	now := m.now()
	d := e.Position.Subtract(m.tapAt)
	twice := now.Sub(m.lastTap) < fyne.CurrentApp().Driver().DoubleTapDelay() && math.Hypot(float64(d.X), float64(d.Y)) < 8
	m.lastTap, m.tapAt = now, e.Position
	if twice {
		m.lastTap = time.Time{}
		m.move(m.view.ZoomAt(m.px(e.Position.X), m.px(e.Position.Y), 0.5))
		return
	}
	if m.OnTap != nil {
		m.OnTap(m.px(e.Position.X), m.px(e.Position.Y))
	}
}

// MouseIn implements desktop.Hoverable.
func (m *MapView) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *MapView) MouseMoved(e *desktop.MouseEvent) {
	if m.OnHover != nil {
		m.OnHover(m.px(e.Position.X), m.px(e.Position.Y), true)
	}
}

// MouseOut implements desktop.Hoverable.
func (m *MapView) MouseOut() {
	if m.OnHover != nil {
		m.OnHover(0, 0, false)
	}
}

// Cursor implements desktop.Cursorable.
func (m *MapView) Cursor() desktop.Cursor { return m.pointer }

// FocusGained implements fyne.Focusable.
func (m *MapView) FocusGained() { m.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (m *MapView) FocusLost() { m.setFocus(false) }

func (m *MapView) setFocus(on bool) {
	m.focused = on
	m.Refresh()
}

// mapStep is how far an arrow key moves the map, in logical units.
const mapStep = 60

// mapKeys are the keys of a map: what is not here does nothing there.
func mapKeys() []keyOf[*MapView] {
	pan := func(x, y float64) func(*MapView, rune) {
		return func(m *MapView, _ rune) {
			step := m.px(mapStep)
			m.move(m.view.Pan(x*step, y*step))
		}
	}
	zoom := func(factor float64) func(*MapView, rune) {
		return func(m *MapView, _ rune) { m.zoomMiddle(factor) }
	}
	return []keyOf[*MapView]{
		{Key{Label: "←", Does: i18n.T("Move the view west"), name: fyne.KeyLeft}, pan(1, 0)},
		{Key{Label: "→", Does: i18n.T("Move the view east"), name: fyne.KeyRight}, pan(-1, 0)},
		{Key{Label: "↑", Does: i18n.T("Move the view north"), name: fyne.KeyUp}, pan(0, 1)},
		{Key{Label: "↓", Does: i18n.T("Move the view south"), name: fyne.KeyDown}, pan(0, -1)},
		{Key{Label: "+", Does: i18n.T("Zoom in"), char: '+'}, zoom(1 / zoomStep)},
		{Key{Label: "=", Does: i18n.T("Zoom in"), char: '='}, zoom(1 / zoomStep)},
		{Key{Label: "−", Does: i18n.T("Zoom out"), char: '-'}, zoom(zoomStep)},
		{Key{Label: "0", Does: i18n.T("Show all devices"), char: '0'}, always((*MapView).fit)},
		{Key{Label: i18n.T("Home"), Does: i18n.T("Show all devices"), name: fyne.KeyHome}, always((*MapView).fit)},
	}
}

// MapKeys are the keys that a focused map understands.
func MapKeys() []Key { return listed(mapKeys()) }

// TypedRune implements fyne.Focusable.
func (m *MapView) TypedRune(r rune) {
	if !pressRune(mapKeys(), m, r) {
		passRune(m, r)
	}
}

// TypedKey implements fyne.Focusable.
func (m *MapView) TypedKey(e *fyne.KeyEvent) {
	if !pressKey(mapKeys(), m, e.Name) {
		passTyped(m, e)
	}
}

// CreateRenderer implements fyne.Widget.
func (m *MapView) CreateRenderer() fyne.WidgetRenderer {
	v := &mapRenderer{m: m}
	v.objects = append([]fyne.CanvasObject{m.pixels.raster, m.buttons[0], m.buttons[1], m.buttons[2], m.hints}, m.ring.objects()...)
	v.Refresh()
	return v
}

type mapRenderer struct {
	m       *MapView
	objects []fyne.CanvasObject
}

func (v *mapRenderer) Destroy()                     {}
func (v *mapRenderer) Objects() []fyne.CanvasObject { return v.objects }
func (v *mapRenderer) MinSize() fyne.Size           { return fyne.NewSize(160, 120) }

func (v *mapRenderer) Layout(size fyne.Size) {
	v.m.pixels.raster.Resize(size)
	v.m.ring.resize(size)
	v.m.hints.Resize(size)
	if w, h, ok := pixelSize(v.m); ok {
		v.m.resized(w, h)
	}
	side := v.m.buttons[0].MinSize()
	for i, b := range v.m.buttons {
		b.Resize(side)
		b.Move(fyne.NewPos(size.Width-side.Width-10, 10+float32(i)*(side.Height+4)))
	}
}

func (v *mapRenderer) Refresh() {
	ink := color.Color(color.Transparent)
	if v.m.focused {
		ink = colorOf(v.m, theme.ColorNameFocus)
	}
	v.m.ring.setInk(ink)
	v.m.pixels.raster.Refresh()
	for _, b := range v.m.buttons {
		b.Refresh()
	}
}
