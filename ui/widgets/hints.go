package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Hints is a layer over a page or a sheet that says in words what the button under
// the pointer means. It takes no room and catches no taps.
type Hints struct {
	widget.BaseWidget
	beside bool // left of what it is about, instead of below
	text   string
	about  fyne.CanvasObject
}

// NewHints makes a layer that says nothing yet.
func NewHints() *Hints {
	h := &Hints{}
	h.ExtendBaseWidget(h)
	return h
}

// Tell has b say its words on this layer.
func (h *Hints) Tell(b *HintButton) { b.OnHint = func(text string) { h.Say(text, b) } }

// Say shows a text near an object of the same canvas; an empty one takes away what
// is said of that object.
func (h *Hints) Say(text string, about fyne.CanvasObject) {
	if text == "" && h.about != about {
		return // the pointer is over another one already
	}
	h.text, h.about = text, about
	h.Refresh()
}

// Text is what is said now.
func (h *Hints) Text() string { return h.text }

// CreateRenderer implements fyne.Widget.
func (h *Hints) CreateRenderer() fyne.WidgetRenderer {
	r := &hintsRenderer{h: h, card: canvas.NewRectangle(nil), words: canvas.NewText("", nil)}
	r.card.CornerRadius, r.card.StrokeWidth = 5, 1
	r.Refresh()
	return r
}

type hintsRenderer struct {
	h     *Hints
	card  *canvas.Rectangle
	words *canvas.Text
}

func (r *hintsRenderer) Destroy()           {}
func (r *hintsRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *hintsRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.card, r.words}
}

// Room around a hint's words, between it and its button, and from the edges.
const (
	hintPadX, hintPadY = 8, 4
	hintGap            = 4
)

func (r *hintsRenderer) Layout(size fyne.Size) {
	if r.h.text == "" {
		return
	}
	words := r.words.MinSize()
	card := words.AddWidthHeight(2*hintPadX, 2*hintPadY)
	where := fyne.CurrentApp().Driver().AbsolutePositionForObject
	at, of := where(r.h.about).Subtract(where(r.h)), r.h.about.Size()
	x, y := at.X+(of.Width-card.Width)/2, at.Y+of.Height+hintGap
	switch {
	case r.h.beside:
		x, y = at.X-card.Width-hintGap, at.Y+(of.Height-card.Height)/2
	case y+card.Height > size.Height-hintGap:
		y = at.Y - card.Height - hintGap
	}
	x = max(hintGap, min(x, size.Width-card.Width-hintGap))
	r.card.Resize(card)
	r.card.Move(fyne.NewPos(x, y))
	r.words.Resize(words)
	r.words.Move(fyne.NewPos(x+hintPadX, y+hintPadY))
}

func (r *hintsRenderer) Refresh() {
	setVisible(r.card, r.h.text != "")
	setVisible(r.words, r.h.text != "")
	r.card.FillColor, r.card.StrokeColor = colorOf(r.h, theme.ColorNameOverlayBackground), colorOf(r.h, ColorBorder)
	r.words.Text, r.words.Color = r.h.text, colorOf(r.h, theme.ColorNameForeground)
	r.words.TextSize = r.h.Theme().Size(theme.SizeNameCaptionText)
	r.Layout(r.h.Size())
	r.card.Refresh()
	r.words.Refresh()
}
