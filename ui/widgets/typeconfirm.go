package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// TypeConfirm asks to type a word before something with consequences is done, so
// that no slip of the hand does it. It is the content of a dialog.
type TypeConfirm struct {
	widget.BaseWidget

	// OnConfirm tells that the word was typed and the button tapped, OnCancel
	// that nothing is to be done.
	OnConfirm, OnCancel func()

	word  string
	entry *Entry
	do    *widget.Button
	body  fyne.CanvasObject
}

// NewTypeConfirm makes a question: what is about to happen, the word to type, the
// label of the button that does it, and further choices between, which may be
// nil.
func NewTypeConfirm(about, word, action string, choices fyne.CanvasObject) *TypeConfirm {
	t := &TypeConfirm{word: word, entry: NewEntry()}
	text := widget.NewLabel(about)
	text.Wrapping = fyne.TextWrapWord
	ask := widget.NewLabel(i18n.Tf("Type  %s  to go on:", word))
	t.entry.SetPlaceHolder(word)
	t.entry.OnChanged = func(string) { t.judge() }
	t.entry.OnSubmitted = func(string) { t.confirm() }
	t.do = widget.NewButton(action, t.confirm)
	t.do.Importance = widget.DangerImportance
	cancel := widget.NewButton(i18n.T("Cancel"), func() {
		if t.OnCancel != nil {
			t.OnCancel()
		}
	})
	parts := []fyne.CanvasObject{text}
	if choices != nil {
		parts = append(parts, choices)
	}
	parts = append(parts, ask, t.entry, container.NewHBox(layout.NewSpacer(), cancel, t.do))
	t.body = container.NewVBox(parts...)
	t.judge()
	t.ExtendBaseWidget(t)
	return t
}

// typed tells whether the word stands there.
func (t *TypeConfirm) typed() bool { return strings.TrimSpace(t.entry.Text) == t.word }

func (t *TypeConfirm) judge() {
	if t.typed() {
		t.do.Enable()
	} else {
		t.do.Disable()
	}
}

func (t *TypeConfirm) confirm() {
	if t.typed() && t.OnConfirm != nil {
		t.OnConfirm()
	}
}

// Focus puts the cursor where the word is typed.
func (t *TypeConfirm) Focus(c fyne.Canvas) { c.Focus(t.entry) }

// MinSize implements fyne.CanvasObject.
func (t *TypeConfirm) MinSize() fyne.Size {
	return fyne.NewSize(420, t.body.MinSize().Height)
}

// CreateRenderer implements fyne.Widget.
func (t *TypeConfirm) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.body) }
