package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// The sections of the Watch page.
const (
	watchLive     = "live"
	watchKeys     = "keys"
	watchListen   = "listen"
	watchRetained = "retained"
	watchImpostor = "impostor"
)

// watchSection is a section of the Watch page. Its frame is built on the
// presenter's goroutine, as a page's is.
type watchSection interface {
	object() fyne.CanvasObject
	frame(now time.Time) func()
}

// watchPage is who is there: what was refused, sessions, identities and keys,
// listeners, retained messages, and the demo's impostor.
type watchPage struct {
	deps pageDeps
	acts *watchActs // nil when a broker elsewhere is watched

	sections *widgets.Segmented
	totals   *widget.Label
	ask      *enrolAsk
	stack    *fyne.Container
	parts    map[string]watchSection
	live     *liveSection
	keys     *keysSection
	body     fyne.CanvasObject

	want box[string] // the section shown
}

func newWatchPage(d pageDeps, win fyne.Window, w Watch) *watchPage {
	p := &watchPage{deps: d}
	if w == nil {
		p.body = container.NewPadded(newRemoteWatch())
		return p
	}
	p.acts = &watchActs{deps: d, watch: w, win: win}
	p.live, p.keys = newLiveSection(p.acts, p.enrol), newKeysSection(p.acts)
	p.parts = map[string]watchSection{
		watchLive: p.live, watchKeys: p.keys, watchListen: newListenSection(p.acts, p.openSession), watchRetained: newRetainedSection(p.acts),
	}
	segments := []widgets.Segment{{Key: watchLive, Label: i18n.T("Live"), Counted: true}, {Key: watchKeys, Label: i18n.T("Devices & keys"), Counted: true},
		{Key: watchListen, Label: i18n.T("Listeners"), Counted: true}, {Key: watchRetained, Label: i18n.T("Retained")}}
	if i := w.Impostor(); i != nil {
		p.parts[watchImpostor] = newImpostorSection(p.acts, i)
		segments = append(segments, widgets.Segment{Key: watchImpostor, Label: i18n.T("Impostor")})
	}
	p.sections = widgets.NewSegmented(segments)
	p.sections.OnSelect = p.show
	p.totals = widget.NewLabel("")
	p.totals.Importance = widget.LowImportance
	add := widget.NewButtonWithIcon(i18n.T("Add a device"), theme.ContentAddIcon(), func() { p.enrol(watch.InviteFor{}, 0) })
	p.ask = newEnrolAsk(p.acts)
	left := container.NewHScroll(container.NewHBox(p.sections, middle(p.totals)))
	head := container.New(layout.NewBorderLayout(nil, nil, nil, add), left, add)
	p.stack = container.NewStack()
	top := container.NewVBox(head, p.ask.body)
	p.body = container.NewPadded(container.New(layout.NewBorderLayout(top, nil, nil, nil), top, p.stack))
	p.show(watchLive)
	return p
}

// newRemoteWatch says what cannot be known of a broker elsewhere.
func newRemoteWatch() fyne.CanvasObject {
	return widgets.NewEmptyState(nil, i18n.T("This broker does not tell who is there"),
		i18n.T("MQTT hides from every subscriber who publishes, who listens and who was refused. With a broker elsewhere all of that is unknown here, "+
			"and nothing is guessed. Devices that connect to the broker inside Pilothouse are shown with their identity, address and encryption."), "", nil)
}

func (p *watchPage) object() fyne.CanvasObject { return p.body }
func (p *watchPage) every() time.Duration      { return 250 * time.Millisecond }

// show goes to a section.
func (p *watchPage) show(key string) {
	part, ok := p.parts[key]
	if !ok {
		return
	}
	p.sections.SetSelected(key)
	p.stack.Objects = []fyne.CanvasObject{part.object()}
	p.stack.Refresh()
	p.want.update(func(s *string) { *s = key })
	p.deps.poke()
}

// enrol shows how a device is added; attempt is what it is an answer to, 0 for
// none.
func (p *watchPage) enrol(who watch.InviteFor, attempt uint64) {
	if p.acts == nil {
		return
	}
	p.show(watchKeys)
	p.keys.enrol(who, attempt)
}

// openSession goes to the session of a client ID.
func (p *watchPage) openSession(clientID string) {
	p.show(watchLive)
	p.live.chooseSession(clientID)
}

func (p *watchPage) frame(now time.Time) func() {
	if p.acts == nil {
		return nil
	}
	show := p.parts[p.want.get()].frame(now)
	totals, pending := p.acts.watch.Feed().Totals(), p.acts.watch.Pending()
	text := totalsText(&totals)
	wide, unsafe := 0, 0
	for _, s := range p.acts.watch.Sessions() {
		wide += len(s.Wide())
	}
	for _, l := range p.acts.watch.Listeners() {
		unsafe += len(l.Warnings())
	}
	return func() {
		p.sections.SetCount(watchLive, totals.Open, widgets.ColorImpostor)
		p.sections.SetCount(watchListen, wide+unsafe, widgets.ColorLate)
		p.sections.SetCount(watchKeys, len(pending), widgets.ColorAccent)
		setText(p.totals, text)
		p.ask.show(pending, now)
		show()
	}
}

// middle puts o in the middle of the height it is given.
func middle(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedVBoxLayout(0), layout.NewSpacer(), o, layout.NewSpacer())
}

// totalsText says what the feed has counted.
func totalsText(t *watch.Totals) string {
	if t.Reports == 0 {
		return i18n.T("Nobody was refused")
	}
	text := i18n.N("%d refused", "%d refused", int(t.Refused))
	if t.ForgottenReports > 0 {
		text += ", " + i18n.Tf("%s reports in %s older lines made room", formatCount(t.ForgottenReports), formatCount(t.Forgotten))
	}
	return text
}

// watchBadge shows beside the page's name how many attempts and requests wait
// for the operator, whatever page is shown, and tells of new requests.
type watchBadge struct {
	watch Watch
	set   func(count int, ink fyne.ThemeColorName)
	tell  func(text string)

	told map[string]bool // main goroutine: the requests told of that still wait
}

func (b *watchBadge) every() time.Duration { return 500 * time.Millisecond }

func (b *watchBadge) frame(time.Time) func() {
	if b.watch == nil {
		return nil
	}
	open, pending := b.watch.Feed().Totals().Open, b.watch.Pending()
	return func() {
		ink := widgets.ColorImpostor
		if open == 0 {
			ink = widgets.ColorAccent
		}
		b.set(open+len(pending), ink)
		waiting := make(map[string]bool, len(pending))
		for _, r := range pending {
			waiting[r.ID] = true
			if !b.told[r.ID] {
				b.tell(i18n.Tf("%s asks to be let in, with the code %s", orElse(r.Name, i18n.T("A device")), r.Code))
			}
		}
		b.told = waiting
	}
}
