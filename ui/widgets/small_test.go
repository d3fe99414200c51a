package widgets

import (
	"fmt"
	"image"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func statuses() []Status {
	return []Status{StatusAlive, StatusLate, StatusSilent, StatusOffline, StatusLost, StatusUnknown}
}

func TestStatusShapeGolden(t *testing.T) {
	for _, side := range []float32{12, 32} {
		golden(t, fmt.Sprint("shape/all_", side), 8*side, side, func() fyne.CanvasObject {
			row := container.NewHBox()
			for _, s := range statuses() {
				row.Add(NewStatusShape(s, side))
			}
			return row
		})
	}
}

// TestStatusShapesDifferInGrey compares the shapes drawn in one colour.
func TestStatusShapesDifferInGrey(t *testing.T) {
	app(t)
	ink := colorOf(NewTile(), theme.ColorNameForeground)
	for i, a := range statuses() {
		for _, b := range statuses()[i+1:] {
			if d := difference(statusPicture(a, ink), statusPicture(b, ink)); d < 0.06 {
				t.Errorf("%v and %v differ in %.1f %% of their pixels only", a, b, d*100)
			}
		}
	}
}

func difference(a, b *image.RGBA) float64 {
	n := 0
	for i := 3; i < len(a.Pix); i += 4 {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d > 100 || d < -100 {
			n++
		}
	}
	return float64(n) / float64(len(a.Pix)/4)
}

func ferryTile() TileData {
	return TileData{Key: "f", Name: "Red Falcon", Kind: "vehicle ferry", Status: StatusAlive, Age: "2 s",
		Values: [2]TileValue{
			{Label: "Speed", Value: "12.4", Unit: "kn", Spark: []float64{10, 11, 12, 12, 13, 12, 12.4}},
			{Label: "Oil", Value: "82.1", Unit: "°C", Spark: []float64{70, 74, 77, 79, 81, 82, 82.1}}},
		Note: "→ East Cowes 12:41  +4 min"}
}

func TestTileGolden(t *testing.T) {
	show := func(name string, change func(*TileData, *Tile)) {
		golden(t, "tile/"+name, 240, 160, func() fyne.CanvasObject {
			d, tile := ferryTile(), NewTile()
			change(&d, tile)
			tile.SetData(d)
			return tile
		})
	}
	show("alive", func(*TileData, *Tile) {})
	show("selected", func(_ *TileData, t *Tile) { t.SetSelected(true) })
	show("focused", func(_ *TileData, t *Tile) { t.FocusGained() })
	show("hovered", func(_ *TileData, t *Tile) { t.MouseIn(nil) })
	show("late_note", func(d *TileData, _ *Tile) { d.Status, d.NoteColor = StatusLate, ColorLate })
	show("lost_dim", func(d *TileData, _ *Tile) { d.Status, d.Dim, d.Age = StatusLost, true, "12 min" })
	show("long", func(d *TileData, _ *Tile) {
		d.Name, d.Note = "A vessel with a very long name indeed", "a note that does not fit into the width of any tile"
		d.Values[0].Value = "1234567890123"
	})
	show("bare", func(d *TileData, _ *Tile) { *d = TileData{Key: "b", Name: "Buoy 7", Status: StatusUnknown} })
}

func TestTileTapAndKeys(t *testing.T) {
	app(t)
	tile := NewTile()
	tile.SetData(ferryTile())
	var got []string
	tile.OnTap = func(k string) { got = append(got, k) }
	test.NewTempWindow(t, tile)
	test.Tap(tile)
	tile.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(got) != 2 || got[1] != "f" {
		t.Errorf("taps %v", got)
	}
}

// grid shows n tiles that are supplied on demand.
func grid(t testing.TB, n int) (*TileGrid, fyne.Window, *[2]int) {
	g := NewTileGrid()
	all := make([]TileData, n)
	for i := range all {
		all[i] = TileData{Key: fmt.Sprint("k", i), Name: fmt.Sprint("Device ", i), Status: statuses()[i%6]}
	}
	var asked [2]int
	g.OnRange = func(first, count int) {
		asked = [2]int{first, count}
		g.SetTiles(n, first, all[min(first, n):min(first+count, n)])
	}
	w := test.NewTempWindow(t, g)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(720, 420))
	return g, w, &asked
}

func TestTileGridGolden(t *testing.T) {
	golden(t, "tilegrid/seven", 720, 420, func() fyne.CanvasObject {
		g, _, _ := grid(t, 7)
		g.SetSelected("k1")
		return g
	})
}

func TestTileGridCostDoesNotDependOnLength(t *testing.T) {
	app(t)
	g, w, asked := grid(t, 5000)
	if n := len(g.content.tiles); n > 16 {
		t.Errorf("5,000 tiles have %d objects", n)
	}
	g.scroll.ScrollToBottom()
	w.Canvas().Capture()
	g.update()
	last := false
	for _, tile := range g.content.tiles {
		last = last || tile.Visible() && tile.Key() == "k4999"
	}
	if !last {
		t.Errorf("the last tile is not shown at the bottom; asked for %v", *asked)
	}
	if n := len(g.content.tiles); n > 16 {
		t.Errorf("after scrolling there are %d objects", n)
	}
	var chosen string
	g.OnSelect = func(k string) { chosen = k }
	test.Tap(g.content.tiles[0])
	if chosen == "" || g.selected != chosen {
		t.Errorf("chosen %q, selected %q", chosen, g.selected)
	}
}

func TestCommandButtonGolden(t *testing.T) {
	for _, c := range []struct {
		name  string
		proof Proof
	}{{"plain", Proof{}}, {"sent", Proof{MarkSent, "sent 12:04:31"}}, {"accepted", Proof{MarkAccepted, "accepted 12:04:31"}},
		{"acknowledged", Proof{MarkAcknowledged, "acknowledged, 0.2 s"}}, {"timed_out", Proof{MarkTimedOut, "no answer, 10 s"}}, {"failed", Proof{MarkFailed, "refused: not allowed"}}} {
		golden(t, "command/"+c.name, 160, 64, func() fyne.CanvasObject {
			b := NewCommandButton("Sound horn", false, nil)
			b.SetProof(c.proof)
			return b
		})
	}
	golden(t, "command/holding", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Stop engines", true, nil)
		b.animate = func(_ time.Duration, tick func(float32)) func() { tick(0.6); return func() {} }
		b.press()
		return b
	})
	golden(t, "command/disabled", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Sound horn", false, nil)
		b.SetEnabled(false)
		return b
	})
	golden(t, "command/focused", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Sound horn", false, nil)
		b.FocusGained()
		return b
	})
}

func TestCommandButtonHold(t *testing.T) {
	app(t)
	sent := 0
	b := NewCommandButton("Stop", true, func() { sent++ })
	var tick func(float32)
	stopped := 0
	b.animate = func(_ time.Duration, f func(float32)) func() { tick = f; return func() { stopped++ } }
	test.NewTempWindow(t, b)
	press := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}

	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if sent != 0 {
		t.Fatal("a tap sent a command that is to be held")
	}
	b.MouseDown(press)
	tick(0.9)
	b.MouseUp(press)
	tick(1)
	if sent != 0 || stopped != 1 || b.progress != 0 {
		t.Errorf("released early: sent %d, stopped %d, progress %g", sent, stopped, b.progress)
	}
	b.MouseDown(press)
	tick(0.5)
	b.MouseOut()
	tick(1)
	if sent != 0 {
		t.Error("slipped off, yet sent")
	}
	b.MouseDown(press)
	tick(1)
	tick(1)
	b.MouseUp(press)
	if sent != 1 {
		t.Errorf("held: sent %d times", sent)
	}
	b.KeyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	tick(1)
	b.KeyUp(&fyne.KeyEvent{Name: fyne.KeySpace})
	if sent != 2 {
		t.Errorf("held by keyboard: sent %d times", sent)
	}
	b.SetEnabled(false)
	b.MouseDown(press)
	if b.stop != nil {
		t.Error("a disabled button can be held")
	}
}

func TestCommandButtonTap(t *testing.T) {
	app(t)
	sent := 0
	b := NewCommandButton("Horn", false, func() { sent++ })
	test.NewTempWindow(t, b)
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.SetEnabled(false)
	test.Tap(b)
	if sent != 2 {
		t.Errorf("sent %d times", sent)
	}
}

func TestBadgeGolden(t *testing.T) {
	golden(t, "badge/some", 300, 26, func() fyne.CanvasObject {
		late := NewBadge("", "")
		late.Set("3 late", StatusLate, ColorLate)
		return container.NewHBox(NewBadge("retained", ""), NewBadge("QoS 1", ColorAccent), late)
	})
}

func TestKeyValuesGolden(t *testing.T) {
	golden(t, "keyvalues/some", 420, 120, func() fyne.CanvasObject {
		k := NewKeyValues()
		k.Set([]KeyValue{{Key: "a", Label: "Speed over ground", Value: "12.4", Unit: "kn", Age: "2 s"},
			{Key: "b", Label: "Oil temperature", Value: "131.0", Unit: "°C", Age: "2 s", Color: ColorLost},
			{Key: "c", Label: "Fuel", Value: "64", Unit: "%", Age: "14 min", Dim: true}})
		k.rows.SetSelected("b")
		return k
	})
}

func TestKeyValuesCopy(t *testing.T) {
	a := app(t)
	k := NewKeyValues()
	test.NewTempWindow(t, k)
	k.Set([]KeyValue{{Key: "a", Label: "Speed", Value: "12.4"}})
	k.rows.SetSelected("a")
	k.rows.TypedShortcut(&fyne.ShortcutCopy{})
	if got := a.Clipboard().Content(); got != "12.4" {
		t.Errorf("copied %q", got)
	}
}

func TestEmptyStateGolden(t *testing.T) {
	golden(t, "emptystate/full", 420, 260, func() fyne.CanvasObject {
		return NewEmptyState(theme.SearchIcon(), "No devices yet.", "Connect one to mqtt://127.0.0.1:1883, and it appears here as soon as it publishes.", "Watch the demo", func() {})
	})
	golden(t, "emptystate/bare", 420, 160, func() fyne.CanvasObject { return NewEmptyState(nil, "Nothing matches.", "", "", nil) })
}

func TestWrap(t *testing.T) {
	app(t)
	f := newFitter(14, fyne.TextStyle{})
	got := wrap("one two three four five six seven eight nine ten", 80, f, 3)
	if len(got) != 3 || got[0] != "one two" {
		t.Errorf("wrapped to %q", got)
	}
	for _, line := range got {
		if w := f.measure(line); w > 80 {
			t.Errorf("%q is %g wide", line, w)
		}
	}
	if got := wrap("", 80, f, 3); len(got) != 0 {
		t.Errorf("nothing wraps to %q", got)
	}
}

func TestBannerGolden(t *testing.T) {
	golden(t, "banner/lost", 620, 44, func() fyne.CanvasObject {
		b := NewBanner()
		b.Set(BannerData{Text: "Connection lost", Detail: "since 12:04:31, trying again in 4 s", Status: StatusLost, Action: "Try now"})
		return b
	})
	golden(t, "banner/late_narrow", 300, 44, func() fyne.CanvasObject {
		b := NewBanner()
		b.Set(BannerData{Text: "Recorder behind", Detail: "1,204 messages were not recorded since noon", Status: StatusLate})
		return b
	})
}

func TestBannerHides(t *testing.T) {
	app(t)
	b := NewBanner()
	if b.Visible() {
		t.Error("shown with nothing to say")
	}
	b.Set(BannerData{Text: "x", Action: "Do"})
	did := false
	b.OnAction = func() { did = true }
	test.Tap(b.action)
	if !b.Visible() || !did {
		t.Errorf("visible %v, action %v", b.Visible(), did)
	}
	b.Set(BannerData{})
	if b.Visible() {
		t.Error("still shown")
	}
}

func TestToastsGolden(t *testing.T) {
	golden(t, "toasts/three", 480, 220, func() fyne.CanvasObject {
		s := NewToasts()
		s.Set([]Toast{{ID: "1", Text: "Copied."}, {ID: "2", Text: "Red Falcon is 4 min late for East Cowes.", Status: StatusLate, Action: "Show"},
			{ID: "3", Text: "A message so long that it cannot be shown in full, whatever the width of the window it is in", Status: StatusLost}})
		return s
	})
}

func TestToastsIntents(t *testing.T) {
	app(t)
	s := NewToasts()
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(500, 400))
	var toasts []Toast
	for i := range 6 {
		toasts = append(toasts, Toast{ID: fmt.Sprint(i), Text: "t", Action: "Undo"})
	}
	s.Set(toasts)
	var gone, done string
	s.OnDismiss = func(id string) { gone = id }
	s.OnAction = func(id string) { done = id }
	test.Tap(s.cards[0])
	test.Tap(s.cards[3].action)
	if gone != "2" || done != "5" {
		t.Errorf("dismissed %q, acted on %q; want the four newest to be shown", gone, done)
	}
}

func found() []PaletteItem {
	return []PaletteItem{{Key: "d1", Title: "Red Falcon", Detail: "vehicle ferry", Category: "device", Status: StatusAlive},
		{Key: "t1", Title: "solent/ferries/red-falcon/position", Detail: `{"lat":50.8}`, Category: "topic"},
		{Key: "p1", Title: "Map", Detail: "", Category: "page"}}
}

func TestPaletteGolden(t *testing.T) {
	golden(t, "palette/results", 760, 360, func() fyne.CanvasObject {
		p := NewPalette("Search devices, topics, actions …")
		p.SetResults(found())
		return p
	})
	golden(t, "palette/empty", 760, 200, func() fyne.CanvasObject { return NewPalette("Search devices, topics, actions …") })
}

func TestPaletteKeys(t *testing.T) {
	app(t)
	under := NewTile()
	w := test.NewTempWindow(t, under)
	w.Resize(fyne.NewSize(800, 600))
	w.Canvas().Focus(under)
	p := NewPalette("Search")
	var queries []string
	var chosen string
	closed := 0
	p.OnQuery = func(q string) { queries = append(queries, q); p.SetResults(found()) }
	p.OnChoose = func(k string) { chosen = k }
	p.OnClose = func() { closed++ }
	p.Open(w.Canvas())
	p.Open(w.Canvas())
	test.Type(p.entry, "re")
	if len(queries) != 3 || queries[2] != "re" {
		t.Errorf("queries %q", queries)
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if chosen != "" {
		t.Fatal("moving chose")
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if chosen != "t1" || p.IsOpen() || closed != 1 || w.Canvas().Focused() != fyne.Focusable(under) {
		t.Errorf("chosen %q, open %v, closed %d times, focus %T", chosen, p.IsOpen(), closed, w.Canvas().Focused())
	}
	p.Open(w.Canvas())
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	p.Open(w.Canvas())
	test.TapCanvas(w.Canvas(), fyne.NewPos(5, 590))
	if closed != 3 || len(w.Canvas().Overlays().List()) != 0 {
		t.Errorf("closed %d times", closed)
	}
	p.Open(w.Canvas())
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.rows)
	test.TapCanvas(w.Canvas(), pos.AddXY(60, 2*28+10))
	if chosen != "p1" {
		t.Errorf("tap chose %q", chosen)
	}
	p.Open(w.Canvas())
	p.SetResults(nil)
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !p.IsOpen() {
		t.Error("enter without results closed the palette")
	}
}

func rail() *NavRail {
	n := NewNavRail([]NavItem{{"overview", "Overview", theme.GridIcon()}, {"topics", "Topics", theme.ListIcon()},
		{"devices", "Devices", theme.ComputerIcon()}, {"map", "Map", theme.SearchIcon()}, {"charts", "Charts", theme.HistoryIcon()}})
	n.SetBadge("devices", 3, ColorLate)
	n.SetBadge("topics", 12000, "")
	return n
}

func TestNavRailGolden(t *testing.T) {
	golden(t, "navrail/plain", 76, 320, func() fyne.CanvasObject { return rail() })
	golden(t, "navrail/focused", 76, 320, func() fyne.CanvasObject {
		n := rail()
		n.SetSelected("map")
		n.FocusGained()
		n.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, 20)}})
		return n
	})
}

func TestNavRail(t *testing.T) {
	app(t)
	n := rail()
	w := test.NewTempWindow(t, n)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(76, 400))
	var got []string
	n.OnSelect = func(k string) { got = append(got, k) }
	test.TapCanvas(w.Canvas(), fyne.NewPos(30, navPad+navHeight*2.5))
	n.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	n.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.TapCanvas(w.Canvas(), fyne.NewPos(30, 395))
	if fmt.Sprint(got) != "[devices map]" || n.selected != "map" {
		t.Errorf("chosen %v, selected %q", got, n.selected)
	}
}
