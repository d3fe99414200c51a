package ui

import (
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// look is the theme as plain colours, for pictures that are drawn away from the
// main goroutine. It is immutable.
type look struct {
	chart  plot.ChartStyle
	spark  plot.SparkStyle
	sea    plot.MapStyle
	traces []color.Color
	ink    func(fyne.ThemeColorName) color.Color
	serial int // grows when the theme changes
}

// looks keeps the current look. The main goroutine renews it when the theme
// changes; anyone may read it.
type looks struct {
	mu   sync.Mutex
	now  *look
	font *plot.Font
	bold *plot.Font
}

func newLooks() (*looks, error) {
	font, err := newPen(fyne.TextStyle{})
	if err != nil {
		return nil, err
	}
	bold, err := newPen(fyne.TextStyle{Bold: true})
	if err != nil {
		return nil, err
	}
	l := &looks{font: font, bold: bold}
	l.renew()
	return l, nil
}

func (l *looks) get() *look {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// renew reads the theme; it is for the main goroutine.
func (l *looks) renew() {
	settings := fyne.CurrentApp().Settings()
	th, variant := settings.Theme(), settings.ThemeVariant()
	ink := func(n fyne.ThemeColorName) color.Color { return th.Color(n, variant) }
	k := &look{ink: ink}
	for _, n := range widgets.Traces() {
		k.traces = append(k.traces, ink(n))
	}
	k.chart = plot.ChartStyle{
		Background: ink(widgets.ColorSurface), Plot: ink(widgets.ColorSurface), Grid: ink(widgets.ColorGrid),
		Axis: ink(widgets.ColorBorder), Text: ink(theme.ColorNameForeground), Muted: ink(widgets.ColorMuted), Font: l.font,
	}
	k.spark = plot.SparkStyle{Color: ink(widgets.ColorTrace1), Dot: true, Width: 2.4}
	k.sea = plot.MapStyle{
		Water: ink(widgets.ColorWater), Land: ink(widgets.ColorLand), Coast: ink(widgets.ColorCoast), Shallow: ink(widgets.ColorShallow),
		Grid: ink(widgets.ColorGrid), Text: ink(theme.ColorNameForeground), Muted: ink(widgets.ColorMuted),
		Halo: ink(widgets.ColorWater), Accent: ink(widgets.ColorAccent), Fence: ink(widgets.ColorMuted), Font: l.font,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		k.serial = l.now.serial + 1
	}
	l.now = k
}
