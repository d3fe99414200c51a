package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// KeyValue is one line of KeyValues.
type KeyValue struct {
	// Key names the line in intents; it must be unique.
	Key, Label, Value, Unit, Age string
	// Color of the value; "" is the foreground.
	Color fyne.ThemeColorName
	Dim   bool
}

// KeyValues is a grid of labels and values with units and ages. A line can be
// selected, and its value copied with the keyboard.
type KeyValues struct {
	widget.BaseWidget

	// OnSelect tells that a line was chosen, OnActivate that it was tapped
	// twice or entered, OnMenu asks for its context menu.
	OnSelect, OnActivate func(key string)
	OnMenu               func(key string, at fyne.Position)

	rows  *Rows
	shown []Row
}

// NewKeyValues makes an empty grid.
func NewKeyValues() *KeyValues {
	k := &KeyValues{}
	k.rows = NewRowsWithoutHeader([]Column{
		{Width: 110, Weight: 1.6},
		{Width: 80, Weight: 1, Align: fyne.TextAlignTrailing},
		{Width: 52},
		{Width: 70, Align: fyne.TextAlignTrailing},
	})
	k.rows.OnSelect = func(key string) { emit(k.OnSelect, key) }
	k.rows.OnActivate = func(key string) { emit(k.OnActivate, key) }
	k.rows.OnMenu = func(key string, at fyne.Position) {
		if k.OnMenu != nil {
			k.OnMenu(key, at)
		}
	}
	k.rows.OnCopy = k.copy
	k.ExtendBaseWidget(k)
	return k
}

// Set shows lines.
func (k *KeyValues) Set(lines []KeyValue) {
	grown := len(lines) != len(k.shown)
	rows := make([]Row, len(lines))
	for i, l := range lines {
		rows[i] = Row{Key: l.Key, Dim: l.Dim, Cells: []Cell{{Text: l.Label, Color: ColorMuted}, {Text: l.Value, Color: l.Color},
			{Text: l.Unit, Color: ColorMuted}, {Text: l.Age, Color: ColorMuted}}}
	}
	k.shown = rows
	k.rows.SetRows(len(rows), 0, rows)
	if grown {
		k.Refresh()
	}
}

// copy puts the value of a line on the clipboard.
func (k *KeyValues) copy(key string) {
	for _, r := range k.shown {
		if r.Key == key {
			fyne.CurrentApp().Clipboard().SetContent(r.Cells[1].Text)
		}
	}
}

// MinSize implements fyne.CanvasObject: all lines, up to twelve.
func (k *KeyValues) MinSize() fyne.Size {
	n := min(max(len(k.shown), 1), 12)
	return fyne.NewSize(300, float32(n)*k.rows.rowHeight())
}

// CreateRenderer implements fyne.Widget.
func (k *KeyValues) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(k.rows) }
