package widgets

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestCommandButtonGolden(t *testing.T) {
	for _, c := range []struct {
		name  string
		proof Proof
	}{{"plain", Proof{}}, {"sent", Proof{MarkSent, "sent 12:04:31"}}, {"accepted", Proof{MarkAccepted, "accepted 12:04:31"}},
		{"acknowledged", Proof{MarkAcknowledged, "acknowledged, 0.2 s"}}, {"timed_out", Proof{MarkTimedOut, "no answer, 10 s"}}, {"failed", Proof{MarkFailed, "refused: not allowed"}}} {
		golden(t, "command/"+c.name, 160, 64, func() fyne.CanvasObject {
			b := NewCommandButton("Sound horn", false, nil)
			b.SetProof(c.proof)
			return b
		})
	}
	golden(t, "command/holding", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Stop engines", true, nil)
		b.held.animate = func(_ time.Duration, tick func(float32)) func() { tick(0.6); return func() {} }
		b.press()
		return b
	})
	golden(t, "command/disabled", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Sound horn", false, nil)
		b.SetEnabled(false)
		return b
	})
	golden(t, "command/focused", 160, 64, func() fyne.CanvasObject {
		b := NewCommandButton("Sound horn", false, nil)
		b.FocusGained()
		return b
	})
}

func TestCommandButtonHold(t *testing.T) {
	app(t)
	sent := 0
	b := NewCommandButton("Stop", true, func() { sent++ })
	var tick func(float32)
	stopped := 0
	b.held.animate = func(_ time.Duration, f func(float32)) func() { tick = f; return func() { stopped++ } }
	test.NewTempWindow(t, b)
	press := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}

	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if sent != 0 {
		t.Fatal("a tap sent a command that is to be held")
	}
	b.MouseDown(press)
	tick(0.9)
	b.MouseUp(press)
	tick(1)
	if sent != 0 || stopped != 1 || b.held.progress != 0 {
		t.Errorf("released early: sent %d, stopped %d, progress %g", sent, stopped, b.held.progress)
	}
	b.MouseDown(press)
	tick(0.5)
	b.MouseOut()
	tick(1)
	if sent != 0 {
		t.Error("slipped off, yet sent")
	}
	b.MouseDown(press)
	tick(1)
	tick(1)
	b.MouseUp(press)
	if sent != 1 {
		t.Errorf("held: sent %d times", sent)
	}
	b.KeyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	tick(1)
	b.KeyUp(&fyne.KeyEvent{Name: fyne.KeySpace})
	if sent != 2 {
		t.Errorf("held by keyboard: sent %d times", sent)
	}
	b.SetEnabled(false)
	b.MouseDown(press)
	if b.held.stop != nil {
		t.Error("a disabled button can be held")
	}
}

func TestCommandButtonTap(t *testing.T) {
	app(t)
	sent := 0
	b := NewCommandButton("Horn", false, func() { sent++ })
	test.NewTempWindow(t, b)
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.SetEnabled(false)
	test.Tap(b)
	if sent != 2 {
		t.Errorf("sent %d times", sent)
	}
}

func TestBadgeGolden(t *testing.T) {
	golden(t, "badge/some", 300, 26, func() fyne.CanvasObject {
		late := NewBadge("", "")
		late.Set("3 late", StatusLate, ColorLate)
		return container.NewHBox(NewBadge("retained", ""), NewBadge("QoS 1", ColorAccent), late)
	})
}

func TestKeyValuesGolden(t *testing.T) {
	golden(t, "keyvalues/some", 420, 120, func() fyne.CanvasObject {
		k := NewKeyValues()
		k.Set([]KeyValue{{Key: "a", Label: "Speed over ground", Value: "12.4", Unit: "kn", Age: "2 s"},
			{Key: "b", Label: "Oil temperature", Value: "131.0", Unit: "°C", Age: "2 s", Color: ColorLost},
			{Key: "c", Label: "Fuel", Value: "64", Unit: "%", Age: "14 min", Dim: true}})
		k.rows.SetSelected("b")
		return k
	})
}

func TestKeyValuesCopy(t *testing.T) {
	a := app(t)
	k := NewKeyValues()
	test.NewTempWindow(t, k)
	k.Set([]KeyValue{{Key: "a", Label: "Speed", Value: "12.4"}})
	k.rows.SetSelected("a")
	k.rows.TypedShortcut(&fyne.ShortcutCopy{})
	if got := a.Clipboard().Content(); got != "12.4" {
		t.Errorf("copied %q", got)
	}
}
