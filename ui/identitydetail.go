package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// identityDetail is everything about one identity, with what can be done to it.
type identityDetail struct {
	acts *watchActs
	// renew invites the identity to get a new key.
	renew func(watch.Identity)

	body            *fyne.Container
	content         fyne.CanvasObject
	empty           *widgets.EmptyState
	title           *widget.Label
	shape           *widgets.StatusShape
	facts           *factList
	role            *widget.Select
	may             *widget.Label
	revoke, restore *widget.Button
	fresh, device   *widget.Button
	buttons         *buttonGrid
	shown           watch.Identity
	showing         bool // the role is set by the frame, not by the operator
}

func newIdentityDetail(a *watchActs) *identityDetail {
	d := &identityDetail{acts: a, facts: newFactList(), shape: widgets.NewStatusShape(widgets.StatusVouched, 18)}
	d.title = widget.NewLabel("")
	d.title.TextStyle.Bold = true
	d.title.SizeName = theme.SizeNameSubHeadingText
	d.title.Truncation = fyne.TextTruncateEllipsis
	d.role = newRoleSelect(d.setRole)
	d.may = widget.NewLabel("")
	d.may.Importance = widget.LowImportance
	d.may.Wrapping = fyne.TextWrapWord
	d.revoke = widget.NewButton(i18n.T("Revoke …"), d.askRevoke)
	d.restore = widget.NewButton(i18n.T("Restore"), func() {
		name := d.shown.Name
		a.run(i18n.Tf("Restored %s", name), func(ctx context.Context) error { return a.watch.Restore(ctx, name) }, nil)
	})
	d.fresh = widget.NewButton(i18n.T("New key …"), func() { d.renew(d.shown) })
	d.device = widget.NewButton(i18n.T("Device"), func() { a.deps.openDevice(d.shown.Root) })
	head := container.NewBorder(nil, nil, container.NewCenter(d.shape), nil, d.title)
	roles := container.NewBorder(nil, nil, widget.NewLabel(i18n.T("Role")), nil, d.role)
	d.buttons = newButtonGrid()
	d.content = container.NewBorder(head, container.NewVBox(roles, d.may, d.buttons.body), nil, nil, container.NewVScroll(d.facts.body))
	d.content.Hide()
	d.empty = widgets.NewEmptyState(nil, i18n.T("No identity chosen"), i18n.T("Choose one on the left to see its keys, its topics and what can be done."), "", nil)
	d.body = container.NewStack(d.content, d.empty)
	return d
}

func (d *identityDetail) setRole(r watch.Role) {
	if d.showing || r == d.shown.Role {
		return
	}
	name := d.shown.Name
	d.acts.run(i18n.Tf("%s is now: %s", name, roleName(r)), func(ctx context.Context) error { return d.acts.watch.SetRole(ctx, name, r) }, nil)
}

// askRevoke puts an identity out once its name was typed.
func (d *identityDetail) askRevoke() {
	name := d.shown.Name
	purge := widget.NewCheck(i18n.T("Delete its retained messages too"), nil)
	d.acts.confirm(i18n.Tf("Revoke %s", name), i18n.T("Its session ends within a second, and its keys and its password are refused from then on, also after a restart."),
		name, i18n.T("Revoke"), purge, func() {
			remove := purge.Checked
			d.acts.run(i18n.Tf("Revoked %s", name), func(ctx context.Context) error {
				return d.acts.watch.Revoke(ctx, name, i18n.T("revoked by the operator"), remove)
			}, nil)
		})
}

func (d *identityDetail) frame(now time.Time, chosen string, identities []watch.Identity, certificates []watch.Certificate) func() {
	for i := range identities {
		if identities[i].Name != chosen {
			continue
		}
		who := identities[i]
		facts := identityFacts(&who, certificates, now)
		_, known := d.acts.deps.store.Device(who.Root, 0)
		return func() { d.show(&who, facts, known) }
	}
	return func() {
		setShown(d.content, false)
		setShown(d.empty, true)
	}
}

func (d *identityDetail) show(who *watch.Identity, facts []fact, known bool) {
	d.shown = *who
	setShown(d.empty, false)
	setShown(d.content, true)
	setText(d.title, who.Name)
	status, out := widgets.StatusVouched, !who.Revoked.IsZero()
	if out {
		status = widgets.StatusLost
	}
	d.shape.SetStatus(status)
	d.facts.show(facts)
	if d.role.Selected != string(who.Role) {
		d.showing = true
		d.role.SetSelected(string(who.Role))
		d.showing = false
	}
	setText(d.may, roleText(who.Role))
	d.buttons.show(choices{{d.device, known && who.Root != ""}, {d.fresh, !out}, {d.revoke, !out}, {d.restore, out}})
}

// identityFacts says all that is known of an identity.
func identityFacts(i *watch.Identity, certificates []watch.Certificate, now time.Time) []fact {
	session, seen := i18n.T("not connected"), i18n.T("never")
	if i.Connected {
		session = i18n.T("connected")
	}
	if !i.LastSeen.IsZero() {
		seen = formatClock(i.LastSeen) + " (" + formatAge(now.Sub(i.LastSeen)) + ")"
	}
	out := []fact{{label: i18n.T("Session"), value: session}}
	if !i.Revoked.IsZero() {
		out = append(out, fact{label: i18n.T("Revoked"), value: formatClock(i.Revoked) + ", " + orElse(i.Why, i18n.T("no reason given")), ink: widgets.ColorLost})
	}
	ids := i.Name
	if len(i.ClientIDs) > 0 {
		ids = strings.Join(i.ClientIDs, ", ")
	}
	out = append(out, fact{label: i18n.T("Kind"), value: orElse(i.Kind, "–")}, fact{label: i18n.T("Topics below"), value: orElse(i.Root, i18n.T("none of its own"))},
		fact{label: i18n.T("Client IDs"), value: ids}, fact{label: i18n.T("From"), value: orElse(strings.Join(i.Sources, ", "), i18n.T("any address"))},
		fact{label: i18n.T("Enrolled"), value: i.Created.Local().Format("2006-01-02 15:04")}, fact{label: i18n.T("Seen"), value: seen})
	if i.Password {
		out = append(out, fact{label: i18n.T("Password"), value: i18n.T("may be used; a key is stronger"), ink: widgets.ColorLate})
	}
	for k := range certificates {
		c := &certificates[k]
		if c.Identity != i.Name || c.Purpose != "device" {
			continue
		}
		ink, v := fyne.ThemeColorName(""), c.At(now)
		if v != watch.Valid {
			ink = widgets.ColorLate
		}
		out = append(out, fact{label: i18n.T("Key"), value: i18n.Tf("until %s, %s", c.NotAfter.Local().Format("2006-01-02"), say(v)), ink: ink},
			fact{value: shortPrint(c.Fingerprint), ink: widgets.ColorMuted})
	}
	return out
}

// shortPrint is the front of a fingerprint, enough to tell keys apart.
func shortPrint(fingerprint string) string {
	const enough = 24
	if len(fingerprint) <= enough {
		return fingerprint
	}
	return fingerprint[:enough] + "…"
}
