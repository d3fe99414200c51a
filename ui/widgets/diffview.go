package widgets

import (
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// DiffMark says what became of a line.
type DiffMark uint8

// The marks of lines.
const (
	DiffSame DiffMark = iota
	DiffGone
	DiffNew
)

// DiffLine is a line of a DiffView.
type DiffLine struct {
	Mark DiffMark
	// Old and New are its numbers in the two texts, 0 for none.
	Old, New int
	Text     string
}

// DiffView shows how one text became another: each line with its numbers, and
// with − or + before it where it is gone or new. Only the lines in view have
// objects.
type DiffView struct {
	widget.BaseWidget

	rows  *Rows
	lines []DiffLine
}

// NewDiffView makes an empty view.
func NewDiffView() *DiffView {
	d := &DiffView{rows: NewRowsWithoutHeader([]Column{
		{Width: 34, Align: fyne.TextAlignTrailing, Monospace: true}, {Width: 34, Align: fyne.TextAlignTrailing, Monospace: true},
		{Width: 18, Monospace: true}, {Width: 100, Weight: 1, Monospace: true},
	})}
	d.rows.Dense, d.rows.SizeName = true, theme.SizeNameCaptionText
	d.rows.OnRange = func(first, count int) { d.fill(first, count) }
	d.ExtendBaseWidget(d)
	return d
}

// Set shows lines. The view keeps the slice, which must not be changed any more.
func (d *DiffView) Set(lines []DiffLine) {
	d.lines = lines
	first, count := d.rows.visible()
	d.fill(max(0, first-overscan), count+2*overscan)
}

// fill gives the list the lines that it needs.
func (d *DiffView) fill(first, count int) {
	first = max(0, min(first, len(d.lines)))
	last := min(len(d.lines), first+max(count, 2*overscan))
	rows := make([]Row, 0, last-first)
	for i, l := range d.lines[first:last] {
		rows = append(rows, diffRow(&l, first+i))
	}
	d.rows.SetRows(len(d.lines), first, rows)
}

func diffRow(l *DiffLine, i int) Row {
	sign, ink := "", ColorMuted
	switch l.Mark {
	case DiffGone:
		sign, ink = "−", ColorLost
	case DiffNew:
		sign, ink = "+", ColorAccent
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return Row{Key: fmt.Sprint(i), Cells: []Cell{{Text: number(l.Old), Color: ColorMuted}, {Text: number(l.New), Color: ColorMuted},
		{Text: sign, Color: ink, Bold: true}, {Text: l.Text, Color: ink}}}
}

// CreateRenderer implements fyne.Widget.
func (d *DiffView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.rows) }
