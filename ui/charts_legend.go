package ui

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// legendRemove is the column that takes a series, or a chart, off the page.
const legendRemove = 5

// legendWidth is how wide the legend is at least.
const legendWidth = 436

// chartKey and lineKey are the keys of the legend's rows.
func chartKey(chart int) string      { return strconv.Itoa(chart) }
func lineKey(chart, line int) string { return strconv.Itoa(chart) + "/" + strconv.Itoa(line) }

// parseKey tells which chart, and which line of it, a row is; line is -1 for the
// chart itself.
func parseKey(key string, charts []Chart) (chart, line int, ok bool) {
	first, second, inside := strings.Cut(key, "/")
	chart, err := strconv.Atoi(first)
	if err != nil || chart < 0 || chart >= len(charts) {
		return 0, 0, false
	}
	if !inside {
		return chart, -1, true
	}
	line, err = strconv.Atoi(second)
	return chart, line, err == nil && line >= 0 && line < len(charts[chart].Lines)
}

func (p *chartsPage) buildLegend() {
	p.legend = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Series"), Width: 122, Weight: 1},
		{Title: i18n.T("Last"), Width: 80, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Min"), Width: 60, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Max"), Width: 60, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Mean"), Width: 60, Align: fyne.TextAlignTrailing, Optional: true},
		{Title: "", Width: 34, Align: fyne.TextAlignCenter},
	})
	p.legend.OnCell = func(key string, column int) {
		if column == legendRemove {
			p.remove(key)
		}
	}
	p.legend.OnSelect = p.choose
	p.legend.OnActivate = func(key string) {
		charts := p.deps.chart.get()
		if chart, line, ok := parseKey(key, charts); ok && line >= 0 {
			p.deps.openTopic(charts[chart].Lines[line].Key.Topic)
		}
	}
}

// choose shows what can be set of a row, and makes its chart the one that new
// series go to.
func (p *chartsPage) choose(key string) {
	charts := p.deps.chart.get()
	if chart, _, ok := parseKey(key, charts); ok {
		p.deps.chart.choose(chart)
		p.legend.SetSelected(key)
		p.edit.show(key, charts)
	}
}

// remove takes a series or a chart off the page.
func (p *chartsPage) remove(key string) {
	charts := p.deps.chart.get()
	chart, line, ok := parseKey(key, charts)
	switch {
	case !ok:
		return
	case line >= 0:
		p.deps.chart.remove(charts[chart].Lines[line].Key)
	default:
		p.deps.chart.removeChart(chart)
	}
	p.deps.chart.choose(-1)
	p.edit.hide()
	p.deps.poke()
}

// chartTitle is what a chart is called.
func chartTitle(charts []Chart, i int) string {
	return orElse(charts[i].Title, i18n.Tf("Chart %d", i+1))
}

// legendRows are the charts with their series, summed up over what is shown.
func legendRows(charts []Chart, specs []plot.ChartSpec, k *look) []widgets.Row {
	var rows []widgets.Row
	for i, spec := range specs {
		rows = append(rows, widgets.Row{Key: chartKey(i), Cells: []widgets.Cell{
			{Text: chartTitle(charts, i), Bold: true}, {}, {}, {}, {}, removeCell(),
		}})
		for j, text := range summaries(&spec) {
			row := seriesRow(&spec.Series[j], text, widgets.Traces()[j%len(k.traces)])
			row.Key = lineKey(i, j)
			rows = append(rows, row)
		}
	}
	return rows
}

// removeCell is what takes a row off the page.
func removeCell() widgets.Cell { return widgets.Cell{Text: "✕", Color: widgets.ColorMuted} }

// summaries are the last, least, greatest and mean value of each series of a chart
// over what is shown. Series of one unit, which are to be compared, are written alike.
func summaries(spec *plot.ChartSpec) [][]string {
	out := make([][]string, len(spec.Series))
	type kind struct {
		unit string
		only int // without a unit it may be anything, and is a kind of its own
	}
	values := map[kind][]float64{}
	members := map[kind][]int{}
	for j := range spec.Series {
		s := &spec.Series[j]
		group := kind{unit: s.Unit}
		if s.Unit == "" {
			group.only = j
		}
		sum := s.Summary(spec.From, spec.To)
		values[group] = append(values[group], sum.Last, sum.Min, sum.Max, sum.Mean)
		members[group] = append(members[group], j)
	}
	for group, js := range members {
		text := alike(values[group]...)
		for i, j := range js {
			out[j] = text[4*i : 4*i+4]
		}
	}
	return out
}

// seriesRow is a series with its summary, in the ink of its trace.
func seriesRow(s *plot.Series, text []string, ink fyne.ThemeColorName) widgets.Row {
	name := s.Name
	if s.Dash {
		name = "╌ " + name
	}
	return widgets.Row{Cells: []widgets.Cell{
		{Text: name, Color: ink},
		{Text: formatUnit(text[0], s.Unit)}, {Text: text[1], Color: widgets.ColorMuted},
		{Text: text[2], Color: widgets.ColorMuted}, {Text: text[3], Color: widgets.ColorMuted},
		removeCell(),
	}}
}

// alike writes numbers of one kind with as many decimals each: the largest has at
// most four significant figures, as long as that leaves out fractions only, and
// zeros that end all of them are left out.
func alike(values ...float64) []string {
	largest := 0.0
	for _, v := range values {
		if isFinite(v) {
			largest = max(largest, math.Abs(v))
		}
	}
	decimals := -1 // as short as each can be
	if largest >= 1e-4 && largest < 1e7 {
		decimals = max(0, 3-int(math.Floor(math.Log10(largest))))
	}
	write := func() []string {
		out := make([]string, len(values))
		for i, v := range values {
			out[i] = formatValue(v, decimals)
		}
		return out
	}
	out := write()
	for decimals > 0 && !slices.ContainsFunc(out, func(s string) bool { return strings.Contains(s, ".") && !strings.HasSuffix(s, "0") }) {
		decimals--
		out = write()
	}
	return out
}
