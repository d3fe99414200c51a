package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// sentList lists commands that were sent, who sent them, when and how far they got,
// and below it the way of the one that is chosen, or else of the latest.
type sentList struct {
	rows  *widgets.Rows
	steps *widgets.Steps
	way   fyne.CanvasObject // the steps, on their card
	empty *widgets.EmptyState
	body  fyne.CanvasObject
	whole bool // devices are named too
}

// newSentList makes a list for one device, or for all, which are named then.
func newSentList(d pageDeps, whole bool, none, hint string) *sentList {
	l := &sentList{whole: whole, steps: widgets.NewSteps()}
	columns := []widgets.Column{{Title: i18n.T("Sent"), Width: 72}}
	if whole {
		columns = append(columns, widgets.Column{Title: i18n.T("Device"), Width: 90, Weight: 1})
	}
	l.rows = widgets.NewRows(append(columns, widgets.Column{Title: i18n.T("Command"), Width: 80, Weight: 1},
		widgets.Column{Title: i18n.T("By"), Width: 70}, widgets.Column{Title: i18n.T("How far"), Width: 150, Weight: 3}))
	l.rows.OnSelect = func(string) { d.poke() }
	l.rows.OnActivate = func(id string) {
		if c, ok := d.stores.shown().Command(id); ok {
			d.openTopic(c.Topic)
		}
	}
	l.way = newCard(l.steps)
	l.empty = widgets.NewEmptyState(nil, none, hint, "", nil)
	l.body = container.NewStack(container.New(layout.NewBorderLayout(nil, l.way, nil, nil), l.rows, l.way), l.empty)
	return l
}

// sentRows are commands as lines.
func (l *sentList) sentRows(commands []model.Command) []widgets.Row {
	rows := make([]widgets.Row, len(commands))
	for i := range commands {
		c := &commands[i]
		cells := []widgets.Cell{{Text: formatClock(c.Sent), Color: widgets.ColorMuted}}
		if l.whole {
			name := "–"
			if c.Device != "" {
				name = model.DisplayName(c.Device)
			}
			cells = append(cells, widgets.Cell{Text: name})
		}
		rows[i] = widgets.Row{Key: c.ID, Cells: append(cells, widgets.Cell{Text: c.Spec.Title()},
			widgets.Cell{Text: orElse(c.User, "–"), Color: widgets.ColorMuted}, widgets.Cell{Text: proofText(c), Color: proofColor(c)})}
	}
	return rows
}

// frame prepares commands, the latest first, and returns how to show them.
func (l *sentList) frame(commands []model.Command) func() {
	rows := l.sentRows(commands)
	return func() {
		l.rows.SetRows(len(rows), 0, rows)
		setShown(l.empty, len(rows) == 0)
		setShown(l.way, len(rows) > 0)
		if len(rows) == 0 {
			return
		}
		shown := &commands[0]
		for i := range commands {
			if commands[i].ID == l.rows.Selected() {
				shown = &commands[i]
			}
		}
		l.steps.Set(proofSteps(shown))
	}
}

// sentLog is the log of all commands, in a sheet over the window. It is a source of
// the presenter, which shows nothing while the sheet is closed.
type sentLog struct {
	stores *stores
	list   *sentList
	win    fyne.Window
	sheet  *dialog.CustomDialog // nil while it is closed
	open   box[bool]
}

// sentLogged is how many of the latest commands the log lists.
const sentLogged = 500

func newSentLog(d pageDeps, win fyne.Window) *sentLog {
	return &sentLog{stores: d.stores, win: win, list: newSentList(d, true, i18n.T("No command was sent yet"),
		i18n.T("Each command is listed here: who sent it, when, and how far it is known to have got."))}
}

func (l *sentLog) every() time.Duration { return tick }

// frame implements source.
func (l *sentLog) frame(time.Time) func() {
	if !l.open.get() {
		return nil
	}
	return l.list.frame(l.stores.shown().Commands("", sentLogged))
}

// show opens the log, with a command chosen; empty is the latest.
func (l *sentLog) show(id string) {
	l.list.rows.SetSelected(id)
	if l.sheet != nil {
		return
	}
	done := widget.NewButton(i18n.T("Close"), func() { l.hide() })
	foot := container.NewHBox(layout.NewSpacer(), done)
	l.sheet = dialog.NewCustomWithoutButtons(i18n.T("Commands sent"), container.New(layout.NewBorderLayout(nil, foot, nil, nil), l.list.body, foot), l.win)
	l.sheet.SetOnClosed(func() {
		l.sheet = nil
		l.open.update(func(o *bool) { *o = false })
	})
	l.open.update(func(o *bool) { *o = true })
	l.frame(time.Time{})()
	l.sheet.Resize(sheetSize(l.win))
	l.sheet.Show()
	l.win.Canvas().Focus(l.list.rows)
}

// hide closes the log.
func (l *sentLog) hide() {
	if l.sheet != nil {
		l.sheet.Hide()
	}
}
