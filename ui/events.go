package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// newEventRows makes a list of events; choosing one goes to its device.
func newEventRows(d pageDeps) *widgets.Rows {
	r := widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 92}, {Width: 130, Weight: 1}, {Width: 200, Weight: 3}})
	r.OnActivate = func(key string) {
		seq, err := strconv.ParseUint(key, 10, 64)
		if err != nil {
			return
		}
		for _, e := range d.stores.shown().Events(seq-1, 1<<20) {
			if e.Seq == seq && e.Device != "" {
				d.openDevice(e.Device)
			}
		}
	}
	return r
}

// eventRows are events as lines, as they came.
func eventRows(events []model.Event, _ time.Time) []widgets.Row {
	rows := make([]widgets.Row, len(events))
	for i := range events {
		e := &events[i]
		text, ink := eventText(e)
		rows[i] = widgets.Row{Key: strconv.FormatUint(e.Seq, 10), Status: eventStatus(e), Cells: []widgets.Cell{
			{Text: formatClock(e.At), Color: widgets.ColorMuted}, {Text: eventSubject(e)}, {Text: text, Color: ink},
		}}
	}
	return rows
}

func eventStatus(e *model.Event) widgets.Status {
	if e.Kind == model.EventLiveness {
		return statusOf(e.To)
	}
	return widgets.StatusNone
}

// eventSubject is whom an event is about.
func eventSubject(e *model.Event) string {
	switch {
	case e.Device != "":
		return model.DisplayName(e.Device)
	case e.Client != "":
		return e.Client
	}
	return e.Addr
}

// eventText says what happened, and in what colour. What others wrote into an
// event is shown as they wrote it.
func eventText(e *model.Event) (string, fyne.ThemeColorName) {
	text := e.Text
	if e.Phrase != nil {
		text = sayPhrase(*e.Phrase)
	}
	switch e.Kind {
	case model.EventLiveness:
		return livenessText(e), widgets.StatusColor(statusOf(e.To))
	case model.EventSessionOpened:
		return i18n.Tf("connected from %s", e.Addr), widgets.ColorMuted
	case model.EventSessionClosed:
		return i18n.Tf("session ended: %s", i18n.T(e.Text)), widgets.ColorMuted
	case model.EventRefused:
		return i18n.Tf("refused: %s", text), widgets.ColorSilent
	case model.EventDenied:
		return i18n.Tf("denied: %s", text), widgets.ColorSilent
	case model.EventDelay:
		return text, widgets.ColorLate
	case model.EventCommand:
		if e.Serious {
			return text, widgets.ColorLost
		}
		return text, ""
	case model.EventTrouble:
		return text, widgets.ColorSilent
	}
	return text, ""
}

func livenessText(e *model.Event) string {
	switch e.To {
	case model.Alive:
		return i18n.Tf("is back, was %s", say(e.From))
	case model.Late:
		return i18n.T("is late")
	case model.Silent:
		return i18n.T("fell silent")
	case model.Offline:
		return i18n.T("said goodbye")
	case model.Lost:
		return i18n.T("was lost")
	}
	return i18n.Tf("is %s", say(e.To))
}
