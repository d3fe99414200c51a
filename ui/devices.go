package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// devicesPage is the directory, with the chosen device beside it.
type devicesPage struct {
	stores *stores
	poke   func()

	search *widgets.Entry
	rows   *widgets.Rows
	empty  *widgets.EmptyState
	detail *deviceDetail
	body   fyne.CanvasObject
	sort   model.DeviceOrder
	desc   bool

	want box[devicesWant]
}

type devicesWant struct {
	query    model.DeviceQuery
	selected string
}

// deviceSorts is what each column of the directory sorts by.
var deviceSorts = []model.DeviceOrder{model.ByName, model.ByKind, model.WorstFirst, model.BySeen}

func newDevicesPage(d pageDeps) *devicesPage {
	p := &devicesPage{stores: d.stores, poke: d.poke, search: widgets.NewEntry()}
	p.search.SetPlaceHolder(i18n.T("Search by words: name, kind or topic"))
	p.search.OnChanged = func(text string) { p.ask(func(w *devicesWant) { w.query.Search = text }) }
	p.rows = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Device"), Width: 150, Weight: 3, Sortable: true},
		{Title: i18n.T("Kind"), Width: 60, Weight: 1, Sortable: true, Optional: true},
		{Title: i18n.T("Liveness"), Width: 84, Holds: livenessWords(), Sortable: true},
		{Title: i18n.T("Seen"), Width: 54, Holds: ages(), Align: fyne.TextAlignTrailing, Sortable: true},
	})
	p.rows.SetSort(2, true)
	p.rows.OnRange = func(first, count int) {
		p.ask(func(w *devicesWant) { w.query.First, w.query.Count = first, count })
	}
	p.rows.OnSelect = p.choose
	p.rows.OnSort = p.sortBy
	p.empty = widgets.NewEmptyState(nil, i18n.T("No devices yet"), d.connectHint(), "", nil)
	p.detail = newDeviceDetail(d)
	// In this order, which Tab follows; NewBorder would put the middle first.
	left := container.New(layout.NewBorderLayout(p.search, nil, nil, nil), p.search, container.NewStack(p.rows, p.empty))
	split := beside(left, p.detail.body, 0.4)
	p.body = container.NewPadded(split)
	return p
}

func (p *devicesPage) object() fyne.CanvasObject { return p.body }
func (p *devicesPage) every() time.Duration      { return 250 * time.Millisecond }

func (p *devicesPage) ask(f func(*devicesWant)) {
	p.want.update(f)
	p.poke()
}

func (p *devicesPage) sortBy(column int) {
	order := deviceSorts[column]
	p.desc = p.sort == order && !p.desc
	p.sort = order
	p.rows.SetSort(column, p.desc)
	p.ask(func(w *devicesWant) { w.query.Order, w.query.Reverse = p.sort, p.desc })
}

func (p *devicesPage) choose(root string) {
	p.detail.choose(root)
	p.ask(func(w *devicesWant) { w.selected = root })
}

// open goes to a device.
func (p *devicesPage) open(root string) {
	if p.search.Text != "" {
		p.search.SetText("")
	}
	p.rows.SetSelected(root)
	p.choose(root)
}

func (p *devicesPage) frame(now time.Time) func() {
	w := p.want.get()
	devices, total, _ := p.stores.shown().Devices(w.query)
	rows := make([]widgets.Row, len(devices))
	for i := range devices {
		rows[i] = deviceRow(&devices[i], now)
	}
	showDetail := p.detail.frame(now, w.selected)
	return func() {
		setShown(p.empty, total == 0 && strings.TrimSpace(p.search.Text) == "")
		p.rows.SetRows(total, w.query.First, rows)
		if p.want.get().selected == "" && len(rows) > 0 && w.query.First == 0 { // something to look at from the start
			p.open(rows[0].Key)
		}
		showDetail()
	}
}

func deviceRow(d *model.DeviceInfo, now time.Time) widgets.Row {
	seen := "–"
	if !d.Evidence.LastSeen.IsZero() {
		seen = formatAge(now.Sub(d.Evidence.LastSeen))
	}
	return widgets.Row{Key: d.Root, Status: statusOf(d.Liveness), Cells: []widgets.Cell{
		{Text: d.Name},
		{Text: i18n.T(d.Kind), Color: widgets.ColorMuted},
		{Text: say(d.Liveness), Color: widgets.StatusColor(statusOf(d.Liveness))},
		{Text: seen, Color: widgets.ColorMuted},
	}}
}
