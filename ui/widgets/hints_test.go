package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// hinted is a layer over four buttons in the corners of a page.
func hinted() (h *Hints, corners [4]*HintButton, page fyne.CanvasObject) {
	h = NewHints()
	for i := range corners {
		corners[i] = NewHintButton(theme.ListIcon(), "A longer story", func() {})
		h.Tell(corners[i])
	}
	row := func(i int) fyne.CanvasObject { return container.NewBorder(nil, nil, corners[i], corners[i+1]) }
	return h, corners, container.NewStack(container.NewBorder(row(0), row(2), nil, nil), h)
}

func TestHintsGolden(t *testing.T) {
	for i, name := range []string{"top_left", "", "", "bottom_right"} {
		if name == "" {
			continue
		}
		golden(t, "hints/"+name, 200, 110, func() fyne.CanvasObject {
			_, corners, page := hinted()
			// Nothing has a place before the window has it.
			return container.New(after(func() { corners[i].MouseIn(nil) }), page)
		})
	}
	golden(t, "mapview/hint", 420, 260, func() fyne.CanvasObject {
		m := mapShown(t)
		return container.New(after(func() { m.buttons[1].MouseIn(nil) }), m)
	})
}

// after is a layout that fills its room and then does something.
type after func()

func (a after) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
	a()
}

func (a after) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func TestHintsStayInside(t *testing.T) {
	app(t)
	h, corners, page := hinted()
	win := test.NewTempWindow(t, page)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(200, 110))
	card := test.WidgetRenderer(h).Objects()[0]
	where := fyne.CurrentApp().Driver().AbsolutePositionForObject
	for i, b := range corners {
		b.MouseIn(nil)
		at, size := card.Position(), card.Size()
		if !card.Visible() || at.X < 0 || at.Y < 0 || at.X+size.Width > 200 || at.Y+size.Height > 110 {
			t.Errorf("the hint of button %d is at %v, %v large", i, at, size)
		}
		if up := at.Y+size.Height <= where(b).Y; up != (i > 1) || !up && at.Y < where(b).Y+b.Size().Height {
			t.Errorf("the hint of button %d at %v is at %v", i, where(b), at)
		}
	}
	corners[0].MouseOut() // late: the pointer is over another one by now
	if h.Text() == "" {
		t.Error("a button that the pointer left took another one's hint away")
	}
	test.Tap(corners[3])
	if h.Text() != "" || card.Visible() {
		t.Errorf("%q is still said of a button that was tapped", h.Text())
	}
}
