package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/widgets"
)

// fact is a labelled statement.
type fact struct {
	label, value string
	ink          fyne.ThemeColorName
}

// factList shows facts, a line each, as high as they are.
type factList struct {
	body *fyne.Container
	rows *widgets.Rows
	n    int
}

func newFactList() *factList {
	l := &factList{rows: widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 100}, {Width: 120, Weight: 1}})}
	l.rows.Dense = true
	l.body = container.New(l, l.rows)
	return l
}

func (l *factList) show(facts []fact) {
	rows, labels := make([]widgets.Row, len(facts)), make([]string, len(facts))
	for i, f := range facts {
		labels[i] = f.label
		rows[i] = widgets.Row{Key: strconv.Itoa(i), Cells: []widgets.Cell{
			{Text: f.label, Color: widgets.ColorMuted}, {Text: f.value, Color: f.ink},
		}}
	}
	l.rows.Widen(0, labels)
	l.rows.SetRows(len(rows), 0, rows)
	if l.n != len(rows) {
		l.n = len(rows)
		l.body.Refresh()
	}
}

// Layout implements fyne.Layout.
func (l *factList) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// MinSize implements fyne.Layout: all lines fit.
func (l *factList) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(240, float32(l.n)*l.rows.RowHeight()+2)
}

// beside lays two panes side by side, with room between what they show and the
// handle between them.
func beside(left, right fyne.CanvasObject, offset float64) *container.Split {
	pad := 2 * theme.Padding()
	split := container.NewHSplit(container.New(layout.NewCustomPaddedLayout(0, 0, 0, pad), left), container.New(layout.NewCustomPaddedLayout(0, 0, pad, 0), right))
	split.Offset = offset
	return split
}

// card is a background with an edge round its content.
type card struct{}

// newCard puts o on a card.
func newCard(o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(widgets.NewSurface(), container.New(&card{}, o))
}

// Layout implements fyne.Layout.
func (*card) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	pad := theme.Padding()
	objects[0].Move(fyne.NewPos(2*pad, pad))
	objects[0].Resize(size.SubtractWidthHeight(4*pad, 2*pad).Max(fyne.Size{})) // a card just shown has no size yet
}

// MinSize implements fyne.Layout.
func (*card) MinSize(objects []fyne.CanvasObject) fyne.Size {
	pad := theme.Padding()
	return objects[0].MinSize().AddWidthHeight(4*pad, 2*pad)
}
