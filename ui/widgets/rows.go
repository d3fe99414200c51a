package widgets

import (
	"image"
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Column describes one column of Rows.
type Column struct {
	// Title is shown in the header.
	Title string
	// Width is the least width in logical units; Weight is the share of what
	// is left over (0 keeps the column at Width).
	Width, Weight float32
	Align         fyne.TextAlign
	Monospace     bool
	// Sortable columns emit OnSort when their title is tapped.
	Sortable bool
	// Holds are words of its cells for which the column is widened.
	Holds []string
	// Optional columns are left out, the last one first, where not all fit.
	Optional bool
}

// Expander says whether a row has children and shows them.
type Expander uint8

// The states of an expander.
const (
	ExpanderNone Expander = iota
	ExpanderClosed
	ExpanderOpen
)

// Cell is one value of a row. The zero Color is the theme's foreground.
type Cell struct {
	Text  string
	Color fyne.ThemeColorName
	Bold  bool
	// Spark, if not nil, is drawn instead of Text. It is compared by pointer
	// and must not be drawn into again while it is shown.
	Spark *image.RGBA
}

// Row is one line. The first cell is indented by Depth and carries the
// expander and the status shape.
type Row struct {
	// Key names the row in intents; it must be unique within the list.
	Key      string
	Depth    int
	Expander Expander
	Status   Status
	Cells    []Cell
	// Selected marks the row; the row that the user chose is marked anyway.
	Selected bool
	// Dim greys the row: its values are stale.
	Dim bool
	// Flash, 0..1, lights up the row's background.
	Flash float32
}

// overscan is how many rows beyond the visible ones are asked for on each
// side, so that a short scroll shows no gap before the next frame.
const overscan = 16

// Rows is a virtual list for dense data: only the visible rows have objects,
// whatever the total. The presenter is told by OnRange which rows are needed
// and gives them with SetRows.
//
// The list scrolls by wheel, scroll bar, drag and keyboard; [RowsKeys] are its keys.
// Tapping a row twice activates it too.
type Rows struct {
	widget.BaseWidget

	// OnRange asks for the rows first <= i < first+count, of which there may be
	// fewer.
	OnRange func(first, count int)
	// OnSelect tells that the user chose a row, OnToggle that its expander was
	// used, OnActivate that it was tapped twice or entered.
	OnSelect, OnToggle, OnActivate func(key string)
	// OnCell tells that a cell of a row was tapped, after OnSelect.
	OnCell func(key string, column int)
	// OnCopy tells that the keys for copying were pressed on the selected row,
	// OnDelete that the one for deleting was.
	OnCopy, OnDelete func(key string)
	// OnMenu asks for a context menu of a row, at a position on the canvas.
	OnMenu func(key string, at fyne.Position)
	// OnSort tells that the title of a sortable column was tapped.
	OnSort func(column int)

	// Dense rows are just high enough for their text: for lines of text, which
	// nobody taps. It is set before the first showing.
	Dense bool
	// SizeName is the size of the text; empty is the theme's usual one. It is
	// set before the first showing.
	SizeName fyne.ThemeSizeName

	columns  []Column
	headless bool
	sortCol  int
	sortDesc bool

	total, first int
	rows         []Row

	offset    float64 // of the view's top, in logical units; float32 is too coarse for long lists
	selected  string
	cursor    int  // index of the selected row as last known; -1 is none
	pending   bool // cursor moved to a row not given yet: select it when it comes
	hover     int
	tree      bool // some row has had an expander or depth: leave room for expanders
	focused   bool
	asked     [2]int
	drag      dragKind
	lastTap   time.Time
	tapKey    string
	now       func() time.Time
	refreshes int // objects refreshed so far, for tests

	view *rowsRenderer
}

type dragKind uint8

const (
	dragNone dragKind = iota
	dragBar
	dragRows
)

// NewRows makes an empty list with a header.
func NewRows(columns []Column) *Rows {
	r := &Rows{columns: columns, sortCol: -1, cursor: -1, hover: -1, now: time.Now}
	r.ExtendBaseWidget(r)
	return r
}

// NewRowsWithoutHeader makes an empty list that shows no titles.
func NewRowsWithoutHeader(columns []Column) *Rows {
	r := NewRows(columns)
	r.headless = true
	return r
}

// SetRows gives the length of the list and the window of rows that starts at
// index first. Rows outside of the window are shown empty. The list keeps the
// slice until the next call and never changes it. Only objects whose content
// differs are refreshed.
func (r *Rows) SetRows(total, first int, rows []Row) {
	r.total, r.first, r.rows = max(total, 0), max(first, 0), rows
	r.noticeTree()
	r.follow()
	r.clampOffset()
	if r.view != nil {
		r.view.update()
	}
}

// noticeTree makes room for expanders from the first row on that has depth.
func (r *Rows) noticeTree() {
	if r.tree {
		return
	}
	for i := range r.rows {
		if r.rows[i].Expander != ExpanderNone || r.rows[i].Depth > 0 {
			r.tree = true
			if r.view != nil {
				r.view.replace()
			}
			return
		}
	}
}

// follow keeps the cursor on the selected row when rows move, and completes a
// selection that waited for its row.
func (r *Rows) follow() {
	if r.pending {
		if row := r.at(r.cursor); row != nil {
			r.pending = false
			r.choose(row.Key)
		}
		return
	}
	if row := r.at(r.cursor); row != nil && row.Key == r.selected {
		return
	}
	for i := range r.rows {
		if r.rows[i].Key == r.selected && r.selected != "" {
			r.cursor = r.first + i
			return
		}
	}
	if r.cursor >= r.total {
		r.cursor = r.total - 1
	}
}

// Widen makes a column wide enough for words that its cells hold.
func (r *Rows) Widen(column int, words []string) {
	c := &r.columns[column]
	more := false
	for _, word := range words {
		if !slices.Contains(c.Holds, word) {
			c.Holds, more = append(c.Holds, word), true
		}
	}
	if more && r.view != nil {
		r.view.Layout(r.Size())
	}
}

// SetSort shows a sort mark beside the title of a column; -1 shows none.
func (r *Rows) SetSort(column int, descending bool) {
	if r.sortCol == column && r.sortDesc == descending {
		return
	}
	r.sortCol, r.sortDesc = column, descending
	if r.view != nil {
		r.view.header()
	}
}

// Selected is the key of the selected row, "" for none.
func (r *Rows) Selected() string { return r.selected }

// SetSelected marks a row without an intent. The row need not be in view.
func (r *Rows) SetSelected(key string) {
	if r.selected == key {
		return
	}
	r.selected, r.pending, r.cursor = key, false, -1
	r.follow()
	if r.view != nil {
		r.view.update()
	}
}

// ScrollTo brings the row at index into view, with as little movement as
// possible.
func (r *Rows) ScrollTo(index int) {
	h, view := float64(r.rowHeight()), float64(r.bodyHeight())
	top := float64(index) * h
	if top < r.offset {
		r.scrollTo(top)
	} else if top+h > r.offset+view {
		r.scrollTo(top + h - view)
	}
}

// visible is the range of rows in view, without overscan.
func (r *Rows) visible() (first, count int) {
	h := float64(r.rowHeight())
	first = int(r.offset / h)
	last := int(math.Ceil((r.offset + float64(r.bodyHeight())) / h))
	return first, max(0, min(last, r.total)-first)
}

// Offset is how far the list is scrolled, in logical units.
func (r *Rows) Offset() float64 { return r.offset }

// SetOffset scrolls so that offset logical units lie above the view.
func (r *Rows) SetOffset(offset float64) { r.scrollTo(offset) }

func (r *Rows) scrollTo(offset float64) {
	old := r.offset
	r.offset = offset
	r.clampOffset()
	if r.offset != old && r.view != nil {
		r.view.update()
	}
}

func (r *Rows) clampOffset() {
	most := float64(r.total)*float64(r.rowHeight()) - float64(r.bodyHeight())
	r.offset = math.Max(0, math.Min(r.offset, most))
}

// RowHeight is the height of one row in logical units, from the theme's text
// size.
func (r *Rows) RowHeight() float32 { return r.rowHeight() }

func (r *Rows) rowHeight() float32 {
	text := float64(r.Theme().Size(r.textSize()))
	if r.Dense {
		return float32(math.Round(1.4 * text))
	}
	return float32(math.Round(text + 14))
}

func (r *Rows) textSize() fyne.ThemeSizeName {
	if r.SizeName == "" {
		return theme.SizeNameText
	}
	return r.SizeName
}

func (r *Rows) headerHeight() float32 {
	if r.headless {
		return 0
	}
	return r.rowHeight()
}

func (r *Rows) bodyHeight() float32 { return max(0, r.Size().Height-r.headerHeight()) }

// at is the row at index, nil when it is not in the window given last.
func (r *Rows) at(index int) *Row {
	if i := index - r.first; index >= 0 && index < r.total && i >= 0 && i < len(r.rows) {
		return &r.rows[i]
	}
	return nil
}

// ask emits OnRange when the rows needed have changed. It asks beyond the end
// too: rows that are added there are then at hand without another question.
func (r *Rows) ask() {
	h := float64(r.rowHeight())
	first := int(r.offset / h)
	last := int(math.Ceil((r.offset + float64(r.bodyHeight())) / h))
	lo := max(0, first-overscan)
	want := [2]int{lo, last + overscan - lo}
	if want == r.asked {
		return
	}
	r.asked = want
	if r.OnRange != nil {
		r.OnRange(want[0], want[1])
	}
}

// CreateRenderer implements fyne.Widget.
func (r *Rows) CreateRenderer() fyne.WidgetRenderer {
	r.view = newRowsRenderer(r)
	return r.view
}
