package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// commandEditor is the form that a saved command is written in.
type commandEditor struct {
	*commandForm
	who  *widgets.Entry
	form fyne.CanvasObject
}

func newCommandEditor(c model.SavedCommand) *commandEditor {
	e := &commandEditor{commandForm: newCommandForm(&c.CommandSpec), who: widgets.NewEntry()}
	e.label.SetText(c.Title())
	e.who.SetText(c.For)
	e.who.SetPlaceHolder(i18n.T("solent/ferries/+, or empty for no device"))
	form := container.New(layout.NewFormLayout())
	for _, line := range append([]formLine{{i18n.T("Name"), e.label}, {i18n.T("Devices"), e.who}}, e.lines()...) {
		form.Add(widget.NewLabel(line.label))
		form.Add(line.input)
	}
	e.form = container.NewVBox(form, e.help(""), e.fault)
	return e
}

// command is what is written, with what is wrong with it.
func (e *commandEditor) command() (model.SavedCommand, error) {
	spec, err := e.spec()
	c := model.SavedCommand{For: strings.TrimSpace(e.who.Text), CommandSpec: spec}
	if err != nil {
		return c, err
	}
	return c, c.Check()
}

// editCommand shows a saved command in a form: the one with that number, or a new
// one when that is negative.
func (w *Window) editCommand(at int, c model.SavedCommand) {
	e := newCommandEditor(c)
	title := i18n.T("Edit command")
	if at < 0 {
		title = i18n.T("New command")
	}
	var d *dialog.CustomDialog
	save := widget.NewButtonWithIcon(i18n.T("Save"), theme.DocumentSaveIcon(), func() {
		made, err := e.command()
		if err == nil {
			err = w.book.put(at, made)
		}
		if e.say(err); err != nil {
			return
		}
		d.Hide()
		w.notices.add(toastInfo, i18n.Tf("Saved the command %s", made.Title()), "")
		w.presenter.poke()
	})
	save.Importance = widget.HighImportance
	cancel := widget.NewButton(i18n.T("Cancel"), func() { d.Hide() })
	d = dialog.NewCustomWithoutButtons(title, container.NewVBox(e.form, container.NewHBox(layout.NewSpacer(), cancel, save)), w.win)
	d.Resize(fyne.NewSize(560, 0))
	d.Show()
	w.win.Canvas().Focus(e.label)
}

// savedCommands lists the saved commands: to send, edit and delete.
func (w *Window) savedCommands() {
	rows := widgets.NewRows([]widgets.Column{{Title: i18n.T("Command"), Width: 130, Weight: 1}, {Title: i18n.T("Devices"), Width: 130, Weight: 1}, {Title: i18n.T("Topic"), Width: 180, Weight: 2}})
	list := w.book.all()
	lines := make([]widgets.Row, len(list))
	for i := range list {
		lines[i] = widgets.Row{Key: strconv.Itoa(i), Cells: []widgets.Cell{
			{Text: list[i].Title()}, {Text: orElse(list[i].For, "–"), Color: widgets.ColorMuted}, {Text: list[i].Topic, Color: widgets.ColorMuted},
		}}
	}
	rows.SetRows(len(lines), 0, lines)
	empty := widgets.NewEmptyState(nil, i18n.T("No command is saved"), i18n.T("A saved command is a button on its devices' pages, and in the search."), "", nil)
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
	add := widget.NewButtonWithIcon(i18n.T("New …"), theme.ContentAddIcon(), func() { d.Hide(); w.editCommand(-1, model.SavedCommand{}) })
	edit := widget.NewButtonWithIcon(i18n.T("Edit …"), theme.DocumentCreateIcon(), chosen(func(i int) { w.editCommand(i, list[i]) }))
	remove := widget.NewButtonWithIcon(i18n.T("Delete"), theme.DeleteIcon(), chosen(func(i int) { w.forgetCommand(i, list[i]) }))
	rows.OnActivate = func(string) { edit.OnTapped() }
	done := widget.NewButton(i18n.T("Close"), func() { d.Hide() })
	buttons := container.NewHBox(add, edit, remove, layout.NewSpacer(), done)
	d = dialog.NewCustomWithoutButtons(i18n.T("Saved commands"), container.New(layout.NewBorderLayout(nil, buttons, nil, nil), buttons, container.NewStack(rows, empty)), w.win)
	d.Resize(fyne.NewSize(600, 400))
	d.Show()
	w.win.Canvas().Focus(rows)
}

// forgetCommand deletes a saved command once that is agreed to.
func (w *Window) forgetCommand(at int, c model.SavedCommand) {
	dialog.ShowConfirm(i18n.T("Delete command"), i18n.Tf("The saved command “%s” is deleted.", c.Title()), func(yes bool) {
		if !yes {
			return
		}
		if err := w.book.remove(at); err != nil {
			w.notices.add(toastError, i18n.Tf("Not deleted: %v", errorText(err)), "")
			return
		}
		w.presenter.poke()
	}, w.win)
}
