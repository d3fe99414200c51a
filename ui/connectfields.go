package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// connectForm is the form of a profile.
type connectForm struct {
	w *Window
	// changed tells that the operator has changed something.
	changed func()
	save    *widget.Button
	hints   *widgets.Hints // over the sheet

	filling bool
	text    connectText // scheme, and what no field shows
	touched bool        // the password was typed anew
	kept    bool        // a password is kept

	name, host, port, path     *widgets.Entry
	user, password             *widgets.Entry
	ca, cert, key, server      *widgets.Entry
	clientID, keepAlive, more  *widgets.Entry
	scheme                     *widget.Select
	everything, system         *widget.Check
	trusted, keeper            *widget.Label
	trustedLine, secure, paths fyne.CanvasObject
	body                       fyne.CanvasObject
}

func newConnectForm(w *Window) *connectForm {
	f := &connectForm{w: w, hints: widgets.NewHints(), changed: func() {}}
	for _, e := range []struct {
		to    **widgets.Entry
		hint  string
		typed func(string)
	}{
		{&f.name, i18n.T("what to call it (optional)"), nil}, {&f.host, i18n.T("broker.example, or a whole address such as mqtts://broker.example"), f.typedHost},
		{&f.port, "1883", nil}, {&f.path, "/mqtt", nil},
		{&f.user, i18n.T("user (optional)"), nil}, {&f.password, i18n.T("password"), func(string) { f.touched = true }},
		{&f.ca, i18n.T("the system's authorities"), nil}, {&f.cert, i18n.T("none"), nil}, {&f.key, i18n.T("none"), nil}, {&f.server, i18n.T("the host"), nil},
		{&f.clientID, i18n.T("a random one"), nil}, {&f.keepAlive, "30", nil}, {&f.more, "plant/+/state, yard/#", nil},
	} {
		entry := widgets.NewEntry()
		entry.SetPlaceHolder(e.hint)
		entry.OnChanged = func(text string) {
			if f.filling {
				return
			}
			if e.typed != nil {
				e.typed(text)
			}
			f.changed()
		}
		*e.to = entry
	}
	f.password.Password = true
	f.scheme = widget.NewSelect(schemeLabels(), func(string) { f.choseScheme() })
	check := func(label string) *widget.Check {
		return widget.NewCheck(label, func(bool) {
			if !f.filling {
				f.changed()
			}
		})
	}
	f.everything, f.system = check(i18n.T("Everything (#)")), check(i18n.T("The broker's own figures ($SYS/#)"))
	f.trusted, f.keeper = widget.NewLabel(""), widget.NewLabel("")
	f.lay()
	return f
}

// schemeLabels are the schemes as they are offered.
func schemeLabels() []string {
	labels := make([]string, 0, len(connection.Schemes()))
	for _, s := range connection.Schemes() {
		labels = append(labels, s+"://")
	}
	return labels
}

// lay lays the fields out.
func (f *connectForm) lay() {
	f.trusted.Wrapping, f.trusted.SizeName, f.trusted.TextStyle.Monospace = fyne.TextWrapBreak, theme.SizeNameCaptionText, true
	f.keeper.Importance, f.keeper.SizeName, f.keeper.Wrapping = widget.LowImportance, theme.SizeNameCaptionText, fyne.TextWrapWord
	forget := widget.NewButton(i18n.T("Trust no more"), func() {
		f.text.trusted = ""
		f.showTrusted()
		f.changed()
	})
	f.trustedLine = labelled(i18n.T("Trusted"), container.NewBorder(nil, nil, nil, middle(forget), f.trusted))
	f.paths = labelled(i18n.T("Path"), f.path)
	where := container.NewBorder(nil, nil, f.scheme, container.New(&fixedWidth{width: 84}, f.port), f.host)
	f.secure = container.NewVBox(
		labelled(i18n.T("CA file"), f.file(f.ca, i18n.T("The authorities to trust"))), f.trustedLine,
		labelled(i18n.T("Client certificate"), container.NewGridWithColumns(2, f.file(f.cert, i18n.T("The client certificate")), f.file(f.key, i18n.T("Its private key")))),
		labelled(i18n.T("Server name"), f.server))
	f.body = container.NewVBox(
		labelled(i18n.T("Name"), f.name), labelled(i18n.T("Address"), where), f.paths,
		labelled(i18n.T("User, password"), container.NewGridWithColumns(2, f.user, f.password)), labelled("", f.keeper),
		f.secure,
		labelled(i18n.T("Subscribe to"), container.NewVBox(container.NewHBox(f.everything, f.system), f.more)),
		labelled(i18n.T("Client ID, keep-alive"), container.New(layout.NewBorderLayout(nil, nil, nil, nil), container.NewGridWithColumns(2, f.clientID, f.seconds()))))
}

// seconds is the keep-alive with its unit.
func (f *connectForm) seconds() fyne.CanvasObject {
	return container.NewBorder(nil, nil, nil, widget.NewLabel(i18n.T("seconds")), f.keepAlive)
}

// labelWidth is the room for the labels of a sheet's fields.
const labelWidth = 150

// labelled is a field of a sheet with its label.
func labelled(label string, field fyne.CanvasObject) fyne.CanvasObject {
	l := widget.NewLabel(label)
	l.Alignment, l.Wrapping = fyne.TextAlignTrailing, fyne.TextWrapWord
	return container.NewBorder(nil, nil, container.New(&fixedWidth{width: labelWidth}, l), nil, field)
}

// iconButton is a button of the sheet without words; hint is what it means.
func (f *connectForm) iconButton(icon fyne.Resource, hint string, do func()) *widgets.HintButton {
	b := widgets.NewHintButton(icon, hint, do)
	b.Importance = widget.MediumImportance
	f.hints.Tell(b)
	return b
}

// file is a field for the name of a file, with a button to look for it.
func (f *connectForm) file(e *widgets.Entry, title string) fyne.CanvasObject {
	look := f.iconButton(theme.FolderOpenIcon(), i18n.T("Choose a file"), func() {
		d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
			if err != nil || file == nil {
				return // told by the dialog, or nothing chosen
			}
			e.SetText(file.URI().Path())
			_ = file.Close() // nothing was read
		}, f.w.win)
		d.SetTitleText(title)
		d.Resize(sheetSize(f.w.win))
		d.Show()
	})
	return container.NewBorder(nil, nil, nil, look, e)
}

// fill fills the form in from a profile.
func (f *connectForm) fill(p connection.Profile) {
	f.text, f.kept, f.touched = textOf(p), p.HasPassword, false
	f.show()
	f.filling = true
	defer func() { f.filling = false }()
	f.password.SetText("")
	f.password.SetPlaceHolder(i18n.T("password"))
	if p.HasPassword {
		f.password.SetPlaceHolder(i18n.T("as kept; type to change it"))
	}
	f.askKeeper()
}

// show shows the form's text in its fields.
func (f *connectForm) show() {
	f.filling = true
	defer func() { f.filling = false }()
	t := &f.text
	for _, x := range []struct {
		e    *widgets.Entry
		text string
	}{
		{f.name, t.name}, {f.host, t.host}, {f.port, t.port}, {f.path, t.path}, {f.user, t.user}, {f.ca, t.ca}, {f.cert, t.cert},
		{f.key, t.key}, {f.server, t.server}, {f.clientID, t.clientID}, {f.keepAlive, t.keepAlive}, {f.more, t.more},
	} {
		if x.e.Text != x.text {
			x.e.SetText(x.text)
		}
	}
	f.scheme.SetSelected(t.scheme + "://")
	f.everything.SetChecked(t.everything)
	f.system.SetChecked(t.system)
	setShown(f.secure, t.secure())
	setShown(f.paths, t.webSocket())
	f.showTrusted()
}

// showTrusted shows what was agreed to be trusted.
func (f *connectForm) showTrusted() {
	c, err := connection.ReadCertificate(f.text.trusted)
	setShown(f.trustedLine, f.text.trusted != "" && err == nil)
	if err == nil {
		f.trusted.SetText(orElse(c.Subject, i18n.T("a certificate")) + "\n" + c.Fingerprint())
	}
}

// read takes the text out of the fields.
func (f *connectForm) read() {
	t := &f.text
	t.name, t.host, t.port, t.path, t.user = f.name.Text, f.host.Text, f.port.Text, f.path.Text, f.user.Text
	t.ca, t.cert, t.key, t.server = f.ca.Text, f.cert.Text, f.key.Text, f.server.Text
	t.clientID, t.keepAlive, t.more = f.clientID.Text, f.keepAlive.Text, f.more.Text
	t.everything, t.system = f.everything.Checked, f.system.Checked
}

// typedHost takes a whole address apart that was pasted or typed for the host.
func (f *connectForm) typedHost(text string) {
	if connection.IsURL(text) && len(text)-len(f.text.host) > 1 { // pasted, not typed letter by letter
		f.paste(text)
		return
	}
	f.text.host = text
}

// paste takes an address apart.
func (f *connectForm) paste(url string) {
	f.read()
	password, took := f.text.take(url)
	if !took {
		f.text.host = url
	}
	f.show()
	if password != nil {
		f.password.SetText(*password)
	}
}

func (f *connectForm) choseScheme() {
	if f.filling || f.scheme.SelectedIndex() < 0 {
		return
	}
	f.read()
	f.text.setScheme(connection.Schemes()[f.scheme.SelectedIndex()])
	f.show()
	f.changed()
}

// trust takes a certificate that the operator has agreed to trust.
func (f *connectForm) trust(c connection.Certificate) {
	f.read()
	f.text.trusted = c.PEM
	f.show()
	f.changed()
}

// profile is what the form says, over the profile it was filled in from.
func (f *connectForm) profile(from connection.Profile) (connection.Profile, error) {
	f.read()
	if connection.IsURL(f.text.host) { // typed letter by letter
		f.paste(f.text.host)
	}
	p, err := f.text.profile(from)
	if p.HasPassword = f.kept; f.touched {
		p.HasPassword = f.password.Text != ""
	}
	if err == nil {
		err = p.Check()
	}
	return p, err
}

// newPassword is the password that was typed; nil when it is to stay as it is.
func (f *connectForm) newPassword() *string {
	if !f.touched {
		return nil
	}
	text := f.password.Text
	return &text
}

// askKeeper says where passwords are kept, which may take a while to find out.
func (f *connectForm) askKeeper() {
	if f.keeper.Text != "" {
		return
	}
	f.keeper.SetText(i18n.T("Passwords are kept in the system's keychain, or else in an encrypted file."))
	f.w.left.Go(func() {
		place, weakness, err := f.w.o.Connections.Keeper()
		text := i18n.Tf("Passwords are kept in %s.", i18n.T(place))
		if weakness != "" {
			text += " " + i18n.Tf("Not well: %s.", i18n.T(weakness))
		}
		if err != nil {
			text = i18n.Tf("Passwords cannot be kept: %s", errorText(err))
		}
		f.w.Do(func() { f.keeper.SetText(text) })
	})
}
