package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// recordingEntry says in the status bar how recording goes, and the particulars
// when it is tapped.
type recordingEntry struct {
	deps    pageDeps
	history History // nil when it was switched off
	button  *widget.Button
}

func newRecordingEntry(d pageDeps, h History) *recordingEntry {
	e := &recordingEntry{deps: d, history: h}
	e.button = widget.NewButtonWithIcon(i18n.T("Not recording yet"), theme.MediaRecordIcon(), e.open)
	e.button.Importance = widget.LowImportance
	return e
}

// recordingLook is what the entry shows.
type recordingLook struct {
	text       string
	importance widget.Importance
}

// behindMessages is how many messages wait when recording is behind: a second's
// worth of the heaviest load, far more than ever wait for a disk that keeps up.
const behindMessages = 50_000

// look tells how recording goes in a few words; any goroutine may ask.
func (e *recordingEntry) look() recordingLook {
	if e.history == nil {
		return recordingLook{i18n.T("Not recording"), widget.LowImportance}
	}
	s, on, err := e.history.Status()
	return lookOfRecording(&s, on, err)
}

func lookOfRecording(s *history.Status, on bool, err error) recordingLook {
	l := recordingLook{i18n.T("Recording"), widget.LowImportance}
	switch {
	case !on && err == nil:
		return recordingLook{i18n.T("Not recording yet"), widget.LowImportance}
	case !on:
		return recordingLook{i18n.T("Not recording"), widget.WarningImportance}
	case s.State == history.Full:
		l = recordingLook{i18n.T("Disk full: not recording"), widget.DangerImportance}
	case s.State == history.Spooling:
		l = recordingLook{i18n.T("Database away: kept here"), widget.WarningImportance}
	case s.State == history.Failing:
		l = recordingLook{i18n.T("Cannot record"), widget.DangerImportance}
	case s.State == history.Stopped:
		l = recordingLook{i18n.T("Not recording"), widget.WarningImportance}
	case s.Queued >= behindMessages:
		l = recordingLook{i18n.Tf("Recording, behind by %s", formatCount(s.Queued)), widget.WarningImportance}
	}
	if s.Lost > 0 { // for good: there is a gap
		l.text = i18n.Tf("%s, %s lost", l.text, formatCount(s.Lost))
		if l.importance == widget.LowImportance {
			l.importance = widget.WarningImportance
		}
	}
	return l
}

// show is for the main goroutine.
func (e *recordingEntry) show(l recordingLook) {
	if e.button.Text != l.text || e.button.Importance != l.importance {
		e.button.Importance = l.importance
		e.button.SetText(l.text)
	}
}

// open shows the particulars; how much is kept comes when it is known.
func (e *recordingEntry) open() {
	if e.history == nil {
		e.deps.toast(toastInfo, i18n.T("Recording was switched off with --history off"))
		return
	}
	s, on, err := e.history.Status()
	lines := recordingLines(&s, on, err, e.history.Retention())
	text := widget.NewLabel(strings.Join(lines, "\n"))
	d := dialog.NewCustom(i18n.T("Recording"), i18n.T("Close"), text, e.deps.win)
	d.Show()
	reader := e.history.Reader()
	if reader == nil {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(e.deps.ctx, actPatience)
		defer cancel()
		u, err := reader.Usage(ctx)
		if e.deps.ctx.Err() != nil {
			return
		}
		e.deps.do(func() { text.SetText(strings.Join(append(lines, usageLine(&u, err)), "\n")) })
	}()
}

// recordingLines say how recording goes, and what is kept for how long.
func recordingLines(s *history.Status, on bool, err error, r history.Retention) []string {
	lines := []string{lookOfRecording(s, on, err).text}
	if err == nil {
		err = s.Err
	}
	if err != nil {
		lines = append(lines, sentence(errorText(err)))
	}
	if on {
		lines = append(lines, i18n.Tf("%s messages and %s numbers since the start, %s waiting, %s lost",
			formatCount(s.Messages), formatCount(s.Samples), formatCount(s.Queued), formatCount(s.Lost)))
		lines = append(lines, i18n.Tf("The latest batch was on disk within %d ms", s.Commit.Milliseconds()))
	}
	if s.Upkeep != nil {
		lines = append(lines, i18n.Tf("Upkeep failed: %v", s.Upkeep))
	}
	for _, rule := range r.Rules {
		what := i18n.T("Everything")
		if rule.Filter != "#" {
			what = rule.Filter
		}
		line := i18n.Tf("%s: messages for %s, numbers for %s, their summaries for %s", what, keptFor(rule.Messages), keptFor(rule.Samples), keptFor(rule.Rollups))
		if rule.Bytes > 0 {
			line = i18n.Tf("%s, in at most %s", line, formatBytes(int(rule.Bytes)))
		}
		lines = append(lines, line)
	}
	if r.Bytes > 0 {
		lines = append(lines, i18n.Tf("At most %s in all; the oldest goes first", formatBytes(int(r.Bytes))))
	}
	return lines
}

// keptFor is an age in words.
func keptFor(d time.Duration) string {
	const day = 24 * time.Hour
	switch days := int(d / day); {
	case d <= 0:
		return i18n.T("ever")
	case days >= 1:
		return i18n.N("%d day", "%d days", days)
	}
	return formatDuration(d)
}

// usageLine says how much is kept.
func usageLine(u *history.Usage, err error) string {
	if err != nil {
		return i18n.Tf("How much is kept cannot be told: %v", errorText(err))
	}
	line := i18n.Tf("%s on disk: %s messages of %s, %s numbers", formatBytes(int(u.Bytes)), formatCount(int(u.Messages)), i18n.N("%d topic", "%d topics", u.Topics), formatCount(int(u.Samples)))
	if !u.Oldest.IsZero() {
		line = i18n.Tf("%s, since %s", line, formatMoment(u.Oldest))
	}
	return line
}
