package widgets

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// The parts of a timeline from top to bottom, in logical units.
const (
	timelineHeight = 46
	timelineMarks  = 9  // room for marks
	timelineLabels = 15 // room for the labels
	timelineEvery  = 84 // least distance of labels
	timelineLabel  = 16 // how many there are at most
)

// timelineRenderer draws what lies still as one picture, and what moves over it.
type timelineRenderer struct {
	t       *Timeline
	back    *canvas.Rectangle
	raster  *canvas.Raster
	labels  [timelineLabel]*canvas.Text
	head    *canvas.Rectangle
	knob    *canvas.Circle
	pointer *canvas.Rectangle
	says    *canvas.Text
	box     *canvas.Rectangle
	note    *canvas.Text
	objects []fyne.CanvasObject
}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	v := &timelineRenderer{t: t, back: canvas.NewRectangle(color.Transparent), head: canvas.NewRectangle(color.Transparent),
		knob: canvas.NewCircle(color.Transparent), pointer: canvas.NewRectangle(color.Transparent), box: canvas.NewRectangle(color.Transparent),
		says: canvas.NewText("", color.Transparent), note: canvas.NewText("", color.Transparent)}
	v.raster = canvas.NewRaster(v.draw)
	v.note.Alignment = fyne.TextAlignCenter
	v.objects = []fyne.CanvasObject{v.back, v.raster}
	for i := range v.labels {
		v.labels[i] = canvas.NewText("", color.Transparent)
		v.objects = append(v.objects, v.labels[i])
	}
	v.objects = append(v.objects, v.note, v.head, v.knob, v.pointer, v.box, v.says)
	t.view = v
	v.update(true)
	return v
}

// Destroy implements fyne.WidgetRenderer.
func (v *timelineRenderer) Destroy() {
	if v.t.view == v {
		v.t.view = nil
	}
}

// Objects implements fyne.WidgetRenderer.
func (v *timelineRenderer) Objects() []fyne.CanvasObject { return v.objects }

// MinSize implements fyne.WidgetRenderer.
func (v *timelineRenderer) MinSize() fyne.Size { return fyne.NewSize(160, timelineHeight) }

// Layout implements fyne.WidgetRenderer.
func (v *timelineRenderer) Layout(size fyne.Size) {
	v.back.Resize(size)
	v.raster.Resize(size)
	v.update(true)
}

// Refresh implements fyne.WidgetRenderer.
func (v *timelineRenderer) Refresh() { v.update(true) }

// update places everything; picture says that the picture below changed too.
func (v *timelineRenderer) update(picture bool) {
	t := v.t
	edge, width := colorOf(t, ColorBorder), float32(1)
	if t.focused {
		edge, width = colorOf(t, theme.ColorNameFocus), 2
	}
	v.back.CornerRadius, v.back.FillColor, v.back.StrokeColor, v.back.StrokeWidth = 4, colorOf(t, ColorSurface), edge, width
	v.back.Refresh()
	if picture {
		v.placeLabels()
		v.raster.Refresh()
	}
	v.placeHead()
	v.placePointer()
}

func (v *timelineRenderer) placeLabels() {
	t := v.t
	small := t.Theme().Size(theme.SizeNameCaptionText)
	size := t.Size()
	ticks := timelineTicks(t.data.From, t.data.To, min(timelineLabel, int(size.Width/timelineEvery)))
	for i, label := range v.labels {
		fits := false
		if i < len(ticks) {
			setText(label, ticks[i].label, small*0.92, colorOf(t, ColorMuted), fyne.TextStyle{})
			x, w := t.XAt(ticks[i].at)+4, label.MinSize().Width
			label.Move(fyne.NewPos(x, size.Height-timelineLabels))
			label.Resize(fyne.NewSize(w, timelineLabels-1))
			fits = x+w < size.Width
		}
		setVisible(label, fits)
	}
	setText(v.note, t.data.Note, small, colorOf(t, ColorMuted), fyne.TextStyle{})
	v.note.Move(fyne.NewPos(0, (size.Height-timelineLabels)/2-6))
	v.note.Resize(fyne.NewSize(size.Width, 16))
}

// placeHead shows the moment that pages show.
func (v *timelineRenderer) placeHead() {
	t, size := v.t, v.t.Size()
	ink, x := colorOf(t, ColorMuted), t.XAt(t.data.Now)
	if t.atNow() { // which has gone on since the stretch was told
		x = min(x, size.Width)
	}
	if !t.data.At.IsZero() {
		ink, x = colorOf(t, ColorPast), t.XAt(t.data.At)
	}
	if t.drag {
		x = t.dragX
	}
	shown := t.data.To.After(t.data.From) && x >= 0 && x <= size.Width+1
	setVisible(v.head, shown)
	setVisible(v.knob, shown)
	x = max(2, min(x, size.Width-2))
	v.head.FillColor, v.knob.FillColor = ink, ink
	v.head.Move(fyne.NewPos(x-1, 1))
	v.head.Resize(fyne.NewSize(2, size.Height-timelineLabels-1)) // the labels stay readable
	v.knob.Move(fyne.NewPos(max(0, min(x-5, size.Width-10)), 0))
	v.knob.Resize(fyne.NewSquareSize(10))
	v.head.Refresh()
	v.knob.Refresh()
}

// placePointer tells what is under the pointer.
func (v *timelineRenderer) placePointer() {
	t, size := v.t, v.t.Size()
	shown := t.inside && t.data.To.After(t.data.From)
	setVisible(v.pointer, shown)
	setVisible(v.box, shown)
	setVisible(v.says, shown)
	if !shown {
		return
	}
	v.pointer.FillColor = alpha(colorOf(t, theme.ColorNameForeground), 0.5)
	v.pointer.Move(fyne.NewPos(t.hover, 1))
	v.pointer.Resize(fyne.NewSize(1, size.Height-2))
	v.pointer.Refresh()
	v.say(t.describe(t.hover))
}

// say shows a text in a box beside the pointer, on the side where there is room.
func (v *timelineRenderer) say(text string) {
	t, size := v.t, v.t.Size()
	small := t.Theme().Size(theme.SizeNameCaptionText)
	setText(v.says, cutText(text, size.Width-16, small, fyne.TextStyle{}), small, colorOf(t, theme.ColorNameForeground), fyne.TextStyle{})
	w, x := v.says.MinSize().Width, t.hover+10
	if x+w+8 > size.Width {
		x = t.hover - w - 10
	}
	at := max(4, min(x, size.Width-w-4))
	v.says.Move(fyne.NewPos(at, 10))
	v.says.Resize(fyne.NewSize(w, 16))
	v.box.FillColor, v.box.CornerRadius = alpha(colorOf(t, ColorSurface), 0.94), 3
	v.box.Move(fyne.NewPos(at-4, 9))
	v.box.Resize(fyne.NewSize(w+8, 18))
	v.box.Refresh()
}

// describe says which moment is at x, and what is there.
func (t *Timeline) describe(x float32) string {
	const reach = 5
	at := t.TimeAt(x)
	text := at.Local().Format("01-02 15:04:05")
	for _, m := range t.data.Marks {
		if d := t.XAt(m.At) - x; d >= -reach && d <= reach {
			return m.At.Local().Format("15:04:05") + " " + m.Title
		}
	}
	for _, g := range t.data.Gaps {
		if !at.Before(g.From) && !at.After(g.To) {
			return text + ": " + g.Title
		}
	}
	return text
}

// draw paints what lies still, at a size in pixels.
func (v *timelineRenderer) draw(w, h int) image.Image {
	t := v.t
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	d := &t.data
	span := d.To.Sub(d.From)
	if span <= 0 || w < 4 || h < 4 {
		return img
	}
	scale := float64(h) / float64(max(t.Size().Height, 1))
	p := timelinePainter{img: img, from: d.From, span: span, top: int(timelineMarks * scale), base: h - int(timelineLabels*scale), scale: scale}
	if d.First.After(d.From) {
		p.hatch(d.From, d.First, alpha(colorOf(t, ColorMuted), 0.22))
	}
	p.density(d, alpha(colorOf(t, ColorAccent), 0.55))
	for _, g := range d.Gaps {
		p.clear(g.From, g.To, alpha(colorOf(t, ColorSurface), 0.75))
		p.hatch(g.From, g.To, alpha(colorOf(t, ColorSilent), 0.8))
	}
	p.fill(0, p.base, w, p.base+1, colorOf(t, ColorBorder))
	for _, tick := range timelineTicks(d.From, d.To, min(timelineLabel, int(t.Size().Width/timelineEvery))) {
		x := p.x(tick.at)
		p.fill(x, p.base, x+max(1, int(scale)), h, colorOf(t, ColorBorder))
	}
	for _, m := range d.Marks {
		if m.Bookmark {
			p.flag(m.At, colorOf(t, theme.ColorNameForeground))
		} else {
			p.triangle(m.At, colorOf(t, m.Ink))
		}
	}
	return img
}

// timelinePainter paints onto a picture of a stretch of time.
type timelinePainter struct {
	img       *image.RGBA
	from      time.Time
	span      time.Duration
	top, base int // of the density
	scale     float64
}

func (p *timelinePainter) x(at time.Time) int {
	share := float64(at.Sub(p.from)) / float64(p.span)
	return int(math.Round(max(-1, min(share, 2)) * float64(p.img.Rect.Dx())))
}

func (p *timelinePainter) fill(x0, y0, x1, y1 int, c color.Color) {
	draw.Draw(p.img, image.Rect(x0, y0, x1, y1).Intersect(p.img.Rect), image.NewUniform(c), image.Point{}, draw.Over)
}

// density paints columns; the root of the share of the fullest keeps the quiet
// ones in sight.
func (p *timelinePainter) density(d *TimelineData, c color.Color) {
	top := 0.0
	for _, v := range d.Density {
		top = max(top, v)
	}
	if top <= 0 {
		return
	}
	for i, v := range d.Density {
		if v <= 0 {
			continue
		}
		at := d.DensityFrom.Add(time.Duration(i) * d.DensityStep)
		x0, x1 := p.x(at), p.x(at.Add(d.DensityStep))
		if x1-x0 > 2 {
			x1-- // a seam between columns
		}
		tall := max(1, int(math.Sqrt(v/top)*float64(p.base-p.top)))
		p.fill(x0, p.base-tall, max(x1, x0+1), p.base, c)
	}
}

// ends are where a stretch begins and ends in view, at least two pixels apart.
func (p *timelinePainter) ends(from, to time.Time) (x0, x1 int) {
	x0, x1 = max(0, p.x(from)), min(p.img.Rect.Dx(), p.x(to))
	return x0, max(x1, x0+max(2, int(2*p.scale)))
}

// clear dims what was painted of a stretch.
func (p *timelinePainter) clear(from, to time.Time, c color.Color) {
	x0, x1 := p.ends(from, to)
	p.fill(x0, p.top, x1, p.base, c)
}

// hatch paints a stretch with slanted lines.
func (p *timelinePainter) hatch(from, to time.Time, c color.Color) {
	x0, x1 := p.ends(from, to)
	every := max(4, int(5*p.scale))
	for y := p.top; y < p.base; y++ {
		for x := x0; x < x1; x++ {
			if (x+y)%every < max(1, int(p.scale)) {
				p.fill(x, y, x+1, y+1, c)
			}
		}
	}
}

// triangle points down at a moment; flag stands at one.
func (p *timelinePainter) triangle(at time.Time, c color.Color) {
	x, size := p.x(at), int(4*p.scale)
	for row := 0; row <= size; row++ {
		p.fill(x-(size-row), row+1, x+(size-row)+1, row+2, c)
	}
}

func (p *timelinePainter) flag(at time.Time, c color.Color) {
	x, unit := p.x(at), max(1, int(p.scale))
	p.fill(x, unit, x+unit, p.base, c)
	p.fill(x, unit, x+7*unit, 6*unit, c)
}
