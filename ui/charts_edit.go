package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// chartEditor sets what the legend's chosen row can be given: a series its axis,
// normal range and thresholds, a chart its title, scales and place.
type chartEditor struct {
	deps pageDeps
	key  string
	// filling is true while the fields are being filled in, which is no edit.
	filling bool
	charts  int // how many there were when it was filled in

	name              *widget.Label
	axis              *widget.RadioGroup
	step              *widget.Check
	on                *widget.Select
	normal, limits    [2]*widgets.Entry
	title             *widgets.Entry
	left, right       [2]*widgets.Entry
	line, chart, hint fyne.CanvasObject
	body              *fyne.Container
}

// axisChoices are the axes a series can be on, by the empty key by its unit.
func axisChoices() options {
	return options{{"", i18n.T("By unit")}, {axisLeft, i18n.T("Left")}, {axisRight, i18n.T("Right")}}
}

func newChartEditor(d pageDeps) *chartEditor {
	e := &chartEditor{deps: d, name: widget.NewLabel(""), title: widgets.NewEntry()}
	e.name.TextStyle.Bold = true
	e.name.Truncation = fyne.TextTruncateEllipsis
	e.axis = widget.NewRadioGroup(axisChoices().labels(), func(string) { e.apply() })
	e.axis.Horizontal, e.axis.Required = true, true
	e.step = widget.NewCheck(i18n.T("States: hold each value until the next"), func(bool) { e.apply() })
	e.on = widget.NewSelect(nil, func(string) { e.move() })
	e.title.OnChanged = func(string) { e.apply() }
	for _, pair := range []*[2]*widgets.Entry{&e.normal, &e.limits, &e.left, &e.right} {
		for i, hint := range []string{i18n.T("least"), i18n.T("greatest")} {
			pair[i] = widgets.NewEntry()
			pair[i].SetPlaceHolder(hint)
			pair[i].OnChanged = func(string) { e.apply() }
		}
	}
	e.limits[0].SetPlaceHolder(i18n.T("low"))
	e.limits[1].SetPlaceHolder(i18n.T("high"))
	for _, pair := range [][2]*widgets.Entry{e.left, e.right} {
		pair[0].SetPlaceHolder(i18n.T("automatic"))
		pair[1].SetPlaceHolder(i18n.T("automatic"))
	}
	e.build()
	return e
}

// build lays the fields out.
func (e *chartEditor) build() {
	pair := func(p [2]*widgets.Entry) fyne.CanvasObject { return container.NewGridWithColumns(2, p[0], p[1]) }
	e.line = widget.NewForm(
		widget.NewFormItem(i18n.T("Axis"), e.axis), widget.NewFormItem(i18n.T("Normal"), pair(e.normal)),
		widget.NewFormItem(i18n.T("Limits"), pair(e.limits)), widget.NewFormItem(i18n.T("On"), e.on), widget.NewFormItem("", e.step))
	up := e.deps.iconButton(theme.MoveUpIcon(), i18n.T("Move the chart up"), func() { e.shift(-1) })
	down := e.deps.iconButton(theme.MoveDownIcon(), i18n.T("Move the chart down"), func() { e.shift(1) })
	up.Importance, down.Importance = widget.MediumImportance, widget.MediumImportance
	e.chart = widget.NewForm(
		widget.NewFormItem(i18n.T("Title"), e.title), widget.NewFormItem(i18n.T("Left axis"), pair(e.left)),
		widget.NewFormItem(i18n.T("Right axis"), pair(e.right)), widget.NewFormItem(i18n.T("Place"), container.NewHBox(up, down)))
	hint := widget.NewLabel(i18n.T("Tap a line for its axis, normal range and limits. Drag across a chart to zoom, use the wheel, tap twice to go back."))
	hint.Wrapping, hint.Importance = fyne.TextWrapWord, widget.LowImportance
	e.hint = hint
	e.body = container.NewVBox(e.name, e.line, e.chart, e.hint)
	e.hide()
}

// hide shows no fields.
func (e *chartEditor) hide() {
	e.key = ""
	for _, o := range []fyne.CanvasObject{e.name, e.line, e.chart} {
		o.Hide()
	}
	e.hint.Show()
}

// show fills the fields in for a row of the legend.
func (e *chartEditor) show(key string, charts []Chart) {
	chart, line, ok := parseKey(key, charts)
	if !ok {
		e.hide()
		return
	}
	e.key, e.filling, e.charts = key, true, len(charts)
	defer func() { e.filling = false }()
	e.hint.Hide()
	e.name.Show()
	setShown(e.line, line >= 0)
	setShown(e.chart, line < 0)
	c := &charts[chart]
	if line < 0 {
		e.name.SetText(chartTitle(charts, chart))
		e.title.SetPlaceHolder(chartTitle([]Chart{{}}, 0))
		e.title.SetText(c.Title)
		fillRange(e.left, c.Left)
		fillRange(e.right, c.Right)
		return
	}
	l := &c.Lines[line]
	e.name.SetText(l.Key.Topic + " " + strings.TrimPrefix(l.Key.Pointer, "/"))
	e.axis.SetSelected(axisChoices().label(l.Axis))
	e.step.SetChecked(l.Step)
	e.on.SetOptions(chartChoices(charts))
	e.on.SetSelectedIndex(chart)
	fillRange(e.normal, l.Normal)
	fillNumber(e.limits[0], l.Low)
	fillNumber(e.limits[1], l.High)
}

// renew shows the row again when charts have come or gone since.
func (e *chartEditor) renew(charts []Chart) {
	if e.key != "" && e.charts != len(charts) {
		e.show(e.key, charts)
	}
}

// chartChoices are the charts that a series can be on.
func chartChoices(charts []Chart) []string {
	var names []string
	for i := range charts {
		names = append(names, chartTitle(charts, i))
	}
	if len(charts) < maxCharts {
		names = append(names, i18n.T("New chart"))
	}
	return names
}

func fillRange(pair [2]*widgets.Entry, r *Range) {
	if r == nil {
		fillNumber(pair[0], nil)
		fillNumber(pair[1], nil)
		return
	}
	fillNumber(pair[0], &r.Min)
	fillNumber(pair[1], &r.Max)
}

func fillNumber(e *widgets.Entry, v *float64) {
	text := ""
	if v != nil {
		text = strconv.FormatFloat(*v, 'g', -1, 64)
	}
	e.SetText(text)
}

// number is what an entry says; nil when it says no finite number.
func number(e *widgets.Entry) *float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(e.Text), 64)
	if err != nil || !isFinite(v) {
		return nil
	}
	return &v
}

// rangeIn is what two entries say; nil when they say no range.
func rangeIn(pair [2]*widgets.Entry) *Range {
	lo, hi := number(pair[0]), number(pair[1])
	if lo == nil || hi == nil || *hi <= *lo {
		return nil
	}
	return &Range{*lo, *hi}
}

// apply gives the row what the fields say.
func (e *chartEditor) apply() {
	if e.filling {
		return
	}
	e.deps.chart.update(func(charts []Chart) []Chart {
		chart, line, ok := parseKey(e.key, charts)
		if !ok {
			return charts
		}
		c := &charts[chart]
		if line < 0 {
			c.Title, c.Left, c.Right = strings.TrimSpace(e.title.Text), rangeIn(e.left), rangeIn(e.right)
			return charts
		}
		l := &c.Lines[line]
		l.Axis = axisChoices().key(e.axis.Selected)
		l.Step, l.Normal, l.Low, l.High = e.step.Checked, rangeIn(e.normal), number(e.limits[0]), number(e.limits[1])
		return charts
	})
	e.deps.poke()
}

// move puts the series on the chart that was chosen for it.
func (e *chartEditor) move() {
	if e.filling {
		return
	}
	to := e.on.SelectedIndex()
	e.deps.chart.update(func(charts []Chart) []Chart {
		from, line, ok := parseKey(e.key, charts)
		if !ok || line < 0 || to == from || to < 0 || to > len(charts) {
			return charts
		}
		if to == len(charts) {
			charts = append(charts, Chart{})
		}
		if len(charts[to].Lines) >= maxChartSeries {
			return charts
		}
		charts[to].Lines = append(charts[to].Lines, charts[from].Lines[line])
		charts[from].Lines = slices.Delete(charts[from].Lines, line, line+1)
		e.key = lineKey(to, len(charts[to].Lines)-1)
		if len(charts[from].Lines) == 0 && charts[from].Title == "" {
			charts = slices.Delete(charts, from, from+1)
			if to > from {
				e.key = lineKey(to-1, len(charts[to-1].Lines)-1)
			}
		}
		return charts
	})
	e.show(e.key, e.deps.chart.get())
	e.deps.poke()
}

// shift moves the chart up or down by one.
func (e *chartEditor) shift(by int) {
	e.deps.chart.update(func(charts []Chart) []Chart {
		i, line, ok := parseKey(e.key, charts)
		if to := i + by; ok && line < 0 && to >= 0 && to < len(charts) {
			charts[i], charts[to] = charts[to], charts[i]
			e.key = chartKey(to)
		}
		return charts
	})
	e.show(e.key, e.deps.chart.get())
	e.deps.poke()
}
