package ui

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
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

	want box[string] // the topic as entered
}

// publishTimeout is how long to wait for the broker to accept a message.
const publishTimeout = 10 * time.Second

func newPublishForm(d pageDeps) *publishForm {
	f := &publishForm{
		deps: d, topic: widgets.NewEntry(), payload: widgets.NewMultiLineEntry(),
		qos: widget.NewSelect([]string{"0", "1", "2"}, nil), retain: widget.NewCheck("Retain", nil),
		heard: widget.NewLabel(""), result: widget.NewLabel(""),
		contentType: widgets.NewEntry(), response: widgets.NewEntry(), correlation: widgets.NewEntry(),
		expiry: widgets.NewEntry(), user: widgets.NewMultiLineEntry(),
	}
	f.topic.SetPlaceHolder("topic")
	f.topic.OnChanged = func(text string) {
		f.want.update(func(w *string) { *w = text })
		d.poke()
	}
	f.payload.SetPlaceHolder("payload")
	f.payload.SetMinRowsVisible(3)
	f.qos.SetSelected("1")
	f.result.Wrapping, f.heard.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	f.heard.Importance = widget.LowImportance
	f.submit = widget.NewButtonWithIcon("Publish", theme.MailSendIcon(), f.send)
	f.submit.Importance = widget.HighImportance
	keep := widget.NewButtonWithIcon("Save as command …", theme.DocumentSaveIcon(), func() {
		d.editCommand(-1, model.SavedCommand{CommandSpec: model.CommandSpec{Topic: f.topic.Text, Payload: f.payload.Text, QoS: f.level()}})
	})
	options := container.NewHBox(widget.NewLabel("QoS"), f.qos, f.retain, f.submit, keep)
	more := widget.NewAccordion(widget.NewAccordionItem("MQTT 5 properties", f.properties()))
	f.body = container.NewVScroll(container.NewVBox(f.topic, f.payload, options, f.heard, f.result, more))
	return f
}

// lock keeps the form from sending while the past is shown, and says why.
func (f *publishForm) lock(past bool) {
	if past == f.submit.Disabled() {
		return
	}
	setEnabled(f.submit, !past)
	f.result.SetText("")
	if past {
		f.result.SetText(pastLock)
	}
}

// properties is the form of what MQTT 5 can carry beside the payload.
func (f *publishForm) properties() fyne.CanvasObject {
	f.contentType.SetPlaceHolder("application/json")
	f.expiry.SetPlaceHolder("never")
	f.user.SetPlaceHolder("name = value, one a line")
	form := container.New(layout.NewFormLayout())
	for _, line := range []struct {
		label string
		entry *widgets.Entry
	}{{"Content type", f.contentType}, {"Response topic", f.response}, {"Correlation data", f.correlation},
		{"Expires after, s", f.expiry}, {"User properties", f.user}} {
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

// frame asks who would get a message, and returns how to show it.
func (f *publishForm) frame() func() {
	topic, text := f.want.get(), ""
	if model.CheckTopic(topic) == nil {
		a := f.deps.link.Audience(topic, 2)
		switch text = a.Text(); {
		case a.Known && a.Total > 0:
			text = "Listening: " + text + "."
		default:
			text = strings.ToUpper(text[:1]) + text[1:] + "."
		}
	}
	return func() { setText(f.heard, text) }
}

// outgoing is the message as it is entered.
func (f *publishForm) outgoing() (m model.Outgoing, err error) {
	m = model.Outgoing{Topic: f.topic.Text, Payload: []byte(f.payload.Text), QoS: *f.level(), Retain: f.retain.Checked}
	if err := model.CheckTopic(m.Topic); err != nil {
		return m, err
	}
	if m.Retain && len(m.Payload) > 0 && f.deps.store.IsCommandTopic(m.Topic) {
		return m, model.ErrRetainedCommand
	}
	p := model.Properties{ContentType: f.contentType.Text, ResponseTopic: f.response.Text}
	if p.ResponseTopic != "" {
		if err := model.CheckTopic(p.ResponseTopic); err != nil {
			return m, fmt.Errorf("the response topic: %w", err)
		}
	}
	if f.correlation.Text != "" {
		p.CorrelationData = []byte(f.correlation.Text)
	}
	if f.expiry.Text != "" {
		seconds, err := strconv.ParseUint(strings.TrimSpace(f.expiry.Text), 10, 32)
		if err != nil || seconds == 0 {
			return m, errors.New("the expiry is a whole number of seconds, such as 60")
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
			return nil, fmt.Errorf("the user property %q is not of the form name = value", line)
		}
		out = append(out, model.UserProperty{Name: name, Value: strings.TrimSpace(value)})
	}
	return out, nil
}

func (f *publishForm) send() {
	m, err := f.outgoing()
	if err != nil {
		f.result.SetText("Not sent: " + err.Error() + ".")
		return
	}
	f.result.SetText("Sending …")
	d := f.deps
	go func() {
		ctx, cancel := context.WithTimeout(d.ctx, publishTimeout)
		defer cancel()
		r, err := d.link.Send(ctx, m)
		text := publishResult(r, err)
		d.do(func() { f.result.SetText(text) })
	}()
}

// publishResult says in words what became of a message.
func publishResult(r model.Receipt, err error) string {
	text := "Accepted by the broker, at " + formatClock(time.Now())
	switch {
	case err != nil:
		return "Not sent: " + err.Error()
	case !r.SessionsKnown:
		text += "; this broker does not say who got it."
	case r.Sessions == 0:
		text += "; nobody is listening."
	default:
		text += ", and handed to " + plural(r.Sessions, "session") + "."
	}
	if r.PropertiesLeftOut {
		text += " The properties were left out: the connection speaks MQTT 3.1.1, which has none."
	}
	return text
}
