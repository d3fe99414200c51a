package widgets

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// panShare is by how much of what is shown a key pans.
const panShare = 0.25

// chartKeys are the keys of a chart: what is not here does nothing there.
func chartKeys() []keyOf[*ChartView] {
	pan := func(share float64) func(*ChartView, rune) {
		return func(c *ChartView, _ rune) { c.span(c.shown().Pan(share)) }
	}
	zoom := func(factor float64) func(*ChartView, rune) {
		return func(c *ChartView, _ rune) {
			s := c.shown()
			c.span(s.Zoom(s.From.Add(s.Length()/2), factor))
		}
	}
	return []keyOf[*ChartView]{
		{Key{Label: "←", Does: i18n.T("Earlier"), name: fyne.KeyLeft}, pan(-panShare)},
		{Key{Label: "→", Does: i18n.T("Later"), name: fyne.KeyRight}, pan(panShare)},
		{Key{Label: "+", Does: i18n.T("Zoom in"), char: '+'}, zoom(1 / zoomStep)},
		{Key{Label: "−", Does: i18n.T("Zoom out"), char: '-'}, zoom(zoomStep)},
		{Key{Label: i18n.T("Home"), Does: i18n.T("Back to where it was before zooming"), name: fyne.KeyHome}, always((*ChartView).back)},
	}
}

// ChartKeys are the keys that a focused chart understands.
func ChartKeys() []Key { return listed(chartKeys()) }

// shown is the stretch of time on screen.
func (c *ChartView) shown() plot.Span { return plot.Span{From: c.layout.From, To: c.layout.To} }

func (c *ChartView) span(s plot.Span) {
	if c.OnSpan != nil && s.Length() > 0 {
		c.OnSpan(s)
	}
}

func (c *ChartView) back() {
	if c.OnBack != nil {
		c.OnBack()
	}
}

// timeAt is the moment at x in logical units, within the plot.
func (c *ChartView) timeAt(x float32) time.Time {
	px := float64(x) * c.scale
	return c.layout.Time(min(max(px, float64(c.layout.Plot.Min.X)), float64(c.layout.Plot.Max.X)))
}

// leastMark is how far is to be dragged to mark something, in logical units.
const leastMark = 6

// Dragged implements fyne.Draggable.
func (c *ChartView) Dragged(e *fyne.DragEvent) {
	area, k := c.layout.Plot, float32(c.scale)
	if area.Dx() <= 0 {
		return
	}
	within := func(x float32) float32 { return min(max(x, float32(area.Min.X)/k), float32(area.Max.X)/k) }
	if !c.marking {
		c.marking, c.marked[0] = true, within(e.Position.X-e.Dragged.DX)
	}
	c.marked[1] = within(e.Position.X)
	c.at = e.Position
	c.hover()
}

// DragEnd implements fyne.Draggable.
func (c *ChartView) DragEnd() {
	if !c.marking {
		return
	}
	c.marking = false
	from, to := min(c.marked[0], c.marked[1]), max(c.marked[0], c.marked[1])
	c.hover()
	if to-from >= leastMark {
		s := plot.Span{From: c.timeAt(from), To: c.timeAt(to)}
		c.span(s.Zoom(s.From.Add(s.Length()/2), 1)) // not shorter than may be
	}
}

// Scrolled implements fyne.Scrollable.
func (c *ChartView) Scrolled(e *fyne.ScrollEvent) {
	switch {
	case c.layout.Plot.Dx() <= 0:
	case e.Scrolled.DY > 0:
		c.span(c.shown().Zoom(c.timeAt(e.Position.X), 1/zoomStep))
	case e.Scrolled.DY < 0:
		c.span(c.shown().Zoom(c.timeAt(e.Position.X), zoomStep))
	case e.Scrolled.DX != 0:
		c.span(c.shown().Pan(-float64(e.Scrolled.DX) * c.scale / float64(c.layout.Plot.Dx())))
	}
}

// DoubleTapped implements fyne.DoubleTappable.
func (c *ChartView) DoubleTapped(*fyne.PointEvent) { c.back() }

// TypedKey implements fyne.Focusable.
func (c *ChartView) TypedKey(e *fyne.KeyEvent) { pressKey(chartKeys(), c, e.Name) }

// TypedRune implements fyne.Focusable.
func (c *ChartView) TypedRune(r rune) {
	if !pressRune(chartKeys(), c, r) {
		passRune(c, r)
	}
}

// FocusGained implements fyne.Focusable.
func (c *ChartView) FocusGained() { c.focus(true) }

// FocusLost implements fyne.Focusable.
func (c *ChartView) FocusLost() { c.focus(false) }

func (c *ChartView) focus(on bool) {
	c.focused = on
	c.hover()
}
