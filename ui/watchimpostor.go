package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// impostorSection lets the demo's rogue client loose: what it tries and what
// becomes of it, what the true device does meanwhile, and the defences, which
// can be switched off to see what they are for.
type impostorSection struct {
	acts     *watchActs
	impostor Impostor

	score, state                  *widget.Label
	release, stepping, step, stop *widget.Button
	victim                        *victimStrip
	trials, defences              *widgets.Rows
	note                          *widget.Label
	body                          fyne.CanvasObject
	shownDefences                 []watch.Defence
}

func newImpostorSection(a *watchActs, i Impostor) *impostorSection {
	s := &impostorSection{acts: a, impostor: i, victim: newVictimStrip(a.deps)}
	s.score, s.state = widget.NewLabel(""), widget.NewLabel("")
	s.score.TextStyle.Bold = true
	s.score.SizeName = theme.SizeNameHeadingText
	s.state.Importance = widget.LowImportance
	s.state.Truncation = fyne.TextTruncateEllipsis
	act := func(do func()) func() { return func() { do(); a.deps.poke() } }
	s.release = widget.NewButtonWithIcon(i18n.T("Release the impostor"), theme.MediaPlayIcon(), act(func() { i.Release(false) }))
	s.release.Importance = widget.HighImportance
	s.stepping = widget.NewButton(i18n.T("Step by step"), act(func() { i.Release(true) }))
	s.step = widget.NewButtonWithIcon(i18n.T("Next attack"), theme.MediaSkipNextIcon(), act(i.Step))
	s.step.Importance = widget.HighImportance
	s.stop = widget.NewButtonWithIcon(i18n.T("Stop"), theme.MediaStopIcon(), act(i.Stop))
	s.trials = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Attack"), Width: 190, Weight: 2}, {Title: i18n.T("Over"), Width: 64, Optional: true}, {Title: i18n.T("Became"), Width: 88, Holds: outcomeWords()}, {Title: i18n.T("Took"), Width: 60, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("How it went"), Width: 150, Weight: 3},
	})
	s.defences = widgets.NewRows([]widgets.Column{{Title: i18n.T("Defence"), Width: 150, Weight: 3}, {Title: "", Width: 44, Holds: []string{i18n.T("on"), i18n.T("OFF")}}})
	s.defences.OnCell = func(key string, column int) {
		if column == 1 {
			s.toggle(key)
		}
	}
	s.defences.OnActivate = s.toggle
	s.note = widget.NewLabel(i18n.T("Tap on or off to switch a defence, for the demo alone: with it off, the attack succeeds."))
	s.note.Wrapping = fyne.TextWrapWord
	s.note.Importance = widget.LowImportance
	buttons := container.NewHBox(s.release, s.stepping, s.step, s.stop)
	head := container.New(layout.NewBorderLayout(nil, nil, s.score, buttons), s.score, middle(s.state), buttons)
	right := container.NewBorder(s.note, nil, nil, nil, s.defences)
	split := container.NewHSplit(s.trials, right)
	split.Offset = 0.72
	top := container.NewVBox(head, s.victim.body)
	s.body = container.New(layout.NewBorderLayout(top, nil, nil, nil), top, split)
	return s
}

func (s *impostorSection) object() fyne.CanvasObject { return s.body }

// toggle switches a defence off or on again.
func (s *impostorSection) toggle(key string) {
	for _, d := range s.shownDefences {
		if d.Key == key {
			s.impostor.SetDefence(key, !d.Off)
			s.acts.deps.poke()
		}
	}
}

func (s *impostorSection) frame(now time.Time) func() {
	st, defences := s.impostor.State(), s.impostor.Defences()
	trials, shields := make([]widgets.Row, len(st.Trials)), make([]widgets.Row, len(defences))
	latest := -1
	for i := range st.Trials {
		trials[i] = trialRow(i, &st.Trials[i])
		if st.Trials[i].Outcome != watch.Waiting {
			latest = i
		}
	}
	for i := range defences {
		shields[i] = defenceRow(&defences[i])
	}
	score := st.Score()
	text, over := scoreText(score), stateText(&st, now)
	importance := widget.MediumImportance
	if score.Succeeded > 0 {
		importance = widget.DangerImportance
	}
	victim := s.victim.frame(now, &st)
	return func() {
		s.shownDefences = defences
		if s.score.Importance != importance {
			s.score.Importance = importance
			s.score.Refresh()
		}
		setText(s.score, text)
		setText(s.state, over)
		setShown(s.release, !st.Running)
		setShown(s.stepping, !st.Running)
		setShown(s.step, st.Running && st.Stepping)
		setShown(s.stop, st.Running)
		s.trials.SetRows(len(trials), 0, trials)
		if st.Running && latest >= 0 && s.trials.Selected() == "" {
			s.trials.ScrollTo(latest)
		}
		s.defences.SetRows(len(shields), 0, shields)
		victim()
	}
}

// scoreText says how the impostor did.
func scoreText(s watch.Score) string {
	switch {
	case s.Done() == 0:
		return i18n.N("%d attack", "%d attacks", s.Total)
	case s.Succeeded > 0:
		return i18n.Tf("%d of %d succeeded", s.Succeeded, s.Total)
	}
	return i18n.Tf("%d of %d refused", s.Refused, s.Total)
}

// stateText says what the impostor is about.
func stateText(i *watch.Impostor, now time.Time) string {
	s := i.Score()
	text := i18n.T("A rogue client tries to be the ferry, one attack after another and for real.")
	switch {
	case i.Err != "":
		text = i18n.T(i.Err)
	case i.Running && i.Stepping:
		text = i18n.Tf("Waits for the next step, %s since its release", formatDuration(now.Sub(i.Started).Truncate(time.Second)))
	case i.Running:
		text = i18n.Tf("At work for %s", formatDuration(now.Sub(i.Started).Truncate(time.Second)))
	case !i.Ended.IsZero():
		text = i18n.Tf("Over at %s, after %s", formatClock(i.Ended), formatDuration(i.Ended.Sub(i.Started).Truncate(time.Second)))
	}
	if s.Succeeded > 0 {
		text = i18n.Tf("%d refused.", s.Refused) + " " + text
	}
	if s.Unproven > 0 {
		text += ". " + i18n.Tf("%d could not be carried out and prove nothing", s.Unproven)
	}
	return text
}

// trialRow is an attack as a line.
func trialRow(i int, t *watch.Trial) widgets.Row {
	status, ink := widgets.StatusNone, widgets.ColorMuted
	switch t.Outcome {
	case watch.Waiting:
		status = widgets.StatusUnknown
	case watch.Trying:
		status, ink = widgets.StatusCaution, widgets.ColorAccent
	case watch.Refused:
		status, ink = widgets.StatusVouched, ""
	case watch.Succeeded:
		status, ink = widgets.StatusImpostor, widgets.ColorImpostor
	case watch.Unproven:
		status, ink = widgets.StatusOffline, widgets.ColorLate
	}
	took := ""
	if t.Took > 0 {
		took = formatDuration(t.Took)
	}
	return widgets.Row{Key: strconv.Itoa(i), Status: status, Dim: t.Outcome == watch.Waiting, Cells: []widgets.Cell{
		{Text: i18n.T(t.Name)}, {Text: t.Transport, Color: widgets.ColorMuted}, {Text: say(t.Outcome), Color: ink, Bold: t.Outcome == watch.Succeeded},
		{Text: took, Color: widgets.ColorMuted}, {Text: sayPhrase(t.Detail), Color: widgets.ColorMuted},
	}}
}

// defenceRow is a defence with its switch as a line.
func defenceRow(d *watch.Defence) widgets.Row {
	row := widgets.Row{Key: d.Key, Status: widgets.StatusVouched, Cells: []widgets.Cell{{Text: i18n.T(d.Name)}, {Text: i18n.T("on"), Color: widgets.ColorAccent}}}
	if d.Off {
		row.Status = widgets.StatusImpostor
		row.Cells[0].Color, row.Cells[1] = widgets.ColorImpostor, widgets.Cell{Text: i18n.T("OFF"), Color: widgets.ColorImpostor, Bold: true}
	}
	return row
}
