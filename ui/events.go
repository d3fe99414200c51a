package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
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

// eventText says what happened, and in what colour.
func eventText(e *model.Event) (string, fyne.ThemeColorName) {
	switch e.Kind {
	case model.EventLiveness:
		return livenessText(e), widgets.StatusColor(statusOf(e.To))
	case model.EventSessionOpened:
		return "connected from " + e.Addr, widgets.ColorMuted
	case model.EventSessionClosed:
		return "session ended: " + e.Text, widgets.ColorMuted
	case model.EventRefused:
		return "refused: " + e.Text, widgets.ColorSilent
	case model.EventDenied:
		return "denied: " + e.Text, widgets.ColorSilent
	case model.EventDelay:
		return e.Text, widgets.ColorLate
	case model.EventCommand:
		if e.Serious {
			return e.Text, widgets.ColorLost
		}
		return e.Text, ""
	case model.EventTrouble:
		return e.Text, widgets.ColorSilent
	}
	return e.Text, ""
}

func livenessText(e *model.Event) string {
	switch e.To {
	case model.Alive:
		return "is back, was " + e.From.String()
	case model.Late:
		return "is late"
	case model.Silent:
		return "fell silent"
	case model.Offline:
		return "said goodbye"
	case model.Lost:
		return "was lost"
	}
	return "is " + e.To.String()
}
