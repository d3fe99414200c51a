package ui

import (
	"slices"
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

// shortcut is a key of the window. The window registers what is in its table, and
// the sheet of shortcuts lists it.
type shortcut struct {
	does string
	do   func()

	key fyne.KeyName
	mod fyne.KeyModifier
	// plain keys count only while nothing takes them as text.
	char rune
	// page is where it works, empty for everywhere; when asks for more, nil for
	// nothing.
	page string
	when func() bool
	// kiosk is set for what works in a kiosk, and only there.
	kiosk bool
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
	key := map[fyne.KeyName]string{fyne.KeyLeft: "←", fyne.KeyRight: "→", fyne.KeySlash: "/", fyne.KeyReturn: i18n.T("Enter"), fyne.KeyEscape: i18n.T("Esc"),
		fyne.KeySpace: i18n.T("Space"), fyne.KeyHome: i18n.T("Home"), fyne.KeyEnd: i18n.T("End"), fyne.KeyComma: ","}[s.key]
	return strings.Join(append(parts, orElse(key, orElse(string(s.key), string(s.char)))), "+")
}

// event is what Fyne tells of the shortcut: it has names of its own for some.
func (s *shortcut) event() fyne.Shortcut {
	if s.mod == fyne.KeyModifierShortcutDefault {
		switch s.key {
		case fyne.KeyZ:
			return &fyne.ShortcutUndo{}
		case fyne.KeyY:
			return &fyne.ShortcutRedo{}
		}
	}
	return &desktop.CustomShortcut{KeyName: s.key, Modifier: s.mod}
}

// works tells whether the shortcut means something now.
func (w *Window) works(s *shortcut) bool {
	return s.kiosk == w.kiosk.on && (s.page == "" || s.page == w.page) && (s.when == nil || s.when())
}

// press does what the first shortcut does that is meant and means something now. The
// table is made anew: the pages may be others than they were.
func (w *Window) press(meant func(*shortcut) bool) {
	table := w.shortcutTable()
	for i := range table {
		if s := &table[i]; meant(s) && w.works(s) {
			s.do()
			return
		}
	}
}

// pressName does what a shortcut with a modifier does, by Fyne's name of it.
func (w *Window) pressName(name string) {
	w.press(func(s *shortcut) bool { return s.mod != 0 && s.event().ShortcutName() == name })
}

// shortcuts binds the keys of the table.
func (w *Window) shortcuts() {
	c := w.win.Canvas()
	w.bound = map[string]bool{}
	for _, s := range w.shortcutTable() {
		if s.mod == 0 || w.bound[s.event().ShortcutName()] {
			continue
		}
		name := s.event().ShortcutName()
		w.bound[name] = true
		c.AddShortcut(s.event(), func(fyne.Shortcut) { w.pressName(name) })
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		w.press(func(s *shortcut) bool { return s.mod == 0 && s.key != "" && s.key == e.Name })
	})
	c.SetOnTypedRune(func(r rune) { w.press(func(s *shortcut) bool { return s.mod == 0 && s.key == "" && s.char == r }) })
}

// showShortcuts lists all keys.
func (w *Window) showShortcuts() {
	if w.sheet != nil {
		return // it is open
	}
	left, right := container.NewVBox(), container.NewVBox()
	for i, g := range w.keyGroups() {
		if i%2 == 0 {
			left.Add(shortcutGroup(g.heading, g.lines))
		} else {
			right.Add(shortcutGroup(g.heading, g.lines))
		}
	}
	d := dialog.NewCustom(i18n.T("Keyboard"), i18n.T("Close"), container.NewVScroll(container.NewGridWithColumns(2, left, right)), w.win)
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

// keyGroup is keys that work in the same place.
type keyGroup struct {
	heading string
	lines   []keyLine
}

// keyGroups are all keys, by where they work.
func (w *Window) keyGroups() []keyGroup {
	groups := []keyGroup{{heading: i18n.T("Everywhere")}}
	for _, s := range w.shortcutTable() {
		heading := i18n.T("Everywhere")
		switch {
		case s.kiosk:
			heading = i18n.T("In a kiosk")
		case s.page != "":
			heading = i18n.Tf("On the page %s", pageLabel(s.page))
		}
		i := slices.IndexFunc(groups, func(g keyGroup) bool { return g.heading == heading })
		if i < 0 {
			i = len(groups)
			groups = append(groups, keyGroup{heading: heading})
		}
		groups[i].lines = append(groups[i].lines, keyLine{s.label(), s.does})
	}
	for _, of := range []struct {
		heading string
		keys    []widgets.Key
	}{{i18n.T("In a list"), widgets.RowsKeys()}, {i18n.T("On a chart"), widgets.ChartKeys()}, {i18n.T("On the map"), widgets.MapKeys()}} {
		g := keyGroup{heading: of.heading}
		for _, k := range of.keys {
			g.lines = append(g.lines, keyLine{k.Label, k.Does})
		}
		groups = append(groups, g)
	}
	return groups
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
