package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// commandEditor is the form that a saved command is written in.
type commandEditor struct {
	label *widgets.Entry
	who   *widgets.Entry
	topic *widgets.Entry
	body  *widgets.Entry
	qos   *widget.Select
	step  *widget.Select
	ack   *widgets.Entry
	field *widgets.Entry
	value *widgets.Entry
	wait  *widgets.Entry
	fault *widget.Label
	name  string // kept, so that what refers to it still does
	form  fyne.CanvasObject
}

// stepNames are the deliberate steps as they are offered.
var stepNames = []struct {
	step model.CommandStep
	name string
}{
	{model.StepNone, "None: a tap sends"}, {model.StepConfirm, "Confirm in a question"},
	{model.StepHold, "Hold the button"}, {model.StepType, "Type the device's name"},
}

// templateHelp says what may stand in a template.
const templateHelp = "Topics and payload may hold {device}, {name}, {id}, {now}, {user}, {field:/speed} for the device's latest value, " +
	"and {prompt:speed|0..20|kn}, {prompt:mode|auto,manual} or {prompt:note} for what is asked before sending."

func newCommandEditor(c model.SavedCommand) *commandEditor {
	e := &commandEditor{name: c.Name, fault: widget.NewLabel(""), body: widgets.NewMultiLineEntry()}
	entry := func(text, hint string) *widgets.Entry {
		n := widgets.NewEntry()
		n.SetText(text)
		n.SetPlaceHolder(hint)
		return n
	}
	e.label, e.who = entry(c.Title(), "Set speed"), entry(c.For, "solent/ferries/+, or empty for no device")
	e.topic, e.ack = entry(c.Topic, "{device}/command/speed"), entry(c.Ack, "{device}/ack/speed, or empty for no answer")
	e.field, e.value = entry(c.AckField, "/ok"), entry(c.AckValue, "any that is no refusal")
	e.wait = entry("", formatDuration(model.DefaultCommandTimeout))
	if c.Timeout > 0 {
		e.wait.SetText(strconv.FormatFloat(c.Timeout.Seconds(), 'f', -1, 64))
	}
	e.body.SetText(c.Payload)
	e.body.SetPlaceHolder(`{"id": "{id}", "speed": {prompt:speed|0..20|kn}}`)
	e.body.SetMinRowsVisible(2)
	e.qos = widget.NewSelect([]string{"0", "1", "2"}, nil)
	e.qos.SetSelectedIndex(int(min(c.Level(), 2)))
	names := make([]string, len(stepNames))
	chosen := 0
	for i, s := range stepNames {
		names[i] = s.name
		if s.step == c.Second() {
			chosen = i
		}
	}
	e.step = widget.NewSelect(names, nil)
	e.step.SetSelectedIndex(chosen)
	e.lay()
	return e
}

func (e *commandEditor) lay() {
	help := widget.NewLabel(templateHelp)
	help.Wrapping, help.Importance, help.SizeName = fyne.TextWrapWord, widget.LowImportance, theme.SizeNameCaptionText
	e.fault.Wrapping, e.fault.Importance = fyne.TextWrapWord, widget.DangerImportance
	e.fault.Hide()
	form := container.New(layout.NewFormLayout())
	for _, line := range []struct {
		label string
		input fyne.CanvasObject
	}{
		{"Name", e.label}, {"Devices", e.who}, {"Topic", e.topic}, {"Payload", e.body},
		{"QoS, second step", container.New(layout.NewBorderLayout(nil, nil, e.qos, nil), e.qos, e.step)},
		{"Answer on", e.ack}, {"Field, value", container.NewGridWithColumns(2, e.field, e.value)}, {"Time-out, s", e.wait},
	} {
		form.Add(widget.NewLabel(line.label))
		form.Add(line.input)
	}
	e.form = container.NewVBox(form, help, e.fault)
}

// command is what is written, with what is wrong with it.
func (e *commandEditor) command() (model.SavedCommand, error) {
	qos := byte(e.qos.SelectedIndex())
	label := strings.TrimSpace(e.label.Text)
	c := model.SavedCommand{For: strings.TrimSpace(e.who.Text), CommandSpec: model.CommandSpec{
		Name: orElse(e.name, strings.ToLower(strings.Join(strings.Fields(label), "-"))), Label: label,
		Topic: strings.TrimSpace(e.topic.Text), Ack: strings.TrimSpace(e.ack.Text), AckField: strings.TrimSpace(e.field.Text),
		AckValue: strings.TrimSpace(e.value.Text), Payload: e.body.Text, QoS: &qos, Step: stepNames[max(0, e.step.SelectedIndex())].step,
	}}
	if text := strings.TrimSpace(e.wait.Text); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || !(seconds > 0 && seconds <= model.MaxCommandTimeout.Seconds()) {
			return c, fmt.Errorf("the time-out is a number of seconds, up to %g", model.MaxCommandTimeout.Seconds())
		}
		c.Timeout = time.Duration(seconds * float64(time.Second))
	}
	return c, c.Check()
}

// say shows what is wrong.
func (e *commandEditor) say(err error) {
	setShown(e.fault, err != nil)
	if err != nil {
		e.fault.SetText(err.Error())
	}
}

// editCommand shows a saved command in a form: the one with that number, or a new
// one when that is negative.
func (w *Window) editCommand(at int, c model.SavedCommand) {
	e := newCommandEditor(c)
	title := "Edit command"
	if at < 0 {
		title = "New command"
	}
	var d *dialog.CustomDialog
	save := widget.NewButtonWithIcon("Save", theme.DocumentSaveIcon(), func() {
		made, err := e.command()
		if err == nil {
			err = w.book.put(at, made)
		}
		if e.say(err); err != nil {
			return
		}
		d.Hide()
		w.notices.add(toastInfo, "Saved the command "+made.Title(), "")
		w.presenter.poke()
	})
	save.Importance = widget.HighImportance
	cancel := widget.NewButton("Cancel", func() { d.Hide() })
	d = dialog.NewCustomWithoutButtons(title, container.NewVBox(e.form, container.NewHBox(layout.NewSpacer(), cancel, save)), w.win)
	d.Resize(fyne.NewSize(560, 0))
	d.Show()
	w.win.Canvas().Focus(e.label)
}

// savedCommands lists the saved commands: to send, edit and delete.
func (w *Window) savedCommands() {
	rows := widgets.NewRows([]widgets.Column{{Title: "Command", Width: 130, Weight: 1}, {Title: "Devices", Width: 130, Weight: 1}, {Title: "Topic", Width: 180, Weight: 2}})
	list := w.book.all()
	lines := make([]widgets.Row, len(list))
	for i := range list {
		lines[i] = widgets.Row{Key: strconv.Itoa(i), Cells: []widgets.Cell{
			{Text: list[i].Title()}, {Text: orElse(list[i].For, "–"), Color: widgets.ColorMuted}, {Text: list[i].Topic, Color: widgets.ColorMuted},
		}}
	}
	rows.SetRows(len(lines), 0, lines)
	empty := widgets.NewEmptyState(nil, "No command is saved", "A saved command is a button on its devices' pages, and in the search.", "", nil)
	setShown(empty, len(list) == 0)
	var d *dialog.CustomDialog
	chosen := func(do func(i int)) func() {
		return func() {
			if i, err := strconv.Atoi(rows.Selected()); err == nil && i < len(list) {
				d.Hide()
				do(i)
			}
		}
	}
	add := widget.NewButtonWithIcon("New …", theme.ContentAddIcon(), func() { d.Hide(); w.editCommand(-1, model.SavedCommand{}) })
	edit := widget.NewButtonWithIcon("Edit …", theme.DocumentCreateIcon(), chosen(func(i int) { w.editCommand(i, list[i]) }))
	remove := widget.NewButtonWithIcon("Delete", theme.DeleteIcon(), chosen(func(i int) { w.forgetCommand(i, list[i]) }))
	rows.OnActivate = func(string) { edit.OnTapped() }
	done := widget.NewButton("Close", func() { d.Hide() })
	buttons := container.NewHBox(add, edit, remove, layout.NewSpacer(), done)
	d = dialog.NewCustomWithoutButtons("Saved commands", container.New(layout.NewBorderLayout(nil, buttons, nil, nil), buttons, container.NewStack(rows, empty)), w.win)
	d.Resize(fyne.NewSize(600, 400))
	d.Show()
	w.win.Canvas().Focus(rows)
}

// forgetCommand deletes a saved command once that is agreed to.
func (w *Window) forgetCommand(at int, c model.SavedCommand) {
	dialog.ShowConfirm("Delete command", "The saved command “"+c.Title()+"” is deleted.", func(yes bool) {
		if !yes {
			return
		}
		if err := w.book.remove(at); err != nil {
			w.notices.add(toastError, "Not deleted: "+err.Error(), "")
			return
		}
		w.presenter.poke()
	}, w.win)
}
