package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// over is what lies over the window.
func (b *bridge) over() fyne.CanvasObject {
	b.t.Helper()
	over := b.win.Canvas().Overlays().Top()
	if over == nil {
		b.t.Fatal("nothing is asked")
	}
	return over
}

// entryIn finds an entry by its hint.
func entryIn(t *testing.T, in fyne.CanvasObject, hint string) *widgets.Entry {
	t.Helper()
	e, ok := uitest.Find(in, func(e *widgets.Entry) bool { return e.PlaceHolder == hint })
	if !ok {
		t.Fatalf("no field for %s", hint)
	}
	return e
}

// TestTileAsksBeforeSending has a tile's command ask for a value and for the
// device's name, and follows it from the board into the log.
func TestTileAsksBeforeSending(t *testing.T) {
	two := byte(2)
	b := openBoards(t, boardsOf(workspace.Tile{ID: "s", Kind: workspace.Command, Place: at(0, 0, 6, 4), Title: "Speed", Send: &workspace.Send{
		Topic: falconRoot + "/command/speed", Ack: falconRoot + "/ack/speed", QoS: &two, Second: model.StepType,
		Payload: `{"id": "{id}", "kn": {prompt:speed|0..20|kn}, "was": {field:position/sog}}`}}), func(o *Options) { o.User = "anna" })
	tile := body[*commandTile](b, "s")
	test.Tap(tile.button)
	over := b.over()
	send, ok := uitest.Find(over, func(w *widget.Button) bool { return w.Text == "Send" })
	if !ok || !send.Disabled() || len(b.wire.published()) > 0 {
		t.Fatal("it can be sent without what it asks for")
	}
	entryIn(t, over, "0 to 20").SetText("21")
	entryIn(t, over, "red-falcon").SetText("red-falcon")
	if !send.Disabled() {
		t.Fatal("21 kn can be sent where 20 is the most")
	}
	entryIn(t, over, "0 to 20").SetText("12")
	test.Tap(send)
	b.app.Until(t, "message", patience, func() bool { return len(b.wire.published()) == 1 })
	got := b.wire.published()[0]
	if got.qos != 2 || got.retain || !strings.Contains(got.payload, `"kn": 12`) || !strings.Contains(got.payload, `"was": 11.8`) {
		t.Errorf("sent %+v", got)
	}
	b.sea.say(falcon, falconRoot+"/ack/speed", strings.Replace(got.payload, "{", `{"ok": true, `, 1))
	b.draw()
	if p := tile.button.Proof(); p.Mark != widgets.MarkAcknowledged {
		t.Errorf("the tile's proof is %+v", p)
	}
	tile.button.Tapped(&fyne.PointEvent{Position: fyne.NewPos(20, 50)}) // the line beneath
	if len(b.wire.published()) != 1 || !b.sent.open.get() {
		t.Fatal("the line beneath a button sends, or does not say how far the command got")
	}
	if rows := b.sent.list.sentRows(b.sea.Commands("", 9)); len(rows) != 1 || rows[0].Cells[1].Text != "Red Falcon" || rows[0].Cells[3].Text != "anna" {
		t.Errorf("the log says %+v", rows)
	}
	if way := b.sent.list.steps.Steps(); len(way) != 4 || way[3].Mark != widgets.MarkAcknowledged {
		t.Errorf("its way is %+v", way)
	}
	b.sent.hide()
	if b.sent.open.get() || b.win.Canvas().Overlays().Top() != nil {
		t.Error("the log stays open")
	}
}

// TestTileSaysThatNobodyListens before anything is sent, and asks when it is to be
// sent all the same.
func TestTileSaysThatNobodyListens(t *testing.T) {
	send := &workspace.Send{Topic: falconRoot + "/command/horn"}
	b := openBoards(t, boardsOf(
		workspace.Tile{ID: "h", Kind: workspace.Command, Place: at(0, 0, 6, 4), Send: send},
		workspace.Tile{ID: "s", Kind: workspace.Switch, Place: at(6, 0, 6, 4), Send: send},
		workspace.Tile{ID: "v", Kind: workspace.Slider, Place: at(12, 0, 6, 4), Send: send},
		workspace.Tile{ID: "r", Kind: workspace.Command, Place: at(18, 0, 6, 4), Send: &workspace.Send{Topic: "a/set", Retain: true}},
	), nil)
	if f := b.head("r").Fault; f != model.ErrRetainedCommand.Error() {
		t.Errorf("of a retained command it says %q", f)
	}
	b.wire.mu.Lock()
	b.wire.sessions = 0
	b.wire.mu.Unlock()
	b.draw()
	for name, p := range map[string]widgets.Proof{"button": body[*commandTile](b, "h").button.Proof(),
		"switch": body[*switchTile](b, "s").view.Proof(), "slider": body[*sliderTile](b, "v").view.Proof()} {
		if p.Text != "nobody is listening" {
			t.Errorf("the %s says %+v", name, p)
		}
	}
	test.Tap(body[*switchTile](b, "s").view)
	over := b.over()
	if len(b.wire.published()) > 0 {
		t.Fatal("sent to nobody without a question")
	}
	again, _ := uitest.Find(over, func(w *widget.Button) bool { return w.Text == "Send" })
	test.Tap(again)
	b.app.Until(t, "message", patience, func() bool { b.draw(); return len(b.wire.published()) == 1 })
	b.app.Until(t, "its end", patience, func() bool {
		b.draw()
		return body[*switchTile](b, "s").view.Proof() == widgets.Proof{Mark: widgets.MarkFailed, Text: "nobody is listening for it"}
	})
}

// TestPanelSetsACommand changes what a tile sends, field by field.
func TestPanelSetsACommand(t *testing.T) {
	b := openBoards(t, boardsOf(workspace.Tile{ID: "a", Kind: workspace.Switch, Place: at(0, 0, 6, 4)}), nil)
	p := b.boards
	p.setEditing(true)
	p.choose("a")
	panel := fyne.CanvasObject(p.panel.body)
	entryIn(t, panel, "{device}/command/speed").SetText("lamp/set")
	entryIn(t, panel, "{device}/ack/speed, or empty for no answer").SetText("lamp/state")
	entryIn(t, panel, "/ok").SetText("/on")
	entryIn(t, panel, "any that is no refusal").SetText("{value}")
	entryIn(t, panel, "true").SetText("ON")
	picked := func(options int) *widget.Select {
		s, ok := uitest.Find(panel, func(s *widget.Select) bool { return len(s.Options) == options })
		if !ok {
			t.Fatalf("no choice of %d", options)
		}
		return s
	}
	picked(3).SetSelected("0")
	picked(4).SetSelectedIndex(1)
	wait := entryIn(t, panel, formatDuration(model.DefaultCommandTimeout))
	wait.SetText("soon")
	fault, _ := uitest.Find(panel, func(l *widget.Label) bool { return l.Importance == widget.DangerImportance })
	if !fault.Visible() || !strings.Contains(fault.Text, "number of seconds") {
		t.Errorf("of a time-out that is none it says %q", fault.Text)
	}
	wait.SetText("2")
	tile, _ := p.edit.Tile("Fleet", "a")
	if s := tile.Send; fault.Visible() || s.Topic != "lamp/set" || s.Ack != "lamp/state" || s.AckField != "/on" || s.AckValue != "{value}" || s.On != "ON" ||
		*s.QoS != 0 || s.Second != model.StepConfirm || s.Timeout() != 2*time.Second {
		t.Errorf("it sends %+v, and says %q", s, fault.Text)
	}
	retain, _ := uitest.Find(panel, func(c *widget.Check) bool { return c.Text == "Retained" })
	retain.SetChecked(true)
	if !fault.Visible() || fault.Text != sentence(model.ErrRetainedCommand.Error()) {
		t.Errorf("of a retained command it says %q", fault.Text)
	}
	p.undo()
	if tile, _ := p.edit.Tile("Fleet", "a"); tile.Send.Retain {
		t.Error("it is not undone")
	}
}
