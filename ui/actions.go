package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/model"
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
		{"action:theme", "Switch between dark and light", w.toggleTheme},
		{"action:full", "Full screen", func() { w.win.SetFullScreen(!w.win.FullScreen()) }},
		{"action:keys", "Keyboard shortcuts", w.showShortcuts},
		{"action:welcome", "Welcome: ways to begin", w.showWelcome},
		{"action:about", "About Pilothouse, and licences", w.showAbout},
		{"action:fit", "Show all devices on the map", func() { w.goTo(pageMap, true); w.mapped.fit() }},
	}
	list = append(list, action{"action:commands", "Saved commands …", w.savedCommands},
		action{"action:sent", "Commands sent: who, what, when, how far", func() { w.sent.show("") }})
	for i, c := range w.book.all() {
		if c.For == "" {
			list = append(list, action{"action:command:" + strconv.Itoa(i), "Send " + c.Title(), func() { w.offer("", c.CommandSpec) }})
		}
	}
	if w.o.Address != "" {
		list = append(list, action{"action:copy", "Copy the address for devices", func() { w.copyText("address", w.o.Address) }})
	}
	if w.o.Watch != nil {
		list = append(list, action{"action:enrol", "Add a device", w.addDevice})
		if w.o.Watch.Impostor() != nil {
			list = append(list, action{"action:impostor", "Release the impostor …", func() { w.goTo(pageWatch, true); w.watched.show(watchImpostor) }})
		}
	}
	if w.o.Demo != nil {
		title := "Start the demo's ferry fleet"
		if w.o.Demo.Running() {
			title = "Stop the demo's ferry fleet"
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
			out = append(out, widgets.PaletteItem{Key: "page:" + name, Title: pageLabel(name), Category: "page"})
		}
	}
	for _, a := range w.actions() {
		if holds(a.title) {
			out = append(out, widgets.PaletteItem{Key: a.key, Title: a.title, Category: "action"})
		}
	}
	var found []widgets.PaletteItem
	for _, h := range w.stores.shown().Search(text, paletteHits) {
		it := widgets.PaletteItem{Key: "topic:" + h.Path, Title: h.Name, Detail: h.Path, Category: "topic"}
		if h.Kind == model.HitDevice {
			it.Key, it.Category, it.Status = "device:"+h.Path, "device", statusOf(h.Liveness)
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
	w.o.Settings.Theme = next
	w.o.App.Settings().SetTheme(themeFor(next))
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
