package ui

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// watchActs does what the operator asks for on the Watch page: away from the
// main goroutine, with a word about how it went.
type watchActs struct {
	deps  pageDeps
	watch Watch
	win   fyne.Window
}

// actPatience is how long an act may take.
const actPatience = 15 * time.Second

// run does something. What was said is shown when it went well; then, which may
// be nil, follows on the main goroutine.
func (a *watchActs) run(said string, do func(ctx context.Context) error, then func()) {
	go func() {
		ctx, cancel := context.WithTimeout(a.deps.ctx, actPatience)
		defer cancel()
		err := do(ctx)
		if a.deps.ctx.Err() != nil {
			return // the window is closing
		}
		a.deps.do(func() {
			switch {
			case err != nil:
				a.deps.toast(toastError, i18n.Tf("Not done: %v", errorText(err)))
			case said != "":
				a.deps.toast(toastInfo, said)
			}
			if err == nil && then != nil {
				then()
			}
			a.deps.poke()
		})
	}()
}

// confirm has the operator type a word before something is done.
func (a *watchActs) confirm(title, about, word, action string, choices fyne.CanvasObject, do func()) {
	content := widgets.NewTypeConfirm(about, word, action, choices)
	d := dialog.NewCustomWithoutButtons(title, content, a.win)
	content.OnCancel = d.Hide
	content.OnConfirm = func() {
		d.Hide()
		do()
	}
	d.Show()
	content.Focus(a.win.Canvas())
}

// ban asks whom to keep out, and does; then follows.
func (a *watchActs) ban(identity, clientID, addr, why string, then func()) {
	var choices []watch.Ban
	add := func(b watch.Ban, known bool) {
		if known {
			b.Why = why
			choices = append(choices, b)
		}
	}
	add(watch.Ban{Identity: identity}, identity != "")
	add(watch.Ban{ClientID: clientID}, clientID != "" && clientID != identity)
	add(watch.Ban{Addr: addr}, addr != "" && addr != model.InProcess)
	if len(choices) == 0 {
		return
	}
	names := make([]string, len(choices))
	for i := range choices {
		names[i] = banText(&choices[i])
	}
	pick := widget.NewRadioGroup(names, nil)
	pick.Required = true
	pick.SetSelected(names[len(names)-1])
	about := widget.NewLabel(i18n.T("Live sessions end at once, and further ones are refused. The ban is listed under Devices & keys, where it can be lifted."))
	about.Wrapping = fyne.TextWrapWord
	d := dialog.NewCustomConfirm(i18n.T("Keep out"), i18n.T("Ban"), i18n.T("Cancel"), container.NewVBox(about, pick), func(yes bool) {
		for i, name := range names {
			if yes && name == pick.Selected {
				b := choices[i]
				a.run(i18n.Tf("Banned: %s", name), func(ctx context.Context) error { return a.watch.Ban(ctx, b) }, then)
			}
		}
	}, a.win)
	d.Resize(fyne.NewSize(440, 0))
	d.Show()
}

// buttonGrid shows those of its buttons that make sense now, in rows of three.
type buttonGrid struct{ body *fyne.Container }

// choices say which buttons make sense, in the order to show them.
type choices []struct {
	button *widget.Button
	shown  bool
}

func newButtonGrid() *buttonGrid { return &buttonGrid{body: container.NewGridWithColumns(3)} }

func (g *buttonGrid) show(c choices) {
	var objects []fyne.CanvasObject
	for _, b := range c {
		if b.shown {
			objects = append(objects, b.button)
		}
	}
	if !slices.Equal(objects, g.body.Objects) {
		g.body.Objects = objects
		g.body.Refresh()
	}
}

// gravityStatus is the shape that says how grave a kind of attempt is.
func gravityStatus(k watch.Kind) widgets.Status {
	switch k.Gravity() {
	case watch.Serious:
		return widgets.StatusImpostor
	case watch.Caution:
		return widgets.StatusCaution
	}
	return widgets.StatusNotice
}
