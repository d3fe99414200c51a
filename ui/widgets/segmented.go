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

// Segment is one choice of a Segmented.
type Segment struct {
	Key, Label string
	// Counted leaves room for a count, so that nothing moves when one appears.
	Counted bool
}

// Segmented is a row of choices of which one is on, such as the sections of a
// page. A segment can carry a count. Left and right choose.
type Segmented struct {
	widget.BaseWidget

	// OnSelect tells that another segment was chosen.
	OnSelect func(key string)

	segments []Segment
	counts   []navBadge
	selected int
	hover    int
	focused  bool
	view     *segmentedRenderer
}

var (
	_ fyne.Tappable     = (*Segmented)(nil)
	_ fyne.Focusable    = (*Segmented)(nil)
	_ desktop.Hoverable = (*Segmented)(nil)
)

// NewSegmented makes a row of choices with the first one on.
func NewSegmented(segments []Segment) *Segmented {
	s := &Segmented{segments: segments, counts: make([]navBadge, len(segments)), hover: -1}
	s.ExtendBaseWidget(s)
	return s
}

// Selected is the key of the segment that is on.
func (s *Segmented) Selected() string { return s.segments[s.selected].Key }

// SetSelected turns a segment on without an intent.
func (s *Segmented) SetSelected(key string) {
	for i, g := range s.segments {
		if g.Key == key && i != s.selected {
			s.selected = i
			s.update()
		}
	}
}

// SetCount shows a count beside a segment that has room for one, in a colour; 0
// shows none.
func (s *Segmented) SetCount(key string, count int, name fyne.ThemeColorName) {
	for i, g := range s.segments {
		if c := (navBadge{count, name}); g.Key == key && s.counts[i] != c {
			s.counts[i] = c
			s.update()
		}
	}
}

func (s *Segmented) update() {
	if s.view != nil {
		s.view.update()
	}
}

func (s *Segmented) choose(i int) {
	if i < 0 || i >= len(s.segments) || i == s.selected {
		return
	}
	s.selected = i
	s.update()
	emit(s.OnSelect, s.segments[i].Key)
}

func (s *Segmented) indexAt(x float32) int {
	if s.view == nil {
		return -1
	}
	for i, p := range s.view.spans {
		if x >= p.x && x < p.x+p.w {
			return i
		}
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (s *Segmented) Tapped(e *fyne.PointEvent) { s.choose(s.indexAt(e.Position.X)) }

// MouseIn implements desktop.Hoverable.
func (s *Segmented) MouseIn(e *desktop.MouseEvent) { s.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (s *Segmented) MouseMoved(e *desktop.MouseEvent) { s.setHover(s.indexAt(e.Position.X)) }

// MouseOut implements desktop.Hoverable.
func (s *Segmented) MouseOut() { s.setHover(-1) }

func (s *Segmented) setHover(i int) {
	if s.hover != i {
		s.hover = i
		s.update()
	}
}

// FocusGained implements fyne.Focusable.
func (s *Segmented) FocusGained() { s.focused = true; s.update() }

// FocusLost implements fyne.Focusable.
func (s *Segmented) FocusLost() { s.focused = false; s.update() }

// TypedRune implements fyne.Focusable.
func (s *Segmented) TypedRune(r rune) { passRune(s, r) }

// TypedKey implements fyne.Focusable.
func (s *Segmented) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		s.choose(s.selected - 1)
	case fyne.KeyRight:
		s.choose(s.selected + 1)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Segmented) CreateRenderer() fyne.WidgetRenderer {
	v := &segmentedRenderer{s: s, back: canvas.NewRectangle(color.Transparent)}
	v.objects = []fyne.CanvasObject{v.back}
	for range s.segments {
		p := segmentParts{back: canvas.NewRectangle(color.Transparent), label: canvas.NewText("", color.Transparent),
			pill: canvas.NewRectangle(color.Transparent), count: canvas.NewText("", color.Transparent)}
		p.count.Alignment = fyne.TextAlignCenter
		v.parts = append(v.parts, p)
		v.objects = append(v.objects, p.back, p.label, p.pill, p.count)
	}
	s.view = v
	v.update()
	return v
}

const (
	segmentHeight = 34
	segmentPad    = 14
	countGap      = 6
	countHeight   = 16
	countWidth    = 28
)

type segmentParts struct {
	back, pill   *canvas.Rectangle
	label, count *canvas.Text
}

type segmentedRenderer struct {
	s       *Segmented
	back    *canvas.Rectangle
	parts   []segmentParts
	spans   []span
	objects []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (v *segmentedRenderer) Destroy() {
	if v.s.view == v {
		v.s.view = nil
	}
}

// Objects implements fyne.WidgetRenderer.
func (v *segmentedRenderer) Objects() []fyne.CanvasObject { return v.objects }

// Layout implements fyne.WidgetRenderer.
func (v *segmentedRenderer) Layout(fyne.Size) { v.update() }

// Refresh implements fyne.WidgetRenderer.
func (v *segmentedRenderer) Refresh() { v.update() }

// MinSize implements fyne.WidgetRenderer.
func (v *segmentedRenderer) MinSize() fyne.Size {
	v.measure()
	last := v.spans[len(v.spans)-1]
	return fyne.NewSize(last.x+last.w+3, segmentHeight)
}

// measure places the segments beside each other. A label takes its bold width,
// so that nothing moves when it is chosen.
func (v *segmentedRenderer) measure() {
	text := v.s.Theme().Size(theme.SizeNameText)
	v.spans = v.spans[:0]
	x := float32(3)
	for _, g := range v.s.segments {
		w := fyne.MeasureText(g.Label, text, fyne.TextStyle{Bold: true}).Width + 2*segmentPad
		if g.Counted {
			w += countGap + countWidth
		}
		v.spans = append(v.spans, span{x, w})
		x += w
	}
}

// shortCount is a count as far as there is room for it.
func shortCount(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// update writes and places everything.
func (v *segmentedRenderer) update() {
	s := v.s
	v.measure()
	last := v.spans[len(v.spans)-1]
	v.back.CornerRadius, v.back.StrokeWidth = 8, 1
	v.back.FillColor, v.back.StrokeColor = colorOf(s, ColorSurface), colorOf(s, ColorBorder)
	if s.focused {
		v.back.StrokeColor = colorOf(s, theme.ColorNameFocus)
	}
	v.back.Resize(fyne.NewSize(last.x+last.w+3, segmentHeight))
	v.back.Refresh()
	for i := range v.parts {
		v.segment(i)
	}
}

func (v *segmentedRenderer) segment(i int) {
	s, p, at := v.s, &v.parts[i], v.spans[i]
	text := s.Theme().Size(theme.SizeNameText)
	on := i == s.selected
	fill, ink := color.Color(color.Transparent), colorOf(s, ColorMuted)
	switch {
	case on:
		fill, ink = alpha(colorOf(s, ColorAccent), 0.2), colorOf(s, theme.ColorNameForeground)
	case i == s.hover:
		fill = colorOf(s, theme.ColorNameHover)
	}
	p.back.CornerRadius = 6
	p.back.Move(fyne.NewPos(at.x, 3))
	p.back.Resize(fyne.NewSize(at.w, segmentHeight-6))
	setFill(p.back, fill)
	setText(p.label, s.segments[i].Label, text, ink, fyne.TextStyle{Bold: on})
	c := s.counts[i]
	counted := s.segments[i].Counted && c.count > 0
	wide, x := p.label.MinSize().Width, at.x+segmentPad
	if !counted { // room that no count takes is no part of the label's
		x = at.x + (at.w-wide)/2
	}
	p.label.Move(fyne.NewPos(x, 0))
	p.label.Resize(fyne.NewSize(wide, segmentHeight))
	setVisible(p.pill, counted)
	setVisible(p.count, counted)
	if !counted {
		return
	}
	name := c.color
	if name == "" {
		name = ColorMuted
	}
	pos := fyne.NewPos(at.x+at.w-segmentPad-countWidth+4, (segmentHeight-countHeight)/2)
	p.pill.CornerRadius = countHeight / 2
	p.pill.Move(pos)
	p.pill.Resize(fyne.NewSize(countWidth, countHeight))
	setFill(p.pill, colorOf(s, name))
	setText(p.count, shortCount(c.count), s.Theme().Size(theme.SizeNameCaptionText)*0.9, colorOf(s, ColorSurface), fyne.TextStyle{Bold: true})
	p.count.Move(pos)
	p.count.Resize(fyne.NewSize(countWidth, countHeight))
}
