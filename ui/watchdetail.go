package ui

import (
	"context"
	"net"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// watchDetail is everything about one attempt or one session, with what can be
// done about it.
type watchDetail struct {
	acts  *watchActs
	enrol func(watch.InviteFor, uint64)

	body    *fyne.Container
	content fyne.CanvasObject
	empty   *widgets.EmptyState
	title   *widget.Label
	shape   *widgets.StatusShape
	note    *widget.Label
	facts   *factList

	// of an attempt, and of a session
	letIn, restore, keepOut, ignore, reopen *widget.Button
	cut, shutOut, device                    *widget.Button
	buttons                                 *buttonGrid

	attempt watch.Attempt // as shown
	session watch.Session
	root    string // of the device behind the session shown
}

func newWatchDetail(a *watchActs, enrol func(watch.InviteFor, uint64)) *watchDetail {
	d := &watchDetail{acts: a, enrol: enrol, facts: newFactList(), shape: widgets.NewStatusShape(widgets.StatusNone, 18)}
	d.title = widget.NewLabel("")
	d.title.TextStyle.Bold = true
	d.title.SizeName = theme.SizeNameSubHeadingText
	d.title.Truncation = fyne.TextTruncateEllipsis
	d.note = widget.NewLabel("")
	d.note.Wrapping = fyne.TextWrapWord
	d.buildButtons()
	head := container.NewBorder(nil, nil, container.NewCenter(d.shape), nil, d.title)
	text := container.NewVScroll(container.NewVBox(d.note, d.facts.body))
	d.content = container.NewBorder(head, d.buttons.body, nil, nil, text)
	d.content.Hide()
	d.empty = widgets.NewEmptyState(nil, i18n.T("Nothing chosen"), i18n.T("Choose an attempt or a session to see who it is and what can be done."), "", nil)
	d.body = container.NewStack(d.content, d.empty)
	return d
}

func (d *watchDetail) buildButtons() {
	mark := func(m watch.Mark) func() {
		return func() {
			d.acts.watch.Feed().Mark(d.attempt.ID, m, time.Now())
			d.acts.deps.poke()
		}
	}
	d.letIn = widget.NewButton(i18n.T("Enrol …"), func() {
		d.enrol(watch.InviteFor{Name: orElse(d.attempt.Identity, d.attempt.ClientID), Role: watch.RoleDevice}, d.attempt.ID)
	})
	d.restore = widget.NewButton(i18n.T("Restore"), func() {
		name := d.attempt.Identity
		d.acts.run(i18n.Tf("Restored %s", name), func(ctx context.Context) error { return d.acts.watch.Restore(ctx, name) }, mark(watch.Restored))
	})
	d.ignore, d.reopen = widget.NewButton(i18n.T("Ignore"), mark(watch.Ignored)), widget.NewButton(i18n.T("Reopen"), mark(watch.Open))
	ban := widget.NewButton(i18n.T("Ban …"), func() {
		a := &d.attempt
		d.acts.ban(a.Identity, a.ClientID, a.Addr, a.Kind.String(), mark(watch.BannedBy))
	})
	d.keepOut = ban
	d.cut = widget.NewButton(i18n.T("Disconnect"), func() {
		id := d.session.Publisher.ClientID
		d.acts.run(i18n.Tf("Disconnected %s", id), func(ctx context.Context) error { return d.acts.watch.Disconnect(ctx, id) }, nil)
	})
	d.shutOut = widget.NewButton(i18n.T("Ban …"), func() {
		p := d.session.Publisher
		d.acts.ban(p.Identity, p.ClientID, hostPart(p.Addr), i18n.T("banned from its session"), nil)
	})
	d.device = widget.NewButton(i18n.T("Device"), func() { d.acts.deps.openDevice(d.root) })
	d.buttons = newButtonGrid()
}

// frame builds what is chosen.
func (d *watchDetail) frame(now time.Time, w liveWant, sessions []watch.Session, rates map[string]traffic) func() {
	if a, ok := d.acts.watch.Feed().Attempt(w.attempt); ok {
		facts := attemptFacts(&a, now)
		return func() {
			d.attempt = a
			d.show(a.Kind.String(), gravityStatus(a.Kind), sayPhrase(a.Said), facts)
			open := a.Mark == watch.Open
			d.buttons.show(choices{{d.letIn, enrols(a.Kind)}, {d.restore, a.Identity != "" && restores(a.Kind)}, {d.keepOut, true},
				{d.ignore, open}, {d.reopen, !open}})
		}
	}
	for i := range sessions {
		if s := sessions[i]; w.session != "" && s.Publisher.ClientID == w.session {
			facts, root := sessionFacts(&s, rates[w.session], now), d.deviceOf(s.Publisher)
			return func() {
				d.session, d.root = s, root
				d.show(publisherName(s.Publisher), publisherStatus(s.Publisher), sessionNote(&s), facts)
				d.buttons.show(choices{{d.device, root != ""}, {d.cut, s.Connected && !s.Operator()}, {d.shutOut, !s.Operator()}})
			}
		}
	}
	return func() {
		setShown(d.content, false)
		setShown(d.empty, true)
	}
}

// enrols tells whether enrolling may be the answer to an attempt.
func enrols(k watch.Kind) bool {
	switch k {
	case watch.Anonymous, watch.UnknownIdentity, watch.UnknownIssuer, watch.Expired, watch.PlainRefused, watch.ExpiresSoon, watch.TopicDenied:
		return true
	}
	return false
}

// restores tells whether giving a right back may be the answer to an attempt.
func restores(k watch.Kind) bool {
	return k == watch.Revoked || k == watch.Banned || k == watch.LockedOut
}

// deviceOf is the root of the device that an identity speaks for, empty for none.
func (d *watchDetail) deviceOf(p *model.Publisher) string {
	for _, i := range d.acts.watch.Identities() {
		if i.Name == p.Identity && i.Root != "" {
			if _, ok := d.acts.deps.store.Device(i.Root, 0); ok {
				return i.Root
			}
		}
	}
	return ""
}

func (d *watchDetail) show(title string, s widgets.Status, note string, facts []fact) {
	setShown(d.empty, false)
	setShown(d.content, true)
	setText(d.title, title)
	d.shape.SetStatus(s)
	setText(d.note, note)
	setShown(d.note, note != "")
	d.facts.show(facts)
}

// attemptFacts says all that is known of an attempt.
func attemptFacts(a *watch.Attempt, now time.Time) []fact {
	out := []fact{{label: i18n.T("Times"), value: formatCount(a.Count)}}
	add := func(label, value string) {
		if value != "" {
			out = append(out, fact{label: label, value: value})
		}
	}
	add(i18n.T("Identity"), a.Identity)
	client := a.ClientID
	if a.Various {
		client = i18n.Tf("%s and many others", client)
	}
	add(i18n.T("Client ID"), client)
	add(i18n.T("Address"), a.Addr)
	add(i18n.T("Topic"), a.Topic)
	add(i18n.T("First"), formatClock(a.First)+" ("+formatAge(now.Sub(a.First))+")")
	add(i18n.T("Latest"), formatClock(a.Last)+" ("+formatAge(now.Sub(a.Last))+")")
	if a.Mark != watch.Open {
		add(i18n.T("Handled"), say(a.Mark)+", "+formatClock(a.Marked))
	}
	return out
}

// sessionNote says in a sentence how sure it is who holds a session, and what is
// odd about it.
func sessionNote(s *watch.Session) string {
	note := i18n.T("Not vouched for: the client said its own name.")
	switch {
	case s.Operator():
		note = i18n.T("A session of this program itself.")
	case s.Publisher.Vouched():
		note = i18n.T("Vouched for by the broker.")
	}
	if wide := s.Wide(); len(wide) > 0 {
		note += " " + i18n.Tf("It listens to everything with %s.", strings.Join(wide, ", "))
	}
	if s.Dropped > 0 {
		note += " " + i18n.Tf("It did not keep up: %s to it let go.", i18n.N("%d message", "%d messages", int(s.Dropped)))
	}
	return note
}

// sessionFacts says all that is known of a session.
func sessionFacts(s *watch.Session, t traffic, now time.Time) []fact {
	p := s.Publisher
	encryption := s.TLS
	if encryption == "" {
		encryption = i18n.T("none")
		if !s.Connected || s.Operator() || s.Transport == "Unix socket" {
			encryption = "–"
		}
	}
	state := i18n.T("Since")
	if !s.Connected {
		state = i18n.T("Away since")
	}
	out := []fact{
		{label: i18n.T("Identity"), value: orElse(p.Identity, i18n.T("none"))},
		{label: i18n.T("Role"), value: orElse(roleName(s.Role), "–")},
		{label: i18n.T("Client ID"), value: p.ClientID},
		{label: i18n.T("Address"), value: i18n.T(p.Addr)},
		{label: i18n.T("Transport"), value: orElse(i18n.T(s.Transport), "–")},
		{label: i18n.T("Encryption"), value: encryption},
		{label: i18n.T("Protocol"), value: orElse(s.Protocol, "–")},
		{label: state, value: formatClock(s.Since) + " (" + formatAge(now.Sub(s.Since)) + ")"},
		{label: i18n.T("From it"), value: trafficText(s.Received, s.ReceivedBytes, t.in)},
		{label: i18n.T("To it"), value: trafficText(s.Sent, s.SentBytes, t.out)},
		{label: i18n.T("Waiting"), value: i18n.Tf("%s (%s), %s in flight", formatCount(s.Queued), formatBytes(s.QueuedBytes), formatCount(s.Inflight))},
	}
	if s.Dropped > 0 {
		out = append(out, fact{label: i18n.T("Let go"), value: i18n.N("%d message", "%d messages", int(s.Dropped)), ink: widgets.ColorLate})
	}
	for i, f := range s.Filters {
		label := ""
		if i == 0 {
			label = i18n.T("Listens to")
		}
		if i == maxFilters {
			return append(out, fact{label: label, value: i18n.Tf("and %d more", len(s.Filters)-i)})
		}
		line := fact{label: label, value: f}
		if !s.Expected && !s.Operator() && watch.WideFilter(f) {
			line.ink = widgets.ColorLate
		}
		out = append(out, line)
	}
	return out
}

// maxFilters is how many subscriptions of a session are listed.
const maxFilters = 20

func trafficText(messages, bytes uint64, rate float64) string {
	text := i18n.N("%d message", "%d messages", int(messages)) + ", " + formatBytes(bytes)
	if r := formatRate(rate); r != "" {
		text += ", " + r
	}
	return text
}

// hostPart is an address without its port.
func hostPart(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}
