package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// openLevels is how many levels of the topic tree are open at first.
const openLevels = 4

// flashFor is how long a row lights up after a message.
const flashFor = 300 * time.Millisecond

// topicsPage is the tree of topics with the chosen one beside it.
type topicsPage struct {
	deps   pageDeps
	stores *stores
	poke   func()

	// main goroutine
	filter *widgets.Entry
	rows   *widgets.Rows
	empty  *widgets.EmptyState
	detail *topicDetail
	wipe   *branchWipe
	// searched says what a search in payloads looked at; endSearch ends it.
	searched  *widget.Label
	endSearch func()
	split     *container.Split
	body      fyne.CanvasObject
	// column is what the tree is sorted by, reverse the other way round.
	column  int
	reverse bool

	want box[topicsWant]

	// presenter's goroutine
	view *model.TreeView
	of   *model.Store // that view is of
}

// topicsWant is what the main goroutine asks of the next frame.
type topicsWant struct {
	first, count int
	selected     string
	reveal       bool // bring the selected topic into view
	edits        []func(*model.TreeView)
}

func newTopicsPage(d pageDeps) *topicsPage {
	p := &topicsPage{deps: d, stores: d.stores, poke: d.poke}
	p.filter = widgets.NewEntry()
	p.filter.SetPlaceHolder(i18n.T("Filter: part of a topic or payload, or a filter with + and #"))
	p.filter.OnChanged = func(text string) {
		p.edit(func(v *model.TreeView) { v.SetFilter(text) })
		p.searchValues(strings.TrimSpace(text))
	}
	p.searched = widget.NewLabel("")
	p.searched.Importance, p.searched.SizeName, p.searched.Wrapping = widget.LowImportance, theme.SizeNameCaptionText, fyne.TextWrapWord
	p.searched.Hide()
	p.wipe = newBranchWipe(d)
	p.rows = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Topic"), Width: 90, Weight: 3, Sortable: true},
		{Title: i18n.T("Value"), Width: 80, Weight: 2, Sortable: true, Optional: true},
		{Title: i18n.T("Rate"), Width: 64, Align: fyne.TextAlignTrailing, Sortable: true, Optional: true},
		{Title: i18n.T("Age"), Width: 56, Holds: ages(), Align: fyne.TextAlignTrailing, Sortable: true},
	})
	p.rows.OnRange = func(first, count int) {
		p.want.update(func(w *topicsWant) { w.first, w.count = first, count })
		p.poke()
	}
	p.rows.OnToggle = func(path string) { p.edit(func(v *model.TreeView) { v.Toggle(path) }) }
	p.rows.OnActivate = p.rows.OnToggle
	p.rows.OnSort = p.sortBy
	p.rows.OnDelete = p.wipe.ask
	p.rows.OnCopy = func(path string) { d.copyText(i18n.T("Copied the topic"), path) }
	p.rows.SetSort(0, false)
	p.rows.OnSelect = p.choose
	p.empty = widgets.NewEmptyState(nil, i18n.T("No messages yet"), d.connectHint(), "", nil)
	p.detail = newTopicDetail(d, p.wipe.ask)
	// In this order, which Tab follows; NewBorder would put the middle first.
	head := container.NewVBox(p.filter, p.searched, p.wipe.undo.bar)
	left := container.New(layout.NewBorderLayout(head, nil, nil, nil), head, container.NewStack(p.rows, p.empty))
	p.split = beside(left, p.detail.body, 0.52)
	p.body = container.NewPadded(p.split)
	return p
}

func (p *topicsPage) object() fyne.CanvasObject { return p.body }

func (p *topicsPage) every() time.Duration { return beat }

// edit changes the tree view at the next frame.
func (p *topicsPage) edit(f func(*model.TreeView)) {
	p.want.update(func(w *topicsWant) { w.edits = append(w.edits, f) })
	p.poke()
}

// treeOrders are the orders by column: of values by how much was said.
var treeOrders = [...]model.TreeOrder{model.TreeByTopic, model.TreeBySize, model.TreeByRate, model.TreeByAge}

// sortBy sorts by a column, or the other way round when it is sorted by it.
func (p *topicsPage) sortBy(column int) {
	p.reverse = p.column == column && !p.reverse
	p.column = column
	p.rows.SetSort(column, p.reverse)
	order, reverse := treeOrders[column], p.reverse
	p.edit(func(v *model.TreeView) { v.SetOrder(order, reverse) })
}

// choose shows a topic in the detail pane.
func (p *topicsPage) choose(path string) {
	p.want.update(func(w *topicsWant) { w.selected = path })
	p.detail.choose(path)
	p.poke()
}

// open goes to a topic: chooses it and brings it into view.
func (p *topicsPage) open(path string) {
	p.filter.SetText("")
	p.want.update(func(w *topicsWant) {
		w.edits = append(w.edits, func(v *model.TreeView) { v.SetFilter(""); v.Reveal(path) })
		w.reveal = true
	})
	p.rows.SetSelected(path)
	p.choose(path)
}

func (p *topicsPage) frame(now time.Time) func() {
	var w topicsWant
	p.want.update(func(shared *topicsWant) {
		w = *shared
		shared.edits, shared.reveal = nil, false
	})
	store := p.stores.shown()
	p.look(store)
	for _, edit := range w.edits {
		edit(p.view)
	}
	scrollTo := -1
	if w.reveal {
		if scrollTo = p.view.Index(w.selected); scrollTo >= 0 {
			w.first = max(0, scrollTo-w.count/2)
		}
	}
	rows, total := p.view.Rows(w.first, w.count)
	out := make([]widgets.Row, len(rows))
	for i := range rows {
		out[i] = treeRow(&rows[i], now)
	}
	showDetail := p.detail.frame(now, w.selected, p.branch(store, w.selected))
	return func() {
		setShown(p.empty, total == 0 && p.filter.Text == "")
		p.rows.SetRows(total, w.first, out)
		if scrollTo >= 0 {
			p.rows.ScrollTo(scrollTo)
		}
		showDetail()
		p.wipe.undo.show(p.wipe.undo.now())
	}
}

// look has the tree view be of a store, with the same levels open.
func (p *topicsPage) look(store *model.Store) {
	switch {
	case p.of == store:
		return
	case p.view == nil:
		p.view = store.NewTreeView(openLevels)
	default:
		p.view = p.view.On(store)
	}
	p.of = store
}

// branch says what lies below a level that is no topic itself; empty when there
// is no such level in view.
func (p *topicsPage) branch(store *model.Store, path string) string {
	if _, topic := store.Topic(path); topic || path == "" {
		return ""
	}
	rows, _ := p.view.Rows(p.view.Index(path), 1)
	if len(rows) == 0 || rows[0].Path != path {
		return ""
	}
	r := &rows[0]
	text := i18n.Tf("%s below it, %s so far", i18n.N("%d topic", "%d topics", r.Topics), i18n.N("%d message", "%d messages", int(r.Messages)))
	if rate := formatRate(r.PerSecond); rate != "" {
		text += ", " + rate
	}
	return text + ". " + i18n.T("The level itself had no message.")
}

// valueRunes is how much of a payload a row of the tree shows.
const valueRunes = 80

// treeRow is a line of the tree as the widget shows it.
func treeRow(r *model.TreeRow, now time.Time) widgets.Row {
	row := widgets.Row{Key: r.Path, Depth: r.Depth, Cells: make([]widgets.Cell, 4)}
	if r.Children {
		row.Expander = widgets.ExpanderClosed
		if r.Open {
			row.Expander = widgets.ExpanderOpen
		}
	}
	row.Cells[0].Text = r.Name
	if r.Name == "" {
		row.Cells[0] = widgets.Cell{Text: i18n.T("(empty level)"), Color: widgets.ColorMuted}
	}
	row.Cells[2] = widgets.Cell{Text: formatRate(r.PerSecond), Color: widgets.ColorMuted}
	if !r.HasValue {
		row.Cells[1] = widgets.Cell{Text: i18n.N("%d topic", "%d topics", r.Topics), Color: widgets.ColorMuted}
		return row
	}
	row.Cells[1].Text = payload.Summary(r.Payload, valueRunes)
	if r.Retained {
		row.Cells[0].Text += "  ⚑"
	}
	age := now.Sub(r.At)
	row.Cells[3] = widgets.Cell{Text: formatAge(age), Color: widgets.ColorMuted}
	if r.Late {
		row.Cells[3].Color = widgets.ColorLate
		row.Dim = true
	}
	if age < flashFor {
		row.Flash = 1
	}
	return row
}

// setShown shows or hides o, touching it only when that changes something.
func setShown(o fyne.CanvasObject, shown bool) {
	switch {
	case shown && !o.Visible():
		o.Show()
	case !shown && o.Visible():
		o.Hide()
	}
}
