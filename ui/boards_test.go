package ui

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

const falconRoot = "solent/ferries/red-falcon"

func at(x, y, w, h int) workspace.Place { return workspace.Place{X: x, Y: y, W: w, H: h} }

// boardsOf is a workspace of one board.
func boardsOf(tiles ...workspace.Tile) workspace.Workspace {
	return workspace.Workspace{Boards: []workspace.Board{{Name: "Fleet", Tiles: tiles}}}
}

// openBoards opens the page of boards over a sea that was sailed.
func openBoards(t *testing.T, w workspace.Workspace, change func(*Options)) *bridge {
	t.Helper()
	s := newSea()
	s.fill()
	b := open(t, s, func(o *Options) {
		o.Boards = w
		if change != nil {
			change(o)
		}
	})
	b.goTo(pageBoards, true)
	for range 2 { // tiles are made, then told how large they are, then filled
		b.draw()
	}
	return b
}

// body is the content of a tile in view.
func body[T tileBody](b *bridge, key string) T {
	b.t.Helper()
	t := b.boards.surface.tiles[key]
	if t == nil {
		b.t.Fatalf("no tile %q in view", key)
	}
	out, ok := t.body.(T)
	if !ok {
		b.t.Fatalf("the tile %q is a %T", key, t.body)
	}
	return out
}

func (b *bridge) head(key string) widgets.TileHead { return b.boards.surface.tiles[key].frame.Head() }

// TestTilesShowTheirValues binds one tile of each kind.
func TestTilesShowTheirValues(t *testing.T) {
	high := 80.0
	b := openBoards(t, boardsOf(
		workspace.Tile{ID: "v", Kind: workspace.Value, Place: at(0, 0, 4, 4), Topic: falconRoot + "/position", Field: "/sog"},
		workspace.Tile{ID: "g", Kind: workspace.Gauge, Place: at(4, 0, 4, 4), Topic: "solent/ferries/+/engine", Field: "/oil_temp_c", Thresholds: workspace.Thresholds{HighAlarm: &high}},
		workspace.Tile{ID: "b", Kind: workspace.Bar, Place: at(8, 0, 4, 4), Topic: "kitchen/thermometer"},
		workspace.Tile{ID: "s", Kind: workspace.Status, Place: at(12, 0, 4, 4), Topic: falconRoot + "/status"},
		workspace.Tile{ID: "t", Kind: workspace.Table, Place: at(0, 4, 8, 4), Topic: "solent/ferries/#", Field: "/sog"},
		workspace.Tile{ID: "l", Kind: workspace.Log, Place: at(8, 4, 8, 4), Topic: "kitchen/#"},
		workspace.Tile{ID: "c", Kind: workspace.Chart, Place: at(16, 0, 8, 4), Topic: falconRoot + "/position", Field: "/sog"},
		workspace.Tile{ID: "m", Kind: workspace.Map, Place: at(16, 4, 8, 4)},
		workspace.Tile{ID: "x", Kind: workspace.Text, Place: at(0, 8, 8, 2), Text: "# Hello"},
		workspace.Tile{ID: "w", Kind: workspace.Value, Place: at(8, 8, 4, 2), Topic: "a/#/b"},
		workspace.Tile{ID: "n", Kind: "hologram", Place: at(12, 8, 4, 2)},
	), nil)
	tile := func(key string) widgets.Meter {
		var got widgets.Meter
		m := body[*meterTile](b, key)
		switch w := m.widget.(type) {
		case *widgets.ValueView:
			got = w.Meter()
		case *widgets.Gauge:
			got = w.Meter()
		case *widgets.BarView:
			got = w.Meter()
		}
		return got
	}
	if m := tile("v"); m.Text != "11.8" || m.Unit != "kn" || len(m.Spark) < 10 {
		t.Errorf("the speed is %+v", m)
	}
	if m := tile("g"); m.Value != 81.5 || m.Level != widgets.LevelAlarm || b.head("g").Level != widgets.LevelAlarm {
		t.Errorf("the oil is %+v", m)
	}
	if m := tile("b"); m.Text != "21.5" {
		t.Errorf("the kitchen is %+v", m)
	}
	if l := body[*lightTile](b, "s").light.Light(); l.Text != "online" || l.Status != widgets.StatusAlive {
		t.Errorf("the light is %+v", l)
	}
	if b.boards.surface.tiles["m"].body.(*mapTile).symbols == nil {
		t.Error("nobody is on the map")
	}
	if body[*textTile](b, "x").view.Text() != "# Hello" {
		t.Error("the text says something else")
	}
	if !strings.Contains(b.head("w").Fault, "a/#/b") || !strings.Contains(b.head("n").Fault, "hologram") {
		t.Errorf("faults %q, %q", b.head("w").Fault, b.head("n").Fault)
	}
	c := body[*chartTile](b, "c")
	if w := c.want.get(); len(w.sizes) == 0 || w.sizes[0].width == 0 {
		t.Error("the chart has no size")
	}
}

// TestOneTilePerFerry has a template follow the fleet.
func TestOneTilePerFerry(t *testing.T) {
	b := openBoards(t, boardsOf(workspace.Tile{ID: "v", Kind: workspace.Value, Place: at(0, 0, 6, 4), Title: "{name}", Each: "ferry", Topic: "{device}/position", Field: "/sog"}), nil)
	if n := len(b.boards.surface.tiles); n != 1 {
		t.Fatalf("%d tiles for one ferry", n)
	}
	b.sea.say(nil, "solent/ferries/st-clare/position", positionJSON(50.8, -1.1, 9))
	b.sea.clock.advance(2 * time.Second)
	for range 2 {
		b.draw()
	}
	key := "v solent/ferries/st-clare"
	if m := body[*meterTile](b, key).widget.(*widgets.ValueView).Meter(); m.Value != 9 {
		t.Errorf("the new ferry shows %+v", m)
	}
	if b.head(key).Title != "St Clare" {
		t.Errorf("it is called %q", b.head(key).Title)
	}
}

// TestPagePerFerry shows a board that is a template for another ferry.
func TestPagePerFerry(t *testing.T) {
	w := boardsOf(workspace.Tile{ID: "v", Kind: workspace.Value, Place: at(0, 0, 6, 4), Topic: "{device}/position", Field: "/sog"})
	w.Boards[0].Each = "ferry"
	s := newSea()
	s.fill()
	s.say(nil, "solent/ferries/st-clare/position", positionJSON(50.8, -1.1, 9))
	b := open(t, s, func(o *Options) { o.Boards = w })
	b.goTo(pageBoards, true)
	b.draw()
	if got := b.boards.bar.devices; !got.Visible() || got.Selected != "Red Falcon" || len(got.Options) != 2 {
		t.Fatalf("offers %v, shows %q", got.Options, got.Selected)
	}
	b.boards.bar.devices.SetSelectedIndex(1)
	for range 2 {
		b.draw()
	}
	if m := body[*meterTile](b, "v solent/ferries/st-clare").widget.(*widgets.ValueView).Meter(); m.Value != 9 {
		t.Errorf("shows %+v", m)
	}
}

// TestOnlyTilesInViewHaveObjects scrolls a long board.
func TestOnlyTilesInViewHaveObjects(t *testing.T) {
	var tiles []workspace.Tile
	for i := range 150 {
		tiles = append(tiles, workspace.Tile{ID: string(rune('A' + i)), Kind: workspace.Value, Place: at(0, 5*i, 24, 5), Topic: "kitchen/thermometer"})
	}
	b := openBoards(t, boardsOf(tiles...), nil)
	if n := len(b.boards.surface.tiles); n == 0 || n > 12 {
		t.Fatalf("%d of 150 tiles have objects", n)
	}
	b.boards.surface.scroll.ScrollToBottom()
	b.draw()
	if n := len(b.boards.surface.tiles); n > 12 || b.boards.surface.tiles[tiles[149].ID] == nil {
		t.Errorf("at the end %d tiles have objects", n)
	}
}

// TestEditABoard does with the mouse and the keys what an operator does.
func TestEditABoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.pilothouse")
	file, _, _, err := workspace.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b := openBoards(t, boardsOf(
		workspace.Tile{ID: "a", Kind: workspace.Value, Place: at(0, 0, 4, 4), Topic: "kitchen/thermometer"},
		workspace.Tile{ID: "b", Kind: workspace.Value, Place: at(4, 0, 4, 4), Topic: "kitchen/thermometer"},
	), func(o *Options) { o.Workspace = file })
	p := b.boards
	place := func(id string) workspace.Place {
		tile, _ := p.edit.Tile("Fleet", id)
		return tile.Place
	}
	test.Tap(p.bar.edit)
	b.draw()
	frame := p.surface.tiles["a"].frame
	c := b.win.Canvas()
	middle := func() fyne.Position {
		return b.app.Driver().AbsolutePositionForObject(frame).AddXY(frame.Size().Width/2, frame.Size().Height/2)
	}
	test.Drag(c, middle(), 4*p.surface.grid.CellW, 0)
	b.draw()
	if place("a") != at(4, 0, 4, 4) || place("b") != at(4, 4, 4, 4) {
		t.Fatalf("dragged to %+v, the other is at %+v", place("a"), place("b"))
	}
	if p.selected != "a" || !p.panel.body.Visible() {
		t.Errorf("chosen is %q", p.selected)
	}
	p.undo()
	if place("a") != at(0, 0, 4, 4) || place("b") != at(4, 0, 4, 4) {
		t.Errorf("undone to %+v, %+v", place("a"), place("b"))
	}
	p.redo()
	p.typed("a", &fyne.KeyEvent{Name: fyne.KeyRight})
	if place("a") != at(5, 0, 4, 4) {
		t.Errorf("moved by key to %+v", place("a"))
	}
	p.surface.dragged("a", 2*p.surface.grid.CellW, p.surface.grid.CellH, true, true)
	if place("a") != at(5, 0, 6, 5) {
		t.Errorf("resized to %+v", place("a"))
	}
	test.Tap(p.bar.copyOne)
	test.Tap(p.bar.remove)
	p.addTile(workspace.Gauge)
	p.typed(p.selected, &fyne.KeyEvent{Name: fyne.KeyDelete})
	p.addBoard()
	p.renameBoard("Mine")
	p.duplicateBoard()
	p.deleteBoard()
	test.Tap(p.bar.edit)
	b.Close()
	_, kept, _, err := workspace.Open(path)
	if err != nil || len(kept.Boards) != 2 || kept.Boards[1].Name != "Mine" || kept.Boards[0].Tiles[0].Place != at(5, 0, 6, 5) || len(kept.Boards[0].Tiles) != 2 {
		t.Errorf("kept %+v (%v)", kept, err)
	}
}

// TestPanelBindsATile types a topic and takes a field that is offered.
func TestPanelBindsATile(t *testing.T) {
	b := openBoards(t, boardsOf(workspace.Tile{ID: "a", Kind: workspace.Value, Place: at(0, 0, 6, 4)}), nil)
	p := b.boards
	p.setEditing(true)
	p.choose("a")
	entry := func(hint string) *widgets.Entry {
		e, ok := uitest.Find(fyne.CanvasObject(p.panel.body), func(e *widgets.Entry) bool { return e.PlaceHolder == hint })
		if !ok {
			t.Fatalf("no field for %s", hint)
		}
		return e
	}
	entry("solent/ferries/+/position").SetText("engine")
	offered, ok := uitest.Find(fyne.CanvasObject(p.panel.body), func(r *widgets.Rows) bool { return r.Visible() })
	if !ok {
		t.Fatal("no topic is offered")
	}
	offered.OnSelect(falconRoot + "/engine")
	if got := p.panel.fieldsOf(falconRoot+"/engine", ""); len(got) != 3 {
		t.Errorf("offers the fields %v", got)
	}
	entry("/sog").SetText("/fuel_pct")
	for range 2 {
		b.draw()
	}
	if m := body[*meterTile](b, "a").widget.(*widgets.ValueView).Meter(); m.Value != 64 || m.Unit != "%" {
		t.Errorf("shows %+v", m)
	}
	p.undo()
	if tile, _ := p.edit.Tile("Fleet", "a"); tile.Field != "" || tile.Topic == "" {
		t.Errorf("undone to %+v", tile)
	}
}

// TestBoardCommands presses a button, a switch and a slider.
func TestBoardCommands(t *testing.T) {
	send := func(name string) *workspace.Send {
		return &workspace.Send{Topic: falconRoot + "/command/" + name, Ack: falconRoot + "/ack/" + name}
	}
	b := openBoards(t, boardsOf(
		workspace.Tile{ID: "h", Kind: workspace.Command, Place: at(0, 0, 6, 4), Title: "Horn", Send: send("horn")},
		workspace.Tile{ID: "s", Kind: workspace.Switch, Place: at(6, 0, 6, 4), Topic: falconRoot + "/ack/lights", Field: "/state/lights", Send: send("lights")},
		workspace.Tile{ID: "v", Kind: workspace.Slider, Place: at(12, 0, 6, 4), Send: send("thrust")},
		workspace.Tile{ID: "n", Kind: workspace.Command, Place: at(18, 0, 6, 4), Title: "Nowhere", Send: &workspace.Send{}},
	), nil)
	state := func() model.CommandState { return b.sea.Commands("", 1)[0].State }
	accepted := func() bool { return state() == model.CommandAccepted }
	test.Tap(body[*commandTile](b, "h").button)
	b.app.Until(t, "acceptance", patience, accepted)
	test.Tap(body[*switchTile](b, "s").view)
	b.app.Until(t, "acceptance", patience, accepted)
	b.sea.say(falcon, falconRoot+"/ack/lights", strings.TrimSuffix(b.wire.published()[1].payload, "}")+`, "ok": true, "state": {"lights": true}}`)
	b.draw()
	view := body[*switchTile](b, "s").view
	if view.State() != widgets.SwitchOn || view.Proof().Mark != widgets.MarkAcknowledged {
		t.Errorf("the switch is %v, its proof %+v", view.State(), view.Proof())
	}
	slider := body[*sliderTile](b, "v").view
	slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.app.Until(t, "acceptance", patience, accepted)
	sent := b.wire.published()
	if len(sent) != 3 || !strings.Contains(sent[1].payload, `"value":true`) || !strings.Contains(sent[2].payload, `"value":100`) {
		t.Errorf("sent %+v", sent)
	}
	for _, m := range sent {
		if m.retain || m.qos != 1 {
			t.Errorf("sent %+v", m)
		}
	}
	if b.head("n").Fault == "" {
		t.Error("a button that sends nowhere says nothing")
	}
	b.sea.clock.advance(model.DefaultCommandTimeout)
	b.sea.Tick()
	b.draw()
	if got := slider.Proof().Mark; got != widgets.MarkTimedOut {
		t.Errorf("without an answer the proof is %v", got)
	}
}

func encoded(t *testing.T, w, h int, kind string) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	img.Set(1, 1, color.White)
	var out bytes.Buffer
	var err error
	if kind == "png" {
		err = png.Encode(&out, img)
	} else {
		err = jpeg.Encode(&out, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPictures shows what cameras send, and nothing that is too much.
func TestPictures(t *testing.T) {
	b := openBoards(t, boardsOf(workspace.Tile{ID: "p", Kind: workspace.Image, Place: at(0, 0, 8, 6), Topic: "camera/+"}), nil)
	view := body[*imageTile](b, "p").view
	b.sea.say(nil, "camera/bow", string(encoded(t, 40, 30, "jpeg")))
	b.app.Until(t, "a picture", patience, func() bool { b.draw(); return view.Picture() != nil })
	b.sea.say(nil, "camera/bow", "no picture")
	b.app.Until(t, "the reason", patience, func() bool { b.draw(); return strings.Contains(view.Why(), "no picture") })

	if img, why := decodePicture(encoded(t, 3000, 10, "png"), 0); why != "" || img.Bounds().Dx() != shownSide {
		t.Errorf("a wide picture: %v", why)
	}
	bomb := encoded(t, 8, 8, "png")
	copy(bomb[16:], []byte{0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0}) // promises 100,000 x 100,000; its checksum is wrong too
	if img, why := decodePicture(bomb, len(bomb)); img != nil || why == "" {
		t.Error("a bomb was decoded")
	}
	whole := encoded(t, 8, 8, "png")
	for name, c := range map[string]struct {
		raw  []byte
		size int
	}{"front only": {whole[:20], len(whole)}, "cut": {whole[:40], 40}, "too many bytes": {make([]byte, maxPictureBytes+1), maxPictureBytes + 1}, "text": {[]byte("GIF89a"), 6}} {
		if img, why := decodePicture(c.raw, c.size); img != nil || why == "" {
			t.Errorf("%s: %v, %q", name, img, why)
		}
	}
}

// TestUnreadableWorkspace cannot be edited, and says why.
func TestUnreadableWorkspace(t *testing.T) {
	b := openBoards(t, workspace.Workspace{}, func(o *Options) { o.Workspace = brokenFile{} })
	if b.boards.setEditing(true); b.boards.editing || b.boards.bar.edit.Visible() {
		t.Error("it can be edited")
	}
	if !b.hints() {
		t.Error("nothing says why")
	}
}

type brokenFile struct{}

func (brokenFile) Save(workspace.Workspace) error { return workspace.ErrBroken }
func (brokenFile) Err() error                     { return workspace.ErrBroken }

// TestKiosk shows a board and nothing else until it is left.
func TestKiosk(t *testing.T) {
	w := boardsOf(workspace.Tile{ID: "v", Kind: workspace.Value, Place: at(0, 0, 6, 4), Topic: "kitchen/thermometer"})
	w.Boards = append(w.Boards, workspace.Board{Name: "Other"})
	b := openBoards(t, w, func(o *Options) { o.Kiosk, o.Board = true, "Other" })
	if b.page != pageBoards || b.boards.current != "Other" || b.nav.Visible() || b.boards.bar.body.Visible() {
		t.Fatalf("shows %s of %s", b.boards.current, b.page)
	}
	b.goTo(pageTopics, true)
	b.boards.setEditing(true)
	b.openDevice(falconRoot)
	if b.page != pageBoards || b.boards.editing {
		t.Error("there is a way out")
	}
	escape := &fyne.KeyEvent{Name: fyne.KeyEscape}
	if c, ok := b.win.Canvas().(desktop.Canvas); ok && c.OnKeyDown() != nil {
		c.OnKeyDown()(escape)
		b.app.Until(t, "the window behind the kiosk", patience, func() bool { return !b.kiosk.on })
	} else {
		b.leaveKiosk()
	}
	if b.kiosk.on || !b.nav.Visible() || !b.boards.bar.body.Visible() {
		t.Error("it cannot be left")
	}
	if b.quit(); len(b.saved) != 0 {
		t.Error("the kiosk changed what is remembered")
	}
}

func TestEveryKindHasALabel(t *testing.T) {
	for _, k := range workspace.Kinds() {
		if board.Label(k) == string(k) {
			t.Errorf("%s has no name", k)
		}
	}
}
