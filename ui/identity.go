package ui

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// keysSection is the identities, certificates, invitations and bans, with the
// chosen identity, or how a device is added, beside them.
type keysSection struct {
	acts *watchActs

	identities, certificates, invitations, bans     *widgets.Rows
	noIdentities, noCertificates, noInvites, noBans *widgets.EmptyState
	tabs                                            *container.AppTabs
	detail                                          *identityDetail
	adding                                          *enrolPanel
	side                                            *fyne.Container
	body                                            fyne.CanvasObject
	shownBans                                       []watch.Ban

	want box[string] // the identity chosen
}

func newKeysSection(a *watchActs) *keysSection {
	s := &keysSection{acts: a, detail: newIdentityDetail(a), adding: newEnrolPanel(a)}
	s.detail.renew = func(i watch.Identity) {
		s.enrol(watch.InviteFor{Name: i.Name, Role: i.Role, Kind: i.Kind, Root: i.Root}, 0)
	}
	s.adding.close = func() { s.showSide(s.detail.body) }
	s.buildIdentities()
	s.buildCertificates()
	s.buildRest()
	hint := widgets.NewEmptyState
	s.noIdentities = hint(nil, i18n.T("Nobody is enrolled yet"), i18n.T("Add a device to give it a key of its own: from then on the broker vouches for what it says."), i18n.T("Add a device"),
		func() { s.enrol(watch.InviteFor{}, 0) })
	s.noCertificates = hint(nil, i18n.T("No certificates yet"), i18n.T("A device gets one when it is enrolled."), "", nil)
	s.noInvites = hint(nil, i18n.T("No open invitations"), i18n.T("An invitation lets one device ask to be enrolled, within ten minutes."), "", nil)
	s.noBans = hint(nil, i18n.T("Nobody is banned"), i18n.T("Who is kept out is listed here, and can be let in again."), "", nil)
	s.tabs = container.NewAppTabs(
		container.NewTabItem(i18n.T("Identities"), container.NewStack(s.identities, s.noIdentities)),
		container.NewTabItem(i18n.T("Certificates"), container.NewStack(s.certificates, s.noCertificates)),
		container.NewTabItem(i18n.T("Invitations"), container.NewStack(s.invitations, s.noInvites)),
		container.NewTabItem(i18n.T("Bans"), container.NewStack(s.bans, s.noBans)),
	)
	s.side = container.NewStack(s.detail.body)
	split := container.NewHSplit(s.tabs, newCard(s.side))
	split.Offset = 0.6
	s.body = split
	return s
}

func (s *keysSection) object() fyne.CanvasObject { return s.body }

func (s *keysSection) showSide(o fyne.CanvasObject) {
	s.side.Objects = []fyne.CanvasObject{o}
	s.side.Refresh()
}

// enrol shows how a device is added.
func (s *keysSection) enrol(who watch.InviteFor, attempt uint64) {
	s.adding.begin(who, attempt)
	s.showSide(s.adding.body)
}

func (s *keysSection) buildIdentities() {
	s.identities = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Identity"), Width: 150, Weight: 3}, {Title: i18n.T("Role"), Width: 78, Holds: roleWords()}, {Title: i18n.T("Topics below"), Width: 120, Weight: 3},
		{Title: i18n.T("Seen"), Width: 56, Holds: append(ages(), i18n.T("never")), Align: fyne.TextAlignTrailing}, {Title: i18n.T("Key"), Width: 108, Align: fyne.TextAlignTrailing, Optional: true},
	})
	s.identities.OnSelect = func(name string) {
		s.want.update(func(w *string) { *w = name })
		s.showSide(s.detail.body)
		s.acts.deps.poke()
	}
}

func (s *keysSection) buildCertificates() {
	s.certificates = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Certificate of"), Width: 120, Weight: 2}, {Title: i18n.T("Serial"), Width: 96, Weight: 2, Monospace: true},
		{Title: i18n.T("Ends"), Width: 92}, {Title: i18n.T("State"), Width: 104}, {Width: 84, Holds: []string{i18n.T("Revoke …")}},
	})
	s.certificates.OnCell = func(serial string, column int) {
		if column != 4 {
			return
		}
		for _, c := range s.acts.watch.Certificates() {
			if c.Serial == serial && revocable(&c) {
				s.acts.confirm(i18n.T("Revoke a certificate"), i18n.T("The key with this certificate is refused from now on, and a live session with it ends. "+
					"Its identity stays enrolled, with its other keys if it has any. This cannot be undone: the device needs a new key."),
					c.Identity, i18n.T("Revoke"), nil, func() {
						s.acts.run(i18n.Tf("Revoked the certificate %s", serial), func(ctx context.Context) error {
							return s.acts.watch.RevokeCertificate(ctx, serial, i18n.T("revoked by the operator"))
						}, nil)
					})
			}
		}
	}
}

// buildRest makes the lists of invitations and bans.
func (s *keysSection) buildRest() {
	s.invitations = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Invited"), Width: 140, Weight: 2}, {Title: i18n.T("Role"), Width: 80, Holds: roleWords()}, {Title: i18n.T("State"), Width: 120, Weight: 1}, {Width: 80, Holds: []string{i18n.T("Withdraw")}},
	})
	s.invitations.OnCell = func(id string, column int) {
		if column == 3 {
			s.acts.run(i18n.T("Took the invitation back"), func(ctx context.Context) error { return s.acts.watch.Withdraw(ctx, id) }, nil)
		}
	}
	s.bans = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Kept out"), Width: 170, Weight: 2}, {Title: i18n.T("Since"), Width: 70, Holds: ages()}, {Title: i18n.T("Why"), Width: 110, Weight: 2}, {Width: 66, Holds: []string{i18n.T("Let in")}},
	})
	s.bans.OnCell = func(key string, column int) {
		i, err := strconv.Atoi(key)
		if err != nil || column != 3 || i >= len(s.shownBans) {
			return
		}
		b := s.shownBans[i]
		s.acts.run(i18n.Tf("Let in again: %s", banText(&b)), func(ctx context.Context) error { return s.acts.watch.Unban(ctx, b) }, nil)
	}
}

func (s *keysSection) frame(now time.Time) func() {
	chosen := s.want.get()
	identities, certificates := s.acts.watch.Identities(), s.acts.watch.Certificates()
	invitations, bans := s.acts.watch.Invitations(), s.acts.watch.Bans()
	rows, keys := make([]widgets.Row, len(identities)), make([]widgets.Row, len(certificates))
	for i := range identities {
		rows[i] = identityRow(&identities[i], now)
	}
	for i := range certificates {
		keys[i] = certificateRow(&certificates[i], now)
	}
	invited, out := make([]widgets.Row, len(invitations)), make([]widgets.Row, len(bans))
	for i := range invitations {
		invited[i] = invitationRow(&invitations[i], now)
	}
	for i := range bans {
		out[i] = banRow(i, &bans[i])
	}
	detail := s.detail.frame(now, chosen, identities, certificates)
	adding := s.adding.frame(now)
	return func() {
		s.identities.SetRows(len(rows), 0, rows)
		s.certificates.SetRows(len(keys), 0, keys)
		s.invitations.SetRows(len(invited), 0, invited)
		s.bans.SetRows(len(out), 0, out)
		s.shownBans = bans
		for _, e := range []struct {
			hint *widgets.EmptyState
			n    int
		}{{s.noIdentities, len(rows)}, {s.noCertificates, len(keys)}, {s.noInvites, len(invited)}, {s.noBans, len(out)}} {
			setShown(e.hint, e.n == 0)
		}
		detail()
		adding()
	}
}

// identityRow is an identity as a line.
func identityRow(i *watch.Identity, now time.Time) widgets.Row {
	status, seen := widgets.StatusVouched, i18n.T("never")
	if !i.LastSeen.IsZero() {
		seen = formatAge(now.Sub(i.LastSeen))
	}
	key, ink := keyText(i, now)
	if !i.Revoked.IsZero() {
		status = widgets.StatusLost
	}
	return widgets.Row{Key: i.Name, Status: status, Dim: !i.Revoked.IsZero(), Cells: []widgets.Cell{
		{Text: i.Name}, {Text: roleName(i.Role), Color: widgets.ColorMuted}, {Text: orElse(i.Root, "–"), Color: widgets.ColorMuted},
		{Text: seen, Color: widgets.ColorMuted}, {Text: key, Color: ink},
	}}
}

// keyText says how an identity proves who it is, and until when.
func keyText(i *watch.Identity, now time.Time) (string, fyne.ThemeColorName) {
	c := watch.Certificate{NotBefore: i.Created, NotAfter: i.Expires}
	switch {
	case !i.Revoked.IsZero():
		return i18n.T("revoked"), widgets.ColorMuted
	case i.Certificates == 0 && i.Password:
		return i18n.T("password only"), widgets.ColorLate
	case i.Certificates == 0:
		return i18n.T("no key"), widgets.ColorLate
	}
	switch c.At(now) {
	case watch.Ended:
		return i18n.T("expired"), widgets.ColorSilent
	case watch.Ending:
		return i18n.Tf("%s left", formatDuration(i.Expires.Sub(now))), widgets.ColorLate
	}
	return i18n.Tf("%s left", formatDuration(i.Expires.Sub(now))), widgets.ColorMuted
}

// revocable tells whether the operator may revoke a certificate: those of the
// broker and of the authority are not his to revoke here.
func revocable(c *watch.Certificate) bool {
	return c.Revoked.IsZero() && c.Purpose == "device" && c.Identity != ""
}

// certificateRow is a certificate as a line.
func certificateRow(c *watch.Certificate, now time.Time) widgets.Row {
	v, act := c.At(now), widgets.Cell{}
	ink, status := widgets.ColorMuted, widgets.StatusVouched
	switch v {
	case watch.Ending, watch.NotYet:
		ink, status = widgets.ColorLate, widgets.StatusCaution
	case watch.Ended:
		ink, status = widgets.ColorSilent, widgets.StatusSilent
	case watch.Withdrawn:
		status = widgets.StatusLost
	}
	if revocable(c) {
		act = widgets.Cell{Text: i18n.T("Revoke …"), Color: widgets.ColorAccent}
	}
	return widgets.Row{Key: c.Serial, Status: status, Dim: v == watch.Withdrawn, Cells: []widgets.Cell{
		{Text: orElse(c.Identity, i18n.T(c.Purpose))}, {Text: c.Serial, Color: widgets.ColorMuted},
		{Text: c.NotAfter.Local().Format("2006-01-02"), Color: ink}, {Text: say(v), Color: ink}, act,
	}}
}

func invitationRow(i *watch.Invitation, now time.Time) widgets.Row {
	state, act := i18n.Tf("open for %s", formatDuration(i.Expires.Sub(now))), widgets.Cell{Text: i18n.T("Withdraw"), Color: widgets.ColorAccent}
	switch {
	case !i.Used.IsZero():
		state, act = i18n.Tf("used %s", formatClock(i.Used)), widgets.Cell{}
	case !now.Before(i.Expires):
		state, act = i18n.T("lapsed"), widgets.Cell{}
	}
	return widgets.Row{Key: i.ID, Cells: []widgets.Cell{
		{Text: orElse(i.Name, i18n.T("any device"))}, {Text: roleName(i.Role), Color: widgets.ColorMuted}, {Text: state, Color: widgets.ColorMuted}, act,
	}}
}

func banRow(i int, b *watch.Ban) widgets.Row {
	return widgets.Row{Key: strconv.Itoa(i), Cells: []widgets.Cell{
		{Text: b.String()}, {Text: formatClock(b.Since), Color: widgets.ColorMuted}, {Text: b.Why, Color: widgets.ColorMuted},
		{Text: i18n.T("Let in"), Color: widgets.ColorAccent},
	}}
}

// roleNames are the roles as words to choose from.
func roleNames() []string {
	var names []string
	for _, r := range watch.Roles() {
		names = append(names, string(r))
	}
	return names
}

// roleText says what a role may do.
func roleText(r watch.Role) string {
	switch r {
	case watch.RoleDevice:
		return i18n.T("Writes its own topics, reads its commands.")
	case watch.RoleOperator:
		return i18n.T("Reads everything and sends commands.")
	case watch.RoleReader:
		return i18n.T("Reads everything, writes nothing.")
	case watch.RoleBridge:
		return i18n.T("Another hub: passes on what its rules allow.")
	}
	return ""
}

// newRoleSelect makes a choice of roles.
func newRoleSelect(chosen func(watch.Role)) *widget.Select {
	return widget.NewSelect(roleNames(), func(name string) {
		if chosen != nil {
			chosen(watch.Role(name))
		}
	})
}
