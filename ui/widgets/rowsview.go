package widgets

import (
	"image"
	"image/color"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/plot"
)

const (
	cellPad   = 8  // on each side of a cell
	indent    = 16 // for each level of depth
	chevron   = 8  // side of the expander
	statusGap = 18 // room of a status shape
	flashStep = 8  // levels of flash that are told apart
)

// expanderEnd is where the tap zone of an expander ends.
func expanderEnd(depth int) float32 { return cellPad + float32(depth)*indent + chevron + 8 }

// span is the place of a column.
type span struct{ x, w float32 }

// rowsRenderer draws Rows: a header, and a ring of line views of which each
// shows the row whose index it meets modulo their number, so that scrolling by
// one row fills one view.
type rowsRenderer struct {
	r       *Rows
	bg      *canvas.Rectangle
	rule    *canvas.Rectangle
	titles  []*canvas.Text
	body    *fyne.Container
	clip    *container.Clip
	bar     *canvas.Rectangle
	ring    outline
	objects []fyne.CanvasObject

	lines []*lineView
	spans []span
	look  rowsLook
}

// rowsLook is what the theme says, resolved once per theme change.
type rowsLook struct {
	th                         fyne.Theme
	size, height               float32
	foreground, muted          color.Color
	selection, hover, flash    color.Color
	text, bold, mono, monoBold *fitter
	named                      map[fyne.ThemeColorName]color.Color
	shapes                     map[shapeKey]*image.RGBA
}

type shapeKey struct {
	s    Status
	dim  bool
	side int
}

func newRowsRenderer(r *Rows) *rowsRenderer {
	v := &rowsRenderer{r: r, bg: canvas.NewRectangle(color.Transparent), rule: canvas.NewRectangle(color.Transparent),
		bar: canvas.NewRectangle(color.Transparent), ring: newOutline(),
		body: container.New(unmeasured{})}
	v.clip = container.NewClip(v.body)
	v.objects = append([]fyne.CanvasObject{v.bg, v.clip, v.rule, v.bar}, v.ring.objects()...)
	for range r.columns {
		t := canvas.NewText("", color.Transparent)
		v.titles = append(v.titles, t)
		v.objects = append(v.objects, t)
	}
	v.restyle()
	return v
}

// Destroy implements fyne.WidgetRenderer.
func (v *rowsRenderer) Destroy() {
	if v.r.view == v {
		v.r.view = nil
	}
}

// Objects implements fyne.WidgetRenderer.
func (v *rowsRenderer) Objects() []fyne.CanvasObject { return v.objects }

// MinSize implements fyne.WidgetRenderer.
func (v *rowsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(120, v.r.headerHeight()+3*v.r.rowHeight())
}

// Refresh implements fyne.WidgetRenderer: the theme may have changed.
func (v *rowsRenderer) Refresh() {
	v.restyle()
	v.Layout(v.r.Size())
	canvas.Refresh(v.r)
}

func (v *rowsRenderer) restyle() {
	r, th := v.r, v.r.Theme()
	size := th.Size(v.r.textSize())
	c := func(n fyne.ThemeColorName) color.Color { return colorOf(r, n) }
	v.look = rowsLook{th: th, size: size, height: r.rowHeight(),
		foreground: c(theme.ColorNameForeground), muted: c(ColorMuted),
		selection: c(theme.ColorNameSelection), hover: c(theme.ColorNameHover), flash: c(ColorFlash),
		text: newFitter(size, fyne.TextStyle{}), bold: newFitter(size, fyne.TextStyle{Bold: true}),
		mono:     newFitter(size, fyne.TextStyle{Monospace: true}),
		monoBold: newFitter(size, fyne.TextStyle{Monospace: true, Bold: true}),
		named:    map[fyne.ThemeColorName]color.Color{}, shapes: map[shapeKey]*image.RGBA{}}
	v.bg.FillColor = color.Transparent
	v.rule.FillColor = c(ColorBorder)
	v.bar.FillColor = c(theme.ColorNameScrollBar)
	v.bar.CornerRadius = 3
	for _, l := range v.lines {
		l.forget()
	}
}

// Layout implements fyne.WidgetRenderer.
func (v *rowsRenderer) Layout(size fyne.Size) {
	r, head := v.r, v.r.headerHeight()
	v.bg.Resize(size)
	v.rule.Move(fyne.NewPos(0, head-1))
	v.rule.Resize(fyne.NewSize(size.Width, 1))
	v.rule.Hidden = r.headless
	v.clip.Move(fyne.NewPos(0, head))
	v.clip.Resize(fyne.NewSize(size.Width, r.bodyHeight()))
	v.ring.resize(size)
	v.spans = spans(v.roomy(), size.Width-barZone/2)
	need := int(math.Ceil(float64(r.bodyHeight()/v.look.height))) + 1
	for len(v.lines) < need {
		l := newLineView(v)
		v.lines = append(v.lines, l)
		v.body.Objects = append(v.body.Objects, l.box)
	}
	v.lines, v.body.Objects = v.lines[:need], v.body.Objects[:need]
	for _, l := range v.lines {
		l.index = -1
		l.place()
	}
	r.clampOffset()
	v.header()
	v.update()
}

// replace makes every line show its row anew.
func (v *rowsRenderer) replace() {
	for _, l := range v.lines {
		l.forget()
	}
}

// spans shares width out among columns: least widths first, the rest by
// weight; too little is shared in proportion.
func spans(columns []Column, width float32) []span {
	var least, weight float32
	for _, c := range columns {
		least += c.Width
		weight += c.Weight
	}
	out := make([]span, len(columns))
	gone := make([]bool, len(columns))
	for i := len(columns) - 1; i >= 0 && least > width; i-- {
		if gone[i] = columns[i].Optional; gone[i] {
			least -= columns[i].Width
			weight -= columns[i].Weight
		}
	}
	shrink, spare := float32(1), max(0, width-least)
	if least > width && least > 0 {
		shrink = max(0, width/least)
	}
	x := float32(0)
	for i, c := range columns {
		if gone[i] {
			out[i] = span{x, 0}
			continue
		}
		w := c.Width * shrink
		if weight > 0 {
			w += spare * c.Weight / weight
		}
		out[i] = span{x, w}
		x += w
	}
	return out
}

// roomy are the columns, widened where their title or what they hold needs it: in
// another language words are longer.
func (v *rowsRenderer) roomy() []Column {
	th := v.look.th
	title := newFitter(th.Size(theme.SizeNameCaptionText), fyne.TextStyle{Bold: true})
	text := newFitter(v.look.size, fyne.TextStyle{Bold: true}) // some are
	columns := slices.Clone(v.r.columns)
	for i := range columns {
		c := &columns[i]
		if !v.r.headless && c.Title != "" {
			c.Width = max(c.Width, title.measure(c.Title)+2*cellPad)
		}
		for _, held := range c.Holds {
			c.Width = max(c.Width, text.measure(held)+2*cellPad)
		}
	}
	return columns
}

// header writes the titles with the sort mark.
func (v *rowsRenderer) header() {
	for i, t := range v.titles {
		t.Hidden = v.r.headless || i >= len(v.spans)
		if t.Hidden {
			continue
		}
		col, s := v.r.columns[i], v.spans[i]
		text, mark := col.Title, ""
		if i == v.r.sortCol {
			mark = " ↑"
			if v.r.sortDesc {
				mark = " ↓"
			}
		}
		size := v.look.th.Size(theme.SizeNameCaptionText)
		fit := newFitter(size, fyne.TextStyle{Bold: true})
		t.Text = fit.cut(text, max(0, s.w-2*cellPad-fit.measure(mark))) + mark
		t.TextSize, t.TextStyle, t.Alignment, t.Color = size, fyne.TextStyle{Bold: true}, col.Align, v.look.muted
		t.Move(fyne.NewPos(s.x+cellPad, 0))
		t.Resize(fyne.NewSize(max(0, s.w-2*cellPad), v.r.headerHeight()))
		t.Refresh()
	}
}

// update shows the rows in view and refreshes what differs.
func (v *rowsRenderer) update() {
	r := v.r
	if len(v.lines) == 0 {
		return
	}
	first, count := r.visible()
	for i := first; i < first+len(v.lines); i++ {
		l := v.lines[i%len(v.lines)]
		if i >= first+count {
			l.hide()
			continue
		}
		y := float32(float64(i)*float64(v.look.height) - r.offset)
		l.show(i, y)
	}
	v.updateBar()
	v.updateRing()
	r.ask()
}

func (v *rowsRenderer) updateBar() {
	t, _ := v.r.thumb()
	size := fyne.NewSize(6, t.h)
	pos := fyne.NewPos(v.r.Size().Width-9, v.r.headerHeight()+t.y)
	if hidden := t.h == 0; hidden != v.bar.Hidden {
		v.bar.Hidden = hidden
		v.bar.Refresh()
	}
	v.bar.Move(pos)
	v.bar.Resize(size)
}

func (v *rowsRenderer) updateRing() {
	c := color.Color(color.Transparent)
	if v.r.focused {
		c = colorOf(v.r, theme.ColorNameFocus)
	}
	if v.ring.setInk(c) {
		v.r.refreshes++
	}
}

func (v *rowsRenderer) color(name fyne.ThemeColorName, dim bool) color.Color {
	if dim {
		return v.look.muted
	}
	if name == "" {
		return v.look.foreground
	}
	c, ok := v.look.named[name]
	if !ok {
		c = colorOf(v.r, name)
		v.look.named[name] = c
	}
	return c
}

// shape is the picture of a status, side pixels wide.
func (v *rowsRenderer) shape(s Status, dim bool, side int) *image.RGBA {
	key := shapeKey{s, dim, side}
	img := v.look.shapes[key]
	if img == nil {
		img = plot.StatusImage(s, side, v.color(StatusColor(s), dim))
		v.look.shapes[key] = img
	}
	return img
}
