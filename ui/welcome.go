package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// welcome is the panel above the overview at the first start: three ways to
// begin, beside the fleet that is alive already.
type welcome struct {
	body *fyne.Container
	// arrange lays the page out anew when the panel has come or gone.
	arrange func()
}

// welcomeHeight is how high the panel is at most, so that the fleet stays in sight
// in a small window.
const welcomeHeight = 190

// atMostHigh gives a scroll the height of its content, up to so much.
type atMostHigh float32

// Layout implements fyne.Layout.
func (atMostHigh) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// MinSize implements fyne.Layout.
func (h atMostHigh) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := objects[0].MinSize()
	if s, is := objects[0].(*container.Scroll); is {
		size.Height = min(s.Content.MinSize().Height, float32(h))
	}
	return size
}

func newWelcome(w *Window) *welcome {
	p := &welcome{arrange: func() { w.stack.Refresh() }}
	title := widget.NewLabel(i18n.T("Welcome aboard"))
	title.TextStyle.Bold, title.SizeName = true, theme.SizeNameSubHeadingText
	leave := widgets.NewHintButton(theme.CancelIcon(), i18n.T("Close"), p.hide)
	w.hints.Tell(leave)
	ways := container.NewGridWithColumns(3, p.watchDemo(w), p.connectHere(w), p.connectElsewhere(w))
	note := widget.NewLabel("")
	note.Importance, note.SizeName, note.Truncation = widget.LowImportance, theme.SizeNameCaptionText, fyne.TextTruncateEllipsis
	if note.Hidden = w.o.Folder == ""; !note.Hidden {
		note.SetText(i18n.Tf("Everything is kept in %s.", w.o.Folder))
	}
	inside := container.NewBorder(container.NewBorder(nil, nil, title, leave), note, nil, nil, ways)
	p.body = container.NewPadded(container.NewStack(widgets.NewBar(), container.New(atMostHigh(welcomeHeight), container.NewVScroll(container.NewPadded(inside)))))
	p.body.Hide()
	return p
}

func (p *welcome) show() {
	p.body.Show()
	p.arrange()
}

func (p *welcome) hide() {
	p.body.Hide()
	p.arrange()
}

// way is one of the ways to begin.
func way(title, about string, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	head := widget.NewLabel(title)
	head.TextStyle.Bold = true
	text := widget.NewLabel(about)
	text.Wrapping = fyne.TextWrapWord
	return container.NewBorder(head, container.New(layout.NewRowWrapLayout(), buttons...), nil, nil, text)
}

func (p *welcome) watchDemo(w *Window) fyne.CanvasObject {
	about := i18n.T("A ferry fleet sails the Solent: positions, engines and delays, live, with an impostor to release.")
	show := widget.NewButtonWithIcon(i18n.T("Watch the fleet"), theme.MediaPlayIcon(), func() {
		if w.o.Demo != nil && !w.o.Demo.Running() {
			w.toggleDemo()
		}
		p.hide()
		w.goTo(pageMap, true)
	})
	show.Importance = widget.HighImportance
	return way(i18n.T("Watch the demo"), about, show)
}

func (p *welcome) connectHere(w *Window) fyne.CanvasObject {
	if w.o.Address == "" {
		return way(i18n.T("Connect a device"), i18n.T("A broker elsewhere is watched: devices connect there."))
	}
	add := widget.NewButtonWithIcon(i18n.T("Add a device"), theme.ContentAddIcon(), func() {
		p.hide()
		w.addDevice()
	})
	if w.o.Watch == nil {
		add.Disable()
	}
	copyIt := widget.NewButtonWithIcon(i18n.T("Address"), theme.ContentCopyIcon(), func() { w.copyText(i18n.T("Copied the address"), w.o.Address) })
	return way(i18n.T("Connect a device here"), i18n.Tf("On this machine: %s. From elsewhere: with an invitation and its own key.", w.o.Address), add, copyIt)
}

func (p *welcome) connectElsewhere(w *Window) fyne.CanvasObject {
	connect := widget.NewButtonWithIcon(i18n.T("Connect …"), theme.LoginIcon(), w.openConnections)
	if w.o.Connections == nil {
		connect.Disable()
	}
	return way(i18n.T("Watch a broker elsewhere"), i18n.T("With TLS, a password or a client certificate: every step is tried and said before you rely on it."), connect)
}

// showWelcome shows the panel, above the overview.
func (w *Window) showWelcome() {
	w.goTo(pageOverview, true)
	w.welcome.show()
}
