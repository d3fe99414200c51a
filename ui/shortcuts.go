package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// shortcut is a key that works on every page. The window registers what is in
// its table, and the sheet of shortcuts lists it.
type shortcut struct {
	does string
	do   func()

	key fyne.KeyName
	mod fyne.KeyModifier
	// plain keys count only while nothing takes them as text.
	char rune
}

// label is how the shortcut is written.
func (s *shortcut) label() string {
	var parts []string
	for _, m := range []struct {
		mod  fyne.KeyModifier
		name string
	}{{fyne.KeyModifierControl, i18n.T("Ctrl")}, {fyne.KeyModifierSuper, "⌘"}, {fyne.KeyModifierAlt, i18n.T("Alt")}, {fyne.KeyModifierShift, i18n.T("Shift")}} {
		if s.mod&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	key := map[fyne.KeyName]string{fyne.KeyLeft: "←", fyne.KeyRight: "→", fyne.KeySlash: "/"}[s.key]
	return strings.Join(append(parts, orElse(key, orElse(string(s.key), string(s.char)))), "+")
}

// shortcutTable is every key that works on every page.
func (w *Window) shortcutTable() []shortcut {
	table := []shortcut{
		{does: i18n.T("Search devices, topics, pages and actions"), do: w.openPalette, key: fyne.KeyK, mod: fyne.KeyModifierShortcutDefault},
		{does: i18n.T("Switch between dark and light"), do: w.toggleTheme, key: fyne.KeyL, mod: fyne.KeyModifierShortcutDefault},
		{does: i18n.T("Connections: watch another broker"), do: w.openConnections, key: fyne.KeyB, mod: fyne.KeyModifierShortcutDefault},
		{does: i18n.T("Settings"), do: w.openSettings, key: fyne.KeyComma, mod: fyne.KeyModifierShortcutDefault},
		{does: i18n.T("Back to the page before"), do: w.goBack, key: fyne.KeyLeft, mod: fyne.KeyModifierAlt},
	}
	for i, name := range PageNames() {
		table = append(table, shortcut{does: pageLabel(name), do: func() { w.goTo(name, true) },
			key: fyne.KeyName(strconv.Itoa(i + 1)), mod: fyne.KeyModifierShortcutDefault})
	}
	table = append(table,
		shortcut{does: i18n.T("Full screen"), do: func() { w.win.SetFullScreen(!w.win.FullScreen()) }, key: fyne.KeyF11},
		shortcut{does: i18n.T("This list"), do: w.showShortcuts, char: '?'},
		shortcut{does: i18n.T("This list, while something is being typed"), do: w.showShortcuts, key: fyne.KeySlash, mod: fyne.KeyModifierShortcutDefault},
		shortcut{does: i18n.T("This list"), do: w.showShortcuts, key: fyne.KeyF1},
		shortcut{does: i18n.T("Close this list"), do: w.closeSheet, key: fyne.KeyEscape},
	)
	for _, k := range timeKeys() {
		table = append(table, shortcut{does: k.does, do: func() {
			if w.time != nil {
				w.time.key(k.key)
			}
		}, key: k.key})
	}
	return table
}

// shortcuts binds the keys that work on every page. In a kiosk none does.
func (w *Window) shortcuts() {
	c := w.win.Canvas()
	var plain []shortcut
	for _, s := range w.shortcutTable() {
		if s.mod == 0 {
			plain = append(plain, s)
			continue
		}
		c.AddShortcut(&desktop.CustomShortcut{KeyName: s.key, Modifier: s.mod}, func(fyne.Shortcut) {
			if !w.kiosk.on {
				s.do()
			}
		})
	}
	typed := func(is func(*shortcut) bool) {
		for i := range plain {
			if !w.kiosk.on && is(&plain[i]) {
				plain[i].do()
				return
			}
		}
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { typed(func(s *shortcut) bool { return s.key != "" && s.key == e.Name }) })
	c.SetOnTypedRune(func(r rune) { typed(func(s *shortcut) bool { return s.char != 0 && s.char == r }) })
}

// showShortcuts lists all keys.
func (w *Window) showShortcuts() {
	if w.sheet != nil {
		return // it is open
	}
	groups := []fyne.CanvasObject{shortcutGroup(i18n.T("Everywhere"), w.shortcutLines()), shortcutGroup(i18n.T("On a chart"), chartLines())}
	d := dialog.NewCustom(i18n.T("Keyboard"), i18n.T("Close"), container.NewVScroll(container.NewGridWithColumns(2, groups...)), w.win)
	d.SetOnClosed(func() { w.sheet = nil })
	w.showSheet(d, sheetSize(w.win))
}

// sheetSize is how large a sheet over a window is.
func sheetSize(win fyne.Window) fyne.Size {
	size := win.Canvas().Size()
	return fyne.NewSize(min(760, size.Width-40), min(560, size.Height-40))
}

// keyLine is a key with what it does.
type keyLine struct{ key, does string }

func (w *Window) shortcutLines() []keyLine {
	var lines []keyLine
	for _, s := range w.shortcutTable() {
		lines = append(lines, keyLine{s.label(), s.does})
	}
	return lines
}

func chartLines() []keyLine {
	var lines []keyLine
	for _, k := range widgets.ChartKeys() {
		lines = append(lines, keyLine{k.Label, k.Does})
	}
	return lines
}

// shortcutGroup shows keys under a heading.
func shortcutGroup(heading string, lines []keyLine) fyne.CanvasObject {
	box := container.New(layout.NewFormLayout())
	for _, l := range lines {
		key := widget.NewLabel(l.key)
		key.TextStyle.Monospace = true
		key.Importance = widget.HighImportance
		does := widget.NewLabel(l.does)
		does.Wrapping = fyne.TextWrapWord
		box.Add(key)
		box.Add(does)
	}
	return container.NewVBox(sectionTitle(heading), box)
}
