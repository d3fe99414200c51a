package widgets

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// line is a timeline of ten minutes, 600 wide, that notes its intents.
type line struct {
	*Timeline
	end   time.Time
	at    time.Time
	done  bool
	seeks int
	lives int
	pans  []float64
	keys  []fyne.KeyName
}

func newLine(t *testing.T) *line {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(testTheme{theme.VariantDark})
	l := &line{Timeline: NewTimeline(), end: time.Date(2026, 6, 1, 12, 0, 0, 0, time.Local)}
	l.OnSeek = func(at time.Time, done bool) { l.at, l.done, l.seeks = at, done, l.seeks+1 }
	l.OnLive = func() { l.lives++ }
	l.OnPan = func(share float64) { l.pans = append(l.pans, share) }
	l.OnKey = func(k fyne.KeyName) { l.keys = append(l.keys, k) }
	w := test.NewTempWindow(t, l)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, timelineHeight))
	l.Set(TimelineData{From: l.end.Add(-10 * time.Minute), To: l.end, Now: l.end, First: l.end.Add(-8 * time.Minute),
		DensityFrom: l.end.Add(-5 * time.Minute), DensityStep: time.Minute, Density: []float64{1, 4, 0, 9},
		Gaps:  []TimelineSpan{{From: l.end.Add(-4 * time.Minute), To: l.end.Add(-3 * time.Minute), Title: "not running"}},
		Marks: []TimelineMark{{At: l.end.Add(-2 * time.Minute), Title: "lost", Ink: ColorLost}, {At: l.end.Add(-time.Minute), Title: "look here", Bookmark: true}}})
	return l
}

func (l *line) tap(x float32) {
	l.Tapped(&fyne.PointEvent{Position: fyne.NewPos(x, 20)})
}

func TestTimelineSeeks(t *testing.T) {
	l := newLine(t)
	l.tap(300)
	if want := l.end.Add(-5 * time.Minute); !l.at.Equal(want) || !l.done {
		t.Errorf("the middle is %v, want %v", l.at, want)
	}
	l.tap(10)
	if want := l.end.Add(-8 * time.Minute); !l.at.Equal(want) {
		t.Errorf("before the record is %v, want its beginning %v", l.at, want)
	}
	if l.tap(597); l.lives != 1 || l.seeks != 2 {
		t.Errorf("the right end: %d times live, %d seeks", l.lives, l.seeks)
	}
	l.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(480, 20)}})
	if want := l.end.Add(-2 * time.Minute); !l.at.Equal(want) || l.done {
		t.Errorf("dragged to %v, done %v, want %v", l.at, l.done, want)
	}
	l.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(2000, 20)}})
	if l.lives != 2 {
		t.Error("dragged beyond the right end it is not live")
	}
	l.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(420, 20)}})
	if l.DragEnd(); !l.done || !l.at.Equal(l.end.Add(-3*time.Minute)) {
		t.Errorf("let go at %v, done %v", l.at, l.done)
	}
	seeks := l.seeks
	if l.DragEnd(); l.seeks != seeks {
		t.Error("let go twice")
	}
}

func TestTimelineOfElsewhereHasNoLiveEnd(t *testing.T) {
	l := newLine(t)
	d := l.Data()
	d.Now = d.To.Add(time.Hour)
	l.Set(d)
	if l.tap(599); l.lives != 0 || l.seeks != 1 {
		t.Errorf("the right end of a stretch that is over: %d times live, %d seeks", l.lives, l.seeks)
	}
}

func TestTimelineScrollsAndTypes(t *testing.T) {
	l := newLine(t)
	l.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: 10}})
	l.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DX: 10}})
	if len(l.pans) != 2 || l.pans[0] >= 0 || l.pans[1] <= 0 {
		t.Errorf("panned by %v", l.pans)
	}
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if len(l.keys) != 1 {
		t.Errorf("keys %v", l.keys)
	}
}

func TestTimelineDescribes(t *testing.T) {
	l := newLine(t)
	for x, want := range map[float32]string{480: "11:58:00 lost", 540: "11:59:00 look here", 390: "06-01 11:56:30: not running", 60: "06-01 11:51:00"} {
		if got := l.describe(x); got != want {
			t.Errorf("at %v: %q, want %q", x, got, want)
		}
	}
}

// TestTimelineTicks are round, in order, few enough and in view for any stretch.
func TestTimelineTicks(t *testing.T) {
	from := time.Date(2026, 10, 24, 22, 17, 3, 0, time.Local)
	for _, span := range []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, wholeDay, 7 * wholeDay, 400 * wholeDay, 20_000 * wholeDay} {
		ticks := timelineTicks(from, from.Add(span), 7)
		if len(ticks) == 0 && span < 10_000*wholeDay || len(ticks) > 7 {
			t.Errorf("%v has %d labels", span, len(ticks))
		}
		for i, tick := range ticks {
			if tick.at.Before(from) || tick.at.After(from.Add(span)) || i > 0 && !tick.at.After(ticks[i-1].at) || tick.label == "" {
				t.Errorf("%v: label %d is %+v", span, i, tick)
			}
		}
	}
	if got := timelineTicks(from, from, 7); got != nil {
		t.Errorf("no time at all has %v", got)
	}
}

// TestTimelinePicture paints density, gaps and marks where they are.
func TestTimelinePicture(t *testing.T) {
	l := newLine(t)
	img := l.view.draw(600, timelineHeight)
	bare := func(x, y int) bool { _, _, _, a := img.At(x, y).RGBA(); return a == 0 }
	base := timelineHeight - timelineLabels
	if bare(490, base-2) || bare(490, timelineMarks+2) {
		t.Error("the fullest column is not full")
	}
	if bare(310, base-2) || !bare(310, timelineMarks+2) {
		t.Error("a quiet column is missing, or full")
	}
	if bare(480, 2) || bare(541, 4) {
		t.Error("a mark is missing")
	}
	hatched := 0
	for x := 365; x < 415; x++ {
		if _, _, _, a := img.At(x, timelineMarks+2).RGBA(); a > 0xd000 { // beneath is what dims the density
			hatched++
		}
	}
	if hatched < 5 || hatched > 45 {
		t.Errorf("%d of 50 pixels of a gap are hatched", hatched)
	}
}

// TestTimelineHead is at the right end while it is live, now and a little later,
// until a new stretch is told; elsewhere it is not shown.
func TestTimelineHead(t *testing.T) {
	l := newLine(t)
	d := l.Data()
	for after, shown := range map[time.Duration]bool{0: true, 5 * time.Second: true, time.Hour: false} {
		d.Now = d.To.Add(after)
		l.Set(d)
		l.Refresh()
		if x := l.view.head.Position().X; l.view.head.Visible() != shown || shown && x < 590 {
			t.Errorf("%v after the end it is at %v, shown %v", after, x, l.view.head.Visible())
		}
	}
	if l.view.head.Position().Y+l.view.head.Size().Height > timelineHeight-timelineLabels {
		t.Error("it lies over the labels")
	}
}
