package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// paletteHits is how many devices and topics a search lists.
const paletteHits = 40

// action is something that the palette can do.
type action struct {
	key, title string
	do         func()
}

func (w *Window) actions() []action {
	list := []action{
		{"action:theme", i18n.T("Switch between dark and light"), w.toggleTheme},
		{"action:connections", i18n.T("Connections: watch another broker …"), w.openConnections},
		{"action:settings", i18n.T("Settings …"), w.openSettings},
		{"action:full", i18n.T("Full screen"), func() { w.win.SetFullScreen(!w.win.FullScreen()) }},
		{"action:keys", i18n.T("Keyboard shortcuts"), w.showShortcuts},
		{"action:welcome", i18n.T("Welcome: ways to begin"), w.showWelcome},
		{"action:about", i18n.T("About Pilothouse, and licences"), w.showAbout},
		{"action:fit", i18n.T("Show all devices on the map"), func() { w.goTo(pageMap, true); w.mapped.fit() }},
	}
	list = append(list, action{"action:commands", i18n.T("Saved commands …"), w.savedCommands},
		action{"action:sent", i18n.T("Commands sent: who, what, when, how far"), func() { w.sent.show("") }})
	for i, c := range w.book.all() {
		if c.For == "" {
			list = append(list, action{"action:command:" + strconv.Itoa(i), i18n.Tf("Send %s", c.Title()), func() { w.offer("", c.CommandSpec) }})
		}
	}
	if w.o.Address != "" {
		list = append(list, action{"action:copy", i18n.T("Copy the address for devices"), func() { w.copyText(i18n.T("Copied the address"), w.o.Address) }})
	}
	if w.o.Watch != nil {
		list = append(list, action{"action:enrol", i18n.T("Add a device"), w.addDevice})
		if w.o.Watch.Impostor() != nil {
			list = append(list, action{"action:impostor", i18n.T("Release the impostor …"), func() { w.goTo(pageWatch, true); w.watched.show(watchImpostor) }})
		}
	}
	if w.o.Demo != nil {
		title := i18n.T("Start the demo's ferry fleet")
		if w.o.Demo.Running() {
			title = i18n.T("Stop the demo's ferry fleet")
		}
		list = append(list, action{"action:demo", title, w.toggleDemo})
	}
	return list
}

func (w *Window) openPalette() { w.palette.Open(w.win.Canvas()) }

// search lists pages, actions, devices and topics that hold all words of text.
func (w *Window) search(text string) []widgets.PaletteItem {
	words := strings.Fields(strings.ToLower(text))
	holds := func(title string) bool {
		for _, word := range words {
			if !strings.Contains(strings.ToLower(title), word) {
				return false
			}
		}
		return true
	}
	var out []widgets.PaletteItem
	for _, name := range PageNames() {
		if holds(pageLabel(name)) {
			out = append(out, widgets.PaletteItem{Key: "page:" + name, Title: pageLabel(name), Category: i18n.T("page")})
		}
	}
	for _, a := range w.actions() {
		if holds(a.title) {
			out = append(out, widgets.PaletteItem{Key: a.key, Title: a.title, Category: i18n.T("action")})
		}
	}
	var found []widgets.PaletteItem
	for _, h := range w.stores.shown().Search(text, paletteHits) {
		it := widgets.PaletteItem{Key: "topic:" + h.Path, Title: h.Name, Detail: h.Path, Category: i18n.T("topic")}
		if h.Kind == model.HitDevice {
			it.Key, it.Category, it.Status = "device:"+h.Path, i18n.T("device"), statusOf(h.Liveness)
		}
		found = append(found, it)
	}
	if len(words) == 0 {
		return append(out, found...)
	}
	return append(found, out...)
}

// chosen does what was chosen in the palette.
func (w *Window) chosen(key string) {
	kind, rest, _ := strings.Cut(key, ":")
	switch kind {
	case "page":
		w.goTo(rest, true)
	case "device":
		w.openDevice(rest)
	case "topic":
		w.openTopic(rest)
	default:
		for _, a := range w.actions() {
			if a.key == key {
				a.do()
			}
		}
	}
}

func (w *Window) toggleDemo() {
	on := !w.o.Demo.Running()
	w.o.Demo.SetRunning(on)
	w.o.Settings.Demo = &on
}

// toggleTheme goes from dark to light and back.
func (w *Window) toggleTheme() {
	next := "dark"
	if w.currentVariant() == theme.VariantDark {
		next = "light"
	}
	w.useTheme(next)
}

func (w *Window) currentVariant() fyne.ThemeVariant {
	if t, ok := w.o.App.Settings().Theme().(*Theme); ok && t.Variant != nil {
		return *t.Variant
	}
	return w.o.App.Settings().ThemeVariant()
}

// themeFor is the theme by its name in the settings.
func themeFor(name string) *Theme {
	variant := theme.VariantDark
	switch name {
	case "dark": // as set above
	case "light":
		variant = theme.VariantLight
	default:
		return &Theme{}
	}
	return &Theme{Variant: &variant}
}
