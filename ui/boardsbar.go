package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// boardBar is above a board: the boards, whom a template is shown for, and the
// tools while editing.
type boardBar struct {
	page    *boardsPage
	names   []string // as shown
	tabs    *widgets.Segmented
	stack   *fyne.Container
	devices *widget.Select
	roots   []string // of the devices offered
	note    *widget.Label
	edit    *widget.Button
	add     *widget.Button
	tools   *fyne.Container
	undo    *widgets.HintButton
	redo    *widgets.HintButton
	copyOne *widget.Button
	remove  *widget.Button
	body    *fyne.Container
}

func newBoardBar(p *boardsPage) *boardBar {
	b := &boardBar{page: p, stack: container.NewStack(), note: widget.NewLabel("")}
	b.note.Importance = widget.WarningImportance
	b.devices = widget.NewSelect(nil, nil)
	b.devices.OnChanged = func(string) {
		if i := b.devices.SelectedIndex(); i >= 0 && i < len(b.roots) {
			p.chooseDevice(b.roots[i])
		}
	}
	b.devices.Hide()
	b.edit = widget.NewButtonWithIcon(i18n.T("Edit"), theme.DocumentCreateIcon(), func() { p.setEditing(!p.editing) })
	b.add = widget.NewButtonWithIcon(i18n.T("Add a tile"), theme.ContentAddIcon(), b.offerKinds)
	b.add.Importance = widget.HighImportance
	b.undo = p.deps.iconButton(theme.ContentUndoIcon(), i18n.T("Undo"), p.undo)
	b.redo = p.deps.iconButton(theme.ContentRedoIcon(), i18n.T("Redo"), p.redo)
	b.undo.Importance, b.redo.Importance = widget.MediumImportance, widget.MediumImportance
	b.copyOne = widget.NewButtonWithIcon(i18n.T("Duplicate"), theme.ContentCopyIcon(), p.duplicate)
	b.remove = widget.NewButtonWithIcon(i18n.T("Delete"), theme.DeleteIcon(), p.remove)
	b.tools = container.NewHBox(b.add, b.copyOne, b.remove, b.undo, b.redo)
	b.tools.Hide()
	right := container.NewHBox(b.devices, b.tools, b.edit)
	b.body = container.NewBorder(nil, nil, nil, right, container.NewHScroll(container.NewHBox(b.stack, b.note)))
	return b
}

// show takes up what has changed.
func (b *boardBar) show() {
	p := b.page
	if names := p.edit.Names(); !slices.Equal(names, b.names) || b.tabs == nil {
		b.names = names
		b.tabs = nil
		b.stack.Objects = nil
		if len(names) > 0 {
			segments := make([]widgets.Segment, len(names))
			for i, n := range names {
				segments[i] = widgets.Segment{Key: n, Label: n}
			}
			b.tabs = widgets.NewSegmented(segments)
			b.tabs.OnSelect = p.open
			b.stack.Objects = []fyne.CanvasObject{b.tabs}
		}
		b.stack.Refresh()
	}
	if b.tabs != nil {
		b.tabs.SetSelected(p.current)
	}
	label, icon := i18n.T("Edit"), theme.DocumentCreateIcon()
	if p.editing {
		label, icon = i18n.T("Done"), theme.ConfirmIcon()
	}
	if b.edit.Text != label {
		b.edit.SetText(label)
		b.edit.SetIcon(icon)
	}
	setShown(b.edit, p.keep.fault() == nil)
	setShown(b.tools, p.editing)
	able(b.undo, p.edit.CanUndo())
	able(b.redo, p.edit.CanRedo())
	able(b.add, p.current != "")
	able(b.copyOne, p.selected != "")
	able(b.remove, p.selected != "")
	if w := p.edit.Board(p.current); w == nil || w.Each == "" {
		b.offer(nil, board.Device{})
	}
}

// able makes a button one that can be pressed, or not.
func able(b fyne.Disableable, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

// offer lists the devices that a template can be shown for.
func (b *boardBar) offer(list []board.Device, now board.Device) {
	setShown(b.devices, len(list) > 0)
	roots, names := make([]string, len(list)), make([]string, len(list))
	for i, d := range list {
		roots[i], names[i] = d.Root, d.Name
	}
	if !slices.Equal(roots, b.roots) || !slices.Equal(names, b.devices.Options) {
		b.roots = roots
		b.devices.SetOptions(names)
	}
	if i := slices.Index(roots, now.Root); i >= 0 && i != b.devices.SelectedIndex() {
		b.devices.Selected = names[i]
		b.devices.Refresh()
	}
}

// tell says how many tiles of templates there was no room for.
func (b *boardBar) tell(left int) {
	text := ""
	if left > 0 {
		text = i18n.Tf("%s of templates not shown: a board has at most %s", i18n.N("%d tile", "%d tiles", left), formatCount(board.MaxInstances))
	}
	setText(b.note, text)
}

// offerKinds asks which kind of tile to add.
func (b *boardBar) offerKinds() {
	var items []*fyne.MenuItem
	for _, k := range workspace.Kinds() {
		items = append(items, fyne.NewMenuItem(board.Label(k), func() { b.page.addTile(k) }))
	}
	c := b.page.win.Canvas()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.add)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at.AddXY(0, b.add.Size().Height))
}
