package widgets

import (
	"image/color"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// CreateRenderer implements fyne.Widget.
func (c *ChartView) CreateRenderer() fyne.WidgetRenderer {
	v := &chartRenderer{c: c, line: canvas.NewLine(color.Transparent), box: canvas.NewRectangle(color.Transparent)}
	v.line.StrokeWidth = 1
	v.box.CornerRadius = 4
	v.box.StrokeWidth = 1
	v.title = canvas.NewText("", color.Transparent)
	v.marked, v.ring = canvas.NewRectangle(color.Transparent), newOutline()
	v.objects = []fyne.CanvasObject{c.pixels.raster, v.marked, v.line}
	above := []fyne.CanvasObject{v.box, v.title} // all dots
	for i := range v.rows {
		r := &v.rows[i]
		r.dot, r.key = canvas.NewCircle(color.Transparent), canvas.NewRectangle(color.Transparent)
		r.name, r.value = canvas.NewText("", color.Transparent), canvas.NewText("", color.Transparent)
		r.value.Alignment = fyne.TextAlignTrailing
		v.objects = append(v.objects, r.dot)
		above = append(above, r.key, r.name, r.value)
	}
	v.objects = append(append(v.objects, above...), v.ring.objects()...)
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
	marked  *canvas.Rectangle // what is dragged over
	ring    outline           // round the focused chart
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

// pointer is where the chart is read out, in logical units; ok is false for
// nowhere.
func (c *ChartView) pointer() (at fyne.Position, ok bool) {
	k, area := float32(c.scale), c.layout.Plot
	at = c.at
	if !c.inside {
		if c.cursor.IsZero() {
			return at, false
		}
		at = fyne.NewPos(float32(c.layout.X(c.cursor))/k, float32(area.Min.Y)/k)
	}
	return at, area.Dx() > 0 && at.X*k >= float32(area.Min.X) && at.X*k <= float32(area.Max.X)
}

// hover places the read-out.
func (v *chartRenderer) hover() {
	c := v.c
	var got []plot.Reading
	k, area := float32(c.scale), c.layout.Plot
	at, on := c.pointer()
	if on && c.readOut != nil {
		got = c.readOut(float64(at.X) * c.scale)
		got = got[:min(len(got), maxReadings)]
	}
	setVisible(v.line, on)
	for _, o := range []fyne.CanvasObject{v.box, v.title} {
		setVisible(o, len(got) > 0)
	}
	if on {
		v.line.StrokeColor = colorOf(c, ColorMuted)
		v.line.Position1 = fyne.NewPos(at.X, float32(area.Min.Y)/k)
		v.line.Position2 = fyne.NewPos(at.X, float32(area.Max.Y)/k)
		v.line.Refresh()
	}
	v.fill(got, at, k)
	v.frame()
}

// frame shows what is marked, and who has the keyboard.
func (v *chartRenderer) frame() {
	c, k := v.c, float32(v.c.scale)
	setVisible(v.marked, c.marking)
	if c.marking {
		from, to := min(c.marked[0], c.marked[1]), max(c.marked[0], c.marked[1])
		v.marked.FillColor = alpha(colorOf(c, ColorAccent), 0.22)
		v.marked.Move(fyne.NewPos(from, float32(c.layout.Plot.Min.Y)/k))
		v.marked.Resize(fyne.NewSize(to-from, float32(c.layout.Plot.Dy())/k))
		v.marked.Refresh()
	}
	ink := color.Color(color.Transparent)
	if c.focused {
		ink = colorOf(c, theme.ColorNameFocus)
		v.ring.resize(c.Size())
	}
	v.ring.setInk(ink)
}

// fill writes the box.
func (v *chartRenderer) fill(got []plot.Reading, at fyne.Position, k float32) {
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
		v.place(len(got), at, names, values)
	}
}

// place lays the box with n rows beside a position; names and values are the
// widths of its columns.
func (v *chartRenderer) place(n int, pointer fyne.Position, names, values float32) {
	c := v.c
	size := c.Theme().Size(theme.SizeNameCaptionText)
	row, pad := size+6, float32(8)
	setText(v.title, c.layout.Time(float64(pointer.X)*c.scale).Format(cursorFormat(c.layout.To.Sub(c.layout.From))), size, colorOf(c, ColorMuted), fyne.TextStyle{})
	w := max(names+values+16+14, v.title.MinSize().Width) + 2*pad
	h := row*float32(n+1) + pad
	at := pointer.AddXY(14, 14)
	if at.X+w > c.Size().Width {
		at.X = max(0, pointer.X-14-w)
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

// cursorFormat is how the time under the pointer is written on a chart that shows
// so much of it.
func cursorFormat(shown time.Duration) string {
	if shown < time.Minute {
		return "01-02 15:04:05.000"
	}
	return "01-02 15:04:05"
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
