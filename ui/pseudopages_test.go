package ui

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// asItIs is what is the same in every language: names of protocols, formats and
// keys, units, addresses, and what the devices and the broker of the test say.
var asItIs = regexp.MustCompile(`(?i)\b(` +
	`MQTT|TLS|QoS|JSON|JSONL|CSV|PNG|SVG|SHA|PEM|URL|Parquet|WebSocket|Pilothouse|SQLite|PostgreSQL|UTF|TCP|` +
	`Ctrl|Alt|Shift|F1|F11|msg|kn|min|ms|KiB|MiB|GiB|true|false|` +
	`Red Falcon|Bramble|Thermometer|Speed|Engine|oil\w*|solent|buoys|device|status|prompt|id|Fleet|command|mate|broker\.example` +
	`)\b|[a-z]+://\S*|\S*[/#+]\S*|"[a-z_]+":`)

// crowded is a window that has something of everything, in the pseudo language and
// as small as a field laptop.
func crowded(t *testing.T) *bridge {
	t.Helper()
	speakPseudo(t)
	a := newArchive(t)
	s := newSea()
	s.clock.at = time.Now().Add(-time.Minute)
	s.fill()
	b := open(t, s, func(o *Options) {
		o.History, o.Watch, o.Connections, o.Program = a, busyGuard(s), &harbour{}, &engine{}
		o.Boards, o.Folder, o.User = boardsOf(everyTile()...), "/data/here", "anna"
		o.Welcome = true
	})
	return b
}

// everyTile is a tile of each kind.
func everyTile() []workspace.Tile {
	kinds := workspace.Kinds()
	tiles := make([]workspace.Tile, len(kinds))
	for i, k := range kinds {
		tiles[i] = workspace.Tile{ID: string(k), Kind: k, Place: at(i%4*6, i/4*4, 6, 4), Topic: falconRoot + "/position", Field: "/sog"}
		if k.Commands() {
			tiles[i].Send = &workspace.Send{Topic: falconRoot + "/command/" + string(k), Ack: falconRoot + "/ack/horn"}
		}
	}
	return tiles
}

// scene shows something of the window.
type scene struct {
	name string
	show func(b *bridge)
}

// settle shows frames until what they show has found its place.
func (b *bridge) settle() {
	for range 2 {
		b.draw()
		b.see()
		uitest.Arrange(b.win.Canvas())
		uitest.Settle(b.win.Canvas())
	}
}

func scenes() []scene {
	page := func(name string) func(*bridge) { return func(b *bridge) { b.goTo(name, true) } }
	list := []scene{
		{"welcome", func(b *bridge) { b.showWelcome() }},
		{"overview", func(b *bridge) { b.welcome.hide() }},
		{"topics", page(pageTopics)},
		{"a topic", func(b *bridge) { b.openTopic(falconRoot + "/position") }},
		{"writing to a topic", func(b *bridge) { b.topics.detail.tabs.SelectIndex(tabPublish) }},
		{"messages of a topic", func(b *bridge) { b.topics.detail.tabs.SelectIndex(tabMessages) }},
		{"devices", page(pageDevices)},
		{"a device", func(b *bridge) { b.openDevice(falconRoot) }},
		{"map", func(b *bridge) { b.openMap(falconRoot) }},
		{"charts", page(pageCharts)},
		{"a chart", func(b *bridge) { b.chart.add(key("kitchen/thermometer", "")) }},
		{"a series", func(b *bridge) { b.charts.legend.OnSelect(lineKey(0, 0)) }},
		{"whose chart", func(b *bridge) { b.charts.legend.OnSelect(chartKey(0)) }},
		{"board", page(pageBoards)},
		{"editing", func(b *bridge) { b.boards.setEditing(true) }},
	}
	for _, k := range workspace.Kinds() {
		list = append(list, scene{"tile " + string(k), func(b *bridge) { b.boards.choose(string(k)) }})
	}
	for _, key := range []string{watchLive, watchKeys, watchListen, watchRetained, watchImpostor} {
		list = append(list, scene{"watch " + key, func(b *bridge) { b.goTo(pageWatch, true); b.watched.show(key) }})
	}
	list = append(list, scene{"inviting", func(b *bridge) { b.addDevice() }})
	return append(list, sheets()...)
}

// sheets are the scenes that lie over the page; each is taken away again.
func sheets() []scene {
	return []scene{
		{"palette", func(b *bridge) { b.openPalette() }},
		{"shortcuts", func(b *bridge) { b.showShortcuts() }},
		{"settings", func(b *bridge) { b.openSettings() }},
		{"about", func(b *bridge) { b.showAbout() }},
		{"connections", func(b *bridge) { b.openConnections() }},
		{"a connection", func(b *bridge) { b.openConnectionsAt("wss://mate:hush@broker.example/mqtt") }},
		{"commands sent", func(b *bridge) { b.sent.show("") }},
		{"saved commands", func(b *bridge) { b.savedCommands() }},
		{"a saved command", func(b *bridge) { b.editCommand(-1, model.SavedCommand{}) }},
		{"asking", func(b *bridge) {
			b.offer(falconRoot, model.CommandSpec{Name: "speed", Topic: "{device}/command/speed", Ack: "{device}/ack/speed", Step: model.StepType,
				Payload: `{"kn": {prompt:speed|0..20|kn}}`})
		}},
		{"deleting what is retained", func(b *bridge) {
			b.wire.kept = []string{"kitchen/lamp/state", "kitchen/x"}
			b.topics.wipe.ask("kitchen")
			b.app.Until(b.t, "the question", patience, func() bool { return b.win.Canvas().Overlays().Top() != nil })
		}},
		{"bookmark", func(b *bridge) { test.Tap(b.time.mark) }},
		{"bookmarks", func(b *bridge) { test.Tap(b.time.list) }},
		{"alarms", func(b *bridge) { test.Tap(b.time.alarms) }},
	}
}

func (b *bridge) closeAll() {
	b.closeSheet()
	b.sent.hide()
	for _, o := range b.win.Canvas().Overlays().List() {
		b.win.Canvas().Overlays().Remove(o)
	}
}

// wordless are the buttons on top of a window without a word, not even while the
// pointer is over them.
func wordless(win fyne.Window) (found []finding) {
	top := win.Canvas().Overlays().Top()
	if top == nil {
		top = win.Content()
	}
	said := func(text string) bool {
		return slices.ContainsFunc(uitest.Read(win.Canvas()), func(w uitest.Words) bool { return w.Text == text })
	}
	uitest.Find(top, func(o fyne.CanvasObject) bool {
		switch b := o.(type) {
		case *widget.Button:
			if b.Text == "" {
				found = append(found, finding{"a button without a word or a hint", b.Icon.Name()})
			}
		case interface {
			desktop.Hoverable
			Hint() string
		}:
			b.MouseIn(&desktop.MouseEvent{})
			if b.Hint() == "" || !said(b.Hint()) {
				found = append(found, finding{"a hint that is not said", b.Hint()})
			}
			b.MouseOut()
		}
		return false
	})
	return found
}

// TestPseudoLanguage shows everything in a language nobody knows, whose texts are
// long, and reads all of it: nothing is said in English, cut off, or over
// something else; and what is a picture says its words to the pointer.
func TestPseudoLanguage(t *testing.T) {
	uitest.Painting(t)
	d := dataOf(t, "main_test.go", "watchfake_test.go", "pseudopages_test.go", "time_test.go")
	b := crowded(t)
	seen := map[finding]bool{}
	for _, s := range scenes() {
		b.closeAll()
		s.show(b)
		b.settle()
		if size := b.win.Content().MinSize(); size.Width > 1024 || size.Height > 640 {
			t.Errorf("%s: the window is at least %v large", s.name, size)
		}
		for _, f := range append(d.inspect(b), wordless(b.win)...) {
			if !seen[f] {
				seen[f] = true
				t.Errorf("%s: %s: %q", s.name, f.what, f.text)
			}
		}
	}
}
