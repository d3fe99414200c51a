package ui

import (
	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// publisherStatus is the shape that says how sure it is who p is.
func publisherStatus(p *model.Publisher) widgets.Status {
	switch {
	case p == nil:
		return widgets.StatusUnknown
	case p.Vouched(), p.Operator():
		return widgets.StatusVouched
	}
	return widgets.StatusClaimed
}

// publisherName is what to call p.
func publisherName(p *model.Publisher) string {
	if p.Operator() && !p.Vouched() {
		return i18n.T("this program")
	}
	if p == nil {
		return i18n.T("unknown")
	}
	return p.Name()
}

// publisherText says who p is, and how sure that is.
func publisherText(p *model.Publisher) string {
	switch {
	case p == nil:
		return i18n.T("unknown: this broker does not tell")
	case p.Vouched():
		return i18n.Tf("%s, vouched for, at %s", p.Identity, p.Addr) + encryptionText(p)
	case p.Operator():
		return i18n.T("this program")
	}
	return i18n.Tf("client %s at %s, not vouched for", p.ClientID, p.Addr) + encryptionText(p)
}

// vouchText says in a few words who p is, and how sure that is.
func vouchText(p *model.Publisher) string {
	switch {
	case p == nil:
		return i18n.T("publisher unknown")
	case p.Vouched():
		return i18n.T("vouched for")
	}
	return i18n.Tf("client %s, not vouched for", p.ClientID)
}

func encryptionText(p *model.Publisher) string {
	if p.TLS {
		return ", " + i18n.T("encrypted")
	}
	return ""
}

// showPublisher shows who sent a message on a badge. known tells whether the
// link can say at all.
func showPublisher(b *widgets.Badge, p *model.Publisher, known bool) {
	b.Set(badgeText(p, known), publisherStatus(p), publisherInk(p))
}

// badgeText is what a badge says of a publisher.
func badgeText(p *model.Publisher, known bool) string {
	switch {
	case p != nil:
		return publisherText(p)
	case known:
		return i18n.T("publisher unknown")
	}
	return i18n.Tf("publisher %s", publisherText(p))
}

// publisherInk is neutral for whom the broker vouches.
func publisherInk(p *model.Publisher) fyne.ThemeColorName {
	if p.Vouched() || p.Operator() {
		return widgets.ColorAlive
	}
	return widgets.ColorMuted
}

// newSecondBanner makes the line that flags a topic which a second identity
// writes. Its button accepts that one as the topic's owner.
func newSecondBanner(d pageDeps, topic func() string) *widgets.Banner {
	b := widgets.NewBanner()
	b.OnAction = func() {
		if !d.store.AcceptWriter(topic()) {
			d.toast(toastWarning, i18n.T("Not accepted: the broker does not vouch for who wrote it"))
		}
		d.poke()
	}
	return b
}

// secondBanner says who writes a topic that belongs to another identity.
func secondBanner(s *model.SecondWriter) widgets.BannerData {
	if s == nil {
		return widgets.BannerData{}
	}
	b := widgets.BannerData{Text: i18n.Tf("%s writes it too", publisherName(s.Publisher)), Status: widgets.StatusImpostor,
		Detail: i18n.Tf("it belongs to %s; first at %s, last at %s", publisherName(s.Owner), formatClock(s.First), formatClock(s.Last))}
	if s.Publisher.Vouched() {
		b.Action = i18n.T("Accept")
	}
	return b
}
