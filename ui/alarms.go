package ui

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// alarmSpan is an alarm of the record from its beginning to its end.
type alarmSpan struct {
	id, source, text string
	severity         int
	began            time.Time
	ended            time.Time // zero while it is active, or when no end was recorded
}

// activeAt tells whether the alarm was active at a moment.
func (a *alarmSpan) activeAt(at time.Time) bool {
	return !a.began.After(at) && (a.ended.IsZero() || a.ended.After(at))
}

// alarmSpans joins changes of alarms, the oldest first, to alarms. The end of one
// whose beginning is not among them is left out.
func alarmSpans(changes []history.Alarm) []alarmSpan {
	var out []alarmSpan
	open := make(map[string]int)
	for i := range changes {
		c := &changes[i]
		at, active := open[c.ID]
		switch {
		case c.State == history.AlarmCleared:
			if active {
				out[at].ended = c.At
				delete(open, c.ID)
			}
		case c.State != history.AlarmActive:
		case active: // it became more or less severe
			out[at].severity, out[at].text = c.Severity, c.Text
		default:
			open[c.ID] = len(out)
			out = append(out, alarmSpan{id: c.ID, source: c.Source, text: c.Text, severity: c.Severity, began: c.At})
		}
	}
	return out
}

// listAlarms shows the alarms of the stretch in view up to the moment that is
// shown, the latest first; choosing one goes to its beginning.
func (b *timeBar) listAlarms() {
	at := b.st.at
	if at.IsZero() {
		at = time.Now()
	}
	var list []alarmSpan
	for _, a := range alarmSpans(b.marks.alarms) {
		if !a.began.After(at) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		b.deps.toast(toastInfo, i18n.T("No alarm was recorded in the time that is in view"))
		return
	}
	lines := make([]widgets.Row, len(list))
	for i := range list {
		a := &list[len(list)-1-i]
		lines[i] = widgets.Row{Key: strconv.Itoa(len(list) - 1 - i), Cells: alarmCells(a, at)}
	}
	rows := widgets.NewRows([]widgets.Column{{Title: i18n.T("Began"), Width: 176}, {Title: i18n.T("Ended"), Width: 176},
		{Title: i18n.T("Of"), Width: 120, Weight: 1}, {Title: i18n.T("Alarm"), Width: 180, Weight: 2}})
	d := dialog.NewCustom(i18n.Tf("Alarms up to %s", formatMoment(at)), i18n.T("Close"), rows, b.win)
	rows.OnActivate = func(key string) {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(list) {
			d.Hide()
			b.seek(list[i].began)
		}
	}
	rows.OnCell = func(key string, _ int) { rows.OnActivate(key) }
	rows.SetRows(len(lines), 0, lines)
	b.deps.sheet(d, fyne.NewSize(880, 400))
}

// alarmCells are the cells of an alarm as it was known at a moment.
func alarmCells(a *alarmSpan, at time.Time) []widgets.Cell {
	ended, ink := formatMoment(a.ended), fyne.ThemeColorName("")
	if a.activeAt(at) {
		ended, ink = i18n.T("active"), widgets.ColorSilent
		if a.severity > 1 {
			ink = widgets.ColorLost
		}
	}
	of := a.source[strings.LastIndexByte(a.source, '/')+1:] // the device's name, as far as topics tell
	return []widgets.Cell{{Text: formatMoment(a.began), Color: widgets.ColorMuted}, {Text: ended, Color: ink}, {Text: of}, {Text: a.text, Color: ink}}
}
