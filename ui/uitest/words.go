package uitest

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// Rect is a part of a canvas.
type Rect struct{ X1, Y1, X2, Y2 float32 }

// Empty tells whether nothing is in r.
func (r Rect) Empty() bool { return r.X2 <= r.X1 || r.Y2 <= r.Y1 }

// And is what r and s have in common.
func (r Rect) And(s Rect) Rect {
	return Rect{max(r.X1, s.X1), max(r.Y1, s.Y1), min(r.X2, s.X2), min(r.Y2, s.Y2)}
}

func rect(at fyne.Position, size fyne.Size) Rect {
	return Rect{at.X, at.Y, at.X + size.Width, at.Y + size.Height}
}

// Words is a line of text that a canvas shows.
type Words struct {
	Text string
	// Layer is 0 for the page; what lies over it has a higher one.
	Layer int
	// Is is the room that the letters take, and In that which the widget has that
	// shows them. Seen is the part of the canvas outside of which they are cut off.
	Is, In, Seen Rect
	// ScrollsX and ScrollsY tell that what is cut off can be scrolled into view.
	ScrollsX, ScrollsY bool
	// Inside are the widgets that it belongs to, the outermost first.
	Inside []fyne.Widget
}

// tolerance is by how much letters may leave their room: sizes are rounded, and a
// line has room above and below its letters.
const tolerance = 3

// Cut is by how much the text is cut off, or leaves its widget; 0 for not at all,
// or for one that is out of sight.
func (w *Words) Cut() float32 {
	if w.Is.And(w.Seen).Empty() {
		return 0
	}
	var cut float32
	if !w.In.Empty() { // a dialog's title is given no size
		cut = max(w.Is.X2-w.In.X2, w.In.X1-w.Is.X1)
	}
	if !w.ScrollsX {
		cut = max(cut, w.Is.X2-w.Seen.X2, w.Seen.X1-w.Is.X1)
	}
	if !w.ScrollsY {
		cut = max(cut, w.Is.Y2-w.Seen.Y2, w.Seen.Y1-w.Is.Y1)
	}
	if cut < tolerance {
		return 0
	}
	return cut
}

// Over is by how much two texts lie over each other, 0 for not at all.
func (w *Words) Over(o *Words) float32 {
	both := w.Is.And(w.Seen).And(o.Is).And(o.Seen)
	if w.Layer != o.Layer || both.Empty() {
		return 0
	}
	if over := min(both.X2-both.X1, both.Y2-both.Y1); over >= 2*tolerance {
		return over
	}
	return 0
}

// Arrange lays everything on a canvas out anew, as a desktop's driver does before
// it draws, when the sizes that things need have changed.
func Arrange(c fyne.Canvas) {
	for _, root := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		arrange(root)
	}
}

func arrange(o fyne.CanvasObject) {
	if o == nil || !o.Visible() {
		return
	}
	switch o := o.(type) {
	case *fyne.Container:
		if o.Layout != nil {
			o.Layout.Layout(o.Objects, o.Size())
		}
		for _, child := range o.Objects {
			arrange(child)
		}
	case fyne.Widget:
		draws := test.WidgetRenderer(o)
		draws.Layout(o.Size())
		for _, child := range draws.Objects() {
			arrange(child)
		}
	}
}

// Read is every text that a canvas shows, the page's first, in the order of
// drawing.
func Read(c fyne.Canvas) []Words {
	var r reader
	all := rect(fyne.Position{}, c.Size())
	for layer, root := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		r.read(root, fyne.Position{}, Words{Layer: layer, In: all, Seen: all})
	}
	return r.words
}

type reader struct{ words []Words }

// read reads o, which lies in a place with an origin; around is what is known of
// the texts in it.
func (r *reader) read(o fyne.CanvasObject, origin fyne.Position, around Words) {
	if o == nil || !o.Visible() {
		return
	}
	at := origin.Add(o.Position())
	switch o := o.(type) {
	case *canvas.Text:
		r.add(o, at, around)
	case *fyne.Container:
		for _, child := range below(o) {
			r.read(child, at, around)
		}
	case fyne.Widget:
		draws := test.WidgetRenderer(o)
		around.In = rect(at, o.Size())
		around.Inside = append(slices.Clip(around.Inside), o)
		_, clips := draws.(interface{ IsClip() })
		if _, scrolls := o.(fyne.Scrollable); clips || scrolls {
			around.Seen = around.Seen.And(around.In)
		}
		if s, scrolls := o.(*container.Scroll); scrolls {
			around.ScrollsX = s.Direction == container.ScrollBoth || s.Direction == container.ScrollHorizontalOnly
			around.ScrollsY = s.Direction == container.ScrollBoth || s.Direction == container.ScrollVerticalOnly
		}
		for _, child := range draws.Objects() {
			r.read(child, at, around)
		}
	}
}

func (r *reader) add(t *canvas.Text, at fyne.Position, w Words) {
	if t.Text == "" {
		return
	}
	size := fyne.MeasureText(t.Text, t.TextSize, t.TextStyle)
	switch t.Alignment {
	case fyne.TextAlignCenter:
		at.X += (t.Size().Width - size.Width) / 2
	case fyne.TextAlignTrailing:
		at.X += t.Size().Width - size.Width
	}
	at.Y += max(0, t.Size().Height-size.Height) / 2
	w.Text, w.Is = t.Text, rect(at, size)
	r.words = append(r.words, w)
}
