package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	// maxHintLines bounds the lines of a hint.
	maxHintLines = 7
	// emptyWidth is how wide the words run at most.
	emptyWidth = 460
)

// EmptyState says on an empty page what would fill it.
type EmptyState struct {
	widget.BaseWidget

	icon           fyne.Resource
	sentence, hint string
	action         *widget.Button
}

// NewEmptyState makes an empty state; icon may be nil, hint and action empty.
func NewEmptyState(icon fyne.Resource, sentence, hint, action string, do func()) *EmptyState {
	e := &EmptyState{icon: icon, sentence: sentence, hint: hint, action: widget.NewButton(action, do)}
	e.action.Hidden = action == ""
	e.ExtendBaseWidget(e)
	return e
}

// Set changes the words.
func (e *EmptyState) Set(sentence, hint string) {
	if e.sentence != sentence || e.hint != hint {
		e.sentence, e.hint = sentence, hint
		e.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (e *EmptyState) CreateRenderer() fyne.WidgetRenderer {
	r := &emptyRenderer{e: e, sentence: canvas.NewText("", color.Transparent)}
	r.sentence.Alignment = fyne.TextAlignCenter
	if e.icon != nil {
		r.icon = canvas.NewImageFromResource(e.icon)
		r.icon.FillMode, r.icon.Translucency = canvas.ImageFillContain, 0.55
		r.objects = append(r.objects, r.icon)
	}
	r.objects = append(r.objects, r.sentence, e.action)
	for i := range r.hint {
		r.hint[i] = canvas.NewText("", color.Transparent)
		r.hint[i].Alignment = fyne.TextAlignCenter
		r.objects = append(r.objects, r.hint[i])
	}
	return r
}

type emptyRenderer struct {
	e        *EmptyState
	icon     *canvas.Image
	sentence *canvas.Text
	hint     [maxHintLines]*canvas.Text
	objects  []fyne.CanvasObject
}

func (r *emptyRenderer) Destroy()                     {}
func (r *emptyRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *emptyRenderer) MinSize() fyne.Size           { return fyne.NewSize(200, 140) }

func (r *emptyRenderer) Refresh() {
	if r.icon != nil {
		r.icon.Refresh()
	}
	r.Layout(r.e.Size())
}

// Layout wraps the words and centres everything.
func (r *emptyRenderer) Layout(size fyne.Size) {
	th := r.e.Theme()
	text, head := th.Size(theme.SizeNameText), th.Size(theme.SizeNameSubHeadingText)
	w := min(emptyWidth, size.Width-24)
	lines := wrap(r.e.hint, w, newFitter(text, fyne.TextStyle{}), maxHintLines)
	const icon, gap = 44, 12
	row := text + 7
	total := head + 8 + row*float32(len(lines))
	if r.icon != nil {
		total += icon + gap
	}
	if r.e.action.Visible() {
		total += r.e.action.MinSize().Height + gap
	}
	y := max(8, (size.Height-total)/2)
	if r.icon != nil {
		r.icon.Move(fyne.NewPos((size.Width-icon)/2, y))
		r.icon.Resize(fyne.NewSquareSize(icon))
		y += icon + gap
	}
	bold := fyne.TextStyle{Bold: true}
	setText(r.sentence, cutText(r.e.sentence, size.Width-16, head, bold), head, colorOf(r.e, theme.ColorNameForeground), bold)
	r.sentence.Move(fyne.NewPos(0, y))
	r.sentence.Resize(fyne.NewSize(size.Width, head+4))
	y += head + 14
	for i, t := range r.hint {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		setText(t, line, text, colorOf(r.e, ColorMuted), fyne.TextStyle{})
		t.Move(fyne.NewPos(0, y))
		t.Resize(fyne.NewSize(size.Width, row))
		if line != "" {
			y += row
		}
	}
	s := r.e.action.MinSize()
	r.e.action.Move(fyne.NewPos((size.Width-s.Width)/2, y+gap))
	r.e.action.Resize(s)
}
