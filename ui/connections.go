package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Connections are the brokers elsewhere that the operator knows. What says that
// it may wait is called on a goroutine of its own.
type Connections interface {
	// Book is a copy of the profiles, and why they cannot be changed, nil when they
	// can.
	Book() (connection.Book, error)
	// Watched is the ID of the profile that is watched; empty for the broker inside
	// and for one that has no profile.
	Watched() string
	// Save keeps a profile, with its password unless that is nil, and returns it as
	// it is kept. Remove forgets one. Both may wait.
	Save(p connection.Profile, password *string) (connection.Profile, error)
	Remove(id string) error
	// Try tries a profile with a password, nil for the one that is kept, and tells
	// how far it has come; tell is never called twice at once. It may wait.
	Try(ctx context.Context, p connection.Profile, password *string, tell func(connection.Trial)) connection.Trial
	// Watch watches the broker of a profile, or with an empty ID the one inside:
	// the window is turned to it. It may wait.
	Watch(id string) error
	// Keeper tells where passwords are kept, and why not well, empty when well. It
	// may wait.
	Keeper() (place, weakness string, err error)
}

// insideKey is the row of the broker inside.
const insideKey = "inside"

// connectSheet is the sheet of brokers: a list, and the form of the chosen one.
type connectSheet struct {
	w    *Window
	ctx  context.Context
	stop context.CancelFunc

	rows     *widgets.Rows
	list     fyne.CanvasObject
	detail   *fyne.Container
	inside   fyne.CanvasObject
	form     *connectForm
	trial    *trialPanel
	scroll   *container.Scroll
	fault    *widget.Label
	copyIt   *widgets.HintButton
	remove   *widgets.HintButton
	test     *widget.Button
	connect  *widget.Button
	book     connection.Book
	chosen   connection.Profile // as it is kept, or as it was begun
	isInside bool
	isNew    bool
	trying   context.CancelFunc // of the trial under way, nil for none
	busy     bool               // something is being kept or watched
}

// openConnections shows the sheet of brokers.
func (w *Window) openConnections() { w.openConnectionsAt("") }

// openConnectionsAt shows the sheet of brokers, with the form filled in from a URL
// unless that is empty.
func (w *Window) openConnectionsAt(url string) {
	if w.o.Connections == nil || w.kiosk.on {
		return
	}
	w.closeSheet()
	s := newConnectSheet(w)
	d := dialog.NewCustomWithoutButtons(i18n.T("Connections"), s.body(), w.win)
	d.SetOnClosed(s.stop)
	w.showSheet(d, wideSheet(w.win))
	if url == "" {
		s.choose(w.o.Connections.Watched())
		return
	}
	s.begin(connection.Profile{ID: connection.NewID()})
	s.form.paste(url)
}

func newConnectSheet(w *Window) *connectSheet {
	s := &connectSheet{w: w, form: newConnectForm(w), trial: newTrialPanel(), fault: widget.NewLabel("")}
	s.ctx, s.stop = context.WithCancel(w.life) //nolint:gosec // the sheet calls it when it is closed
	s.rows = widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 150, Weight: 1}})
	s.rows.OnSelect = func(key string) {
		if key == insideKey {
			key = ""
		}
		s.choose(key)
	}
	s.rows.OnRange = func(int, int) { s.fillRows() }
	s.fault.Wrapping, s.fault.Importance = fyne.TextWrapWord, widget.DangerImportance
	s.fault.Hide()
	s.form.changed = func() {
		s.trial.clear()
		s.say(nil)
	}
	s.trial.trust = func(c connection.Certificate) {
		s.form.trust(c)
		s.try()
	}
	return s
}

// body lays the sheet out.
func (s *connectSheet) body() fyne.CanvasObject {
	add := s.form.iconButton(theme.ContentAddIcon(), i18n.T("New connection"), func() { s.begin(connection.Profile{ID: connection.NewID()}) })
	s.copyIt = s.form.iconButton(theme.ContentCopyIcon(), i18n.T("Duplicate"), s.duplicate)
	s.remove = s.form.iconButton(theme.DeleteIcon(), i18n.T("Delete"), s.forget)
	tools := container.NewGridWithColumns(3, add, s.copyIt, s.remove)
	s.list = container.NewBorder(nil, tools, nil, nil, s.rows)
	s.inside = s.insideView()
	s.scroll = container.NewVScroll(container.NewPadded(container.NewVBox(s.form.body, s.fault, s.trial.body)))
	s.detail = container.NewStack(s.inside, s.scroll)
	s.test = widget.NewButtonWithIcon(i18n.T("Test"), theme.MediaPlayIcon(), s.try)
	s.connect = widget.NewButtonWithIcon(i18n.T("Connect"), theme.LoginIcon(), s.watch)
	s.connect.Importance = widget.HighImportance
	save := widget.NewButtonWithIcon(i18n.T("Save"), theme.DocumentSaveIcon(), func() { s.keep(nil) })
	s.form.save = save
	buttons := container.NewHBox(layout.NewSpacer(), widget.NewButton(i18n.T("Close"), s.w.closeSheet), save, s.test, s.connect)
	left := container.New(&fixedWidth{width: 220}, s.list)
	sheet := container.NewBorder(nil, buttons, left, nil, container.NewBorder(nil, s.trial.verdict, nil, nil, container.NewPadded(s.detail)))
	return container.NewStack(sheet, s.form.hints)
}

// insideView is what is said of the broker inside.
func (s *connectSheet) insideView() fyne.CanvasObject {
	text := i18n.T("The broker inside this program. It serves devices of this machine and those that were let in, and goes on while another broker is watched: " +
		"nothing that devices say to it is lost. It knows who is there and who said what; a broker elsewhere does not tell.")
	return widgets.NewEmptyState(theme.HomeIcon(), i18n.T("Built-in broker"), text, "", nil)
}

// fillRows shows the list.
func (s *connectSheet) fillRows() {
	book, _ := s.w.o.Connections.Book()
	s.book = book
	watched := s.w.o.Connections.Watched()
	row := func(key, title string, on bool) widgets.Row {
		r := widgets.Row{Key: key, Cells: []widgets.Cell{{Text: title, Bold: on}}}
		if on {
			r.Status = widgets.StatusAlive
		}
		return r
	}
	list := []widgets.Row{row(insideKey, i18n.T("Built-in broker"), s.w.o.Watch != nil)}
	for _, p := range book.Profiles {
		list = append(list, row(p.ID, p.Title(), p.ID == watched))
	}
	if s.isNew {
		list = append(list, row(s.chosen.ID, i18n.T("New connection"), false))
	}
	s.rows.SetRows(len(list), 0, list)
}

// choose shows a profile; an empty ID is the broker inside.
func (s *connectSheet) choose(id string) {
	book, fault := s.w.o.Connections.Book()
	p, ok := book.Find(id)
	if id != "" && !ok {
		return
	}
	s.isInside, s.isNew, s.chosen = id == "", false, p
	s.show()
	s.say(fault)
}

// begin begins a new profile.
func (s *connectSheet) begin(p connection.Profile) {
	s.isInside, s.isNew, s.chosen = false, true, p
	s.show()
	s.w.win.Canvas().Focus(s.form.host)
}

// show shows what is chosen.
func (s *connectSheet) show() {
	s.endTrial()
	s.trial.clear()
	s.say(nil)
	s.fillRows()
	key := s.chosen.ID
	if s.isInside {
		key = insideKey
	}
	s.rows.SetSelected(key)
	setShown(s.inside, s.isInside)
	setShown(s.scroll, !s.isInside)
	if !s.isInside {
		s.form.fill(s.chosen)
		s.scroll.ScrollToTop()
	}
	s.enable()
}

// enable enables what can be done.
func (s *connectSheet) enable() {
	_, fault := s.w.o.Connections.Book()
	set := func(b fyne.Disableable, on bool) {
		if on && !s.busy {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	watched := !s.isNew && !s.isInside && s.chosen.ID == s.w.o.Connections.Watched()
	set(s.copyIt, !s.isInside && !s.isNew && fault == nil)
	set(s.remove, !s.isInside && !watched && fault == nil)
	set(s.test, !s.isInside)
	set(s.form.save, !s.isInside && fault == nil)
	set(s.connect, !s.isInside && fault == nil || s.isInside && s.w.o.Watch == nil)
	label := i18n.T("Connect")
	switch {
	case s.isInside:
		label = i18n.T("Watch this broker")
	case watched:
		label = i18n.T("Connect again")
	}
	s.connect.SetText(label)
}

// say shows what is wrong; nil is nothing.
func (s *connectSheet) say(err error) {
	setShown(s.fault, err != nil)
	if err != nil {
		s.fault.SetText(sentence(errorText(err)))
		s.scroll.ScrollToBottom()
	}
}

// work does something that may take time, and then, unless the sheet was closed,
// what follows from it.
func (s *connectSheet) work(f func() error, then func(error)) {
	s.busy = true
	s.enable()
	s.w.left.Go(func() {
		err := f()
		s.w.Do(func() {
			s.busy = false
			if s.ctx.Err() == nil {
				s.enable()
				then(err)
			}
		})
	})
}

// keep saves the form, and goes on with then, which may be nil.
func (s *connectSheet) keep(then func(connection.Profile)) {
	p, err := s.form.profile(s.chosen)
	if err != nil {
		s.say(err)
		return
	}
	password := s.form.newPassword()
	var kept connection.Profile
	s.work(func() (err error) {
		kept, err = s.w.o.Connections.Save(p, password)
		return err
	}, func(err error) {
		if s.say(err); err != nil {
			return
		}
		s.isNew, s.chosen = false, kept
		s.form.fill(kept)
		s.fillRows()
		s.rows.SetSelected(kept.ID)
		s.enable()
		if then != nil {
			then(kept)
			return
		}
		s.w.notices.add(toastInfo, i18n.Tf("Saved the connection %s", kept.Title()), "")
	})
}

// watch saves the form and watches its broker.
func (s *connectSheet) watch() {
	if s.isInside {
		s.turn("")
		return
	}
	s.keep(func(p connection.Profile) { s.turn(p.ID) })
}

func (s *connectSheet) turn(id string) {
	s.work(func() error { return s.w.o.Connections.Watch(id) }, func(err error) {
		if s.say(err); err == nil {
			s.w.closeSheet()
		} else if s.isInside {
			s.w.notices.add(toastError, sentence(errorText(err)), "")
		}
	})
}

// duplicate begins a profile like the chosen one. Its password is not copied.
func (s *connectSheet) duplicate() {
	p := s.chosen
	p.Name, p.ID, p.HasPassword = s.book.CopyName(p.Title()), connection.NewID(), false
	s.begin(p)
}

// forget removes the chosen profile once that is agreed to.
func (s *connectSheet) forget() {
	if s.isNew {
		s.choose("")
		return
	}
	p := s.chosen
	dialog.ShowConfirm(i18n.T("Remove the connection"), i18n.Tf("“%s” and its password are forgotten. What was recorded of it stays in the data folder.", p.Title()), func(yes bool) {
		if !yes {
			return
		}
		s.work(func() error { return s.w.o.Connections.Remove(p.ID) }, func(err error) {
			if err != nil {
				s.say(err)
				return
			}
			s.choose("")
		})
	}, s.w.win)
}

// try tries what the form says.
func (s *connectSheet) try() {
	s.endTrial()
	p, err := s.form.profile(s.chosen)
	if err != nil {
		s.say(err)
		return
	}
	s.say(nil)
	ctx, stop := context.WithCancel(s.ctx)
	s.trying = stop
	s.trial.begin()
	s.showTrial()
	password := s.form.newPassword()
	show := func(t connection.Trial) {
		s.w.Do(func() {
			if ctx.Err() == nil {
				s.trial.show(t)
				s.showTrial()
			}
		})
	}
	s.w.left.Go(func() { s.w.o.Connections.Try(ctx, p, password, show) })
}

// endTrial gives up a trial that is under way.
func (s *connectSheet) endTrial() {
	if s.trying != nil {
		s.trying()
		s.trying = nil
	}
}

// showTrial brings how the trial goes into view.
func (s *connectSheet) showTrial() {
	s.scroll.Content.Refresh() // which lays it out
	top := s.trial.body.Position().Y
	most := max(0, s.scroll.Content.MinSize().Height-s.scroll.Size().Height)
	s.scroll.ScrollToOffset(fyne.NewPos(0, min(top, most)))
}
