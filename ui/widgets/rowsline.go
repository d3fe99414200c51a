package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// shapeSide is the side of a status shape in a row, in logical units.
const shapeSide = 11

// lineView holds the parts of one visible row. It remembers what it shows.
type lineView struct {
	v       *rowsRenderer
	box     *fyne.Container
	back    *canvas.Rectangle
	flat    *flat // of arrow, status and texts
	arrow   [2]*canvas.Line
	status  *canvas.Raster
	texts   []*canvas.Text
	sparks  []*canvas.Image
	index   int
	shown   Row
	cells   []Cell
	backing color.Color
	filled  bool
}

// unmeasured lays out nothing and asks for no room: whoever made the objects puts
// them in their places. Fyne asks every container for its least size before it
// paints, and one without a layout measures all that is in it.
type unmeasured struct{}

// Layout implements fyne.Layout.
func (unmeasured) Layout([]fyne.CanvasObject, fyne.Size) {}

// MinSize implements fyne.Layout.
func (unmeasured) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func newLineView(v *rowsRenderer) *lineView {
	l := &lineView{v: v, back: canvas.NewRectangle(color.Transparent), index: -1}
	l.arrow[0], l.arrow[1] = canvas.NewLine(color.Transparent), canvas.NewLine(color.Transparent)
	for _, a := range l.arrow {
		a.StrokeWidth = 1.5
		a.Hidden = true
	}
	l.status = canvas.NewRaster(func(w, h int) image.Image { return l.v.shape(l.shown.Status, l.shown.Dim, min(w, h)) })
	l.status.Hidden = true
	l.status.Resize(fyne.NewSquareSize(shapeSide))
	n := len(v.r.columns)
	l.texts, l.sparks, l.cells = make([]*canvas.Text, n), make([]*canvas.Image, n), make([]Cell, n)
	l.flat = newFlat(l.arrow[0], l.arrow[1], l.status)
	for i := range l.texts {
		l.texts[i] = canvas.NewText("", color.Transparent)
		l.flat.parts = append(l.flat.parts, l.texts[i])
	}
	l.box = container.New(unmeasured{}, l.back, l.flat.raster, l.flat.left)
	return l
}

// place sizes the parts after the columns have moved.
func (l *lineView) place() {
	h := l.v.look.height
	l.box.Resize(fyne.NewSize(l.v.r.Size().Width, h))
	l.back.Move(fyne.NewPos(2, 0))
	l.back.Resize(fyne.NewSize(max(0, l.v.r.Size().Width-4), h))
	l.back.CornerRadius = 3
	l.flat.dress(l.v.look.th)
	l.forget()
}

// forget makes the next show set everything anew.
func (l *lineView) forget() {
	l.filled, l.backing = false, nil
	l.shown = Row{Depth: -1}
	clear(l.cells)
}

func (l *lineView) hide() {
	if l.box.Visible() {
		l.box.Hide()
		l.v.r.refreshes++
	}
	l.index = -1
}

// show puts row index at y.
func (l *lineView) show(index int, y float32) {
	if !l.box.Visible() {
		l.box.Show()
	}
	l.index = index
	l.box.Move(fyne.NewPos(0, y))
	row := l.v.r.at(index)
	if row == nil {
		row = &Row{}
	}
	l.background(index, row)
	l.lead(row)
	for i := range l.texts {
		var c Cell
		if i < len(row.Cells) {
			c = row.Cells[i]
		}
		l.cell(i, c, row)
	}
	l.shown, l.filled = *row, true
	l.shown.Cells = nil
	if l.flat.settle() {
		l.v.r.refreshes++
	}
}

// background shows selection, hover and flash.
func (l *lineView) background(index int, row *Row) {
	look := &l.v.look
	c := color.Color(color.Transparent)
	switch {
	case row.Key != "" && (row.Selected || row.Key == l.v.r.selected):
		c = look.selection
	case row.Flash > 0:
		level := float32(int(min(row.Flash, 1)*flashStep+0.5)) / flashStep
		c = alpha(look.flash, level)
	case index == l.v.r.hover:
		c = look.hover
	}
	if c != l.backing {
		l.backing, l.back.FillColor = c, c
		l.refresh(l.back)
	}
}

func (l *lineView) refresh(o fyne.CanvasObject) {
	o.Refresh()
	l.v.r.refreshes++
}

// lead draws the expander and the status shape.
func (l *lineView) lead(row *Row) {
	s := &l.shown
	if l.filled && s.Depth == row.Depth && s.Expander == row.Expander && s.Status == row.Status && s.Dim == row.Dim {
		return
	}
	h, x := l.v.look.height, cellPad+float32(row.Depth)*indent
	l.chevron(row, x, h/2)
	if l.v.r.tree {
		x += chevron + 6
	}
	l.status.Hidden = row.Status == StatusNone
	l.status.Move(fyne.NewPos(x, (h-shapeSide)/2))
	l.flat.touch(l.status)
}

func (l *lineView) chevron(row *Row, x, mid float32) {
	for i, a := range l.arrow {
		a.Hidden = row.Expander == ExpanderNone
		a.StrokeColor = l.v.look.muted
		side := float32(1 - 2*i)
		if row.Expander == ExpanderOpen {
			a.Position1 = fyne.NewPos(x+chevron/2-side*chevron/2, mid-chevron/4)
			a.Position2 = fyne.NewPos(x+chevron/2, mid+chevron/4)
		} else {
			a.Position1 = fyne.NewPos(x+chevron/4, mid-side*chevron/2)
			a.Position2 = fyne.NewPos(x+chevron*3/4, mid)
		}
	}
	l.flat.touch(l.arrow[0])
}

// leadWidth is the room that indent, expander and shape take in the first
// column.
func (l *lineView) leadWidth(row *Row) float32 {
	x := float32(row.Depth) * indent
	if l.v.r.tree {
		x += chevron + 6
	}
	if row.Status != StatusNone {
		x += statusGap
	}
	return x
}

// cell shows one value if it differs from what is shown.
func (l *lineView) cell(i int, c Cell, row *Row) {
	same := l.filled && c == l.cells[i] && l.shown.Dim == row.Dim
	if i == 0 {
		same = same && l.shown.Depth == row.Depth && (l.shown.Status == StatusNone) == (row.Status == StatusNone)
	}
	if same {
		return
	}
	l.cells[i] = c
	s := l.v.spans[i]
	x, w := s.x+cellPad, s.w-2*cellPad
	if i == 0 {
		x, w = x+l.leadWidth(row), w-l.leadWidth(row)
	}
	w = max(0, w)
	if s.w <= 0 {
		c.Spark = nil
	}
	l.spark(i, c, x, w)
	l.text(i, c, row, x, w)
}

// text writes a cell, cut to its width.
func (l *lineView) text(i int, c Cell, row *Row, x, w float32) {
	t, col := l.texts[i], l.v.r.columns[i]
	text := ""
	if c.Spark == nil {
		text = l.v.fitter(col.Monospace, c.Bold).cut(c.Text, w)
	}
	ink := l.v.color(c.Color, row.Dim)
	style := fyne.TextStyle{Monospace: col.Monospace, Bold: c.Bold}
	t.Move(fyne.NewPos(x, 0))
	changed := t.Text != text || t.Color != ink || t.TextStyle != style || t.TextSize != l.v.look.size || t.Alignment != col.Align
	t.Text, t.Color, t.TextStyle, t.TextSize, t.Alignment = text, ink, style, l.v.look.size, col.Align
	size := fyne.NewSize(w, l.v.look.height)
	if t.Size() != size {
		t.Resize(size)
		changed = true
	}
	if changed {
		l.flat.touch(t)
	}
}

// spark shows a picture in a cell.
func (l *lineView) spark(i int, c Cell, x, w float32) {
	img := l.sparks[i]
	if c.Spark == nil {
		if img != nil && img.Visible() {
			img.Hide()
		}
		return
	}
	if img == nil {
		img = &canvas.Image{FillMode: canvas.ImageFillStretch}
		l.sparks[i] = img
		l.box.Add(img)
	}
	img.Hidden = false
	img.Image = c.Spark
	img.Move(fyne.NewPos(x, 3))
	img.Resize(fyne.NewSize(w, l.v.look.height-6))
	l.refresh(img)
}

func (v *rowsRenderer) fitter(mono, bold bool) *fitter {
	switch {
	case mono && bold:
		return v.look.monoBold
	case mono:
		return v.look.mono
	case bold:
		return v.look.bold
	}
	return v.look.text
}
