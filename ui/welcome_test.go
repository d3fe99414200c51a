package ui

import (
	"net/url"
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

// TestShortcuts presses every key of the table without a modifier, and looks for
// each line of it in the list that they show.
func TestShortcuts(t *testing.T) {
	b := open(t, newSea(), nil)
	c := b.win.Canvas()
	type way struct {
		key fyne.KeyName
		mod fyne.KeyModifier
		r   rune
	}
	seen := map[way]string{}
	for _, s := range b.shortcutTable() {
		k := way{s.key, s.mod, s.char}
		if other := seen[k]; other != "" {
			t.Errorf("%s means %q and %q", s.label(), other, s.does)
		}
		seen[k] = s.does
		if s.does == "" || s.do == nil || s.label() == "" {
			t.Errorf("%+v says nothing", s)
		}
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
		for _, l := range append(b.shortcutLines(), chartLines()...) {
			if _, found := uitest.Find(c.Overlays().Top(), func(o *widget.Label) bool { return o.Text == l.does }); !found {
				t.Errorf("the list does not hold %q", l.does)
			}
		}
		c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if b.sheet != nil {
			t.Fatal("Escape does not close the list")
		}
	}
}
