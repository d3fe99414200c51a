package ui

import (
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// chartFormat is a kind of file that a chart is saved as.
type chartFormat struct {
	label, name string
	write       func(plot.ChartSpec, io.Writer) error
}

func chartFormats() []chartFormat {
	return []chartFormat{
		{i18n.T("Picture as PNG"), "chart.png", plot.ChartPNG},
		{i18n.T("Drawing as SVG"), "chart.svg", plot.ChartSVG},
		{i18n.T("Points on screen as CSV"), "chart.csv", plot.ChartCSV},
	}
}

func (p *chartsPage) buildExport() fyne.CanvasObject {
	var button *widget.Button
	button = widget.NewButtonWithIcon(i18n.T("Export"), theme.DocumentSaveIcon(), func() {
		popUp(p.exportMenu().Items, p.win, button)
	})
	return button
}

// exportMenu offers the formats: of the only chart, or of each; and what was
// recorded of its series.
func (p *chartsPage) exportMenu() *fyne.Menu {
	charts := p.deps.chart.get()
	menus := make([]*fyne.Menu, min(len(p.shown), len(charts)))
	for i := range menus {
		menus[i] = p.exportMenuOf(p.shown[i], charts[i].keys())
	}
	if len(menus) == 1 {
		return menus[0]
	}
	all := fyne.NewMenu("")
	for i, m := range menus {
		item := fyne.NewMenuItem(chartTitle(charts, i), nil)
		item.ChildMenu = m
		all.Items = append(all.Items, item)
	}
	return all
}

func (p *chartsPage) exportMenuOf(spec plot.ChartSpec, keys []model.SeriesKey) *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, f := range chartFormats() {
		menu.Items = append(menu.Items, fyne.NewMenuItem(f.label, func() { p.export(spec, f) }))
	}
	if p.deps.exports != nil {
		what := func() exportWhat { return exportWhat{name: "chart", keys: keys, from: spec.From, to: spec.To} }
		menu.Items = append(append(menu.Items, fyne.NewMenuItemSeparator()), p.deps.exports.menu(i18n.T("Recorded numbers"), what)...)
	}
	return menu
}

// export asks where to and saves a chart.
func (p *chartsPage) export(spec plot.ChartSpec, f chartFormat) {
	spec.Legend, spec.LeftRoom, spec.RightRoom, spec.Into = true, 0, 0, nil
	d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if err != nil || to == nil {
			return
		}
		err = f.write(spec, to)
		if cerr := to.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			p.deps.toast(toastError, i18n.Tf("Could not save the chart: %v", errorText(err)))
			return
		}
		p.deps.toast(toastInfo, i18n.Tf("Saved %s", to.URI().Name()))
	}, p.win)
	d.SetFileName(f.name)
	d.Show()
}
