package widgets

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestEmptyStateGolden(t *testing.T) {
	golden(t, "emptystate/full", 420, 260, func() fyne.CanvasObject {
		return NewEmptyState(theme.SearchIcon(), "No devices yet.", "Connect one to mqtt://127.0.0.1:1883, and it appears here as soon as it publishes.", "Watch the demo", func() {})
	})
	golden(t, "emptystate/bare", 420, 160, func() fyne.CanvasObject { return NewEmptyState(nil, "Nothing matches.", "", "", nil) })
}

func TestWrap(t *testing.T) {
	app(t)
	f := newFitter(14, fyne.TextStyle{})
	got := wrap("one two three four five six seven eight nine ten", 80, f, 3)
	if len(got) != 3 || got[0] != "one two" {
		t.Errorf("wrapped to %q", got)
	}
	for _, line := range got {
		if w := f.measure(line); w > 80 {
			t.Errorf("%q is %g wide", line, w)
		}
	}
	if got := wrap("", 80, f, 3); len(got) != 0 {
		t.Errorf("nothing wraps to %q", got)
	}
}

func TestBannerGolden(t *testing.T) {
	golden(t, "banner/lost", 620, 44, func() fyne.CanvasObject {
		b := NewBanner()
		b.Set(BannerData{Text: "Connection lost", Detail: "since 12:04:31, trying again in 4 s", Status: StatusLost, Action: "Try now"})
		return b
	})
	golden(t, "banner/late_narrow", 300, 44, func() fyne.CanvasObject {
		b := NewBanner()
		b.Set(BannerData{Text: "Recorder behind", Detail: "1,204 messages were not recorded since noon", Status: StatusLate})
		return b
	})
}

func TestBannerHides(t *testing.T) {
	app(t)
	b := NewBanner()
	if b.Visible() {
		t.Error("shown with nothing to say")
	}
	b.Set(BannerData{Text: "x", Action: "Do"})
	did := false
	b.OnAction = func() { did = true }
	test.Tap(b.action)
	if !b.Visible() || !did {
		t.Errorf("visible %v, action %v", b.Visible(), did)
	}
	b.Set(BannerData{})
	if b.Visible() {
		t.Error("still shown")
	}
}

func TestToastsGolden(t *testing.T) {
	golden(t, "toasts/three", 480, 220, func() fyne.CanvasObject {
		s := NewToasts()
		s.Set([]Toast{{ID: "1", Text: "Copied."}, {ID: "2", Text: "Red Falcon is 4 min late for East Cowes.", Status: StatusLate, Action: "Show"},
			{ID: "3", Text: "A message so long that it cannot be shown in full, whatever the width of the window it is in", Status: StatusLost}})
		return s
	})
}

func TestToastsIntents(t *testing.T) {
	app(t)
	s := NewToasts()
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(500, 400))
	var toasts []Toast
	for i := range 6 {
		toasts = append(toasts, Toast{ID: fmt.Sprint(i), Text: "t", Action: "Undo"})
	}
	s.Set(toasts)
	var gone, done string
	s.OnDismiss = func(id string) { gone = id }
	s.OnAction = func(id string) { done = id }
	test.Tap(s.cards[0])
	test.Tap(s.cards[3].action)
	if gone != "2" || done != "5" {
		t.Errorf("dismissed %q, acted on %q; want the four newest to be shown", gone, done)
	}
}

// TestWrapBreaksWithoutSpaces wraps a sentence of a script that has none: nothing is
// lost, and no line begins with what may not.
func TestWrapBreaksWithoutSpaces(t *testing.T) {
	app(t)
	f := newFitter(13, fyne.TextStyle{})
	for _, text := range []string{
		"ログイン拒否、トピック拒否、引き継ぎ、大量接続を、誰が、どこから、何回かとともに随時表示します。",
		"被拒登录、被拒主题、接管和洪泛会在此实时显示：谁、从何处、多少次。",
		"トピックとペイロードには {device}、{name} を使えます。",
	} {
		for _, width := range []float32{120, 200, 333} {
			lines := wrap(text, width, f, 20)
			if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(text, " ", "") || len(lines) < 2 {
				t.Errorf("%.0f wide it became %q", width, lines)
			}
			for _, line := range lines {
				if f.measure(line) > width || strings.ContainsAny(line[:len("、")], "、。") {
					t.Errorf("%.0f wide there is the line %q", width, line)
				}
			}
		}
	}
}
