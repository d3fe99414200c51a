package widgets

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// maxToasts is how many toasts are shown at once; the newest win.
const maxToasts = 4

// Toast is a short message in passing.
type Toast struct {
	// ID names the toast in intents.
	ID     string
	Text   string
	Status Status
	// Action labels what can be done about it, such as "Undo"; "" has none.
	Action string
}

// Toasts is a stack of messages in the lower right corner, to be laid over the
// page at its full size. It catches no tap outside of the messages. When a
// message goes is up to the caller.
type Toasts struct {
	widget.BaseWidget

	// OnDismiss tells that a toast was tapped away, OnAction that its action was
	// chosen.
	OnDismiss, OnAction func(id string)

	toasts []Toast
	cards  [maxToasts]*toastCard
}

// NewToasts makes an empty stack.
func NewToasts() *Toasts {
	t := &Toasts{}
	for i := range t.cards {
		t.cards[i] = newToastCard(t)
	}
	t.ExtendBaseWidget(t)
	return t
}

// Set shows the toasts, oldest first.
func (t *Toasts) Set(toasts []Toast) {
	if len(toasts) > maxToasts {
		toasts = toasts[len(toasts)-maxToasts:]
	}
	if slices.Equal(t.toasts, toasts) {
		return
	}
	t.toasts = slices.Clone(toasts)
	t.Refresh()
}

// Data is what is shown, oldest first.
func (t *Toasts) Data() []Toast { return slices.Clone(t.toasts) }

// CreateRenderer implements fyne.Widget.
func (t *Toasts) CreateRenderer() fyne.WidgetRenderer {
	r := &toastsRenderer{t: t}
	for _, c := range t.cards {
		r.objects = append(r.objects, c)
	}
	r.Refresh()
	return r
}

type toastsRenderer struct {
	t       *Toasts
	objects []fyne.CanvasObject
}

func (r *toastsRenderer) Destroy()                     {}
func (r *toastsRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *toastsRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }

func (r *toastsRenderer) Layout(size fyne.Size) {
	y := size.Height - 14
	for i := len(r.t.toasts) - 1; i >= 0; i-- {
		c := r.t.cards[i]
		s := c.MinSize()
		s.Width = min(s.Width, max(160, size.Width-28))
		y -= s.Height
		c.Move(fyne.NewPos(size.Width-14-s.Width, y))
		c.Resize(s)
		y -= 8
	}
}

func (r *toastsRenderer) Refresh() {
	for i, c := range r.t.cards {
		on := i < len(r.t.toasts)
		setVisible(c, on)
		if on {
			c.set(r.t.toasts[i])
		}
	}
	r.Layout(r.t.Size())
}

// toastCard is one message.
type toastCard struct {
	widget.BaseWidget
	of     *Toasts
	toast  Toast
	action *widget.Button
}

func newToastCard(of *Toasts) *toastCard {
	c := &toastCard{of: of}
	c.action = widget.NewButton("", func() { emit(of.OnAction, c.toast.ID) })
	c.action.Importance = widget.LowImportance
	c.ExtendBaseWidget(c)
	return c
}

func (c *toastCard) set(t Toast) {
	c.toast = t
	c.action.SetText(t.Action)
	setVisible(c.action, t.Action != "")
	c.Refresh()
}

// Tapped implements fyne.Tappable.
func (c *toastCard) Tapped(*fyne.PointEvent) { emit(c.of.OnDismiss, c.toast.ID) }

// CreateRenderer implements fyne.Widget.
func (c *toastCard) CreateRenderer() fyne.WidgetRenderer {
	r := &toastRenderer{c: c, back: canvas.NewRectangle(color.Transparent), shape: NewStatusShape(StatusNone, 14), lines: [toastLines]*canvas.Text{canvas.NewText("", color.Transparent), canvas.NewText("", color.Transparent)}}
	r.Refresh()
	return r
}

type toastRenderer struct {
	c     *toastCard
	back  *canvas.Rectangle
	shape *StatusShape
	lines [toastLines]*canvas.Text
}

// Sizes of a message: how wide its words run, and on how many lines.
const (
	toastWidth = 420
	toastLines = 2
)

func (r *toastRenderer) Destroy() {}
func (r *toastRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.shape, r.lines[0], r.lines[1], r.c.action}
}

func (r *toastRenderer) lead() float32 {
	if r.c.toast.Status == StatusNone {
		return 14
	}
	return 38
}

func (r *toastRenderer) MinSize() fyne.Size {
	size := r.c.Theme().Size(theme.SizeNameText)
	w, h := fyne.MeasureText(r.c.toast.Text, size, fyne.TextStyle{}).Width, float32(42)
	if w > toastWidth {
		h += size + 4
	}
	w = r.lead() + min(w, toastWidth) + 16
	if r.c.action.Visible() {
		w += r.c.action.MinSize().Width
	}
	return fyne.NewSize(w, h)
}

func (r *toastRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.shape.Move(fyne.NewPos(14, (size.Height-14)/2))
	r.shape.Resize(fyne.NewSquareSize(14))
	end := size.Width - 12
	if r.c.action.Visible() {
		s := r.c.action.MinSize()
		end = size.Width - s.Width - 4
		r.c.action.Move(fyne.NewPos(end, (size.Height-s.Height)/2))
		r.c.action.Resize(s)
	}
	text := r.c.Theme().Size(theme.SizeNameText)
	words := wrap(r.c.toast.Text, end-r.lead(), newFitter(text, fyne.TextStyle{}), toastLines)
	y := (size.Height - float32(len(words))*(text+6)) / 2
	for i, t := range r.lines {
		line := ""
		if i < len(words) {
			line = words[i]
		}
		setText(t, line, text, colorOf(r.c, theme.ColorNameForeground), fyne.TextStyle{})
		t.Move(fyne.NewPos(r.lead(), y+float32(i)*(text+6)))
		t.Resize(fyne.NewSize(max(0, end-r.lead()), text+6))
	}
}

func (r *toastRenderer) Refresh() {
	b := r.back
	b.CornerRadius, b.FillColor, b.StrokeColor, b.StrokeWidth = 8, colorOf(r.c, ColorSurface), colorOf(r.c, ColorBorder), 1
	b.Shadow = canvas.Shadow{Color: color.NRGBA{A: 70}, BlurRadius: 10, Offset: fyne.NewPos(0, 3)}
	b.Refresh()
	r.shape.SetStatus(r.c.toast.Status)
	setVisible(r.shape, r.c.toast.Status != StatusNone)
	r.Layout(r.c.Size())
}
