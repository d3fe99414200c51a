package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// publishForm sends a message by hand.
type publishForm struct {
	deps    pageDeps
	body    fyne.CanvasObject
	topic   *widgets.Entry
	payload *widgets.Entry
	qos     *widget.Select
	retain  *widget.Check
	submit  *widget.Button
	// The MQTT 5 properties.
	contentType, response, correlation, expiry, user *widgets.Entry
	heard, result                                    *widget.Label
	steps                                            *widgets.Steps // how far the latest got

	want box[string] // the topic as entered
	sent box[string] // the id of the latest
}

func newPublishForm(d pageDeps) *publishForm {
	f := &publishForm{
		deps: d, topic: widgets.NewEntry(), payload: widgets.NewMultiLineEntry(),
		qos: widget.NewSelect([]string{"0", "1", "2"}, nil), retain: widget.NewCheck(i18n.T("Retain"), nil),
		heard: widget.NewLabel(""), result: widget.NewLabel(""),
		contentType: widgets.NewEntry(), response: widgets.NewEntry(), correlation: widgets.NewEntry(),
		expiry: widgets.NewEntry(), user: widgets.NewMultiLineEntry(), steps: widgets.NewSteps(),
	}
	f.result.Importance = widget.DangerImportance
	f.result.Hide()
	f.steps.Hide()
	f.topic.SetPlaceHolder(i18n.T("topic"))
	f.topic.OnChanged = func(text string) {
		f.want.update(func(w *string) { *w = text })
		d.poke()
	}
	f.payload.SetPlaceHolder(i18n.T("payload"))
	f.payload.SetMinRowsVisible(3)
	f.qos.SetSelected("1")
	f.result.Wrapping, f.heard.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	f.heard.Importance = widget.LowImportance
	f.submit = widget.NewButtonWithIcon(i18n.T("Publish"), theme.MailSendIcon(), f.send)
	f.submit.Importance = widget.HighImportance
	keep := widget.NewButtonWithIcon(i18n.T("Save as command …"), theme.DocumentSaveIcon(), func() {
		d.editCommand(-1, model.SavedCommand{CommandSpec: model.CommandSpec{Topic: f.topic.Text, Payload: f.payload.Text, QoS: f.level()}})
	})
	options := container.NewHBox(widget.NewLabel(i18n.T("QoS")), f.qos, f.retain, f.submit, keep)
	more := widget.NewAccordion(widget.NewAccordionItem(i18n.T("MQTT 5 properties"), f.properties()))
	f.body = container.NewVScroll(container.NewVBox(f.topic, f.payload, options, f.heard, f.result, f.steps, more))
	return f
}

// lock keeps the form from sending while the past is shown, and says why.
func (f *publishForm) lock(past bool) {
	if past == f.submit.Disabled() {
		return
	}
	setEnabled(f.submit, !past)
	f.say("")
	if past {
		f.say(pastLock())
	}
}

// say says what is wrong; nothing when it is empty.
func (f *publishForm) say(text string) {
	f.result.SetText(text)
	setShown(f.result, text != "")
}

// properties is the form of what MQTT 5 can carry beside the payload.
func (f *publishForm) properties() fyne.CanvasObject {
	f.contentType.SetPlaceHolder("application/json")
	f.expiry.SetPlaceHolder(i18n.T("never"))
	f.user.SetPlaceHolder(i18n.T("name = value, one a line"))
	form := container.New(layout.NewFormLayout())
	for _, line := range []struct {
		label string
		entry *widgets.Entry
	}{{i18n.T("Content type"), f.contentType}, {i18n.T("Response topic"), f.response}, {i18n.T("Correlation data"), f.correlation},
		{i18n.T("Expires after, s"), f.expiry}, {i18n.T("User properties"), f.user}} {
		form.Add(widget.NewLabel(line.label))
		form.Add(line.entry)
	}
	return form
}

// level is the QoS that is chosen.
func (f *publishForm) level() *byte {
	qos := byte(f.qos.SelectedIndex())
	return &qos
}

// frame asks who would get a message, and how far the latest got, and returns how
// to show it.
func (f *publishForm) frame() func() {
	topic, text := f.want.get(), ""
	if model.CheckTopic(topic) == nil {
		a := f.deps.link.Audience(topic, 2)
		text = heardText(&a)
	}
	c, sent := f.deps.store.Command(f.sent.get())
	return func() {
		setText(f.heard, text)
		setShown(f.steps, sent)
		if sent {
			f.steps.Set(proofSteps(&c))
		}
	}
}

// outgoing is the message as it is entered.
func (f *publishForm) outgoing() (m model.Outgoing, err error) {
	m = model.Outgoing{Topic: f.topic.Text, Payload: []byte(f.payload.Text), QoS: *f.level(), Retain: f.retain.Checked}
	if err := model.CheckTopic(m.Topic); err != nil {
		return m, err
	}
	p := model.Properties{ContentType: f.contentType.Text, ResponseTopic: f.response.Text}
	if p.ResponseTopic != "" {
		if err := model.CheckTopic(p.ResponseTopic); err != nil {
			return m, i18n.Errorf("the response topic: %w", err)
		}
	}
	if f.correlation.Text != "" {
		p.CorrelationData = []byte(f.correlation.Text)
	}
	if f.expiry.Text != "" {
		seconds, err := strconv.ParseUint(strings.TrimSpace(f.expiry.Text), 10, 32)
		if err != nil || seconds == 0 {
			return m, i18n.Errorf("the expiry is a whole number of seconds, such as 60")
		}
		p.Expiry = uint32(seconds)
	}
	if p.User, err = userProperties(f.user.Text); err != nil {
		return m, err
	}
	if p.ContentType+p.ResponseTopic != "" || p.CorrelationData != nil || p.Expiry > 0 || p.User != nil {
		m.Properties = &p
	}
	return m, nil
}

// userProperties reads "name = value" lines.
func userProperties(text string) ([]model.UserProperty, error) {
	var out []model.UserProperty
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, i18n.Errorf("the user property %q is not of the form name = value", line)
		}
		out = append(out, model.UserProperty{Name: name, Value: strings.TrimSpace(value)})
	}
	return out, nil
}

// send publishes the message as it is entered, and follows how far it gets, as of a
// command.
func (f *publishForm) send() {
	m, err := f.outgoing()
	o := model.Order{Spec: model.CommandSpec{Name: "publish", Label: i18n.Tf("Message on %s", m.Topic)}, Message: &m}
	if err == nil {
		o.Device = f.deps.deviceOf(m.Topic)
		_, _, err = f.deps.store.PreviewCommand(o)
	}
	if err != nil {
		f.say(i18n.Tf("Not sent: %v.", errorText(err)))
		return
	}
	f.say("")
	if id := f.deps.launch(o); id != "" {
		f.sent.update(func(s *string) { *s = id })
	}
	f.deps.poke()
}
