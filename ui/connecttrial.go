package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// trialPanel shows how a trial of a connection goes: step by step, the broker's
// certificate, and what can be done about an unknown authority.
type trialPanel struct {
	// trust tells that the operator has agreed to trust a certificate.
	trust func(connection.Certificate)

	steps *widgets.Steps
	// verdict is what came of it, for a place that is always in sight.
	verdict     *widget.Label
	shown       *widget.Label // the broker's certificate
	offer       *fyne.Container
	about       *widget.Label
	who         *widget.Label
	fingerprint *widget.Label
	offered     connection.Certificate
	body        *fyne.Container
}

func newTrialPanel() *trialPanel {
	p := &trialPanel{trust: func(connection.Certificate) {}, steps: widgets.NewSteps()}
	text := func() *widget.Label {
		l := widget.NewLabel("")
		l.Wrapping = fyne.TextWrapWord
		return l
	}
	p.verdict, p.shown, p.about, p.who, p.fingerprint = text(), text(), text(), text(), text()
	p.shown.Importance, p.shown.SizeName = widget.LowImportance, theme.SizeNameCaptionText
	p.who.TextStyle.Bold = true
	p.fingerprint.TextStyle.Monospace, p.fingerprint.Wrapping, p.fingerprint.Selectable = true, fyne.TextWrapBreak, true
	agree := widget.NewButton(i18n.T("The fingerprint is the same: trust it"), func() { p.trust(p.offered) })
	agree.Importance = widget.WarningImportance
	title := sectionTitle(i18n.T("SHA-256 fingerprint"))
	p.offer = newCard(container.NewVBox(p.who, p.about, title, p.fingerprint, container.NewHBox(layout.NewSpacer(), agree)))
	p.body = container.NewVBox(sectionTitle(i18n.T("Test")), newCard(p.steps), p.shown, p.offer)
	p.clear()
	return p
}

// clear shows nothing.
func (p *trialPanel) clear() {
	p.body.Hide()
	p.offer.Hide()
	p.verdict.Hide()
	p.shown.Hide()
}

// begin shows a trial that has just begun.
func (p *trialPanel) begin() {
	p.clear()
	p.show(connection.Trial{})
	p.body.Show()
}

// show shows how far a trial has come.
func (p *trialPanel) show(t connection.Trial) {
	p.steps.Set(trialSteps(&t))
	text, failed := trialVerdict(&t)
	p.verdict.Importance = widget.MediumImportance
	if failed {
		p.verdict.Importance = widget.DangerImportance
	} else if t.Passed() && t.Steps[connection.StageSubscribe].State == connection.Passed {
		p.verdict.Importance = widget.SuccessImportance
	}
	p.verdict.SetText(text)
	setShown(p.verdict, text != "")
	if len(t.Chain) > 0 {
		p.shown.SetText(i18n.T("The broker's certificate.") + " " + strings.Join(certificateLines(&t.Chain[0]), ". ") + ". SHA-256 " + t.Chain[0].Fingerprint())
	}
	setShown(p.shown, len(t.Chain) > 0)
	if t.Offer != nil {
		p.offered = *t.Offer
		p.who.SetText(orElse(t.Offer.Subject, i18n.T("A certificate without a name")))
		p.about.SetText(trustText(t.Offer))
		p.fingerprint.SetText(t.Offer.Fingerprint())
	}
	setShown(p.offer, t.Offer != nil)
}

// trialSteps are the stages of a trial as steps.
func trialSteps(t *connection.Trial) []widgets.Step {
	names := stageNames()
	steps := make([]widgets.Step, len(names))
	for i, s := range t.Steps {
		steps[i] = widgets.Step{Name: names[i], Text: sentence(sayPhrase(s.Text))}
		switch s.State {
		case connection.Running:
			steps[i].Mark, steps[i].Text = widgets.MarkSent, i18n.T("trying …")
		case connection.Passed:
			steps[i].Mark = widgets.MarkAcknowledged
			if s.Took >= time.Millisecond {
				steps[i].Time = formatDuration(s.Took)
			}
		case connection.Partly:
			steps[i].Mark = widgets.MarkTimedOut
		case connection.Failed:
			steps[i].Mark = widgets.MarkFailed
		}
	}
	return steps
}
