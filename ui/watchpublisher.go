package ui

import (
	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
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
		return "this program"
	}
	return p.Name()
}

// publisherText says who p is, and how sure that is.
func publisherText(p *model.Publisher) string {
	switch {
	case p == nil:
		return "unknown: this broker does not tell"
	case p.Vouched():
		return p.Identity + ", vouched for, at " + p.Addr + encryptionText(p)
	case p.Operator():
		return "this program"
	}
	return "client " + p.ClientID + " at " + p.Addr + ", not vouched for" + encryptionText(p)
}

// vouchText says in a few words who p is, and how sure that is.
func vouchText(p *model.Publisher) string {
	switch {
	case p == nil:
		return "publisher unknown"
	case p.Vouched():
		return "vouched for"
	}
	return "client " + p.ClientID + ", not vouched for"
}

func encryptionText(p *model.Publisher) string {
	if p.TLS {
		return ", encrypted"
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
		return "publisher unknown"
	}
	return "publisher " + publisherText(p)
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
			d.toast(toastWarning, "Not accepted: the broker does not vouch for who wrote it")
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
	b := widgets.BannerData{Text: publisherName(s.Publisher) + " writes it too", Status: widgets.StatusImpostor,
		Detail: "it belongs to " + publisherName(s.Owner) + "; first at " + formatClock(s.First) + ", last at " + formatClock(s.Last)}
	if s.Publisher.Vouched() {
		b.Action = "Accept"
	}
	return b
}
