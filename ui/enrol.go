package ui

import (
	"context"
	"runtime"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// enrolPanel adds a device: a form, then the invitation as a QR code and as a
// command, which count down; or a bundle for what cannot enrol itself.
type enrolPanel struct {
	acts *watchActs
	// close leaves the panel.
	close func()

	name, kind, root *widgets.Entry
	role             *widget.Select
	form, offered    fyne.CanvasObject
	code             *widgets.QRCode
	command          *widget.Label
	left             *widget.Label
	body             *fyne.Container
	offer            watch.Offer
	attempt          uint64 // what the enrolment is an answer to
	asked            int    // invitations asked for: an older answer is not shown
}

// qrSide is the least side of the QR code, for a phone at arm's length.
const qrSide = 232

func newEnrolPanel(a *watchActs) *enrolPanel {
	p := &enrolPanel{acts: a, name: widgets.NewEntry(), kind: widgets.NewEntry(), root: widgets.NewEntry(), role: newRoleSelect(nil)}
	p.name.SetPlaceHolder(i18n.T("as the device says"))
	p.kind.SetPlaceHolder(i18n.T("ferry, pump, … (optional)"))
	p.root.SetPlaceHolder(i18n.T("solent/ferries/wight-sun (optional)"))
	p.buildForm()
	p.buildOffer()
	p.body = container.NewStack(p.form, p.offered)
	p.begin(watch.InviteFor{}, 0)
	return p
}

// heading is a panel's title with a button that leaves it.
func (p *enrolPanel) heading(text string) fyne.CanvasObject {
	title := widget.NewLabel(text)
	title.TextStyle.Bold = true
	title.SizeName = theme.SizeNameSubHeadingText
	title.Truncation = fyne.TextTruncateEllipsis
	leave := p.acts.deps.iconButton(theme.CancelIcon(), i18n.T("Close"), func() {
		p.withdraw()
		p.close()
	})
	return container.NewBorder(nil, nil, nil, leave, title)
}

func (p *enrolPanel) buildForm() {
	labelled := widget.NewFormItem
	form := widget.NewForm(labelled(i18n.T("Name"), p.name), labelled(i18n.T("Role"), p.role), labelled(i18n.T("Kind"), p.kind), labelled(i18n.T("Topics below"), p.root))
	about := widget.NewLabel(i18n.T("The device makes its own key, asks with a code that both sides show, and you approve. Nothing secret is typed."))
	about.Wrapping = fyne.TextWrapWord
	invite := widget.NewButtonWithIcon(i18n.T("Show the invitation"), theme.NavigateNextIcon(), p.invite)
	invite.Importance = widget.HighImportance
	other := widget.NewLabel(i18n.T("For a device that cannot enrol itself, save a bundle: its key, its certificate and ready examples. Whoever has the file is the device."))
	other.Wrapping = fyne.TextWrapWord
	other.Importance = widget.LowImportance
	bundle := widget.NewButtonWithIcon(i18n.T("Save a bundle …"), theme.DocumentSaveIcon(), p.bundle)
	p.form = container.NewVScroll(container.NewVBox(p.heading(i18n.T("Add a device")), container.NewVBox(withNetworkNote(runtime.GOOS, about)...), form, invite, widget.NewSeparator(), other, bundle))
}

func (p *enrolPanel) buildOffer() {
	p.code = widgets.NewQRCode(qrSide)
	p.command = widget.NewLabel("")
	p.command.Selectable = true
	p.command.Wrapping = fyne.TextWrapBreak
	p.command.TextStyle.Monospace = true
	p.command.SizeName = theme.SizeNameCaptionText
	p.left = widget.NewLabel("")
	scan := widget.NewLabel(i18n.T("Scan it with the device, or run this on it:"))
	scan.Importance = widget.LowImportance
	copyCommand := widget.NewButtonWithIcon(i18n.T("Command"), theme.ContentCopyIcon(), func() { p.acts.deps.copyText(i18n.T("Copied the command"), p.offer.Command) })
	copyURL := widget.NewButtonWithIcon(i18n.T("Address"), theme.ContentCopyIcon(), func() { p.acts.deps.copyText(i18n.T("Copied the address"), p.offer.URL) })
	again := widget.NewButtonWithIcon(i18n.T("New"), theme.ViewRefreshIcon(), func() {
		p.withdraw()
		p.invite()
	})
	p.offered = container.NewVScroll(container.NewVBox(p.heading(i18n.T("Invitation")), p.code, p.left, scan, p.command,
		container.NewGridWithColumns(3, copyCommand, copyURL, again)))
}

// begin starts anew for somebody.
func (p *enrolPanel) begin(who watch.InviteFor, attempt uint64) {
	p.withdraw()
	p.asked++
	p.attempt = attempt
	p.name.SetText(who.Name)
	p.kind.SetText(who.Kind)
	p.root.SetText(who.Root)
	p.role.SetSelected(orElse(string(who.Role), string(watch.RoleDevice)))
	p.form.Show()
	p.offered.Hide()
}

// who is who the form says.
func (p *enrolPanel) who() watch.InviteFor {
	return watch.InviteFor{Name: p.name.Text, Role: watch.Role(p.role.Selected), Kind: p.kind.Text, Root: p.root.Text}
}

// invite asks for an invitation and shows it.
func (p *enrolPanel) invite() {
	p.asked++
	asked, who := p.asked, p.who()
	var offer watch.Offer
	p.acts.run("", func(ctx context.Context) (err error) {
		offer, err = p.acts.watch.Invite(ctx, who)
		return err
	}, func() {
		if asked == p.asked {
			p.show(offer)
			return
		}
		p.takeBack(offer.ID) // it was given up meanwhile
	})
}

func (p *enrolPanel) show(o watch.Offer) {
	p.offer = o
	p.code.SetModules(o.QR)
	setText(p.command, o.Command)
	p.form.Hide()
	p.offered.Show()
	if p.attempt != 0 {
		p.acts.watch.Feed().Mark(p.attempt, watch.Enrolled, o.Created)
	}
}

// withdraw takes an invitation back that nobody came with yet.
func (p *enrolPanel) withdraw() {
	id := p.offer.ID
	p.offer = watch.Offer{}
	p.code.SetModules(nil)
	if id == "" {
		return
	}
	for _, i := range p.acts.watch.Invitations() {
		if i.ID == id && i.Used.IsZero() {
			p.takeBack(id)
		}
	}
}

func (p *enrolPanel) takeBack(id string) {
	p.acts.run("", func(ctx context.Context) error { return p.acts.watch.Withdraw(ctx, id) }, nil)
}

// bundle asks where to save a bundle, and makes it.
func (p *enrolPanel) bundle() {
	who := p.who()
	if who.Name == "" {
		p.acts.deps.toast(toastWarning, i18n.T("Say first what the device is called: its bundle is made for that name"))
		return
	}
	d := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			p.acts.deps.toast(toastError, i18n.Tf("Not saved: %v", errorText(err)))
		case file != nil:
			path := file.URI().Path()
			if err := file.Close(); err != nil {
				p.acts.deps.toast(toastError, i18n.Tf("Not saved: %v", errorText(err)))
				return
			}
			p.save(who, path)
		}
	}, p.acts.win)
	d.SetFileName(who.Name + "-bundle.zip")
	d.Show()
}

func (p *enrolPanel) save(who watch.InviteFor, path string) {
	p.acts.run(i18n.Tf("Saved the bundle of %s: keep it safe", who.Name), func(ctx context.Context) error { return p.acts.watch.MakeBundle(ctx, who, path) },
		func() { p.close() })
}

// frame counts the invitation down.
func (p *enrolPanel) frame(now time.Time) func() {
	invitations := p.acts.watch.Invitations()
	return func() {
		if p.offer.ID == "" {
			return
		}
		used := false
		for _, i := range invitations {
			used = used || i.ID == p.offer.ID && !i.Used.IsZero()
		}
		setText(p.left, offerText(used, p.offer.Expires.Sub(now)))
	}
}

// offerText says how an invitation stands.
func offerText(used bool, left time.Duration) string {
	switch {
	case used:
		return i18n.T("A device came with it. Compare its code with the one above.")
	case left <= 0:
		return i18n.T("This invitation has lapsed. Make a new one.")
	}
	left = left.Truncate(time.Second)
	return i18n.Tf("Good for one device, %d:%02d left", int(left.Minutes()), int(left.Seconds())%60)
}

// enrolAsk is the strip that shows a device which asks to be let in, above every
// section, until the operator has decided.
type enrolAsk struct {
	acts *watchActs

	body            *fyne.Container
	text, code      *widget.Label
	approve, refuse *widget.Button
	shown           watch.Pending
}

func newEnrolAsk(a *watchActs) *enrolAsk {
	s := &enrolAsk{acts: a, text: widget.NewLabel(""), code: widget.NewLabel("")}
	s.text.Truncation = fyne.TextTruncateEllipsis
	s.code.TextStyle = fyne.TextStyle{Bold: true, Monospace: true}
	s.code.SizeName = theme.SizeNameHeadingText
	s.approve = widget.NewButton(i18n.T("The codes match: approve"), func() {
		r := s.shown
		a.run(i18n.Tf("%s is enrolled", r.Name), func(ctx context.Context) error { return a.watch.Approve(ctx, r.ID, r.InviteFor) }, nil)
	})
	s.approve.Importance = widget.HighImportance
	s.refuse = widget.NewButton(i18n.T("Refuse"), func() {
		r := s.shown
		a.run(i18n.Tf("Refused %s", r.Name), func(ctx context.Context) error { return a.watch.Refuse(ctx, r.ID) }, nil)
	})
	lead := container.NewHBox(container.NewCenter(widgets.NewStatusShape(widgets.StatusClaimed, 18)), s.code)
	buttons := container.NewHBox(s.refuse, s.approve)
	line := container.New(layout.NewBorderLayout(nil, nil, lead, buttons), lead, middle(s.text), buttons)
	s.body = newCard(line)
	s.body.Hide()
	return s
}

// show shows the request that waits longest.
func (s *enrolAsk) show(pending []watch.Pending, now time.Time) {
	setShown(s.body, len(pending) > 0)
	if len(pending) == 0 {
		return
	}
	first := pending[0]
	for _, r := range pending[1:] {
		if r.At.Before(first.At) {
			first = r
		}
	}
	s.shown = first
	setText(s.code, first.Code)
	setText(s.text, askText(&first, len(pending)-1, now))
}

// askText says who asks to be let in.
func askText(r *watch.Pending, more int, now time.Time) string {
	who, from := orElse(r.Name, i18n.T("A device")), hostPart(r.Addr)
	text := i18n.Tf("%s at %s asks to be let in as %s", who, from, roleName(r.Role))
	if r.Renews {
		text = i18n.Tf("%s at %s asks for a new key", who, from)
	}
	text += ", " + formatAge(now.Sub(r.At).Truncate(time.Second))
	if more > 0 {
		text += ", " + i18n.Tf("and %d more", more)
	}
	return text
}
