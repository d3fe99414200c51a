package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// SheetField is a value that a CommandSheet asks for.
type SheetField struct {
	// Name says what it is and names it in the answers; Hint says what may be
	// entered, and Unit stands after it.
	Name, Hint, Unit string
	// Choices are the words to choose from; nil for free entry.
	Choices []string
}

// SheetStep is how a CommandSheet is agreed to.
type SheetStep uint8

// The ways to agree.
const (
	SheetTap  SheetStep = iota // tap the button
	SheetHold                  // hold it
	SheetType                  // type a word, then tap
)

// SheetOptions say what a CommandSheet asks.
type SheetOptions struct {
	// Action is what the button says.
	Action string
	Fields []SheetField
	Step   SheetStep
	// Word is what is to be typed.
	Word string
}

// CommandSheet asks for what a command needs before it is sent: its values, and a
// deliberate step. It shows what would be sent, and to whom. It is the content of
// a dialog.
type CommandSheet struct {
	widget.BaseWidget

	// OnChange tells that a value was changed, OnSend that the command is to be
	// sent, OnCancel that it is not.
	OnChange, OnCancel func()
	OnSend             func()

	o                SheetOptions
	inputs           map[string]func() string
	first            fyne.Focusable
	audience, detail *widget.Label
	fault            *widget.Label
	word             *Entry
	send             *widget.Button
	hold             *CommandButton
	ready            bool
	body             fyne.CanvasObject
}

// NewCommandSheet makes a sheet.
func NewCommandSheet(o SheetOptions) *CommandSheet {
	s := &CommandSheet{o: o, inputs: map[string]func() string{}, ready: true}
	s.audience, s.detail, s.fault = wrapped(), wrapped(), wrapped()
	s.detail.TextStyle.Monospace = true
	s.detail.SizeName = theme.SizeNameCaptionText
	s.fault.Importance = widget.DangerImportance
	parts := []fyne.CanvasObject{s.audience}
	if len(o.Fields) > 0 {
		parts = append(parts, s.form())
	}
	parts = append(parts, s.detail, s.fault)
	if o.Step == SheetType {
		s.word = NewEntry()
		s.word.SetPlaceHolder(o.Word)
		s.word.OnChanged = func(string) { s.judge() }
		s.word.OnSubmitted = func(string) { s.agree() }
		parts = append(parts, widget.NewLabel(i18n.Tf("Type  %s  to send it:", o.Word)), s.word)
		if s.first == nil {
			s.first = s.word
		}
	}
	parts = append(parts, s.buttons())
	s.body = container.NewVBox(parts...)
	s.fault.Hide()
	s.judge()
	s.ExtendBaseWidget(s)
	return s
}

func wrapped() *widget.Label {
	l := widget.NewLabel("")
	l.Wrapping = fyne.TextWrapBreak
	return l
}

func (s *CommandSheet) form() fyne.CanvasObject {
	form := container.New(layout.NewFormLayout())
	for _, f := range s.o.Fields {
		label := f.Name
		if f.Unit != "" {
			label += ", " + f.Unit
		}
		form.Add(widget.NewLabel(label))
		if f.Choices != nil {
			pick := widget.NewSelect(f.Choices, func(string) { s.changed() })
			pick.PlaceHolder = i18n.T("Choose")
			s.inputs[f.Name] = func() string { return pick.Selected }
			form.Add(pick)
			continue
		}
		entry := NewEntry()
		entry.SetPlaceHolder(f.Hint)
		entry.OnChanged = func(string) { s.changed() }
		entry.OnSubmitted = func(string) {
			if s.o.Step == SheetTap {
				s.agree()
			}
		}
		s.inputs[f.Name] = func() string { return entry.Text }
		if s.first == nil {
			s.first = entry
		}
		form.Add(entry)
	}
	return form
}

func (s *CommandSheet) buttons() fyne.CanvasObject {
	cancel := widget.NewButton(i18n.T("Cancel"), func() {
		if s.OnCancel != nil {
			s.OnCancel()
		}
	})
	if s.o.Step == SheetHold {
		s.hold = NewCommandButton(s.o.Action, true, s.agree)
		return container.NewHBox(layout.NewSpacer(), container.NewVBox(cancel), s.hold)
	}
	s.send = widget.NewButton(s.o.Action, s.agree)
	s.send.Importance = widget.HighImportance
	return container.NewHBox(layout.NewSpacer(), cancel, s.send)
}

// Answers are the values as entered, by name.
func (s *CommandSheet) Answers() map[string]string {
	out := make(map[string]string, len(s.inputs))
	for name, get := range s.inputs {
		out[name] = get()
	}
	return out
}

// SetAudience says who listens; grave when it is nobody.
func (s *CommandSheet) SetAudience(text string, grave bool) {
	s.audience.Importance = widget.MediumImportance
	if grave {
		s.audience.Importance = widget.DangerImportance
	}
	s.audience.SetText(text)
}

// SetPreview shows what would be sent. With a fault, which says what is missing,
// it cannot be.
func (s *CommandSheet) SetPreview(text, fault string) {
	s.detail.SetText(text)
	s.fault.SetText(fault)
	setVisible(s.fault, fault != "")
	setVisible(s.detail, text != "")
	s.ready = fault == ""
	s.judge()
}

func (s *CommandSheet) changed() {
	if s.OnChange != nil {
		s.OnChange()
	}
}

func (s *CommandSheet) agreed() bool {
	return s.ready && (s.word == nil || strings.TrimSpace(s.word.Text) == s.o.Word)
}

func (s *CommandSheet) judge() {
	switch ok := s.agreed(); {
	case s.hold != nil:
		s.hold.SetEnabled(ok)
	case ok:
		s.send.Enable()
	default:
		s.send.Disable()
	}
}

func (s *CommandSheet) agree() {
	if s.agreed() && s.OnSend != nil {
		s.OnSend()
	}
}

// Focus puts the cursor where something is to be entered.
func (s *CommandSheet) Focus(c fyne.Canvas) {
	switch {
	case s.first != nil:
		c.Focus(s.first)
	case s.hold != nil:
		c.Focus(s.hold)
	default:
		c.Focus(s.send)
	}
}

// MinSize implements fyne.CanvasObject.
func (s *CommandSheet) MinSize() fyne.Size { return fyne.NewSize(440, s.body.MinSize().Height) }

// CreateRenderer implements fyne.Widget.
func (s *CommandSheet) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.body) }

// RangeHint says what numbers may be entered.
func RangeHint(low, high float64) string { return i18n.Tf("%g to %g", low, high) }
