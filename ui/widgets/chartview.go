package widgets

import (
	"image"
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// maxReadings bounds the lines of a hover read-out.
const maxReadings = 12

// ChartView shows a chart that was drawn elsewhere and reads it out under the
// pointer: a line, a dot on each series and a box with the values.
type ChartView struct {
	widget.BaseWidget

	// OnResize asks for a picture of a size in pixels, at pixels per logical
	// unit.
	OnResize func(w, h int, scale float64)
	// OnTap tells where the chart was tapped, in pixels of the picture.
	OnTap func(x, y float64)

	pixels  *pixelView
	layout  plot.Layout
	readOut func(x float64) []plot.Reading
	w, h    int
	scale   float64
	at      fyne.Position
	inside  bool
	view    *chartRenderer
}

var (
	_ desktop.Hoverable  = (*ChartView)(nil)
	_ desktop.Cursorable = (*ChartView)(nil)
	_ fyne.Tappable      = (*ChartView)(nil)
)

// NewChartView makes an empty view.
func NewChartView() *ChartView {
	c := &ChartView{scale: 1}
	c.pixels = newPixelView(c.resized)
	c.ExtendBaseWidget(c)
	return c
}

// SetChart shows a picture that must not be drawn into any more. readOut gives
// the values at x, in pixels of the picture; it may be nil.
func (c *ChartView) SetChart(img *image.RGBA, layout plot.Layout, readOut func(x float64) []plot.Reading) {
	c.layout, c.readOut = layout, readOut
	c.pixels.set(img)
	c.hover()
}

// PixelSize is the size for the next picture; ok is false before the widget
// has one.
func (c *ChartView) PixelSize() (w, h int, scale float64, ok bool) {
	return c.w, c.h, c.scale, c.w > 0
}

func (c *ChartView) resized(w, h int) {
	if w == c.w && h == c.h {
		return
	}
	c.w, c.h, c.scale = w, h, pixelScale(c)
	if c.OnResize != nil {
		c.OnResize(w, h, c.scale)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *ChartView) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (c *ChartView) MouseMoved(e *desktop.MouseEvent) {
	c.at, c.inside = e.Position, true
	c.hover()
}

// MouseOut implements desktop.Hoverable.
func (c *ChartView) MouseOut() {
	c.inside = false
	c.hover()
}

// Cursor implements desktop.Cursorable.
func (c *ChartView) Cursor() desktop.Cursor { return desktop.CrosshairCursor }

// Tapped implements fyne.Tappable.
func (c *ChartView) Tapped(e *fyne.PointEvent) {
	if c.OnTap != nil {
		c.OnTap(float64(e.Position.X)*c.scale, float64(e.Position.Y)*c.scale)
	}
}

func (c *ChartView) hover() {
	if c.view != nil {
		c.view.hover()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *ChartView) CreateRenderer() fyne.WidgetRenderer {
	v := &chartRenderer{c: c, line: canvas.NewLine(color.Transparent), box: canvas.NewRectangle(color.Transparent)}
	v.line.StrokeWidth = 1
	v.box.CornerRadius = 4
	v.box.StrokeWidth = 1
	v.title = canvas.NewText("", color.Transparent)
	v.objects = []fyne.CanvasObject{c.pixels.raster, v.line, v.box, v.title}
	for i := range v.rows {
		r := &v.rows[i]
		r.dot, r.key = canvas.NewCircle(color.Transparent), canvas.NewRectangle(color.Transparent)
		r.name, r.value = canvas.NewText("", color.Transparent), canvas.NewText("", color.Transparent)
		r.value.Alignment = fyne.TextAlignTrailing
		v.objects = append(v.objects, r.dot)
	}
	// Boxes and texts lie above all dots.
	v.objects = append(v.objects[:1], append(append([]fyne.CanvasObject{v.line}, v.objects[4:]...), v.box, v.title)...)
	for i := range v.rows {
		r := &v.rows[i]
		v.objects = append(v.objects, r.key, r.name, r.value)
	}
	c.view = v
	v.hover()
	return v
}

// readingRow shows one series in the box, and its dot in the plot.
type readingRow struct {
	dot         *canvas.Circle
	key         *canvas.Rectangle
	name, value *canvas.Text
}

type chartRenderer struct {
	c       *ChartView
	line    *canvas.Line
	box     *canvas.Rectangle
	title   *canvas.Text
	rows    [maxReadings]readingRow
	objects []fyne.CanvasObject
}

func (v *chartRenderer) Destroy() {
	if v.c.view == v {
		v.c.view = nil
	}
}

func (v *chartRenderer) Objects() []fyne.CanvasObject { return v.objects }
func (v *chartRenderer) MinSize() fyne.Size           { return fyne.NewSize(120, 72) }

func (v *chartRenderer) Layout(size fyne.Size) {
	v.c.pixels.raster.Resize(size)
	if w, h, ok := pixelSize(v.c); ok {
		v.c.resized(w, h)
	}
	v.hover()
}

func (v *chartRenderer) Refresh() {
	v.hover()
	v.c.pixels.raster.Refresh()
}

// hover places the read-out.
func (v *chartRenderer) hover() {
	c := v.c
	var got []plot.Reading
	k := float32(c.scale)
	x := float64(c.at.X) * c.scale
	area := c.layout.Plot
	if c.inside && c.readOut != nil && x >= float64(area.Min.X) && x <= float64(area.Max.X) {
		got = c.readOut(x)
	}
	if len(got) > maxReadings {
		got = got[:maxReadings]
	}
	show := len(got) > 0
	for _, o := range []fyne.CanvasObject{v.line, v.box, v.title} {
		setVisible(o, show)
	}
	if show {
		v.line.StrokeColor = colorOf(c, ColorMuted)
		v.line.Position1 = fyne.NewPos(c.at.X, float32(area.Min.Y)/k)
		v.line.Position2 = fyne.NewPos(c.at.X, float32(area.Max.Y)/k)
		v.line.Refresh()
	}
	v.fill(got, k)
}

// fill writes the box.
func (v *chartRenderer) fill(got []plot.Reading, k float32) {
	c := v.c
	size := c.Theme().Size(theme.SizeNameCaptionText)
	var names, values float32
	for i := range v.rows {
		r := &v.rows[i]
		on := i < len(got)
		for _, o := range []fyne.CanvasObject{r.dot, r.key, r.name, r.value} {
			setVisible(o, on)
		}
		if !on {
			continue
		}
		g := got[i]
		setText(r.name, g.Name, size, colorOf(c, theme.ColorNameForeground), fyne.TextStyle{})
		setText(r.value, formatReading(g), size, colorOf(c, theme.ColorNameForeground), fyne.TextStyle{Bold: true})
		names, values = max(names, r.name.MinSize().Width), max(values, r.value.MinSize().Width)
		r.dot.FillColor, r.key.FillColor = g.Color, g.Color
		r.dot.StrokeColor, r.dot.StrokeWidth = colorOf(c, ColorSurface), 1.5
		r.dot.Resize(fyne.NewSquareSize(8))
		r.dot.Move(fyne.NewPos(float32(g.X)/k-4, float32(g.Y)/k-4))
		r.dot.Refresh()
	}
	if len(got) > 0 {
		v.place(len(got), names, values)
	}
}

// place lays the box with n rows beside the pointer; names and values are the
// widths of its columns.
func (v *chartRenderer) place(n int, names, values float32) {
	c := v.c
	size := c.Theme().Size(theme.SizeNameCaptionText)
	row, pad := size+6, float32(8)
	setText(v.title, c.layout.Time(float64(c.at.X)*c.scale).Format("2 Jan 15:04:05"), size, colorOf(c, ColorMuted), fyne.TextStyle{})
	w := max(names+values+16+14, v.title.MinSize().Width) + 2*pad
	h := row*float32(n+1) + pad
	at := c.at.AddXY(14, 14)
	if at.X+w > c.Size().Width {
		at.X = max(0, c.at.X-14-w)
	}
	at.Y = max(0, min(at.Y, c.Size().Height-h))
	v.box.FillColor, v.box.StrokeColor = alpha(colorOf(c, ColorSurface), 0.94), colorOf(c, ColorBorder)
	v.box.Move(at)
	v.box.Resize(fyne.NewSize(w, h))
	v.box.Refresh()
	v.title.Move(at.AddXY(pad, pad/2))
	v.title.Resize(fyne.NewSize(w-2*pad, row))
	for i := range n {
		r, y := &v.rows[i], pad/2+row*float32(i+1)
		r.key.Move(at.AddXY(pad, y+row/2-1.5))
		r.key.Resize(fyne.NewSize(10, 3))
		r.key.Refresh()
		r.name.Move(at.AddXY(pad+14, y))
		r.name.Resize(fyne.NewSize(names, row))
		r.value.Move(at.AddXY(w-pad-values, y))
		r.value.Resize(fyne.NewSize(values, row))
	}
}

// formatReading writes a value with its unit.
func formatReading(g plot.Reading) string {
	text := strconv.FormatFloat(g.Value, 'g', 5, 64)
	if g.Unit != "" {
		text += " " + g.Unit
	}
	return text
}

// setVisible shows or hides o if it is not so already.
func setVisible(o fyne.CanvasObject, on bool) {
	if o.Visible() == on {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// setText changes a text and refreshes it if something differs.
func setText(t *canvas.Text, text string, size float32, ink color.Color, style fyne.TextStyle) {
	if t.Text == text && t.TextSize == size && t.Color == ink && t.TextStyle == style {
		return
	}
	t.Text, t.TextSize, t.Color, t.TextStyle = text, size, ink, style
	t.Refresh()
}
