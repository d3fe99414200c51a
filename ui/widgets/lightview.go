package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Light is what a status light shows.
type Light struct {
	Status Status
	// Text is the state in words, Note a line of second rank.
	Text, Note string
}

// LightView is a state as a large shape, with its word beside it.
type LightView struct {
	widget.BaseWidget

	data Light
	view *lightRenderer
}

// NewLightView makes a light of a state that is not known.
func NewLightView() *LightView {
	l := &LightView{data: Light{Status: StatusUnknown, Text: "–"}}
	l.ExtendBaseWidget(l)
	return l
}

// SetLight shows a state.
func (l *LightView) SetLight(d Light) {
	if l.data == d {
		return
	}
	l.data = d
	if l.view != nil {
		l.view.update()
	}
}

// Light is the state shown.
func (l *LightView) Light() Light { return l.data }

// CreateRenderer implements fyne.Widget.
func (l *LightView) CreateRenderer() fyne.WidgetRenderer {
	l.view = &lightRenderer{l: l, shape: NewStatusShape(l.data.Status, 24),
		text: canvas.NewText("", color.Transparent), note: canvas.NewText("", color.Transparent)}
	l.view.update()
	return l.view
}

type lightRenderer struct {
	l          *LightView
	shape      *StatusShape
	text, note *canvas.Text
}

func (r *lightRenderer) Destroy() {
	if r.l.view == r {
		r.l.view = nil
	}
}

func (r *lightRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.shape, r.text, r.note}
}
func (r *lightRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 28) }
func (r *lightRenderer) Layout(fyne.Size)   { r.update() }
func (r *lightRenderer) Refresh()           { r.update(); r.shape.Refresh() }

func (r *lightRenderer) update() {
	l, size := r.l, r.l.Size()
	small := l.Theme().Size(theme.SizeNameCaptionText)
	side := max(12, min(size.Height*0.72, size.Width*0.28))
	r.shape.SetStatus(l.data.Status)
	r.shape.Move(fyne.NewPos(2, (size.Height-side)/2))
	r.shape.Resize(fyne.NewSquareSize(side))
	left := side + max(8, side*0.24)
	wide := max(0, size.Width-left)
	big := fitText(l.data.Text, wide, min(size.Height*0.36, 34))
	ink := theme.ColorNameForeground
	if s := l.data.Status; s != StatusAlive && s != StatusNone && s != StatusVouched {
		ink = StatusColor(s)
	}
	setText(r.text, cutText(l.data.Text, wide, big, fyne.TextStyle{}), big, colorOf(l, ink), fyne.TextStyle{})
	noted := l.data.Note != "" && size.Height > lineHeight(big)+lineHeight(small)
	setVisible(r.note, noted)
	high := lineHeight(big)
	if noted {
		high += lineHeight(small)
	}
	top := (size.Height - high) / 2
	placeText(r.text, left, top, wide, lineHeight(big))
	setText(r.note, cutText(l.data.Note, wide, small, fyne.TextStyle{}), small, colorOf(l, ColorMuted), fyne.TextStyle{})
	placeText(r.note, left, top+lineHeight(big), wide, lineHeight(small))
}
