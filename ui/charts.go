package ui

import (
	"fmt"
	"image"
	"io"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// chartAll stands for all that was recorded.
const chartAll = -time.Second

// chartWindows are the spans of time a chart can show; those beyond an hour come
// from the record.
var chartWindows = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, chartAll}

func windowName(d time.Duration) string {
	switch {
	case d == chartAll:
		return "All"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + "m"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d.Hours())) + "h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + "d"
}

// chartsPage is a chart of the chosen series, live.
type chartsPage struct {
	deps pageDeps

	view       *widgets.ChartView
	legend     *widgets.Rows
	window     *widgets.Segmented
	pause      *widget.Button
	auto       *widget.Check
	yMin, yMax *widgets.Entry
	empty      *widgets.EmptyState
	content    fyne.CanvasObject
	body       fyne.CanvasObject
	shown      plot.ChartSpec // what is on screen, for exports

	want box[chartWant]

	older *chartPast
}

func newChartsPage(d pageDeps, win fyne.Window, h History, window time.Duration) *chartsPage {
	p := &chartsPage{deps: d, view: widgets.NewChartView(), older: &chartPast{ctx: d.ctx, history: h, changed: d.poke}}
	if !slices.Contains(chartWindows, window) || h == nil && (window < 0 || window > time.Hour) {
		window = chartWindows[1]
	}
	p.want.update(func(w *chartWant) { w.window = window })
	p.view.OnResize = func(width, height int, scale float64) {
		p.ask(func(w *chartWant) { w.width, w.height, w.scale = width, height, scale })
	}
	p.buildLegend()
	bar := container.NewHBox(p.buildWindow(window), p.buildPause(), p.buildAxis(), p.buildExport(win))
	split := container.NewHSplit(p.view, p.legend)
	split.Offset = 0.74
	p.content = container.NewBorder(container.NewHScroll(bar), nil, nil, nil, split)
	p.empty = widgets.NewEmptyState(nil, "No series on the chart",
		"On the Topics page choose a topic with numbers and tap “+ Plot”, or tap a value on a device's page.", "", nil)
	p.body = container.NewPadded(container.NewStack(p.content, p.empty))
	return p
}

func (p *chartsPage) object() fyne.CanvasObject { return p.body }
func (p *chartsPage) every() time.Duration      { return 200 * time.Millisecond }

// ask changes what the next frame shows, and asks for it.
func (p *chartsPage) ask(f func(*chartWant)) {
	p.want.update(f)
	p.deps.poke()
}

func (p *chartsPage) buildWindow(window time.Duration) fyne.CanvasObject {
	var segments []widgets.Segment
	for _, d := range chartWindows {
		if p.older.history != nil || d > 0 && d <= time.Hour { // the rest needs a record
			segments = append(segments, widgets.Segment{Key: windowName(d), Label: windowName(d)})
		}
	}
	p.window = widgets.NewSegmented(segments)
	p.window.SetSelected(windowName(window))
	p.window.OnSelect = func(name string) {
		for _, d := range chartWindows {
			if windowName(d) == name {
				p.ask(func(w *chartWant) { w.window = d })
			}
		}
	}
	return p.window
}

func (p *chartsPage) buildPause() fyne.CanvasObject {
	p.pause = widget.NewButtonWithIcon("Pause", theme.MediaPauseIcon(), func() {
		paused := false
		p.ask(func(w *chartWant) {
			if w.pausedAt.IsZero() {
				w.pausedAt, paused = p.deps.stores.shown().Now(), true
			} else {
				w.pausedAt = time.Time{}
			}
		})
		if paused {
			p.pause.SetText("Resume")
			p.pause.SetIcon(theme.MediaPlayIcon())
		} else {
			p.pause.SetText("Pause")
			p.pause.SetIcon(theme.MediaPauseIcon())
		}
	})
	return p.pause
}

// buildAxis makes the choice of an automatic or a fixed value axis.
func (p *chartsPage) buildAxis() fyne.CanvasObject {
	p.yMin, p.yMax = widgets.NewEntry(), widgets.NewEntry()
	p.yMin.SetPlaceHolder("min")
	p.yMax.SetPlaceHolder("max")
	fixed := container.NewHBox(sized(p.yMin, 72), sized(p.yMax, 72))
	fixed.Hide()
	apply := func(string) {
		lo, errLo := strconv.ParseFloat(p.yMin.Text, 64)
		hi, errHi := strconv.ParseFloat(p.yMax.Text, 64)
		p.ask(func(w *chartWant) {
			w.yMin, w.yMax = 0, 0
			if !p.auto.Checked && errLo == nil && errHi == nil && hi > lo {
				w.yMin, w.yMax = lo, hi
			}
		})
	}
	p.yMin.OnChanged, p.yMax.OnChanged = apply, apply
	p.auto = widget.NewCheck("Auto scale", func(auto bool) {
		setShown(fixed, !auto)
		apply("")
	})
	p.auto.Checked = true
	return container.NewHBox(p.auto, fixed)
}

// buildExport makes the button whose menu saves the chart, and what was recorded
// of its series.
func (p *chartsPage) buildExport(win fyne.Window) fyne.CanvasObject {
	save := func(name string, write func(plot.ChartSpec, io.Writer) error) func() {
		return func() { p.savePicture(win, name, write) }
	}
	var button *widget.Button
	button = widget.NewButtonWithIcon("Export", theme.DocumentSaveIcon(), func() {
		items := []*fyne.MenuItem{
			fyne.NewMenuItem("Picture as PNG", save("chart.png", plot.ChartPNG)),
			fyne.NewMenuItem("Drawing as SVG", save("chart.svg", plot.ChartSVG)),
			fyne.NewMenuItem("Points on screen as CSV", save("chart.csv", plot.ChartCSV)),
		}
		if p.deps.exports != nil {
			items = append(append(items, fyne.NewMenuItemSeparator()), p.deps.exports.menu("Recorded numbers", p.exportWhat)...)
		}
		popUp(items, win, button)
	})
	return button
}

// exportWhat is what was recorded of the chart that is shown.
func (p *chartsPage) exportWhat() exportWhat {
	return exportWhat{name: "chart", keys: p.deps.chart.list(), from: p.shown.From, to: p.shown.To}
}

// savePicture asks for a file and writes the chart that is shown into it.
func (p *chartsPage) savePicture(win fyne.Window, name string, write func(plot.ChartSpec, io.Writer) error) {
	spec := p.shown
	spec.Legend = true
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil || f == nil {
			return
		}
		err = write(spec, f)
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			p.deps.toast(toastError, "Could not save the chart: "+err.Error())
			return
		}
		p.deps.toast(toastInfo, "Saved "+f.URI().Name())
	}, win)
	d.SetFileName(name)
	d.Show()
}

// legendRemove is the column that takes a series off the chart.
const legendRemove = 2

func (p *chartsPage) buildLegend() {
	p.legend = widgets.NewRows([]widgets.Column{
		{Title: "Series", Width: 110, Weight: 1},
		{Title: "Latest", Width: 84, Align: fyne.TextAlignTrailing},
		{Title: "", Width: 34, Align: fyne.TextAlignCenter},
	})
	p.legend.OnCell = func(key string, column int) {
		if column != legendRemove {
			return
		}
		if i, err := strconv.Atoi(key); err == nil && i < len(p.deps.chart.list()) {
			p.deps.chart.remove(p.deps.chart.list()[i])
			p.deps.poke()
		}
	}
	p.legend.OnActivate = func(key string) {
		if i, err := strconv.Atoi(key); err == nil && i < len(p.deps.chart.list()) {
			p.deps.openTopic(p.deps.chart.list()[i].Topic)
		}
	}
}

func (p *chartsPage) frame(now time.Time) func() {
	w := p.want.get()
	w.series = p.deps.chart.list()
	if len(w.series) == 0 {
		return func() {
			setShown(p.content, false)
			setShown(p.empty, true)
		}
	}
	if w.window == chartAll {
		w.window = p.older.all(now)
	}
	spec := chartSpec(p.deps.stores.shown(), w, p.deps.looks.get(), now)
	p.older.extend(&spec, w)
	img, layout, err := drawChart(spec)
	rows := legendRows(spec, p.deps.looks.get())
	return func() {
		setShown(p.empty, false)
		setShown(p.content, true)
		p.legend.SetRows(len(rows), 0, rows)
		if img == nil {
			return
		}
		if err != nil {
			p.deps.toast(toastError, "Could not draw the chart: "+err.Error())
			return
		}
		p.shown = spec
		p.view.SetChart(img, layout, func(x float64) []plot.Reading { return layout.ReadOut(spec, x) })
	}
}

// drawChart draws once the size is known.
func drawChart(spec plot.ChartSpec) (*image.RGBA, plot.Layout, error) {
	if spec.Width == 0 || spec.Height == 0 {
		return nil, plot.Layout{}, nil
	}
	return plot.Chart(spec)
}

func legendRows(spec plot.ChartSpec, k *look) []widgets.Row {
	rows := make([]widgets.Row, len(spec.Series))
	for i := range spec.Series {
		s := &spec.Series[i]
		value := "–"
		if n := len(s.Values); n > 0 {
			value = formatUnit(formatValue(s.Values[n-1], -1), s.Unit)
		}
		rows[i] = widgets.Row{Key: strconv.Itoa(i), Cells: []widgets.Cell{
			{Text: s.Name, Color: widgets.Traces()[i%len(k.traces)]}, {Text: value}, {Text: "✕", Color: widgets.ColorMuted},
		}}
	}
	return rows
}

// plotSeries puts a series on the chart, or says why not.
func (p *chartsPage) add(key model.SeriesKey) {
	if !p.deps.chart.add(key) {
		p.deps.toast(toastWarning, fmt.Sprintf("The chart is full: it shows %d series. Take one off with ✕.", maxChartSeries))
	}
	p.deps.poke()
}

// sized gives o a fixed width.
func sized(o fyne.CanvasObject, width float32) fyne.CanvasObject {
	return container.NewGridWrap(fyne.NewSize(width, o.MinSize().Height), o)
}
