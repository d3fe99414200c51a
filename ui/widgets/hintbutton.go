package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// HintButton is a button with an icon alone, whose meaning Hints says in words while
// the pointer is over it.
type HintButton struct {
	widget.Button

	// OnHint is told the words while the pointer is over the button, and nothing
	// when it left or the button was tapped.
	OnHint func(text string)
	hint   string
}

// NewHintButton makes a button that says hint.
func NewHintButton(icon fyne.Resource, hint string, tapped func()) *HintButton {
	b := &HintButton{hint: hint}
	b.Icon, b.OnTapped, b.Importance = icon, tapped, widget.LowImportance
	b.ExtendBaseWidget(b)
	return b
}

// Hint is what the button means.
func (b *HintButton) Hint() string { return b.hint }

// MouseIn implements desktop.Hoverable.
func (b *HintButton) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	b.tell(b.hint)
}

// MouseOut implements desktop.Hoverable.
func (b *HintButton) MouseOut() {
	b.Button.MouseOut()
	b.tell("")
}

// Tapped implements fyne.Tappable. The words leave first: what is done may take the
// button away.
func (b *HintButton) Tapped(e *fyne.PointEvent) {
	b.tell("")
	b.Button.Tapped(e)
}

func (b *HintButton) tell(text string) {
	if b.OnHint != nil {
		b.OnHint(text)
	}
}
