package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// undoTime is how long a deletion can be taken back. Nothing is deleted before.
const undoTime = 8 * time.Second

// secondThoughts holds a deletion of retained messages back for a while, with a bar
// that counts down and takes it back. It belongs to the main goroutine.
type secondThoughts struct {
	deps pageDeps
	// carry deletes topics, once the time has passed.
	carry func(topics []string)
	bar   fyne.CanvasObject
	text  *widget.Label
	now   func() time.Time
	after func(time.Duration, func()) *time.Timer

	doomed []string // to be deleted at due
	due    time.Time
	timer  *time.Timer
	serial int // of the deletions
}

func newSecondThoughts(d pageDeps, carry func(topics []string)) *secondThoughts {
	s := &secondThoughts{deps: d, carry: carry, text: widget.NewLabel(""), now: time.Now, after: time.AfterFunc}
	s.text.Truncation = fyne.TextTruncateEllipsis
	take := widget.NewButtonWithIcon(i18n.T("Undo"), theme.ContentUndoIcon(), s.takeBack)
	take.Importance = widget.HighImportance
	s.bar = newCard(container.New(layout.NewBorderLayout(nil, nil, nil, take), s.text, take))
	s.bar.Hide()
	return s
}

// pending tells whether a deletion is held back.
func (s *secondThoughts) pending() bool { return len(s.doomed) > 0 }

// doom deletes topics once the time for second thoughts has passed.
func (s *secondThoughts) doom(topics []string) {
	s.doomed, s.due = slices.Clone(topics), s.now().Add(undoTime)
	s.serial++
	this := s.serial
	s.timer = s.after(undoTime, func() { s.deps.do(func() { s.carryOut(this) }) })
	s.show(s.now())
	s.deps.poke()
}

// takeBack lets the messages be.
func (s *secondThoughts) takeBack() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.doomed = nil
	s.show(s.now())
	s.deps.poke()
}

// carryOut deletes what was doomed, unless that deletion was taken back.
func (s *secondThoughts) carryOut(serial int) {
	topics := s.doomed
	if len(topics) == 0 || serial != s.serial {
		return
	}
	s.doomed = nil
	s.show(s.now())
	s.carry(topics)
}

// show counts down.
func (s *secondThoughts) show(now time.Time) {
	setShown(s.bar, s.pending())
	if !s.pending() {
		return
	}
	what := s.doomed[0]
	if len(s.doomed) > 1 {
		what = i18n.N("%d retained message", "%d retained messages", len(s.doomed))
	}
	setText(s.text, i18n.Tf("Deleting %s in %s", what, formatDuration(max(0, s.due.Sub(now)).Truncate(time.Second))))
}
