package ui

import (
	"crypto/sha256"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// bridge is a window over a sea and a link, with a main goroutine.
type bridge struct {
	*Window
	t     *testing.T
	app   *uitest.App
	sea   sea
	wire  *link
	saved []Settings
}

func open(t *testing.T, s sea, change func(*Options)) *bridge {
	t.Helper()
	b := &bridge{t: t, app: uitest.New(t), sea: s, wire: newLink()}
	o := Options{
		App: b.app, Source: Source{Store: s.Store, Link: b.wire, LinkName: "ferries", Address: "mqtt://127.0.0.1:1883"}, Land: plot.NewLand(),
		Credit: "© somebody", Settings: Settings{Theme: "dark", Width: 1024, Height: 640},
		Save: func(s Settings) error { b.saved = append(b.saved, s); return nil },
	}
	if change != nil {
		change(&o)
	}
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.Window = w
	w.win.Show()
	uitest.Settle(w.win.Canvas())
	t.Cleanup(w.Close)
	return b
}

// draw shows a frame of the page, as the presenter would, twice: the first may
// tell it how large it is.
func (b *bridge) draw() {
	b.t.Helper()
	for range 2 {
		if show := b.pages[b.page].frame(b.sea.clock.now()); show != nil {
			show()
		}
		uitest.Settle(b.win.Canvas())
	}
}

// hints reports whether a hint is in sight on the page.
func (b *bridge) hints() bool {
	_, found := uitest.Find(b.pages[b.page].object(), func(*widgets.EmptyState) bool { return true })
	return found
}

func TestEmptyPagesSayWhatFillsThem(t *testing.T) {
	b := open(t, newSea(), nil)
	for _, name := range PageNames() {
		b.goTo(name, true)
		b.draw()
		if !b.hints() {
			t.Errorf("the empty page %s says nothing", name)
		}
	}
}

func TestFilledPages(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.chart.add(key("kitchen/thermometer", ""))
	b.openTopic("kitchen/thermometer")
	b.draw()
	if got := b.topics.detail.title.Text; got != "kitchen/thermometer" || b.topics.empty.Visible() {
		t.Errorf("the topic shown is %q", got)
	}
	b.openDevice("solent/ferries/red-falcon")
	b.draw()
	if got := b.devices.detail.title.Text; !strings.HasPrefix(got, "Red Falcon") || b.devices.empty.Visible() {
		t.Errorf("the device shown is %q", got)
	}
	b.openMap("solent/ferries/red-falcon")
	b.draw()
	if b.mapped.empty.Visible() || !strings.HasPrefix(b.mapped.info.Text, "Red Falcon") || len(b.mapped.symbols) != 1 {
		t.Errorf("the map shows %d symbols and %q", len(b.mapped.symbols), b.mapped.info.Text)
	}
	b.goTo(pageCharts, true)
	b.draw()
	if b.charts.empty.Visible() || len(b.charts.shown) != 1 || len(b.charts.shown[0].Series) != 1 {
		t.Errorf("the charts are %+v", b.charts.shown)
	}
	b.goTo(pageOverview, true)
	b.draw()
	if b.hints() {
		t.Error("the overview of three devices is empty")
	}
}

// TestPagesArePainted paints every page whole, as the other tests do not.
func TestPagesArePainted(t *testing.T) {
	uitest.Painting(t)
	s := newSea()
	s.fill()
	b := open(t, s, func(o *Options) { o.Settings.Width, o.Settings.Height, o.Watch = leastWidth, leastHeight, busyGuard(s) })
	painted := map[[sha256.Size]byte]string{}
	for _, name := range PageNames() {
		b.goTo(name, true)
		b.draw()
		picture := b.win.Canvas().Capture().(*image.NRGBA)
		if size := picture.Rect.Size(); size.X < leastWidth || size.Y < leastHeight {
			t.Errorf("the picture of %s is %v large", name, size)
		}
		sum := sha256.Sum256(picture.Pix)
		if other, seen := painted[sum]; seen {
			t.Errorf("%s looks like %s", name, other)
		}
		painted[sum] = name
	}
}

func TestWayBack(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.openTopic("kitchen/thermometer")
	b.openDevice("kitchen/thermometer")
	b.openDevice("solent/ferries/red-falcon")
	b.openMap("solent/ferries/red-falcon")
	var way []string
	for range 5 {
		b.goBack()
		way = append(way, b.page)
	}
	if want := []string{pageDevices, pageTopics, pageOverview, pageOverview, pageOverview}; !slices.Equal(way, want) {
		t.Errorf("the way back is %v, want %v", way, want)
	}
	for range maxBack {
		b.goTo(pageMap, true)
		b.goTo(pageCharts, true)
	}
	if len(b.back) != maxBack {
		t.Errorf("the way back remembers %d pages", len(b.back))
	}
	b.goTo("no such page", true)
	if b.page != pageCharts {
		t.Errorf("went to %s", b.page)
	}
}

func TestPalette(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	keys := func(text string) (out []string) {
		for _, it := range b.search(text) {
			out = append(out, it.Key)
		}
		return out
	}
	if got := keys("red falcon"); len(got) == 0 || got[0] != "device:solent/ferries/red-falcon" {
		t.Errorf("a device is found as %v", got)
	}
	if got := keys("thermometer"); !slices.Contains(got, "topic:kitchen/thermometer") || !slices.Contains(got, "device:kitchen/thermometer") {
		t.Errorf("a topic is found as %v", got)
	}
	if got := keys(""); got[0] != "page:overview" {
		t.Errorf("an empty search begins with %v", got)
	}
	b.openPalette()
	b.palette.OnChoose("device:solent/ferries/red-falcon")
	if b.page != pageDevices {
		t.Errorf("a device leads to %s", b.page)
	}
	for key, page := range map[string]string{"topic:kitchen/thermometer": pageTopics, "page:charts": pageCharts, "action:fit": pageMap} {
		if b.chosen(key); b.page != page {
			t.Errorf("%s leads to %s", key, b.page)
		}
	}
	b.chosen("action:copy")
	if got := b.app.Clipboard().Content(); got != "mqtt://127.0.0.1:1883" {
		t.Errorf("copied %q", got)
	}
}

func TestPublishForm(t *testing.T) {
	b := open(t, newSea(), nil)
	f := b.topics.detail.publish
	for topic, says := range map[string]string{"": "empty", "a/#": "wildcards", "\xff": "UTF-8", strings.Repeat("a/", 16) + "a": "levels"} {
		f.topic.SetText(topic)
		if f.send(); !strings.HasPrefix(f.result.Text, "Not sent: ") || !strings.Contains(f.result.Text, says) {
			t.Errorf("%q: %q", topic, f.result.Text)
		}
	}
	if sent := b.wire.published(); len(sent) > 0 {
		t.Fatalf("sent all the same: %v", sent)
	}
	f.payload.SetText("on")
	f.qos.SetSelected("2")
	f.retain.SetChecked(true)
	f.topic.SetText("lamp/set")
	if f.send(); !strings.Contains(f.result.Text, "a command is never retained") || len(b.wire.published()) > 0 {
		t.Errorf("a retained command: %q, %v", f.result.Text, b.wire.published())
	}
	f.topic.SetText("lamp/config")
	f.send()
	way := func() string {
		b.draw()
		c, _ := b.sea.Command(f.sent.get())
		text := ""
		for _, p := range c.Proof() {
			text += p.Text.String() + "; "
		}
		return text
	}
	b.app.Until(t, "result", patience, func() bool { return strings.Contains(way(), "handed to 1 session") })
	if got := b.wire.published(); !slices.Equal(got, []sentMessage{{"lamp/config", "on", 2, true}}) {
		t.Errorf("sent %v", got)
	}
	b.wire.mu.Lock()
	b.wire.err = errors.New("not connected")
	b.wire.mu.Unlock()
	f.send()
	b.app.Until(t, "refusal", patience, func() bool { return strings.Contains(way(), "not connected") })
	if e := b.sea.Events(0, 1); len(e) != 1 || !strings.Contains(e[0].Text, "Message on lamp/config") {
		t.Errorf("the log says %+v", e)
	}
}

// TestCommandProof presses a button and follows the proof beneath it.
func TestCommandProof(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	root := "solent/ferries/red-falcon"
	b.openDevice(root)
	b.draw()
	button := b.devices.detail.commands.buttons["horn"]
	if button == nil {
		t.Fatal("the ferry has no horn")
	}
	state := func() model.CommandState { return s.Commands(root, 1)[0].State }
	test.Tap(button)
	b.app.Until(t, "acceptance", patience, func() bool { return state() == model.CommandAccepted })
	sent := b.wire.published()
	if len(sent) != 1 || sent[0].topic != root+"/command/horn" || sent[0].qos != 1 || sent[0].retain {
		t.Errorf("sent %v", sent)
	}
	s.say(falcon, root+"/ack/horn", sent[0].payload)
	if state() != model.CommandAcknowledged {
		t.Errorf("after the answer it is %v", state())
	}
	test.Tap(button)
	b.app.Until(t, "acceptance", patience, func() bool { return state() == model.CommandAccepted })
	s.clock.advance(model.DefaultCommandTimeout)
	s.Tick()
	if state() != model.CommandTimedOut {
		t.Errorf("without an answer it is %v", state())
	}
	b.wire.mu.Lock()
	b.wire.err = errors.New("not connected")
	b.wire.mu.Unlock()
	test.Tap(button)
	b.app.Until(t, "failure", patience, func() bool { return state() == model.CommandFailed })
	b.draw()
	if got := b.devices.detail.commands.buttons["hold"]; got == nil {
		t.Error("the second command has no button")
	} else if test.Tap(got); len(b.wire.published()) != 3 {
		t.Error("a command that is to be held was sent by a tap")
	}
}

func TestThemeToggle(t *testing.T) {
	b := open(t, newSea(), nil)
	first := b.looks.get()
	b.toggleTheme()
	if b.currentVariant() != theme.VariantLight || b.o.Settings.Theme != "light" || b.looks.get().serial == first.serial {
		t.Errorf("the theme is %v, the look %d", b.currentVariant(), b.looks.get().serial)
	}
	if b.toggleTheme(); b.currentVariant() != theme.VariantDark {
		t.Error("it does not go back")
	}
}

func TestSettingsSavedOnQuit(t *testing.T) {
	b := open(t, newSea(), func(o *Options) { o.Settings.ChartWindow = 900 })
	b.goTo(pageMap, true)
	b.chart.add(key("a", ""))
	b.win.Resize(fyne.NewSize(1100, 700))
	b.toggleTheme()
	b.quit()
	if len(b.saved) != 1 {
		t.Fatalf("saved %d times", len(b.saved))
	}
	if s := b.saved[0]; s.Page != pageMap || s.Width != 1100 || s.Height != 700 || s.Theme != "light" || s.ChartWindow != 900 || s.Chart != nil || len(s.Charts) != 1 || !s.Charts[0].holds(key("a", "")) {
		t.Errorf("saved %+v", s)
	}
}

// TestWindowRuns lets the presenter draw a window of moving data.
func TestWindowRuns(t *testing.T) {
	s := newSea()
	b := open(t, s, func(o *Options) { o.Notice = "port 1883 is in use" })
	b.Start()
	s.fill()
	b.app.Until(t, "hint to go", patience, func() bool { return !b.hints() })
	b.Quit()
	b.app.Until(t, "settings", patience, func() bool { return len(b.saved) == 1 })
	for range 2 {
		b.Close()
	}
	if got := time.Duration(b.saved[0].ChartWindow) * time.Second; !slices.Contains(chartWindows, got) {
		t.Errorf("the chart's window was saved as %v", got)
	}
}
