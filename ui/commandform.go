package ui

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// commandForm is what can be set of a command, whether it is saved for devices or
// sent by a tile.
type commandForm struct {
	label, topic, body, ack, field, value, wait *widgets.Entry

	qos, step *widget.Select
	retain    *widget.Check
	fault     *widget.Label
	// name is kept, so that what refers to it still does; empty for one made of the
	// label.
	name string
	// changed is told which field was changed; it may be nil.
	changed func(field string)
}

// stepNames are the deliberate steps as they are offered.
func stepNames() options {
	return options{
		{string(model.StepNone), i18n.T("None: a tap sends")}, {string(model.StepConfirm), i18n.T("Confirm in a question")},
		{string(model.StepHold), i18n.T("Hold the button")}, {string(model.StepType), i18n.T("Type the device's name")},
	}
}

// templateHelp says what may stand in a template.
func templateHelp() string {
	return i18n.T("Topics and payload may hold {device}, {name}, {id}, {now}, {user}, {field:/speed} for the device's latest value, " +
		"and {prompt:speed|0..20|kn}, {prompt:mode|auto,manual} or {prompt:note} for what is asked before sending.")
}

func newCommandForm(c *model.CommandSpec) *commandForm {
	f := &commandForm{name: c.Name, fault: widget.NewLabel(""), body: widgets.NewMultiLineEntry()}
	tell := func(field string) func(string) {
		return func(string) {
			if f.changed != nil {
				f.changed(field)
			}
		}
	}
	entry := func(text, hint string) *widgets.Entry {
		n := widgets.NewEntry()
		n.SetText(text)
		n.SetPlaceHolder(hint)
		n.OnChanged = tell(hint)
		return n
	}
	f.label, f.topic = entry(c.Label, i18n.T("Set speed")), entry(c.Topic, "{device}/command/speed")
	f.ack, f.field = entry(c.Ack, i18n.T("{device}/ack/speed, or empty for no answer")), entry(c.AckField, "/ok")
	f.value, f.wait = entry(c.AckValue, i18n.T("any that is no refusal")), entry("", formatDuration(model.DefaultCommandTimeout))
	if c.Timeout > 0 {
		f.wait.SetText(strconv.FormatFloat(c.Timeout.Seconds(), 'f', -1, 64))
	}
	f.body.SetText(c.Payload)
	f.body.SetPlaceHolder(`{"id": "{id}", "speed": {prompt:speed|0..20|kn}}`)
	f.body.SetMinRowsVisible(2)
	f.body.OnChanged = tell("payload")
	f.qos = widget.NewSelect([]string{"0", "1", "2"}, nil)
	f.qos.SetSelectedIndex(int(min(c.Level(), 2)))
	f.qos.OnChanged = tell("qos")
	f.step = widget.NewSelect(stepNames().labels(), nil)
	f.step.SetSelected(stepNames().label(string(c.Second())))
	f.step.OnChanged = tell("step")
	f.retain = widget.NewCheck(i18n.T("Retained"), nil)
	f.retain.Checked = c.Retain
	f.retain.OnChanged = func(bool) { tell("retain")("") }
	f.fault.Wrapping, f.fault.Importance = fyne.TextWrapWord, widget.DangerImportance
	f.fault.Hide()
	return f
}

// formLine is an input with what it is for.
type formLine struct {
	label string
	input fyne.CanvasObject
}

// lines are the inputs but for the name, in their order.
func (f *commandForm) lines() []formLine {
	return []formLine{
		{i18n.T("Topic"), f.topic}, {i18n.T("Payload"), f.body}, {i18n.T("QoS"), f.qos}, {"", f.retain}, {i18n.T("Second step"), f.step},
		{i18n.T("Answer on"), f.ack}, {i18n.T("Answer field"), f.field}, {i18n.T("is done at"), f.value}, {i18n.T("Time-out, s"), f.wait},
	}
}

// help says what may stand in the templates; more is said first.
func (f *commandForm) help(more string) *widget.Label {
	help := widget.NewLabel(more + templateHelp())
	help.Wrapping, help.Importance, help.SizeName = fyne.TextWrapWord, widget.LowImportance, theme.SizeNameCaptionText
	return help
}

// spec is the command as it is written, without having checked it; a time-out that
// is no number of seconds is an error.
func (f *commandForm) spec() (model.CommandSpec, error) {
	qos := byte(max(0, f.qos.SelectedIndex()))
	label := strings.TrimSpace(f.label.Text)
	c := model.CommandSpec{
		Name: orElse(f.name, strings.ToLower(strings.Join(strings.Fields(label), "-"))), Label: label,
		Topic: strings.TrimSpace(f.topic.Text), Ack: strings.TrimSpace(f.ack.Text), AckField: strings.TrimSpace(f.field.Text),
		AckValue: strings.TrimSpace(f.value.Text), Payload: f.body.Text, QoS: &qos, Retain: f.retain.Checked,
		Step: model.CommandStep(stepNames().key(f.step.Selected)),
	}
	if text := strings.TrimSpace(f.wait.Text); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || !(seconds > 0 && seconds <= model.MaxCommandTimeout.Seconds()) {
			return c, i18n.Errorf("the time-out is a number of seconds, up to %g", model.MaxCommandTimeout.Seconds())
		}
		c.Timeout = time.Duration(seconds * float64(time.Second))
	}
	return c, nil
}

// say shows what is wrong.
func (f *commandForm) say(err error) {
	setShown(f.fault, err != nil)
	if err != nil {
		f.fault.SetText(sentence(errorText(err)))
	}
}
