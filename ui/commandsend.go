package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// audience is who would receive a command, as far as its topic can be told before
// its values are given; any goroutine may ask.
func (d *pageDeps) audience(device string, spec *model.CommandSpec) model.Audience {
	topic, _, err := d.store.PreviewCommand(model.Order{Device: device, Spec: *spec, User: d.user})
	if topic == "" || err != nil && model.CheckTopic(topic) != nil {
		return model.Audience{}
	}
	return d.link.Audience(topic, spec.Level())
}

// send sends a command to a device, whose button was tapped, or held if it is to
// be: at once when nothing is left to ask.
func (w *Window) send(device string, spec model.CommandSpec) {
	if spec.Second() == model.StepHold {
		spec.Hold, spec.Step = true, model.StepNone
		w.ask(device, spec, widgets.SheetTap)
		return
	}
	w.ask(device, spec, sheetStep(&spec))
}

// offer has a command sent from where there is no button of its own, such as the
// palette: whatever deliberate step it asks for is made in the sheet.
func (w *Window) offer(device string, spec model.CommandSpec) { w.ask(device, spec, sheetStep(&spec)) }

func sheetStep(spec *model.CommandSpec) widgets.SheetStep {
	switch spec.Second() {
	case model.StepHold:
		return widgets.SheetHold
	case model.StepType:
		return widgets.SheetType
	}
	return widgets.SheetTap
}

// ask has the operator give what a command needs, and sends it. Without anything
// to ask it is sent at once, unless it is known that nobody would get it.
func (w *Window) ask(device string, spec model.CommandSpec, step widgets.SheetStep) {
	if w.stores.inPast() {
		w.notices.add(toastWarning, pastLock, "")
		return
	}
	prompts := spec.Prompts()
	deaf := func() bool {
		a := w.heard(device, &spec, nil)
		return a.Known && a.Total == 0
	}
	if len(prompts) == 0 && step == widgets.SheetTap && spec.Step != model.StepConfirm && !deaf() {
		w.launch(model.Order{Device: device, Spec: spec})
		return
	}
	o := widgets.SheetOptions{Action: "Send", Step: step, Word: lastLevel(orElse(device, spec.Name))}
	for _, p := range prompts {
		f := widgets.SheetField{Name: p.Name, Unit: p.Unit, Choices: p.Choices}
		if p.Number {
			f.Hint = widgets.RangeHint(p.Min, p.Max)
		}
		o.Fields = append(o.Fields, f)
	}
	sheet := widgets.NewCommandSheet(o)
	title := spec.Title()
	if device != "" {
		title += " · " + model.DisplayName(device)
	}
	d := dialog.NewCustomWithoutButtons(title, sheet, w.win)
	update := func() { w.preview(sheet, device, &spec) }
	sheet.OnChange, sheet.OnCancel = update, d.Hide
	sheet.OnSend = func() {
		d.Hide()
		w.launch(model.Order{Device: device, Spec: spec, Answers: sheet.Answers()})
	}
	update()
	d.Show()
	sheet.Focus(w.win.Canvas())
}

// preview shows what a sheet would send now, and who would get it.
func (w *Window) preview(sheet *widgets.CommandSheet, device string, spec *model.CommandSpec) {
	order := model.Order{Device: device, Spec: *spec, Answers: sheet.Answers(), User: w.o.User}
	topic, payload, err := w.o.Store.PreviewCommand(order)
	a := w.heard(device, spec, order.Answers)
	text := a.Text()
	if a.Known && a.Total > 0 {
		text = "Listening: " + text
	}
	sheet.SetAudience(strings.ToUpper(text[:1])+text[1:]+".", a.Known && a.Total == 0)
	fault := ""
	if err != nil {
		fault = err.Error()
	} else {
		topic += "\n" + payload
	}
	sheet.SetPreview(topic, fault)
}

// heard is who would get a command with these answers.
func (w *Window) heard(device string, spec *model.CommandSpec, answers map[string]string) model.Audience {
	topic, _, _ := w.o.Store.PreviewCommand(model.Order{Device: device, Spec: *spec, Answers: answers, User: w.o.User})
	if topic == "" {
		return model.Audience{}
	}
	return w.link().Audience(topic, spec.Level())
}

// acknowledged has a store told of the sessions that acknowledge a command.
func acknowledged(s *model.Store, id string) func(model.Listener, time.Time) {
	return func(to model.Listener, at time.Time) { s.CommandDelivered(id, to, at) }
}

// launch sends a command and follows how far it gets. It returns its id, empty
// when it could not be sent, which has been said then.
func (w *Window) launch(o model.Order) (id string) {
	o.User = w.o.User
	o.Audience = w.heard(o.Device, &o.Spec, o.Answers)
	cmd, err := w.o.Store.BeginCommand(o)
	if err != nil {
		w.notices.add(toastError, "Not sent: "+err.Error(), "")
		return ""
	}
	w.presenter.poke()
	store := w.o.Store
	go func() {
		ctx, cancel := context.WithTimeout(w.ctx, publishTimeout)
		defer cancel()
		r, err := w.link().Send(ctx, model.Outgoing{Topic: cmd.Topic, Payload: cmd.Payload, QoS: cmd.QoS,
			Acknowledged: acknowledged(store, cmd.ID)})
		if err != nil {
			store.CommandRejected(cmd.ID, err)
			return
		}
		store.CommandAccepted(cmd.ID, r.Sessions, r.SessionsKnown)
	}()
	return cmd.ID
}
