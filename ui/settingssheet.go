package ui

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Program is what can be set beside the window.
type Program interface {
	// SetMemory changes about how much memory the topics of a broker may take, at
	// once; 0 is the default.
	SetMemory(mib int)
	// SetHistory changes for how long what is recorded is kept, at once. Where it
	// is recorded changes with the next start.
	SetHistory(*HistorySettings) error
	// Record tells where is recorded, empty for nowhere, and how much is kept. It
	// may wait.
	Record(ctx context.Context) (place string, usage history.Usage, err error)
	// Held is the flag of the command line that holds a setting, empty for none.
	Held(Setting) string
}

// Setting is a setting that the command line may hold.
type Setting uint8

// The settings that the command line may hold.
const (
	SettingMemory Setting = iota
	SettingHistoryPlace
	SettingHistorySize
	SettingHistoryKeep
	SettingLanguage
)

// settingsSheet is the sheet of settings.
type settingsSheet struct {
	w    *Window
	stop context.CancelFunc

	theme, memory    *widget.Select
	language         *widget.Select
	quiet            *widget.Check
	used, record     *widget.Label
	place, days, gib *widgets.Entry
	keep             *widgets.Entry
	apply            *widget.Button
	fault            *widget.Label
}

// themeChoices are the themes as they are offered, with their names in the
// settings.
func themeChoices() (labels, names []string) {
	return []string{i18n.T("As the system"), i18n.T("Light"), i18n.T("Dark")}, []string{"", "light", "dark"}
}

// languageChoices are the languages as they are offered, each in its own words,
// with their tags in the settings.
func languageChoices() (labels, tags []string) {
	labels, tags = []string{i18n.T("As the system")}, []string{""}
	for _, l := range i18n.Languages() {
		labels, tags = append(labels, l.Name), append(tags, l.Tag)
	}
	return labels, tags
}

// openSettings shows the sheet of settings.
func (w *Window) openSettings() {
	if w.kiosk.on {
		return
	}
	w.closeSheet()
	s := newSettingsSheet(w)
	ctx, stop := context.WithCancel(w.life)
	s.stop = stop
	d := dialog.NewCustomWithoutButtons(i18n.T("Settings"), s.body(), w.win)
	d.SetOnClosed(stop)
	w.showSheet(d, wideSheet(w.win))
	s.follow(ctx)
}

func newSettingsSheet(w *Window) *settingsSheet {
	s := &settingsSheet{w: w, used: smallText(), record: smallText(), fault: widget.NewLabel("")}
	labels, names := themeChoices()
	s.theme = widget.NewSelect(labels, nil)
	s.theme.SetSelectedIndex(max(0, slices.Index(names, w.o.Settings.Theme)))
	s.theme.OnChanged = func(string) { w.useTheme(names[max(0, s.theme.SelectedIndex())]); w.saveNow() }
	spoken, tags := languageChoices()
	s.language = widget.NewSelect(spoken, nil)
	s.language.SetSelectedIndex(max(0, slices.Index(tags, w.o.Settings.Language)))
	s.language.OnChanged = func(string) { w.o.Settings.Language = tags[max(0, s.language.SelectedIndex())]; w.saveNow() }
	s.memory = widget.NewSelect(nil, nil)
	s.quiet = widget.NewCheck(i18n.T("Serious events also as notifications of the desktop"), nil)
	s.quiet.SetChecked(!w.o.Settings.Quiet)
	s.quiet.OnChanged = func(on bool) { w.o.Settings.Quiet = !on; w.saveNow() }
	s.place, s.days, s.gib, s.keep = widgets.NewEntry(), widgets.NewEntry(), widgets.NewEntry(), widgets.NewMultiLineEntry()
	s.place.SetPlaceHolder(i18n.T("history.db in the data folder; a file, postgres://USER@HOST/NAME, or off"))
	s.days.SetPlaceHolder(i18n.T("messages 30, numbers 366"))
	s.gib.SetPlaceHolder("20")
	s.keep.SetPlaceHolder("cameras/# = 2, 5 GiB\nplant/+/energy = 3650")
	s.keep.SetMinRowsVisible(2)
	t := historyTextOf(w.o.Settings.History)
	s.place.SetText(t.place)
	s.days.SetText(t.days)
	s.gib.SetText(t.gib)
	s.keep.SetText(t.keep)
	s.apply = widget.NewButton(i18n.T("Apply"), s.applyHistory)
	s.fault.Wrapping, s.fault.Importance = fyne.TextWrapWord, widget.DangerImportance
	s.fault.Hide()
	return s
}

func smallText() *widget.Label {
	l := widget.NewLabel("")
	l.Wrapping, l.Importance, l.SizeName = fyne.TextWrapWord, widget.LowImportance, theme.SizeNameCaptionText
	return l
}

// body lays the sheet out.
func (s *settingsSheet) body() fyne.CanvasObject {
	w := s.w
	scale := smallText()
	scale.SetText(i18n.Tf("Text and buttons follow the desktop's scale, which is %.2g here. FYNE_SCALE=1.5 in the environment makes Pilothouse alone larger.", w.win.Canvas().Scale()))
	next := smallText()
	next.SetText(i18n.T("Another language is spoken from the next start."))
	parts := container.NewVBox(
		sectionTitle(i18n.T("Appearance")), labelled(i18n.T("Theme"), s.theme), labelled("", scale),
		labelled(i18n.T("Language"), s.language), labelled("", next), s.held(SettingLanguage, s.language),
		sectionTitle(i18n.T("Notices")), labelled("", s.quiet))
	if p := w.o.Program; p != nil {
		s.fillMemory()
		parts.Add(sectionTitle(i18n.T("Memory of each broker's topics")))
		parts.Add(labelled(i18n.T("Budget"), s.memory))
		parts.Add(labelled("", s.used))
		parts.Add(s.held(SettingMemory, s.memory))
		parts.Add(sectionTitle(i18n.T("Record")))
		parts.Add(labelled(i18n.T("Recorded now"), s.record))
		parts.Add(labelled(i18n.T("Where"), s.place))
		parts.Add(s.held(SettingHistoryPlace, s.place))
		parts.Add(labelled(i18n.T("Kept for, size"), container.NewGridWithColumns(2, withUnit(s.days, i18n.T("days")), withUnit(s.gib, "GiB"))))
		parts.Add(s.held(SettingHistorySize, s.gib))
		parts.Add(labelled(i18n.T("Topics apart"), s.keep))
		parts.Add(s.held(SettingHistoryKeep, s.keep))
		note := smallText()
		note.SetText(i18n.T("One rule on a line, FILTER = DAYS or, in a file, FILTER = DAYS, SIZE GiB; the first that matches counts. Ages and sizes apply at once, the place with the next start."))
		parts.Add(labelled("", container.NewBorder(nil, nil, nil, middle(s.apply), note)))
		parts.Add(s.fault)
	}
	if w.o.Folder != "" {
		parts.Add(sectionTitle(i18n.T("Data")))
		parts.Add(w.folderLine())
	}
	buttons := container.NewHBox(layout.NewSpacer(), widget.NewButton(i18n.T("Close"), w.closeSheet))
	return container.NewBorder(nil, buttons, nil, nil, container.NewVScroll(container.NewPadded(parts)))
}

// withUnit is a field with its unit behind it.
func withUnit(e *widgets.Entry, unit string) fyne.CanvasObject {
	return container.NewBorder(nil, nil, nil, widget.NewLabel(unit), e)
}

// held says that the command line holds a setting, whose field cannot be used
// then.
func (s *settingsSheet) held(what Setting, field fyne.Disableable) fyne.CanvasObject {
	l := smallText()
	line := labelled("", l)
	flag := ""
	if p := s.w.o.Program; p != nil {
		flag = p.Held(what)
	}
	if flag == "" {
		line.Hide()
		return line
	}
	field.Disable()
	l.Importance = widget.WarningImportance
	l.SetText(i18n.Tf("The command line holds this: %s. Start without it to choose here.", flag))
	return line
}

// fillMemory offers the budgets.
func (s *settingsSheet) fillMemory() {
	now := s.w.o.Settings.MemoryMiB
	var labels []string
	chosen := 0
	choices := memoryChoices(now)
	for i, c := range choices {
		labels = append(labels, c.label)
		if c.mib == now {
			chosen = i
		}
	}
	s.memory.SetOptions(labels)
	s.memory.SetSelectedIndex(chosen)
	s.memory.OnChanged = func(string) {
		s.w.o.Settings.MemoryMiB = choices[max(0, s.memory.SelectedIndex())].mib
		s.w.o.Program.SetMemory(s.w.o.Settings.MemoryMiB)
		s.w.saveNow()
	}
}

// applyHistory keeps what the fields of the record say.
func (s *settingsSheet) applyHistory() {
	t := historyText{s.place.Text, s.days.Text, s.gib.Text, s.keep.Text}
	want, err := t.settings()
	if err == nil {
		err = s.w.o.Program.SetHistory(want)
	}
	setShown(s.fault, err != nil)
	if err != nil {
		s.fault.SetText(sentence(errorText(err)))
		return
	}
	s.w.o.Settings.History = want
	if s.w.saveNow() {
		s.w.notices.add(toastInfo, i18n.T("The settings of the record are kept"), "")
	}
}

// follow shows what is in use while the sheet is open.
func (s *settingsSheet) follow(ctx context.Context) {
	if s.w.o.Program == nil {
		return
	}
	store, program := s.w.o.Store, s.w.o.Program
	s.w.left.Go(func() {
		beat := time.NewTicker(time.Second)
		defer beat.Stop()
		for {
			st := store.Stats()
			used, record := memoryText(&st), recordText(program.Record(ctx))
			s.w.Do(func() {
				setText(s.used, used)
				setText(s.record, record)
			})
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
			}
		}
	})
}

// recordText says where is recorded and how much is kept.
func recordText(place string, u history.Usage, err error) string {
	switch {
	case place == "":
		return i18n.T("Nothing is recorded: recording is off.")
	case err != nil:
		return place + ": " + errorText(err)
	case u.Oldest.IsZero():
		return i18n.Tf("%s: empty yet.", place)
	}
	return i18n.Tf("%s: %s on disk, %s messages and %s numbers since %s.", place, formatBytes(int(u.Bytes)),
		formatCount(int(u.Messages)), formatCount(int(u.Samples)), u.Oldest.Local().Format("2006-01-02 15:04"))
}

// useTheme changes the theme by its name in the settings.
func (w *Window) useTheme(name string) {
	w.o.Settings.Theme = name
	w.o.App.Settings().SetTheme(themeFor(name))
}

// saveNow saves the settings at once; it reports, and says, when it cannot.
func (w *Window) saveNow() bool {
	if err := w.save(); err != nil {
		w.notices.add(toastError, i18n.Tf("Settings not saved: %s", errorText(err)), "")
		return false
	}
	return true
}
