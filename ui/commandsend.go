package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// audience is who would receive a command, as far as its topic can be told before
// its values are given; any goroutine may ask.
func (d *pageDeps) audience(o model.Order) model.Audience {
	o.User = d.user
	topic, _, err := d.store.PreviewCommand(o)
	if topic == "" || err != nil && model.CheckTopic(topic) != nil {
		return model.Audience{}
	}
	return d.link.Audience(topic, o.Spec.Level())
}

// deviceOf is the root of the device that a topic is below, empty when none is
// known.
func (d *pageDeps) deviceOf(topic string) string {
	for end := len(topic); end > 0; end = strings.LastIndexByte(topic[:end], '/') {
		if _, ok := d.store.Device(topic[:end], 0); ok {
			return topic[:end]
		}
	}
	return ""
}

// send sends a command whose button was tapped, or held if it is to be: at once
// when nothing is left to ask.
func (w *Window) send(o model.Order, sent func(id string)) {
	if o.Spec.Second() == model.StepHold {
		o.Spec.Hold, o.Spec.Step = true, model.StepNone
		w.ask(o, widgets.SheetTap, sent)
		return
	}
	w.ask(o, sheetStep(&o.Spec), sent)
}

// offer has a command sent from where there is no button of its own, such as the
// palette: whatever deliberate step it asks for is made in the sheet.
func (w *Window) offer(device string, spec model.CommandSpec) {
	w.ask(model.Order{Device: device, Spec: spec}, sheetStep(&spec), nil)
}

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
func (w *Window) ask(o model.Order, step widgets.SheetStep, sent func(id string)) {
	if w.stores.inPast() {
		w.notices.add(toastWarning, pastLock(), "")
		return
	}
	launch := func() {
		if id := w.launch(o); id != "" && sent != nil {
			sent(id)
		}
	}
	prompts := o.Spec.Prompts()
	deaf := func() bool {
		a := w.heard(&o)
		return a.Known && a.Total == 0
	}
	if len(prompts) == 0 && step == widgets.SheetTap && o.Spec.Step != model.StepConfirm && !deaf() {
		launch()
		return
	}
	sheet := widgets.NewCommandSheet(widgets.SheetOptions{Action: i18n.T("Send"), Step: step,
		Word: lastLevel(orElse(o.Device, o.Spec.Name)), Fields: sheetFields(prompts)})
	title := o.Spec.Title()
	if o.Device != "" {
		title += " · " + model.DisplayName(o.Device)
	}
	d := dialog.NewCustomWithoutButtons(title, sheet, w.win)
	update := func() {
		o.Answers = sheet.Answers()
		w.preview(sheet, &o)
	}
	sheet.OnChange, sheet.OnCancel = update, d.Hide
	sheet.OnSend = func() {
		d.Hide()
		o.Answers = sheet.Answers()
		launch()
	}
	update()
	d.Show()
	sheet.Focus(w.win.Canvas())
}

// sheetFields are what prompts ask for.
func sheetFields(prompts []model.Prompt) []widgets.SheetField {
	var out []widgets.SheetField
	for _, p := range prompts {
		f := widgets.SheetField{Name: p.Name, Unit: p.Unit, Choices: p.Choices}
		if p.Number {
			f.Hint = widgets.RangeHint(p.Min, p.Max)
		}
		out = append(out, f)
	}
	return out
}

// preview shows what a sheet would send now, and who would get it.
func (w *Window) preview(sheet *widgets.CommandSheet, o *model.Order) {
	order := *o
	order.User = w.o.User
	topic, payload, err := w.o.Store.PreviewCommand(order)
	a := w.heard(o)
	sheet.SetAudience(heardText(&a), a.Known && a.Total == 0)
	fault := ""
	if err != nil {
		fault = errorText(err)
	} else {
		topic += "\n" + payload
	}
	sheet.SetPreview(topic, fault)
}

// heardText says in a sentence who listens.
func heardText(a *model.Audience) string {
	switch {
	case !a.Known:
		return i18n.T("Who listens cannot be known: this broker does not say.")
	case a.Total == 0:
		return i18n.T("Nobody is listening.")
	}
	return i18n.Tf("Listening: %s.", sayPhrase(a.Text()))
}

// heard is who would get a command.
func (w *Window) heard(o *model.Order) model.Audience {
	order := *o
	order.User = w.o.User
	topic, _, _ := w.o.Store.PreviewCommand(order)
	if topic == "" {
		return model.Audience{}
	}
	qos := o.Spec.Level()
	if o.Message != nil {
		qos = o.Message.QoS
	}
	return w.link().Audience(topic, qos)
}

// acknowledged has a store told of the sessions that acknowledge a command.
func acknowledged(s *model.Store, id string) func(model.Listener, time.Time) {
	return func(to model.Listener, at time.Time) { s.CommandDelivered(id, to, at) }
}

// leftOut is said of a message whose properties could not be sent.
func leftOut() string {
	return i18n.T("The MQTT 5 properties were left out: the connection speaks MQTT 3.1.1, which has none.")
}

// publishTimeout is how long to wait for the broker to accept a message.
const publishTimeout = 10 * time.Second

// launch sends a command and follows how far it gets. It returns its id, empty
// when it could not be sent, which has been said then.
func (w *Window) launch(o model.Order) (id string) {
	o.User = w.o.User
	o.Audience = w.heard(&o)
	cmd, err := w.o.Store.BeginCommand(o)
	if err != nil {
		w.notices.add(toastError, i18n.Tf("Not sent: %v", errorText(err)), "")
		return ""
	}
	w.presenter.poke()
	store := w.o.Store
	m := model.Outgoing{Topic: cmd.Topic, Payload: cmd.Payload, QoS: cmd.QoS, Retain: cmd.Retain, Acknowledged: acknowledged(store, cmd.ID)}
	if o.Message != nil {
		m.Properties = o.Message.Properties
	}
	go func() {
		ctx, cancel := context.WithTimeout(w.ctx, publishTimeout)
		defer cancel()
		r, err := w.link().Send(ctx, m)
		if err != nil {
			store.CommandRejected(cmd.ID, err)
			return
		}
		store.CommandAccepted(cmd.ID, r.Sessions, r.SessionsKnown)
		if r.PropertiesLeftOut {
			w.Do(func() { w.notices.add(toastWarning, leftOut(), "") })
		}
	}()
	return cmd.ID
}
