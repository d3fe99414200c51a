package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestBadgeButtonLeads taps a badge, and uses it by the keyboard.
func TestBadgeButtonLeads(t *testing.T) {
	a := app(t)
	led := 0
	b := NewBadgeButton("ferries", ColorMuted, func() { led++ })
	w := a.NewWindow("badge")
	w.SetContent(b)
	before := b.MinSize()
	test.Tap(b)
	w.Canvas().Focus(b)
	if !b.focused {
		t.Error("it does not take the focus")
	}
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeySpace, fyne.KeyA} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	b.TypedRune(' ')
	if led != 3 {
		t.Errorf("a tap, Enter, the space bar and a letter led there %d times, want 3", led)
	}
	b.Set("connecting to ferries", StatusAlive, ColorAccent)
	if b.MinSize().Width <= before.Width+20 {
		t.Errorf("with a longer text it is %v wide, and was %v", b.MinSize().Width, before.Width)
	}
	w.Canvas().Focus(nil)
	if b.focused {
		t.Error("it keeps the focus")
	}
}
