package ui

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// tap taps the button with a text that is in sight below root.
func (b *bridge) tap(root fyne.CanvasObject, text string) {
	b.t.Helper()
	button, found := uitest.Find(root, func(o *widget.Button) bool { return o.Text == text })
	if !found {
		b.t.Fatalf("there is no button %q", text)
	}
	test.Tap(button)
}

func TestWelcome(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, func(o *Options) { o.Welcome, o.Folder, o.Connections = true, "/data/here", &harbour{} })
	body := b.welcome.body
	if !body.Visible() || body.Size().Height < 60 {
		t.Fatalf("no welcome: visible %v, size %v", body.Visible(), body.Size())
	}
	b.draw()
	if size := b.pages[pageOverview].(*overviewPage).tiles.Size(); size.Height < 100 {
		t.Errorf("the welcome leaves the fleet %v at 1024 x 640", size)
	}
	if _, found := uitest.Find(body, func(l *widget.Label) bool { return strings.Contains(l.Text, "/data/here") }); !found {
		t.Error("it does not say where data is kept")
	}
	b.tap(body, "Address")
	if got := b.app.Clipboard().Content(); got != "mqtt://127.0.0.1:1883" {
		t.Errorf("copied %q", got)
	}
	b.tap(body, "Connect …")
	if b.sheet == nil {
		t.Error("it does not lead to the connections")
	}
	b.closeSheet()
	b.tap(body, "Watch the fleet")
	if b.page != pageMap || body.Visible() {
		t.Errorf("the demo is on page %s, the welcome is visible: %v", b.page, body.Visible())
	}
	b.chosen("action:welcome")
	if b.page != pageOverview || !body.Visible() {
		t.Error("the palette does not bring the welcome back")
	}
}

func TestNoWelcomeUnasked(t *testing.T) {
	if b := open(t, newSea(), nil); b.welcome.body.Visible() {
		t.Error("a welcome for somebody who was here before")
	}
}

func TestAbout(t *testing.T) {
	b := open(t, newSea(), func(o *Options) {
		o.About, o.Folder, o.Crashes = "pilothouse 1.2.3", "/data/here", []string{"/data/here/crash-1.txt"}
	})
	b.chosen("action:about")
	sheet := b.win.Canvas().Overlays().Top()
	if sheet == nil {
		t.Fatal("nothing is shown")
	}
	uitest.Settle(b.win.Canvas())
	for _, want := range []string{"pilothouse 1.2.3", "Data is kept in /data/here", "Crash report: crash-1.txt"} {
		if _, found := uitest.Find(sheet, func(l *widget.Label) bool { return l.Text == want }); !found {
			t.Errorf("it does not say %q", want)
		}
	}
	if _, found := uitest.Find(sheet, func(*widgets.Rows) bool { return true }); !found || !strings.Contains(assets.Licences(), "fyne.io/fyne/v2") {
		t.Error("the licences are missing")
	}
}

func TestFileURL(t *testing.T) {
	if got := fileURL("/a b/ü").String(); got != "file:///a%20b/%C3%BC" {
		t.Errorf("the URL is %s", got)
	}
	if got := fileURL("C:" + string(filepath.Separator) + "x"); *got != (url.URL{Scheme: "file", Path: "/C:/x"}) {
		t.Errorf("the URL is %s", got)
	}
}

// TestShortcuts looks for each key of the table, and for each that a widget knows,
// in the list that they show, and for each with a modifier in what is bound.
func TestShortcuts(t *testing.T) {
	b := open(t, newSea(), nil)
	c := b.win.Canvas()
	names := map[string]bool{}
	for _, s := range b.shortcutTable() {
		if s.does == "" || s.do == nil || s.label() == "" {
			t.Errorf("%+v says nothing", s)
		}
		if s.mod == 0 {
			continue
		}
		names[s.event().ShortcutName()] = true
		if !b.bound[s.event().ShortcutName()] {
			t.Errorf("%s, to %q, is not bound", s.label(), s.does)
		}
	}
	if len(names) != len(b.bound) {
		t.Errorf("%d keys are bound, and %d are in the table", len(b.bound), len(names))
	}
	for _, open := range []func(){
		func() { c.OnTypedRune()('?') },
		func() { c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1}) },
		func() { b.chosen("action:keys") },
	} {
		open()
		if b.sheet == nil {
			t.Fatal("no list of keys")
		}
		for _, g := range b.keyGroups() {
			for _, l := range g.lines {
				if _, found := uitest.Find(c.Overlays().Top(), func(o *widget.Label) bool { return o.Text == l.does }); !found {
					t.Errorf("the list does not hold %q", l.does)
				}
			}
		}
		c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if b.sheet != nil {
			t.Fatal("Escape does not close the list")
		}
	}
}

// TestKeysMeanOneThing holds that no two shortcuts of the same place share a key, but
// where one of them asks for more.
func TestKeysMeanOneThing(t *testing.T) {
	b := open(t, newSea(), nil)
	type way struct {
		key  fyne.KeyName
		mod  fyne.KeyModifier
		r    rune
		page string
	}
	seen := map[way]string{}
	for _, s := range b.shortcutTable() {
		k := way{s.key, s.mod, s.char, s.page}
		if other := seen[k]; other != "" {
			t.Errorf("%s means %q and %q", s.label(), other, s.does)
		}
		seen[k] = s.does
		k.page = ""
		if other := seen[k]; s.page != "" && other != "" {
			t.Errorf("%s means %q everywhere, and %q on %s", s.label(), other, s.does, s.page)
		}
	}
}

// TestNoKeyIsBoundElsewhere holds that the table is all there is.
func TestNoKeyIsBoundElsewhere(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n := strings.Count(string(raw), ".AddShortcut(")
		if want := b2i(name == "shortcuts.go"); n != want && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s binds %d keys", name, n)
		}
	}
}

// shortcut does what a shortcut is bound to: the canvas of tests takes none.
func (b *bridge) shortcut(key fyne.KeyName, mod fyne.KeyModifier) {
	s := shortcut{key: key, mod: mod}
	b.pressName(s.event().ShortcutName())
}

// TestPageKeys presses keys that work on one page only.
func TestPageKeys(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	press := b.shortcut
	b.openTopic("kitchen/thermometer")
	b.draw()
	d := b.topics.detail
	for key, mode := range map[fyne.KeyName]string{fyne.KeyD: asDiff, fyne.KeyH: asHex} {
		if press(key, ctrl); d.mode.Selected != mode {
			t.Errorf("%s shows the payload as %s", key, d.mode.Selected)
		}
	}
	if press(fyne.KeyD, ctrlShift); d.mode.Selected != asHexDiff {
		t.Errorf("the payload is shown as %s", d.mode.Selected)
	}
	press(fyne.KeyF, ctrl)
	if b.win.Canvas().Focused() != fyne.Focusable(b.topics.filter) {
		t.Error("the filter has not the keyboard")
	}
	press(fyne.KeyReturn, ctrl)
	if len(b.wire.published()) > 0 {
		t.Error("published without the form in sight")
	}
	press(fyne.KeyP, ctrl)
	d.publish.payload.SetText("22")
	press(fyne.KeyReturn, ctrl)
	b.app.Until(t, "message", patience, func() bool { return len(b.wire.published()) == 1 })
	press(fyne.KeyC, ctrlShift)
	if got := b.app.Clipboard().Content(); got != "21.5" {
		t.Errorf("copied %q", got)
	}
	b.topics.rows.TypedRune('3')
	if b.topics.column != 2 {
		t.Errorf("sorted by column %d", b.topics.column)
	}
	b.goTo(pageMap, true)
	press(fyne.KeyT, ctrl)
	if b.win.Canvas().Focused() != fyne.Focusable(b.mapped.view) {
		t.Error("the map has not the keyboard")
	}
	press(fyne.KeyD, ctrl)
	if press(fyne.KeyJ, ctrl); !b.sent.open.get() {
		t.Error("the log of commands is not shown")
	}
	b.sent.list.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.sent.open.get() {
		t.Error("Escape does not close the log of commands")
	}
}
