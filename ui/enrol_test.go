package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// TestStrangerIsEnrolled goes from a refused stranger to an enrolled device.
func TestStrangerIsEnrolled(t *testing.T) {
	s := openStation(t)
	s.watched.live.choose(liveWant{attempt: 2}) // kettle-3, anonymous
	s.draw()
	s.tap("Enrol …")
	panel := s.watched.keys.adding
	if panel.name.Text != "kettle-3" || panel.role.Selected != "device" {
		t.Fatalf("the form says %q, %q", panel.name.Text, panel.role.Selected)
	}
	panel.kind.SetText("kettle")
	panel.root.SetText("kitchen/kettle")
	s.draw()
	s.tap("Show the invitation")
	s.asked("invite kettle-3, device, kettle, kitchen/kettle")
	s.app.Until(t, "invitation", patience, func() bool { return panel.offer.ID != "" })
	s.expect("Good for one device, 10:00 left", "pilothouse enrol 'https://192.0.2.7:8443/enrol/#")
	if a, _ := s.guard.feed.Attempt(2); a.Mark != watch.Enrolled {
		t.Errorf("the attempt is %v", a.Mark)
	}
	s.tap("Command")
	if got := s.app.Clipboard().Content(); got != panel.offer.Command {
		t.Errorf("copied %q", got)
	}
	s.tap("Address")
	if got := s.app.Clipboard().Content(); got != panel.offer.URL {
		t.Errorf("copied %q", got)
	}
	s.sea.clock.advance(4*time.Minute + 30*time.Second)
	s.expect("5:30 left")
	s.guard.set(func(g *guard) {
		g.invitations[0].Used = g.now()
		for i, name := range []string{"other", "kettle-3"} {
			g.pending = append(g.pending, watch.Pending{ID: name, InviteFor: watch.InviteFor{Name: name, Role: watch.RoleDevice}, Code: name + "-CODE",
				Addr: "192.0.2.41:9", At: g.now().Add(-time.Duration(i) * time.Minute)})
		}
	})
	s.expect("A device came with it", "kettle-3-CODE", "kettle-3 at 192.0.2.41 asks to be let in as device, 1 min, and 1 more")
	s.tap("The codes match: approve")
	s.asked("approve kettle-3 as kettle-3, device")
	s.guard.set(func(g *guard) { g.pending = g.pending[:1] })
	s.expect("other-CODE")
	s.tap("Refuse")
	s.asked("refuse other")
}

func TestInvitationIsTakenBack(t *testing.T) {
	s := openStation(t)
	s.addDevice()
	panel := s.watched.keys.adding
	panel.invite()
	s.app.Until(t, "invitation", patience, func() bool { return panel.offer.ID != "" })
	s.sea.clock.advance(11 * time.Minute)
	s.expect("has lapsed")
	panel.begin(watch.InviteFor{}, 0)
	s.asked("withdraw inv-1")
	if panel.offer.ID != "" || panel.offer.URL != "" {
		t.Error("a withdrawn token is kept")
	}
}

// TestLateInvitationIsNotShown answers a question that was given up.
func TestLateInvitationIsNotShown(t *testing.T) {
	s := openStation(t)
	s.addDevice()
	panel := s.watched.keys.adding
	panel.invite()
	panel.begin(watch.InviteFor{Name: "another"}, 0)
	s.asked("invite , device, , ")
	s.asked("withdraw inv-1")
	if panel.offer.ID != "" || !panel.form.Visible() {
		t.Error("an invitation for somebody else is shown")
	}
}

func TestBundle(t *testing.T) {
	s := openStation(t)
	s.addDevice()
	panel := s.watched.keys.adding
	s.draw()
	s.tap("Save a bundle …")
	if !slices.ContainsFunc(s.notices.list, func(n notice) bool { return strings.HasPrefix(n.toast.Text, "Say first what") }) {
		t.Error("a bundle for nobody")
	}
	panel.name.SetText("pump-7")
	panel.save(panel.who(), "/media/stick/pump-7-bundle.zip")
	s.asked("bundle pump-7 to /media/stick/pump-7-bundle.zip")
}

func TestIdentityIsRevokedAndRestored(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchKeys)
	keys := s.watched.keys
	keys.identities.OnSelect("red-falcon")
	s.expect("solent/ferries/red-falcon", "ferry-red-falcon", "connected")
	s.tap("Revoke …")
	s.word("red-falco")
	s.tap("Revoke") // which does nothing yet
	purge, ok := uitest.Find(s.win.Canvas().Overlays().Top(), func(*widget.Check) bool { return true })
	if !ok {
		t.Fatal("no choice to delete its retained messages")
	}
	purge.SetChecked(true)
	s.word("red-falcon")
	s.tap("Revoke")
	s.asked("revoke red-falcon: revoked by the operator, purge true")
	if n := len(s.guard.acts()); n != 1 {
		t.Errorf("%d acts: %q", n, s.guard.acts())
	}
	keys.identities.OnSelect("old-buoy")
	s.expect("revoked by the operator")
	s.tap("Restore")
	s.asked("restore old-buoy")
	keys.identities.OnSelect("harbour-desk")
	s.expect("192.0.2.30", "may be used; a key is stronger")
	keys.detail.role.SetSelected("reader")
	s.asked("role of harbour-desk: reader")
	keys.identities.OnSelect("wight-sun")
	s.expect("until ", "expires soon")
	s.tap("New key …")
	if keys.adding.name.Text != "wight-sun" || keys.adding.root.Text != "solent/ferries/wight-sun" {
		t.Errorf("a new key for %+v", keys.adding.who())
	}
}

// TestShowingARoleDoesNotSetIt looks at identities of different roles.
func TestShowingARoleDoesNotSetIt(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchKeys)
	for _, name := range []string{"harbour-desk", "red-falcon", "harbour-desk"} {
		s.watched.keys.identities.OnSelect(name)
		s.draw()
	}
	if acts := s.guard.acts(); len(acts) > 0 {
		t.Errorf("looking did %q", acts)
	}
}

func TestCertificatesInvitationsAndBans(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchKeys)
	s.guard.set(func(g *guard) { g.invitations = []watch.Invitation{{ID: "inv-9", Expires: g.now().Add(time.Minute)}} })
	keys := s.watched.keys
	s.draw()
	keys.certificates.OnCell("5be20c4411fa", 4) // the broker's own
	keys.certificates.OnCell("7a31c09be4d2", 1) // not the button
	if s.win.Canvas().Overlays().Top() != nil {
		t.Fatal("asks to revoke what cannot be revoked")
	}
	keys.certificates.OnCell("7a31c09be4d2", 4)
	s.word("red-falcon")
	s.tap("Revoke")
	s.asked("revoke certificate 7a31c09be4d2: revoked by the operator")
	keys.tabs.SelectIndex(2)
	s.expect("any device", "open for 1 min")
	keys.invitations.OnCell("inv-9", 3)
	s.asked("withdraw inv-9")
	keys.tabs.SelectIndex(3)
	s.expect("address 192.0.2.66")
	keys.bans.OnCell("0", 3)
	s.asked("unban address 192.0.2.66")
}
