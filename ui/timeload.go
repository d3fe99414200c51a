package ui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// loadSeries is where the historian records how many messages a second it heard,
// every loadEvery.
var loadSeries = model.SeriesKey{Topic: "$SYS/pilothouse/recorded/messages"}

const loadEvery = 10 * time.Second

// Bounds of what the time bar shows.
const (
	timeColumns   = 120 // of density
	timeParts     = 8   // the stretch is asked for events in so many parts
	timePartEvent = 400 // of which each gives at most so many
	timeMaxMarks  = 400
	timeRenew     = 5 * time.Second // what is in view is asked for anew so often
	timePatience  = 20 * time.Second
	alarmsBefore  = 24 * time.Hour // how long before the stretch alarms are looked for
)

// timeRecord is what is known of a stretch of time.
type timeRecord struct {
	from, to    time.Time // the stretch
	first, last time.Time // of all that was recorded; zero when nothing was
	densityFrom time.Time
	densityStep time.Duration
	density     []float64
	gaps        []widgets.TimelineSpan
	marks       []widgets.TimelineMark
	bookmarks   []history.Bookmark // all there are, in order
	alarms      []history.Alarm    // changes of alarms, the oldest first
	loaded      time.Time
	err         error
}

// timeLoad reads what the time bar shows, away from the main goroutine and the
// presenter's, one reading at a time.
type timeLoad struct {
	ctx     context.Context
	history History
	changed func()
	group   sync.WaitGroup

	mu     sync.Mutex
	busy   bool
	forced bool
	record *timeRecord
}

// get is what is known of a stretch, at once; it starts to find out more when
// that is old or of another stretch.
func (l *timeLoad) get(from, to, now time.Time) *timeRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.record
	column := to.Sub(from) / timeColumns
	old := r == nil || l.forced || now.Sub(r.loaded) > timeRenew || absolute(r.from.Sub(from)) > column || absolute(r.to.Sub(to)) > max(column, timeRenew)
	if old && !l.busy && l.ctx.Err() == nil {
		if reader := l.history.Reader(); reader != nil {
			l.busy, l.forced = true, false
			l.group.Go(func() { l.load(reader, from, to) })
		}
	}
	if r == nil {
		return &timeRecord{}
	}
	return r
}

func absolute(d time.Duration) time.Duration { return max(d, -d) }

// renew forgets nothing, but has everything read anew.
func (l *timeLoad) renew() {
	l.mu.Lock()
	l.forced = true
	l.mu.Unlock()
	l.changed()
}

func (l *timeLoad) load(reader history.Reader, from, to time.Time) {
	ctx, cancel := context.WithTimeout(l.ctx, timePatience)
	defer cancel()
	r := readTime(ctx, reader, from, to)
	r.loaded = time.Now()
	l.mu.Lock()
	l.busy = false
	if r.err == nil || l.record == nil {
		l.record = r
	} else {
		again := *l.record // the old picture is better than none
		again.loaded, again.err = r.loaded, r.err
		l.record = &again
	}
	l.mu.Unlock()
	l.changed()
}

// readTime reads what is known of a stretch. A stretch without a beginning is all
// that was recorded.
func readTime(ctx context.Context, reader history.Reader, from, to time.Time) *timeRecord {
	r := &timeRecord{from: from, to: to}
	var ok bool
	if r.first, r.last, ok, r.err = reader.Span(ctx); r.err != nil || !ok {
		return r
	}
	if from.IsZero() {
		from = r.first
	}
	if !from.Before(to) {
		return r
	}
	r.densityStep = max(to.Sub(from)/timeColumns, loadEvery)
	n := max(1, int(to.Sub(from)/r.densityStep))
	r.densityFrom = to.Add(-time.Duration(n) * r.densityStep)
	columns, err := reader.Columns(ctx, loadSeries, r.densityFrom, to, n)
	if r.err = err; err != nil {
		return r
	}
	for i := range columns {
		r.density = append(r.density, columns[i].Mean)
	}
	gaps, err := reader.Gaps(ctx, from, to)
	if r.err = err; err != nil {
		return r
	}
	for i := range gaps {
		r.gaps = append(r.gaps, widgets.TimelineSpan{From: gaps[i].From, To: gaps[i].To, Title: orElse(gaps[i].Why, gaps[i].Kind.String())})
	}
	if r.bookmarks, r.err = reader.Bookmarks(ctx, r.first.Add(-time.Hour), to.Add(time.Hour)); r.err != nil {
		return r
	}
	// What began before may be active still.
	if r.alarms, r.err = reader.Alarms(ctx, from.Add(-alarmsBefore), from, timeMaxMarks); r.err != nil {
		return r
	}
	r.err = r.readMarks(ctx, reader, from, to)
	return r
}

// readMarks gathers what happened: serious events, alarms and bookmarks.
func (r *timeRecord) readMarks(ctx context.Context, reader history.Reader, from, to time.Time) error {
	part := to.Sub(from)/timeParts + 1
	for at := from; at.Before(to); at = at.Add(part) {
		events, err := reader.Events(ctx, at, earlier(at.Add(part), to), timePartEvent)
		if err != nil {
			return err
		}
		alarms, err := reader.Alarms(ctx, at, earlier(at.Add(part), to), timePartEvent)
		if err != nil {
			return err
		}
		for i := range events {
			if ink := eventInk(&events[i]); ink != "" {
				text, _ := eventText(&events[i])
				r.mark(widgets.TimelineMark{At: events[i].At, Title: eventSubject(&events[i]) + " " + text, Ink: ink})
			}
		}
		r.alarms = append(r.alarms, alarms...)
		for i := range alarms {
			if alarms[i].State == history.AlarmActive {
				r.mark(widgets.TimelineMark{At: alarms[i].At, Title: alarms[i].Text, Ink: widgets.ColorLost})
			}
		}
	}
	for _, b := range r.bookmarks {
		r.marks = append(r.marks, widgets.TimelineMark{At: b.At, Title: b.Title, Bookmark: true})
	}
	return nil
}

func (r *timeRecord) mark(m widgets.TimelineMark) {
	if len(r.marks) < timeMaxMarks {
		r.marks = append(r.marks, m)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// eventInk is the colour of an event that is worth a mark on the time bar, else
// empty.
func eventInk(e *model.Event) fyne.ThemeColorName {
	switch {
	case e.Kind == model.EventLiveness && (e.To == model.Silent || e.To == model.Lost):
		return widgets.StatusColor(statusOf(e.To))
	case e.Kind == model.EventSecondWriter:
		return widgets.ColorImpostor
	case e.Serious:
		return widgets.ColorLost
	}
	return ""
}
