package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// The modifiers of shortcuts.
const (
	ctrl      = fyne.KeyModifierShortcutDefault
	ctrlShift = fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
)

// shortcutTable is every key of the window: first those of single pages, which go
// before what works everywhere.
func (w *Window) shortcutTable() []shortcut {
	table := append(w.everywhere(), w.topicKeys()...)
	table = append(table, w.boardKeys()...)
	table = append(table,
		shortcut{does: i18n.T("Search devices"), do: func() { w.win.Canvas().Focus(w.devices.search) }, key: fyne.KeyF, mod: ctrl, page: pageDevices},
		shortcut{does: i18n.T("The list of devices"), do: func() { w.win.Canvas().Focus(w.devices.rows) }, key: fyne.KeyT, mod: ctrl, page: pageDevices},
		shortcut{does: i18n.T("The map itself, for its keys"), do: w.mapped.focus, key: fyne.KeyT, mod: ctrl, page: pageMap},
		shortcut{does: i18n.T("Leave the kiosk (as does holding Escape)"), do: w.leaveKiosk, key: fyne.KeyQ, mod: ctrlShift, kiosk: true})
	return table
}

// everywhere are the keys that work on every page.
func (w *Window) everywhere() []shortcut {
	table := []shortcut{
		{does: i18n.T("Search devices, topics, pages and actions"), do: w.openPalette, key: fyne.KeyK, mod: ctrl},
		{does: i18n.T("Switch between dark and light"), do: w.toggleTheme, key: fyne.KeyL, mod: ctrl},
		{does: i18n.T("Commands sent: who, what, when, how far"), do: func() { w.sent.show("") }, key: fyne.KeyJ, mod: ctrl},
		{does: i18n.T("Saved commands"), do: w.savedCommands, key: fyne.KeyJ, mod: ctrlShift},
		{does: i18n.T("Connections: watch another broker"), do: w.openConnections, key: fyne.KeyB, mod: ctrl},
		{does: i18n.T("Settings"), do: w.openSettings, key: fyne.KeyComma, mod: ctrl},
		{does: i18n.T("Back to the page before"), do: w.goBack, key: fyne.KeyLeft, mod: fyne.KeyModifierAlt},
	}
	for i, name := range PageNames() {
		table = append(table, shortcut{does: pageLabel(name), do: func() { w.goTo(name, true) },
			key: fyne.KeyName(strconv.Itoa(i + 1)), mod: ctrl})
	}
	table = append(table,
		shortcut{does: i18n.T("Full screen"), do: func() { w.win.SetFullScreen(!w.win.FullScreen()) }, key: fyne.KeyF11},
		shortcut{does: i18n.T("This list"), do: w.showShortcuts, char: '?'},
		shortcut{does: i18n.T("This list, while something is being typed"), do: w.showShortcuts, key: fyne.KeySlash, mod: ctrl},
		shortcut{does: i18n.T("This list"), do: w.showShortcuts, key: fyne.KeyF1},
		shortcut{does: i18n.T("Close this list"), do: func() { w.closeSheet(); w.sent.hide() }, key: fyne.KeyEscape},
	)
	return append(table, w.timeShortcuts()...)
}

// timeShortcuts are the keys of the time bar, which does not move below what lies
// over the pages.
func (w *Window) timeShortcuts() []shortcut {
	at := func(do func(*timeBar)) func() {
		return func() {
			if w.time != nil && w.win.Canvas().Overlays().Top() == nil {
				do(w.time)
			}
		}
	}
	table := []shortcut{{does: i18n.T("Bookmark this moment"), do: at((*timeBar).askBookmark), key: fyne.KeyB, mod: ctrlShift}}
	for _, k := range timeKeys() {
		table = append(table, shortcut{does: k.does, do: at(k.do), key: k.key},
			shortcut{does: i18n.Tf("%s, wherever the keyboard is", k.does), do: at(k.do), key: k.key, mod: ctrlShift})
	}
	return table
}

// topicKeys are those of the page of topics.
func (w *Window) topicKeys() []shortcut {
	p := w.topics
	d := p.detail
	chosen := func() bool { return d.content.Visible() }
	mode := func(mode string) func() { return func() { d.mode.SetSelected(mode) } }
	focus := func(o fyne.Focusable) func() { return func() { w.win.Canvas().Focus(o) } }
	list := []shortcut{
		{does: i18n.T("Filter the topics, and search in payloads"), do: focus(p.filter), key: fyne.KeyF, mod: ctrl},
		{does: i18n.T("The tree of topics"), do: focus(p.rows), key: fyne.KeyT, mod: ctrl},
		{does: i18n.T("The payload, as it is laid out"), do: mode(asPretty), key: fyne.KeyP, mod: ctrlShift, when: chosen},
		{does: i18n.T("The payload in bytes"), do: mode(asHex), key: fyne.KeyH, mod: ctrl, when: chosen},
		{does: i18n.T("Compare with the message before, or the one chosen"), do: mode(asDiff), key: fyne.KeyD, mod: ctrl, when: chosen},
		{does: i18n.T("Compare the bytes"), do: mode(asHexDiff), key: fyne.KeyD, mod: ctrlShift, when: chosen},
		{does: i18n.T("The messages of the topic"), do: func() { d.tabs.SelectIndex(tabMessages); focus(d.history)() }, key: fyne.KeyM, mod: ctrl, when: chosen},
		{does: i18n.T("Write a message to the topic"), do: func() { d.tabs.SelectIndex(tabPublish); focus(d.publish.payload)() }, key: fyne.KeyP, mod: ctrl, when: chosen},
		{does: i18n.T("Publish it"), do: d.publish.send, key: fyne.KeyReturn, mod: ctrl, when: d.publishing},
		{does: i18n.T("Copy the value"), do: func() { w.copyText(i18n.T("Copied the value"), string(d.info.Payload)) }, key: fyne.KeyC, mod: ctrlShift, when: chosen},
		{does: i18n.T("Take a deletion of retained messages back"), do: p.wipe.undo.takeBack, key: fyne.KeyZ, mod: ctrl, when: p.wipe.undo.pending},
	}
	for i := range list {
		list[i].page = pageTopics
	}
	return list
}

// boardKeys are those of the page of boards.
func (w *Window) boardKeys() []shortcut {
	p := w.boards
	editing := func() bool { return p.editing }
	list := []shortcut{
		{does: i18n.T("Begin or end to edit the board"), do: func() { p.setEditing(!p.editing) }, key: fyne.KeyE, mod: ctrl},
		{does: i18n.T("Undo what was edited"), do: p.undo, key: fyne.KeyZ, mod: ctrl, when: editing},
		{does: i18n.T("Redo it"), do: p.redo, key: fyne.KeyY, mod: ctrl, when: editing},
		{does: i18n.T("Redo it, too"), do: p.redo, key: fyne.KeyZ, mod: ctrlShift, when: editing},
		{does: i18n.T("Duplicate the chosen tile"), do: p.duplicate, key: fyne.KeyD, mod: ctrl, when: func() bool { return p.editing && p.selected != "" }},
	}
	for i := range list {
		list[i].page = pageBoards
	}
	return list
}
