package ui

import (
	"image"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// victimStrip shows that the device which the impostor goes for never blinks: its
// liveness, the age of its latest message, and the course of that age.
type victimStrip struct {
	deps pageDeps

	body  *fyne.Container
	shape *widgets.StatusShape
	text  *widget.Label
	trace *canvas.Image
	toMap *widget.Button
	root  string

	view victimView // presenter's goroutine
}

// Bounds of the trace of ages: two minutes, twice a second.
const (
	victimSamples = 240
	victimStep    = 500 * time.Millisecond
	traceWidth    = 240
	traceHeight   = 30
)

// victimView is what was seen of the victim since the impostor's release.
type victimView struct {
	root    string
	started time.Time
	at      time.Time
	ages    []float64 // seconds, the oldest first
	longest time.Duration
}

func newVictimStrip(d pageDeps) *victimStrip {
	s := &victimStrip{deps: d, shape: widgets.NewStatusShape(widgets.StatusUnknown, 18), text: widget.NewLabel("")}
	s.text.Wrapping = fyne.TextWrapWord
	s.trace = &canvas.Image{FillMode: canvas.ImageFillStretch}
	s.trace.SetMinSize(fyne.NewSize(traceWidth, traceHeight))
	s.toMap = widget.NewButtonWithIcon(i18n.T("Map"), theme.SearchIcon(), func() { d.openMap(s.root) })
	lead := container.NewCenter(s.shape)
	tail := container.NewHBox(container.NewCenter(s.trace), s.toMap)
	s.body = newCard(container.New(layout.NewBorderLayout(nil, nil, lead, tail), lead, middle(s.text), tail))
	return s
}

// observe notes how old the victim's latest message is.
func (v *victimView) observe(root string, started time.Time, age time.Duration, now time.Time) {
	if v.root != root || !v.started.Equal(started) {
		*v = victimView{root: root, started: started}
	}
	v.longest = max(v.longest, age)
	if now.Sub(v.at) < victimStep {
		return
	}
	v.at = now
	v.ages = append(v.ages, age.Seconds())
	v.ages = v.ages[max(0, len(v.ages)-victimSamples):]
}

func (s *victimStrip) frame(now time.Time, i *watch.Impostor) func() {
	d, ok := s.deps.store.Device(i.Victim, 0)
	if !ok {
		return func() {
			s.shape.SetStatus(widgets.StatusUnknown)
			setText(s.text, i18n.T("The device that the impostor goes for was not heard yet."))
			setShown(s.toMap, false)
		}
	}
	age := max(0, now.Sub(d.Evidence.LastSeen))
	s.view.observe(i.Victim, i.Started, age, now)
	blinks := 0
	if !i.Started.IsZero() {
		blinks = countBlinks(s.deps.store.Events(0, eventsSearched), i)
	}
	text := victimText(&d, &s.view, blinks, !i.Started.IsZero(), age)
	picture := s.picture()
	return func() {
		s.root = d.Root
		s.shape.SetStatus(statusOf(d.Liveness))
		setText(s.text, text)
		setShown(s.toMap, d.HasPosition)
		s.trace.Image = picture
		s.trace.Refresh()
	}
}

// calmAge is the top of the trace's scale in seconds, unless a pause was longer:
// a device that reports every second draws a calm line.
const calmAge = 10

// picture is the course of the ages over the last two minutes, now at the right.
func (s *victimStrip) picture() *image.RGBA {
	const sharp = 2
	values := make([]float64, victimSamples)
	for i := range values {
		values[i] = math.NaN()
	}
	copy(values[victimSamples-len(s.view.ages):], s.view.ages)
	style := s.deps.looks.get().spark
	style.Max = max(calmAge, s.view.longest.Seconds())
	return plot.Spark(values, traceWidth*sharp, traceHeight*sharp, style)
}

// eventsSearched is in how many of the latest events a blink is looked for.
const eventsSearched = 2000

// countBlinks counts how often the victim was anything but alive since the
// impostor's release.
func countBlinks(events []model.Event, i *watch.Impostor) int {
	n := 0
	for k := range events {
		e := &events[k]
		if e.Kind == model.EventLiveness && e.Device == i.Victim && e.To != model.Alive && e.At.After(i.Started) && (i.Ended.IsZero() || e.At.Before(i.Ended)) {
			n++
		}
	}
	return n
}

// victimText says how the victim fares.
func victimText(d *model.DeviceInfo, v *victimView, blinks int, released bool, age time.Duration) string {
	text := i18n.Tf("The true %s is %s and speaks", d.Name, say(d.Liveness))
	if age >= 2*time.Second {
		text = i18n.Tf("The true %s is %s, it spoke %s ago", d.Name, say(d.Liveness), formatAge(age))
	}
	switch {
	case !released:
		return text
	case blinks == 0:
		return text + "; " + i18n.Tf("never blinked, longest pause %s", formatDuration(v.longest.Round(100*time.Millisecond)))
	}
	return text + "; " + times(blinks)
}

// times says how often it blinked.
func times(n int) string {
	if n == 2 {
		return i18n.T("blinked twice")
	}
	return i18n.N("blinked once", "blinked %d times", n)
}
