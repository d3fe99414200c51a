package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// timeBar is under every page: where in time the window is, and the way to other
// moments. It belongs to the main goroutine, but for frame.
type timeBar struct {
	deps pageDeps
	win  fyne.Window
	past *past
	load *timeLoad

	line                *widgets.Timeline
	live                *widget.Button
	back, play, forward *widgets.HintButton
	speed, zoom         *widget.Select
	mark, list          *widgets.HintButton // of bookmarks
	alarms, save        *widgets.HintButton
	body                fyne.CanvasObject
	banner              *widgets.Banner
	edge                *canvas.Rectangle

	st    pastState // as shown
	marks *timeRecord

	want box[timeWant]
}

// timeWant is what the main goroutine asks of the next frame.
type timeWant struct {
	span  time.Duration // 0 for all
	to    time.Time     // where the stretch ends; zero follows the clock
	width float32
	page  string
}

// timeZooms are the stretches that the bar can show; 0 is all.
var timeZooms = []time.Duration{10 * time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 0}

func zoomName(span time.Duration) string {
	switch {
	case span == 0:
		return i18n.T("All")
	case span >= 24*time.Hour:
		return i18n.N("%d day", "%d days", int(span/(24*time.Hour)))
	}
	return formatDuration(span)
}

// timeSpeeds are how fast the past can be played.
var timeSpeeds = []int{1, 2, 5, 10, 30, 100, 300, 1000}

func newTimeBar(d pageDeps, win fyne.Window, p *past) *timeBar {
	b := &timeBar{deps: d, win: win, past: p, marks: &timeRecord{}}
	b.load = &timeLoad{ctx: d.ctx, history: p.history, changed: d.wake}
	b.want.update(func(w *timeWant) { w.span = timeZooms[0] })
	b.line = widgets.NewTimeline()
	b.line.OnSeek = func(at time.Time, _ bool) { b.seek(at) }
	b.line.OnLive, b.line.OnPan, b.line.OnKey = b.goLive, b.pan, b.key
	b.buildButtons()
	left := container.New(layout.NewCustomPaddedHBoxLayout(2), b.live, b.back, b.play, b.forward, sized(b.speed, 84))
	right := container.New(layout.NewCustomPaddedHBoxLayout(2), sized(b.zoom, 96), b.mark, b.list, b.alarms, b.save)
	setShown(b.save, d.exports != nil)
	b.body = container.NewStack(widgets.NewBar(), container.New(layout.NewCustomPaddedLayout(2, 2, 4, 4),
		container.NewBorder(nil, nil, container.NewCenter(left), container.NewCenter(right), b.line)))
	b.banner = widgets.NewBanner()
	b.banner.OnAction = b.goLive
	b.edge = canvas.NewRectangle(nil)
	b.edge.StrokeWidth = 4
	b.edge.Hide()
	return b
}

func (b *timeBar) buildButtons() {
	button := b.deps.iconButton
	b.live = widget.NewButtonWithIcon(i18n.T("Live"), theme.MediaRecordIcon(), b.goLive)
	b.back = button(theme.MediaFastRewindIcon(), i18n.T("A step back in time"), func() { b.step(-1) })
	b.play = button(theme.MediaPlayIcon(), i18n.T("Play or pause the past"), b.toggle)
	b.forward = button(theme.MediaFastForwardIcon(), i18n.T("A step on in time"), func() { b.step(1) })
	b.mark = button(timeIcon("bookmark"), i18n.T("Bookmark this moment"), b.askBookmark)
	b.list = button(timeIcon("bookmarks"), i18n.T("Bookmarks"), b.listBookmarks)
	b.alarms = button(theme.WarningIcon(), i18n.T("Alarms up to this moment"), b.listAlarms)
	b.save = button(theme.DocumentSaveIcon(), i18n.T("Export what is in view"), b.exportMenu)
	b.buildChoices()
}

func timeIcon(name string) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource(name+".svg", assets.TimeIcon(name)))
}

// buildChoices makes the choices of a speed and of what the line shows.
func (b *timeBar) buildChoices() {
	names := make([]string, len(timeSpeeds))
	for i, s := range timeSpeeds {
		names[i] = speedName(float64(s))
	}
	b.speed = widget.NewSelect(names, func(string) {
		if b.st.speed > 0 {
			b.past.play(b.chosenSpeed())
		}
	})
	b.speed.Selected = names[0]
	fitted(b.speed)
	var zooms []string
	for _, z := range timeZooms {
		zooms = append(zooms, zoomName(z))
	}
	b.zoom = widget.NewSelect(zooms, func(name string) {
		for i, z := range timeZooms {
			if zooms[i] == name {
				b.want.update(func(w *timeWant) { w.span, w.to = z, time.Time{} })
			}
		}
		b.deps.poke()
	})
	b.zoom.Selected = zooms[0]
	fitted(b.zoom)
}

// fitted has a choice, of which one is always chosen, ask for the room of its widest
// option: by itself it asks for that of a hint that it never shows.
func fitted(s *widget.Select) {
	wide := float32(0)
	for _, o := range s.Options {
		if w := fyne.MeasureText(o, theme.TextSize(), fyne.TextStyle{}).Width; w > wide {
			wide, s.PlaceHolder = w, o
		}
	}
}

func speedName(s float64) string { return strconv.FormatFloat(s, 'f', -1, 64) + "×" }

func (b *timeBar) chosenSpeed() float64 {
	return float64(timeSpeeds[max(0, b.speed.SelectedIndex())])
}

// seek goes to a moment.
func (b *timeBar) seek(at time.Time) {
	b.past.seek(at)
	b.deps.poke()
}

// onPage is told which page is in front.
func (b *timeBar) onPage(name string) { b.want.update(func(w *timeWant) { w.page = name }) }

// goLive shows what is now.
func (b *timeBar) goLive() {
	b.want.update(func(w *timeWant) { w.to = time.Time{} })
	b.past.live()
	b.deps.poke()
}

// toggle plays and pauses; live has nothing to play.
func (b *timeBar) toggle() {
	switch {
	case !b.st.past:
	case b.st.speed > 0:
		b.past.pause()
	default:
		b.past.play(b.chosenSpeed())
	}
}

// step goes on or back by a hundredth or so of what is in view.
func (b *timeBar) step(direction int) {
	by := time.Duration(direction) * timeStep(b.line.Data().To.Sub(b.line.Data().From))
	switch {
	case b.st.past:
		b.past.step(by)
	case direction < 0:
		b.seek(time.Now().Add(by))
	}
}

// timeStep is a round hundredth of a stretch, at least a second.
func timeStep(span time.Duration) time.Duration {
	for _, s := range []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour} {
		if s >= span/120 {
			return s
		}
	}
	return 24 * time.Hour
}

// pan moves the stretch in view by a share of its length.
func (b *timeBar) pan(share float64) {
	d := b.line.Data()
	span := d.To.Sub(d.From)
	to := d.To.Add(time.Duration(share * float64(span)))
	if to.After(d.Now) || b.want.get().span == 0 {
		to = time.Time{}
	} else if !d.First.IsZero() && to.Before(d.First.Add(span/10)) {
		to = d.First.Add(span / 10)
	}
	b.want.update(func(w *timeWant) { w.to = to })
	b.deps.poke()
}

// timeKey is a key of the time bar: by itself while nothing else takes it, and with
// Ctrl and Shift at any time.
type timeKey struct {
	key  fyne.KeyName
	does string
	do   func(*timeBar)
}

// timeKeys are all keys of the time bar.
func timeKeys() []timeKey {
	return []timeKey{
		{fyne.KeySpace, i18n.T("Play or pause the past"), (*timeBar).toggle},
		{fyne.KeyLeft, i18n.T("A step back in time"), func(b *timeBar) { b.step(-1) }},
		{fyne.KeyRight, i18n.T("A step on in time"), func(b *timeBar) { b.step(1) }},
		{fyne.KeyEnd, i18n.T("Back to now"), (*timeBar).goLive},
	}
}

// key does what a key means.
func (b *timeBar) key(name fyne.KeyName) {
	for _, k := range timeKeys() {
		if k.key == name {
			k.do(b)
			return
		}
	}
}

// every implements source.
func (b *timeBar) every() time.Duration { return 200 * time.Millisecond }

// caughtUp is how near to now playing becomes live.
const caughtUp = 5 * time.Second

// frame implements source.
func (b *timeBar) frame(now time.Time) func() {
	w, st := b.want.get(), b.past.state()
	d, record := b.view(w, &st, now)
	banner := pastBanner(&st, now, w.page)
	return func() {
		entered := st.past != b.st.past
		b.st, b.marks = st, record
		b.line.Set(d)
		setBanner(b.win, b.banner, banner)
		b.showButtons(&st)
		if entered {
			b.edge.StrokeColor = b.deps.looks.get().ink(widgets.ColorPast)
			b.edge.Refresh()
		}
		setShown(b.edge, st.past)
		if st.past && st.ended && now.Sub(st.at) < caughtUp {
			b.goLive()
			b.deps.toast(toastInfo, i18n.T("Caught up with now: live again"))
		}
	}
}

// view is what the line shows.
func (b *timeBar) view(w timeWant, st *pastState, now time.Time) (widgets.TimelineData, *timeRecord) {
	at := st.at
	if !st.going.IsZero() {
		at = st.going
	}
	to, from := now, time.Time{}
	if w.span > 0 {
		if !w.to.IsZero() {
			to = w.to
		} else if !at.IsZero() && at.Before(now.Add(-w.span)) { // what is shown has left the stretch
			to = at.Add(w.span / 2)
		}
		from = to.Add(-w.span)
	}
	record := b.load.get(from, to, now)
	if from.IsZero() {
		if from = record.first; from.IsZero() || !from.Before(to.Add(-time.Minute)) {
			from = to.Add(-time.Minute)
		}
	}
	// In steps of a pixel, so that a picture that is the same is not painted anew.
	pixel := max(to.Sub(from)/time.Duration(max(w.width, 400)), time.Millisecond)
	moved := to.Sub(to.Truncate(pixel))
	d := widgets.TimelineData{
		From: from.Add(-moved), To: to.Add(-moved), Now: now, First: record.first, At: at,
		DensityFrom: record.densityFrom, DensityStep: record.densityStep, Density: record.density, Gaps: record.gaps, Marks: record.marks,
		Note: b.note(record),
	}
	return d, record
}

// note says why there is nothing to see.
func (b *timeBar) note(r *timeRecord) string {
	s, on, err := b.past.history.Status()
	switch {
	case !on && err != nil:
		return i18n.Tf("Nothing is recorded: %v", errorText(err))
	case !on:
		return i18n.T("Nothing is recorded: history is off")
	case s.Err != nil:
		return i18n.Tf("History: %s: %v", say(s.State), s.Err)
	case r.err != nil:
		return i18n.Tf("History cannot be read: %v", r.err)
	}
	return ""
}

// pastBanner says that this is the past, and which moment.
func pastBanner(st *pastState, now time.Time, page string) widgets.BannerData {
	d := widgets.BannerData{Ink: widgets.ColorPast, Icon: theme.HistoryIcon(), Bold: true, Action: i18n.T("Back to live")}
	switch {
	case st.err != nil:
		d.Text, d.Detail = i18n.T("The past cannot be shown"), errorText(st.err)
	case !st.past && st.going.IsZero():
		return widgets.BannerData{}
	case !st.past:
		d.Text = i18n.Tf("Going to %s …", formatMoment(st.going))
	default:
		d.Text = i18n.Tf("The past: %s", formatMoment(st.at))
		d.Detail = i18n.Tf("%s ago", formatDuration(now.Sub(st.at)))
		switch {
		case !st.going.IsZero():
			d.Detail = i18n.Tf("going to %s …", formatMoment(st.going))
		case st.speed > 0:
			d.Detail += ", " + i18n.Tf("playing at %s", speedName(st.speed))
		case st.ended:
			d.Detail += ", " + i18n.T("the end of the record")
		}
		if page == pageWatch {
			d.Detail += ". " + i18n.T("This page always shows who is here now")
		} else {
			d.Detail += ". " + i18n.T("Commands are locked; recording goes on")
		}
	}
	return d
}

// formatMoment is a local date and time.
func formatMoment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// showButtons enables what makes sense.
func (b *timeBar) showButtons(st *pastState) {
	playing := st.past && st.speed > 0
	icon := theme.MediaPlayIcon()
	if playing {
		icon = theme.MediaPauseIcon()
	}
	if b.play.Icon.Name() != icon.Name() {
		b.play.SetIcon(icon)
	}
	setEnabled(b.play, st.past)
	setEnabled(b.forward, st.past)
	look := widget.MediumImportance
	if st.past {
		look = widget.HighImportance
	}
	if b.live.Importance != look {
		b.live.Importance = look
		b.live.Refresh()
	}
}

// setEnabled enables or disables w, touching it only when that changes something.
func setEnabled(w fyne.Disableable, on bool) {
	switch {
	case on && w.Disabled():
		w.Enable()
	case !on && !w.Disabled():
		w.Disable()
	}
}

// close waits for what is under way; the context has ended.
func (b *timeBar) close() {
	b.load.group.Wait()
	b.past.close()
}
