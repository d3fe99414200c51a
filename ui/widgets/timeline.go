package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// TimelineMark is something at a moment.
type TimelineMark struct {
	At    time.Time
	Title string
	// Bookmark is set when somebody put it there; else Ink colours what happened.
	Bookmark bool
	Ink      fyne.ThemeColorName
}

// TimelineSpan is a stretch of which the record is not whole.
type TimelineSpan struct {
	From, To time.Time
	Title    string
}

// TimelineData is what a Timeline shows. Its slices must not change any more.
type TimelineData struct {
	// From and To are the ends of what is in view.
	From, To time.Time
	// Now is the latest moment there is, First the earliest; zero First when
	// nothing is known of it.
	Now, First time.Time
	// Density is how much there is in columns of DensityStep from DensityFrom on.
	DensityFrom time.Time
	DensityStep time.Duration
	Density     []float64
	Gaps        []TimelineSpan
	Marks       []TimelineMark // in order
	// At is the moment shown, zero for live.
	At time.Time
	// Note is said across it, empty for nothing.
	Note string
}

// Timeline is a stretch of time to move about in: drag or tap goes to a moment,
// the right end is live, the wheel moves the stretch.
type Timeline struct {
	widget.BaseWidget

	// OnSeek asks for a moment; done is false while the pointer is still held.
	OnSeek func(at time.Time, done bool)
	// OnLive asks for what is now.
	OnLive func()
	// OnPan asks to move the stretch by a share of its length.
	OnPan func(share float64)
	// OnKey is told of keys while it has the keyboard.
	OnKey func(fyne.KeyName)

	data    TimelineData
	hover   float32
	inside  bool
	drag    bool
	dragX   float32
	focused bool
	view    *timelineRenderer
}

var (
	_ fyne.Tappable     = (*Timeline)(nil)
	_ fyne.Draggable    = (*Timeline)(nil)
	_ fyne.Scrollable   = (*Timeline)(nil)
	_ fyne.Focusable    = (*Timeline)(nil)
	_ desktop.Hoverable = (*Timeline)(nil)
)

// NewTimeline makes an empty timeline.
func NewTimeline() *Timeline {
	t := &Timeline{}
	t.ExtendBaseWidget(t)
	return t
}

// Set shows d.
func (t *Timeline) Set(d TimelineData) {
	same := t.data.same(&d)
	t.data = d
	if !same {
		t.update(true)
	}
}

// Data is what is shown.
func (t *Timeline) Data() TimelineData { return t.data }

// same tells whether d shows the same as e.
func (d *TimelineData) same(e *TimelineData) bool {
	return d.From.Equal(e.From) && d.To.Equal(e.To) && d.First.Equal(e.First) && d.At.Equal(e.At) && d.Note == e.Note &&
		d.DensityFrom.Equal(e.DensityFrom) && d.DensityStep == e.DensityStep && sameSlice(d.Density, e.Density) &&
		sameSlice(d.Gaps, e.Gaps) && sameSlice(d.Marks, e.Marks)
}

// sameSlice tells whether a and b are one slice.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// TimeAt is the moment at x; XAt where a moment is.
func (t *Timeline) TimeAt(x float32) time.Time {
	share := float64(x) / float64(max(t.Size().Width, 1))
	return t.data.From.Add(time.Duration(share * float64(t.data.To.Sub(t.data.From))))
}

// XAt is where a moment is, beyond the widget when it is not in view.
func (t *Timeline) XAt(at time.Time) float32 {
	span := t.data.To.Sub(t.data.From)
	if span <= 0 {
		return 0
	}
	return t.Size().Width * float32(float64(at.Sub(t.data.From))/float64(span))
}

// liveReach is how near to now the pointer has to be to mean live.
const liveReach = 8

// atNow tells whether the right end is now, or nearly.
func (t *Timeline) atNow() bool {
	d := &t.data
	return !d.Now.After(d.To.Add(d.To.Sub(d.From) / 50))
}

// goTo emits what x means.
func (t *Timeline) goTo(x float32, done bool) {
	d := &t.data
	if !d.To.After(d.From) {
		return
	}
	x = max(0, min(x, t.Size().Width))
	at := t.TimeAt(x)
	if end := min(t.XAt(d.Now), t.Size().Width); t.atNow() && x >= end-liveReach {
		if t.OnLive != nil {
			t.OnLive()
		}
		return
	}
	switch {
	case at.After(d.Now):
		at = d.Now
	case at.Before(d.First):
		at = d.First
	}
	if t.OnSeek != nil {
		t.OnSeek(at, done)
	}
}

// Tapped implements fyne.Tappable.
func (t *Timeline) Tapped(e *fyne.PointEvent) { t.goTo(e.Position.X, true) }

// Dragged implements fyne.Draggable.
func (t *Timeline) Dragged(e *fyne.DragEvent) {
	t.drag, t.dragX = true, max(0, min(e.Position.X, t.Size().Width))
	t.hover, t.inside = t.dragX, true
	t.goTo(t.dragX, false)
	t.update(false)
}

// DragEnd implements fyne.Draggable.
func (t *Timeline) DragEnd() {
	if t.drag {
		t.drag = false
		t.goTo(t.dragX, true)
		t.update(false)
	}
}

// Scrolled implements fyne.Scrollable.
func (t *Timeline) Scrolled(e *fyne.ScrollEvent) {
	const share = 0.2
	by := e.Scrolled.DX - e.Scrolled.DY
	switch {
	case by == 0 || t.OnPan == nil:
	case by > 0:
		t.OnPan(share)
	default:
		t.OnPan(-share)
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Timeline) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (t *Timeline) MouseMoved(e *desktop.MouseEvent) {
	t.hover, t.inside = e.Position.X, true
	t.update(false)
}

// MouseOut implements desktop.Hoverable.
func (t *Timeline) MouseOut() {
	t.inside = false
	t.update(false)
}

// FocusGained implements fyne.Focusable.
func (t *Timeline) FocusGained() { t.focused = true; t.update(false) }

// FocusLost implements fyne.Focusable.
func (t *Timeline) FocusLost() { t.focused = false; t.update(false) }

// TypedRune implements fyne.Focusable.
func (t *Timeline) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *Timeline) TypedKey(e *fyne.KeyEvent) {
	if t.OnKey != nil {
		t.OnKey(e.Name)
	}
}

func (t *Timeline) update(picture bool) {
	if t.view != nil {
		t.view.update(picture)
	}
}
