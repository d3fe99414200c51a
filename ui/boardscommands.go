package ui

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// send sends what a tile sends, once what it asks for was given, and tells the
// command's id. value is the slider's number or the switch's word.
func (p *boardsPage) send(in *board.Instance, value string, sent func(id string)) {
	o, err := board.Order(in, value)
	if err != nil {
		p.deps.toast(toastWarning, sentence(errorText(err)))
		return
	}
	o.Device = orElse(o.Device, p.deps.deviceOf(o.Spec.Topic))
	p.deps.send(o, sent)
}

func lastLevel(topic string) string { return topic[strings.LastIndexByte(topic, '/')+1:] }

// control is what tiles that send have in common.
type control struct {
	reader
	page *boardsPage
	sent box[string] // the id of the latest command
	in   box[board.Instance]
}

// proof is how far the tile's latest command got; before the first one it says when
// nobody would get it.
func (t *control) proof(in *board.Instance) widgets.Proof {
	if c, ok := t.page.deps.store.Command(t.sent.get()); ok {
		return widgets.Proof{Mark: proofMark(&c), Text: sentProof(&c)}
	}
	value := ""
	if in.Tile.Kind != workspace.Command {
		value, _ = board.Words(in.Tile.Send)
	}
	o, err := board.Order(in, value)
	if err != nil {
		return widgets.Proof{}
	}
	o.Device = orElse(o.Device, t.page.deps.deviceOf(o.Spec.Topic))
	a := t.page.deps.audience(o)
	return beforehand(&a)
}

// sentProof says how far a command got, and why it failed.
func sentProof(c *model.Command) string {
	if c.State == model.CommandFailed && c.Detail != "" {
		return c.Detail
	}
	return shortProof(c)
}

// press sends the tile's command.
func (t *control) press(value string) {
	in := t.in.get()
	t.page.send(&in, value, func(id string) { t.sent.update(func(s *string) { *s = id }) })
}

// show shows the log of commands, with the tile's latest.
func (t *control) show() { t.page.deps.showSent(t.sent.get()) }

// mustHold tells whether a tile's control has to be held.
func mustHold(t *workspace.Tile) bool {
	spec, _ := board.Spec(t)
	return spec.Second() == model.StepHold
}

// actual is what is reported to be the case; not known when the tile is bound to
// no topic.
func (t *control) actual(tile *workspace.Tile, c *tileContext) board.Reading {
	if tile.Topic == "" || model.CheckFilter(tile.Topic) != nil {
		return board.Reading{Number: math.NaN()}
	}
	r, _, _ := t.value(tile, c)
	return r
}

// commandTile is a button.
type commandTile struct {
	control
	button *widgets.CommandButton
}

func newCommandTile(p *boardsPage, in *board.Instance) *commandTile {
	t := &commandTile{control: control{page: p}}
	t.button = widgets.NewCommandButton(buttonLabel(in), mustHold(&in.Tile), func() { t.press("") })
	t.button.OnProof = t.show
	return t
}

func buttonLabel(in *board.Instance) string {
	if s := in.Tile.Send; s != nil && (s.Label != "" || in.Tile.Title == "") {
		return orElse(s.Label, lastLevel(s.Topic))
	}
	return in.Tile.Title
}

func (t *commandTile) object() fyne.CanvasObject { return t.button }

func (t *commandTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	t.in.update(func(x *board.Instance) { *x = *in })
	proof, label, live := t.proof(in), buttonLabel(in), c.live
	if head.Title == label {
		head.Title = in.Device.Name
	}
	return func() {
		t.button.SetLabel(label)
		t.button.SetProof(proof)
		t.button.SetEnabled(live)
	}
}

// switchTile asks for on or off, and shows what is reported.
type switchTile struct {
	control
	view *widgets.Switch
}

func newSwitchTile(p *boardsPage, in *board.Instance) *switchTile {
	t := &switchTile{control: control{page: p}, view: widgets.NewSwitch(mustHold(&in.Tile))}
	t.view.OnProof = t.show
	t.view.OnSwitch = func(want bool) {
		now := t.in.get()
		on, off := board.Words(now.Tile.Send)
		if want {
			t.press(on)
		} else {
			t.press(off)
		}
	}
	return t
}

func (t *switchTile) object() fyne.CanvasObject { return t.view }

func (t *switchTile) build(in *board.Instance, c *tileContext, _ *widgets.TileHead) func() {
	t.in.update(func(x *board.Instance) { *x = *in })
	r := t.actual(&in.Tile, c)
	state, word := switchState(in.Tile.Send, &r)
	proof, live := t.proof(in), c.live
	return func() {
		t.view.SetState(state, word)
		t.view.SetProof(proof)
		t.view.SetEnabled(live)
	}
}

// switchState is what a reading says of a switch.
func switchState(s *workspace.Send, r *board.Reading) (widgets.SwitchState, string) {
	on, off := board.Words(s)
	switch {
	case !r.Known:
		return widgets.SwitchUnknown, i18n.T("not known")
	case r.Text == on || r.Text != off && r.Number > 0:
		return widgets.SwitchOn, i18n.T("on")
	case r.Text == off || r.Number == 0:
		return widgets.SwitchOff, i18n.T("off")
	}
	return widgets.SwitchUnknown, r.Text
}

// sliderTile asks for a number, and shows what is reported.
type sliderTile struct {
	control
	view *widgets.Slider
}

func newSliderTile(p *boardsPage, in *board.Instance) *sliderTile {
	lo, hi := rangeOf(&in.Tile)
	step := 0.0
	if s := in.Tile.Send; s != nil {
		step = s.Step
	}
	t := &sliderTile{control: control{page: p}, view: widgets.NewSlider(lo, hi, step, mustHold(&in.Tile))}
	t.view.OnProof = t.show
	t.in.update(func(x *board.Instance) { *x = *in })
	t.view.Format = func(v float64) string {
		now := t.in.get()
		return formatUnit(formatValue(v, decimalsOf(&now.Tile)), orElse(now.Tile.Unit, model.UnitOf(now.Tile.Field)))
	}
	t.view.OnSend = func(v float64) { t.press(strconv.FormatFloat(v, 'f', -1, 64)) }
	return t
}

func (t *sliderTile) object() fyne.CanvasObject { return t.view }

func (t *sliderTile) build(in *board.Instance, c *tileContext, _ *widgets.TileHead) func() {
	t.in.update(func(x *board.Instance) { *x = *in })
	r := t.actual(&in.Tile, c)
	proof, live := t.proof(in), c.live
	return func() {
		t.view.SetActual(r.Number)
		t.view.SetProof(proof)
		t.view.SetEnabled(live)
	}
}
