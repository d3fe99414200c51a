package ui

import (
	"image"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
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
		return i18n.T("All")
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + "m"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d.Hours())) + "h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + "d"
}

// chartsPage is the charts that the operator composed, live, with one time axis.
type chartsPage struct {
	deps pageDeps
	win  fyne.Window

	views   []*widgets.ChartView
	stack   *fyne.Container
	legend  *widgets.Rows
	edit    *chartEditor
	window  *widgets.Segmented
	pause   *widget.Button
	empty   *widgets.EmptyState
	content fyne.CanvasObject
	body    fyne.CanvasObject
	shown   []plot.ChartSpec // what is on screen, for exports

	want box[chartWant]

	older *chartPast

	// Of the presenter's goroutine:
	painters []chartPainter
	room     [2]int // that the widest axes need
}

// chartPainter draws one chart into two pictures by turns: one is on screen.
type chartPainter struct {
	plot.Painter
	pictures [2]*image.RGBA
	turn     int
}

func newChartsPage(d pageDeps, win fyne.Window, h History, window time.Duration) *chartsPage {
	p := &chartsPage{deps: d, win: win, older: &chartPast{ctx: d.ctx, history: h, changed: d.wake}}
	if !slices.Contains(chartWindows, window) || h == nil && (window < 0 || window > time.Hour) {
		window = chartWindows[1]
	}
	p.want.update(func(w *chartWant) { w.window = window })
	p.stack = container.New(chartColumn{})
	p.edit = newChartEditor(d)
	p.buildLegend()
	bar := container.NewHBox(p.buildWindow(window), p.buildPause(), p.buildAdd(), p.buildExport())
	side := container.New(atLeastWide(legendWidth), container.NewBorder(nil, p.edit.body, nil, nil, p.legend))
	split := beside(container.NewVScroll(p.stack), side, 0.74)
	p.content = container.NewBorder(container.NewHScroll(bar), nil, nil, nil, split)
	p.empty = widgets.NewEmptyState(nil, i18n.T("No series on the chart"),
		i18n.T("On the Topics page choose a topic with numbers and tap “+ Plot”, or tap a value on a device's page."), "", nil)
	p.body = container.NewPadded(container.NewStack(p.content, p.empty))
	return p
}

func (p *chartsPage) object() fyne.CanvasObject { return p.body }
func (p *chartsPage) every() time.Duration      { return 100 * time.Millisecond }

// ask changes what the next frame shows, and asks for it.
func (p *chartsPage) ask(f func(*chartWant)) {
	p.want.update(f)
	p.showPause()
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
				p.ask(func(w *chartWant) { w.window, w.zoomed = d, plot.Span{} })
			}
		}
	}
	return p.window
}

func (p *chartsPage) buildPause() fyne.CanvasObject {
	p.pause = widget.NewButtonWithIcon(i18n.T("Pause"), theme.MediaPauseIcon(), func() {
		p.ask(func(w *chartWant) {
			if w.still() {
				w.pausedAt, w.zoomed = time.Time{}, plot.Span{}
			} else {
				w.pausedAt = p.deps.stores.shown().Now()
			}
		})
	})
	return p.pause
}

// showPause shows what the button does.
func (p *chartsPage) showPause() {
	text, icon := i18n.T("Pause"), theme.MediaPauseIcon()
	if w := p.want.get(); w.still() {
		text, icon = i18n.T("Resume"), theme.MediaPlayIcon()
	}
	if p.pause.Text != text {
		p.pause.SetText(text)
		p.pause.SetIcon(icon)
	}
}

func (p *chartsPage) buildAdd() fyne.CanvasObject {
	return widget.NewButtonWithIcon(i18n.T("Chart"), theme.ContentAddIcon(), func() {
		if !p.deps.chart.begin() {
			p.deps.toast(toastWarning, i18n.Tf("There is room for %d charts.", maxCharts))
			return
		}
		p.choose(chartKey(len(p.deps.chart.get()) - 1))
		p.deps.poke()
	})
}

// add puts a series on a chart, or says why not.
func (p *chartsPage) add(key model.SeriesKey) {
	if !p.deps.chart.add(key) {
		p.deps.toast(toastWarning, i18n.Tf("The charts are full: there is room for %d with %d series each. Take one off with ✕.", maxCharts, maxChartSeries))
	}
	p.deps.poke()
}

func (p *chartsPage) frame(now time.Time) func() {
	charts := p.deps.chart.get()
	if len(charts) == 0 {
		return func() {
			setShown(p.content, false)
			setShown(p.empty, true)
		}
	}
	w := p.want.get()
	if w.window == chartAll {
		w.window = p.older.all(now)
	}
	specs := chartSpecs(p.deps.stores.shown(), p.older, charts, w, p.deps.looks.get(), now)
	pictures, err := p.paint(specs)
	rows := legendRows(charts, specs, p.deps.looks.get())
	return func() {
		setShown(p.empty, false)
		setShown(p.content, true)
		p.legend.SetRows(len(rows), 0, rows)
		p.edit.renew(charts)
		if err != nil {
			p.deps.toast(toastError, i18n.Tf("Could not draw the charts: %v", errorText(err)))
			return
		}
		p.shown = specs
		p.show(pictures)
	}
}

// chartPicture is a chart as it was drawn.
type chartPicture struct {
	img    *image.RGBA // nil while its size is not known
	layout plot.Layout
	spec   plot.ChartSpec
}

// paint draws the charts, one below the other in line.
func (p *chartsPage) paint(specs []plot.ChartSpec) ([]chartPicture, error) {
	for len(p.painters) < len(specs) {
		p.painters = append(p.painters, chartPainter{})
	}
	p.painters = p.painters[:len(specs)]
	for last := false; ; last = true {
		pictures := make([]chartPicture, len(specs))
		var room [2]int
		for i := range specs {
			if specs[i].Width == 0 || specs[i].Height == 0 {
				continue
			}
			specs[i].LeftRoom, specs[i].RightRoom = p.room[0], p.room[1]
			img, layout, err := p.painters[i].paint(specs[i])
			if err != nil {
				return nil, err
			}
			pictures[i] = chartPicture{img, layout, specs[i]}
			left, right := layout.Room()
			room[0], room[1] = max(room[0], left), max(room[1], right)
		}
		if room == p.room || last {
			for i := range p.painters {
				p.painters[i].turn ^= 1
			}
			return pictures, nil
		}
		p.room = room
	}
}

// paint draws into the picture that is not on screen.
func (c *chartPainter) paint(spec plot.ChartSpec) (*image.RGBA, plot.Layout, error) {
	spec.Into = c.pictures[c.turn]
	img, layout, err := c.Chart(spec)
	c.pictures[c.turn] = img
	return img, layout, err
}

// show puts the pictures on the page.
func (p *chartsPage) show(pictures []chartPicture) {
	if len(p.views) != len(pictures) {
		p.arrange(len(pictures))
	}
	for i, pic := range pictures {
		if pic.img != nil {
			p.views[i].SetChart(pic.img, pic.layout, func(x float64) []plot.Reading { return pic.layout.ReadOut(pic.spec, x) })
		}
	}
}

// arrange makes as many views as there are charts.
func (p *chartsPage) arrange(n int) {
	for len(p.views) < n {
		p.views = append(p.views, p.newView(len(p.views)))
	}
	p.views = p.views[:n]
	p.want.update(func(w *chartWant) { w.sizes = w.sizes[:min(n, len(w.sizes))] })
	p.stack.Objects = nil
	for _, v := range p.views {
		p.stack.Add(v)
	}
	p.stack.Refresh()
}

// newView makes the view of the chart with an index.
func (p *chartsPage) newView(i int) *widgets.ChartView {
	v := widgets.NewChartView()
	v.OnResize = func(width, height int, scale float64) {
		p.ask(func(w *chartWant) {
			w.sizes = slices.Clone(w.sizes) // frames are built from the old ones
			for len(w.sizes) <= i {
				w.sizes = append(w.sizes, chartSize{})
			}
			w.sizes[i] = chartSize{width, height, scale}
		})
	}
	v.OnSpan = func(s plot.Span) { p.ask(func(w *chartWant) { w.zoomed = s }) }
	v.OnBack = func() { p.ask(func(w *chartWant) { w.zoomed = plot.Span{} }) }
	v.OnTap = func(float64, float64) { p.choose(chartKey(i)) }
	v.OnCursor = func(at time.Time, on bool) {
		if !on {
			at = time.Time{}
		}
		for _, other := range p.views {
			if other != v {
				other.SetCursor(at)
			}
		}
	}
	return v
}

// sized gives o a fixed width.
func sized(o fyne.CanvasObject, width float32) fyne.CanvasObject {
	least := o.MinSize()
	return container.NewGridWrap(fyne.NewSize(max(width, least.Width), least.Height), o)
}

// atLeastWide is the layout of something that is at least so wide.
type atLeastWide float32

// MinSize implements fyne.Layout.
func (w atLeastWide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(float32(w), 0)
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Layout implements fyne.Layout.
func (w atLeastWide) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

// chartColumn is the layout of charts one below the other: all of the height
// among them, and no chart too low to read.
type chartColumn struct{}

// leastChartHeight is how low a chart may be, in logical units.
const leastChartHeight = 130

// MinSize implements fyne.Layout.
func (chartColumn) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(160, leastChartHeight*float32(len(objects)))
}

// Layout implements fyne.Layout.
func (chartColumn) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	each := size.Height / float32(max(1, len(objects)))
	for i, o := range objects {
		o.Move(fyne.NewPos(0, each*float32(i)))
		o.Resize(fyne.NewSize(size.Width, each-chartGapBetween(i, len(objects))))
	}
}

// chartGapBetween is the space below the chart i of n.
func chartGapBetween(i, n int) float32 {
	if i == n-1 {
		return 0
	}
	return theme.Padding()
}
